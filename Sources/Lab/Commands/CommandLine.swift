import Foundation
import RLCore

extension Laboratory {
  /// The whole `rl-lab` command line on this laboratory. Ends the process with the exit code of the contract where it is not 0.
  ///
  /// - Parameter arguments: The words of the command line, the program's name first.
  public func run(arguments: [String]) async {
    let code = await exitCode(arguments: arguments)
    if code != 0 { exit(code) }
  }

  /// Runs a command line.
  ///
  /// - Returns: The exit code: 0, or one of ``LabError/Kind``.
  public func exitCode(arguments: [String]) async -> Int32 {
    do {
      try await dispatch(arguments.dropFirst())
      return 0
    } catch let error as LabError {
      if !error.message.isEmpty { Terminal.error("error: \(error.message)\n") }
      return error.kind.rawValue
    } catch {
      Terminal.error("error: \(error)\n")
      return LabError.Kind.software.rawValue
    }
  }

  private static let commands: [Command] = [
    .runExperiment, .sweep, .compare, .plot, .reproduce, .model, .list, .describe, .check,
  ]

  private func dispatch(_ words: ArraySlice<String>) async throws {
    guard let first = words.first else {
      Terminal.error(Self.overview + "\n")
      throw LabError(.usage, "")
    }
    switch first {
    case "--help", "-h", "help":
      if words.count > 1, let command = Self.commands.first(where: { $0.name == words[words.startIndex + 1] }) {
        Terminal.print(command.help)
      } else {
        Terminal.print(Self.overview)
      }
    case "--version": Terminal.print("rl-lab \(Version.program)")
    default:
      guard let command = Self.commands.first(where: { $0.name == first }) else {
        let hint =
          Spelling.suggestion(for: first, among: Self.commands.map(\.name)).map { "did you mean \"\($0)\"?" }
          ?? "\"rl-lab --help\" shows all"
        throw LabError(.usage, "there is no command \"\(first)\"; \(hint)")
      }
      let rest = words.dropFirst()
      if rest.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
        Terminal.print(command.help)
        return
      }
      let arguments = try Arguments(rest, flags: command.flags, command: command.name, positional: command.positional)
      try await command.body(self, arguments)
    }
  }

  private static var overview: String {
    var lines = [
      "rl-lab: reinforcement learning, each curve beside the exact answer", "",
      "usage: rl-lab COMMAND ...", "",
    ]
    let width = commands.map(\.name.count).max()! + 3
    for command in commands {
      lines.append("  " + command.name + String(repeating: " ", count: width - command.name.count) + command.summary)
    }
    lines += [
      "", "  rl-lab COMMAND --help   how to use one", "  rl-lab --version        the program's version", "",
      "first steps: rl-lab run -e cliff-walking -a q-learning --episodes 500 --seeds 10",
    ]
    return lines.joined(separator: "\n")
  }
}
