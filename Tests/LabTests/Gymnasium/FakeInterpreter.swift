import Foundation
import Testing

@testable import Lab
@testable import RLCore

/// A shell script in an interpreter's place that gives prepared answers, whatever it is asked: what a test of the bridge needs no Python for.
struct FakeInterpreter {
  /// One turn of the conversation.
  enum Turn {
    /// A line comes, a line goes.
    case line(String)
    /// So many bytes come, these go.
    case bytes(Int, [UInt8])
    /// The process says something on standard error and goes on.
    case say(String)
    /// A question comes, at which the process says something on standard error and ends.
    case exit(Int, String)
  }

  let path: String

  init(_ turns: [Turn]) throws {
    var script = "#!/bin/sh\n"
    for turn in turns {
      switch turn {
      case .line(let answer): script += "read -r line\nprintf '%s\\n' '\(answer)'\n"
      case .bytes(let count, let answer):
        let octal = answer.map {
          "\\" + String(repeating: "0", count: 3 - String($0, radix: 8).count) + String($0, radix: 8)
        }
        script += "dd bs=1 count=\(count) of=/dev/null 2>/dev/null\nprintf '\(octal.joined())'\n"
      case .say(let words): script += "echo '\(words)' >&2\n"
      case .exit(let code, let words):
        script += "dd bs=1 count=1 of=/dev/null 2>/dev/null\necho '\(words)' >&2\nexit \(code)\n"
      }
    }
    script += "read -r line\n"
    path = FileManager.default.temporaryDirectory.appendingPathComponent("fake-\(UUID().uuidString)").path
    try script.write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// A prepared task of this interpreter.
  func task(_ changes: [String: Setting] = [:]) throws -> PreparedTask {
    let entry = try #require(Laboratory.standard.environment("gymnasium"))
    var fields: [Setting.Field] = [.init("env", .text("Fake-v0")), .init("python", .text(path))]
    for key in changes.keys.sorted() { fields.append(.init(key, changes[key]!)) }
    return try entry.make(Settings(fields, for: entry.about.parameters, owner: "gymnasium"))
  }

  // MARK: Answers

  static let header = [UInt8](repeating: 0, count: 8)

  /// The answer to a reset.
  static func row(_ state: Int32) -> [UInt8] { header + bytes(state) }

  static func row(_ numbers: [Float]) -> [UInt8] { header + numbers.flatMap(bytes) }

  /// The answer to a step of some copies.
  static func step(
    rewards: [Double], terminated: [Bool], truncated: [Bool], rows: [UInt8], finals: [UInt8] = []
  ) -> [UInt8] {
    let endings = zip(terminated, truncated).count { $0 || $1 }
    var answer = bytes(UInt32(0)) + bytes(UInt32(endings)) + rewards.flatMap(bytes)
    answer += terminated.map { $0 ? 1 : 0 } + truncated.map { $0 ? 1 : 0 }
    while answer.count % 4 != 0 { answer.append(0) }
    return answer + rows + finals
  }

  /// The answer where something was raised.
  static func error(_ message: String) -> [UInt8] {
    bytes(UInt32(1)) + bytes(UInt32(message.utf8.count)) + message.utf8
  }

  static func bytes<T: BitwiseCopyable>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value) { [UInt8]($0) } }
}
