import Foundation
import RLCore

/// The state of one running trial on disk, so that a long trial goes on inside itself after a stop.
struct Checkpoint {
  /// The file.
  let path: String
  /// How often it is written.
  let interval: Duration

  /// The bytes of the last whole checkpoint; nil where there is none.
  func read() -> [UInt8]? {
    // Most trials have none, and short ones would feel how long an error takes to make.
    if access(path, F_OK) != 0 { return nil }
    guard let bytes = try? ConfigurationFile.bytes(path, atMost: .max), bytes.count >= 8 else { return nil }
    let content = bytes.dropLast(8)
    var reader = StateReader(Array(bytes.suffix(8)))
    guard let checksum = try? reader.word(), Fingerprint.hash(content) == checksum else { return nil }
    return Array(content)
  }

  /// Puts a checkpoint in place of the last one. A disk that cannot take it costs time after a stop and nothing else.
  func write(_ bytes: [UInt8]) {
    var writer = StateWriter()
    writer.write(Fingerprint.hash(bytes))
    guard let file = try? FileWriter(path) else { return }
    do {
      try file.write(bytes)
      try file.write(writer.bytes)
      try file.commit()
    } catch {}
  }

  /// Takes the file away once the trial is finished.
  func remove() { unlink(path) }
}
