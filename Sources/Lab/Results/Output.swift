import Foundation

/// Files that appear whole or not at all: written aside, then renamed.
enum Output {
  /// The error for a failed system call on a path.
  static func failure(_ path: String, code: Int32 = errno) -> LabError {
    let reason = String(cString: strerror(code))
    let remedy =
      switch code {
      case ENOSPC, EDQUOT: "make space and run the same command again; what was finished is kept"
      case EACCES, EPERM, EROFS: "choose another folder with -o"
      default: "check the path, or choose another folder with -o"
      }
    return LabError(.cannotWrite, "\(path): cannot be written (\(reason.lowercased())); \(remedy)")
  }

  /// Makes a folder and those above it.
  static func makeFolder(_ path: String) throws(LabError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw failure(path, code: access(path, F_OK) == 0 ? ENOTDIR : (errno == 0 ? EACCES : errno))
    }
    if access(path, W_OK) != 0 { throw failure(path) }
  }

  /// Writes a small file whole.
  static func write(_ text: String, to path: String) throws(LabError) {
    let writer = try FileWriter(path)
    try writer.write(Array(text.utf8))
    try writer.commit()
  }
}

/// Writes one file aside and renames it when it is whole.
final class FileWriter {
  private let path: String
  private let aside: String
  private var file: Int32

  /// Begins the file beside its place.
  init(_ path: String) throws(LabError) {
    self.path = path
    aside = path + ".\(getpid()).part"
    file = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    if file < 0 { throw Output.failure(path) }
  }

  deinit {
    if file >= 0 {
      close(file)
      unlink(aside)
    }
  }

  /// Appends bytes.
  func write(_ bytes: [UInt8]) throws(LabError) {
    try bytes.withUnsafeBufferPointer { buffer throws(LabError) in try write(UnsafeRawBufferPointer(buffer)) }
  }

  /// Appends bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws(LabError) {
    var done = 0
    while done < bytes.count {
      let put = Foundation.write(file, bytes.baseAddress! + done, bytes.count - done)
      if put < 0 && errno == EINTR { continue }
      if put <= 0 { throw Output.failure(path) }
      done += put
    }
  }

  /// Puts the file in its place.
  func commit() throws(LabError) {
    if fsync(file) != 0 && errno != EINVAL && errno != EROFS { throw Output.failure(path) }
    close(file)
    file = -1
    if rename(aside, path) != 0 {
      let code = errno
      unlink(aside)
      throw Output.failure(path, code: code)
    }
  }
}
