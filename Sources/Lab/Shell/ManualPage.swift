/// The manual page, from the same declarations as `--help` (man(7)).
struct ManualPage {
  let commands: [Command]

  /// The page in roff.
  var text: String {
    var lines = [
      ".TH RL\\-LAB 1 \"\" \"rl\\-lab \(Self.escaped(Version.program))\" \"User Commands\"", ".SH NAME",
      "rl\\-lab \\- reinforcement learning, each curve beside the exact answer", ".SH SYNOPSIS", ".B rl\\-lab",
      ".I COMMAND", "[\\fIARGUMENT\\fR ...]", ".SH DESCRIPTION",
      "Runs algorithms of reinforcement learning on finite tasks, bandits and control tasks from a configuration or from flags,",
      "and writes their learning curves beside exact answers.", ".SH COMMANDS",
    ]
    for command in commands {
      lines += [
        ".SS \(Self.escaped(command.name))", ".B rl\\-lab \(Self.escaped(command.usage))", ".PP",
        Self.escaped(Self.sentence(command.summary)),
      ]
      for flag in command.flags {
        let names = [flag.short, "--" + flag.name].compactMap { $0 }.map { "\\fB\(Self.escaped($0))\\fR" }
        let value = flag.value.map { " \\fI\(Self.escaped($0))\\fR" } ?? ""
        lines += [".TP", names.joined(separator: ", ") + value, Self.escaped(Self.sentence(flag.meaning))]
      }
    }
    lines += [".SH EXIT STATUS"]
    for (code, meaning) in [
      ("0", "Done."), ("64", "Wrong usage of the command line."), ("65", "Wrong configuration or input data."),
      ("66", "Input not found."), ("70", "Internal error, or trials that failed."), ("73", "Output cannot be written."),
      ("130", "Interrupted; what was finished is kept."),
    ] { lines += [".TP", ".B \(code)", meaning] }
    lines += [
      ".SH ENVIRONMENT", ".TP", ".B NO_COLOR", "If set, nothing is colored.", ".SH EXAMPLES", ".nf",
      "rl\\-lab run \\-e cliff\\-walking \\-a q\\-learning \\-\\-episodes 500 \\-\\-seeds 10",
      "rl\\-lab show frozen\\-lake \\-\\-gamma 0.99", "source <(rl\\-lab completions bash)", ".fi",
    ]
    return lines.joined(separator: "\n")
  }

  private static func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst() + (text.hasSuffix(".") ? "" : ".")
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "'" where result.isEmpty: result += "\\(aq"
      case "." where result.isEmpty: result += "\\&."
      default: result.append(character)
      }
    }
    return result
  }
}
