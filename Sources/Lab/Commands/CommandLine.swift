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
      if let code = Terminal.failure {
        let reason = String(cString: strerror(code)).lowercased()
        throw LabError(.cannotWrite, "standard output: cannot be written (\(reason)); make space, or write elsewhere")
      }
      return 0
    } catch let error as LabError {
      Terminal.error("error: \(error.message)\n")
      return error.kind.rawValue
    } catch {
      Terminal.error("error: \(LabError(.software, "\(error)").message)\n")
      return LabError.Kind.software.rawValue
    }
  }

  static let commands: [Command] = [
    .runExperiment, .sweep, .compare, .plot, .report, .evaluate, .reproduce, .audit, .show, .watch, .explain, .model,
    .lint, .list, .describe, .check, .schema, .assignment, .grade, .completions, .manual,
  ]

  private func dispatch(_ words: ArraySlice<String>) async throws {
    guard let first = words.first else {
      throw LabError(.usage, "no command is given; \"rl-lab --help\" shows all")
    }
    switch first {
    case "--help", "-h", "help":
      guard let name = words.dropFirst().first else { return Terminal.print(Self.overview) }
      Terminal.print(try Self.command(name).help)
    case "--version":
      if let word = words.dropFirst().first {
        throw LabError(.usage, "--version: \"\(word)\" is one word too many; leave it out")
      }
      Terminal.print("rl-lab \(Version.program)")
    default:
      let command = try Self.command(first)
      let rest = words.dropFirst()
      if rest.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
        Terminal.print(command.help)
        return
      }
      let arguments = try Arguments(rest, flags: command.flags, command: command.name, positional: command.positional)
      try await command.body(self, arguments)
    }
  }

  private static func command(_ name: String) throws(LabError) -> Command {
    if let command = commands.first(where: { $0.name == name }) { return command }
    let words = commands.map(\.name) + ["--help", "--version"]
    let hint =
      Spelling.hint(for: name, among: words, otherwise: "\"rl-lab --help\" shows all")
    throw LabError(.usage, "there is no command \"\(name)\"; \(hint)")
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
