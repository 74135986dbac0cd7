import Foundation

/// The built program, run as users run it.
struct Program {
  /// What a run leaves behind.
  struct Result {
    /// The exit code, or minus the number of the signal that ended the program.
    let code: Int32
    let output: String
    let errors: String
  }

  /// A program that is still running.
  struct Running {
    fileprivate let process: Process
    fileprivate let streams: Streams

    var isRunning: Bool { process.isRunning }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    func wait() -> Result {
      process.waitUntilExit()
      let status = process.terminationStatus
      return Result(
        code: process.terminationReason == .exit ? status : -status, output: streams.read("output"),
        errors: streams.read("errors"))
    }
  }

  /// Files that take the two streams, outside the working folder.
  fileprivate struct Streams {
    let folder = TemporaryFolder()

    func handle(_ name: String) -> FileHandle {
      let path = folder.path + "/" + name
      _ = FileManager.default.createFile(atPath: path, contents: nil)
      return FileHandle(forWritingAtPath: path)!
    }

    func read(_ name: String) -> String {
      String(decoding: FileManager.default.contents(atPath: folder.path + "/" + name) ?? Data(), as: UTF8.self)
    }
  }

  /// The executable, which is built beside the tests.
  static let executable: URL = {
    let bundles = Bundle.allBundles.map(\.bundleURL).filter { $0.pathExtension == "xctest" }
    let folders = (bundles + [URL(fileURLWithPath: CommandLine.arguments[0])]).map { $0.deletingLastPathComponent() }
    let places = folders.map { $0.appendingPathComponent("rl-lab") }
    return places.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? places[0]
  }()

  /// Starts the program in a folder.
  static func start(_ arguments: [String], in folder: String) throws -> Running {
    let process = Process()
    let streams = Streams()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = streams.handle("output")
    process.standardError = streams.handle("errors")
    try process.run()
    return Running(process: process, streams: streams)
  }

  /// Runs the program in a folder to its end.
  @discardableResult
  static func run(_ arguments: [String], in folder: String) throws -> Result {
    try start(arguments, in: folder).wait()
  }
}

/// A folder of its own for a test, removed with the value that holds it.
final class TemporaryFolder: Sendable {
  let path: String

  init() {
    path = FileManager.default.temporaryDirectory.path + "/rl-lab-tests-" + UUID().uuidString
    try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, with the folders above it.
  func write(_ bytes: [UInt8], to name: String) throws {
    let url = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  /// The text of a file, empty where there is none.
  func read(_ name: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path + "/" + name) ?? Data(), as: UTF8.self)
  }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }

  /// Every file below the folder with its bytes; folders with none.
  func snapshot() -> [String: Data] {
    var files: [String: Data] = [:]
    for case let name as String in FileManager.default.enumerator(atPath: path)! {
      files[name] = FileManager.default.contents(atPath: path + "/" + name) ?? Data()
    }
    return files
  }

  /// The three files of an experiment that are the same for the same configuration.
  func tables(_ folder: String) -> [String] {
    ["curves.csv", "summary.csv", "values.csv"].map { read(folder + "/" + $0) }
  }
}
