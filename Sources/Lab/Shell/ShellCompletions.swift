import RLCore

/// Completions for shells: commands, flags, and the ids of environments and algorithms where a word can be one.
struct ShellCompletions {
  /// The shells.
  enum Shell: String, CaseIterable {
    case bash
    case zsh
    case fish
  }

  let lab: Laboratory
  let commands: [Command]

  /// The script of a shell.
  func script(for shell: Shell) -> String {
    switch shell {
    case .bash: bash
    case .zsh: zsh
    case .fish: fish
    }
  }

  private var environments: [String] { lab.environments.map(\.about.id) }
  private var algorithms: [String] { lab.algorithms.map(\.about.id) }

  /// What a flag's value can be; nil for anything, an empty list for files.
  private func values(of flag: Arguments.Flag) -> [String]? {
    switch flag.name {
    case "env": return environments
    case "algorithm": return algorithms
    case "format": return ModelFormat.allCases.map(\.rawValue)
    case "metric": return Metric.allCases.map(\.rawValue)
    case "output", "values", "policy", "action-values": return []
    default:
      guard let value = flag.value else { return nil }
      let words = value.split(separator: "|").map(String.init)
      if words.count > 1, words.allSatisfy({ $0 == $0.lowercased() }) { return words }
      return ["FILE", "DIR", "NAME", "PATH", "FILE.svg"].contains(value) ? [] : nil
    }
  }

  /// What a command's own words can be; an empty list for files.
  private func words(of command: Command) -> [String] {
    switch command.name {
    case "model", "lint", "show": return environments
    case "explain": return algorithms
    case "describe": return environments + algorithms
    case "list": return ["environments", "algorithms"]
    case "schema": return ["configuration", "model"]
    case "completions": return Shell.allCases.map(\.rawValue)
    case "assignment": return ["gridworld", "garnet"]
    case "help": return commands.map(\.name)
    default: return []
    }
  }

  private var bash: String {
    var lines = [
      "# Completions of rl-lab for bash: source <(rl-lab completions bash)",
      "_rl_lab() {",
      "  local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"\" command=\"\" words=\"\" flags=\"\"",
      "  if ((COMP_CWORD > 0)); then previous=\"${COMP_WORDS[COMP_CWORD - 1]}\"; fi",
      "  if ((COMP_CWORD > 1)); then command=\"${COMP_WORDS[1]}\"; fi",
      "  COMPREPLY=()", "  case \"$command\" in",
      "    \"\") words=\"\(commands.map(\.name).joined(separator: " ")) help --help --version\" ;;",
      "    help) words=\"\(commands.map(\.name).joined(separator: " "))\" ;;",
    ]
    for command in commands {
      lines.append("    \(command.name))")
      lines.append("      case \"$previous\" in")
      for flag in command.flags where flag.value != nil {
        let names = (flag.short.map { "\($0)|" } ?? "") + "--\(flag.name)"
        if let values = values(of: flag) {
          lines.append(
            values.isEmpty
              ? "        \(names)) COMPREPLY=($(compgen -f -- \"$current\")); return ;;"
              : "        \(names)) COMPREPLY=($(compgen -W \"\(values.joined(separator: " "))\" -- \"$current\")); return ;;"
          )
        } else {
          lines.append("        \(names)) return ;;")
        }
      }
      lines.append("        *) ;;")
      lines.append("      esac")
      let flags = command.flags.map { "--\($0.name)" } + ["--help"]
      lines.append("      flags=\"\(flags.joined(separator: " "))\"")
      lines.append("      words=\"\(words(of: command).joined(separator: " "))\" ;;")
    }
    lines += [
      "  esac", "  if [[ \"$current\" == -* && -n \"$command\" ]]; then words=\"$flags\"; fi",
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))",
      "  if [[ -n \"$command\" && \"$current\" != -* ]]; then COMPREPLY+=($(compgen -f -- \"$current\")); fi", "}",
      "complete -o filenames -F _rl_lab rl-lab",
    ]
    return lines.joined(separator: "\n")
  }

  private func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }

  private var zsh: String {
    var lines = [
      "#compdef rl-lab",
      "# Completions of rl-lab for zsh: source <(rl-lab completions zsh), or in a file _rl-lab on fpath",
      "_rl-lab() {", "  local -a commands", "  commands=(",
    ]
    for command in commands {
      lines.append("    " + quoted(command.name + ":" + command.summary.replacing(":", with: "\\:")))
    }
    lines += [
      "  )", "  if ((CURRENT == 2)); then", "    _describe 'command' commands", "    return", "  fi",
      "  local command=${words[2]}", "  shift words", "  ((CURRENT--))", "  case $command in",
      "    help) _describe 'command' commands ;;",
    ]
    for command in commands {
      lines.append("    \(command.name))")
      lines.append("      _arguments -s \\")
      for flag in command.flags {
        let meaning = flag.meaning.replacing("[", with: "(").replacing("]", with: ")").replacing(":", with: " ")
        let star = flag.repeats ? "*" : ""
        var value = ""
        if let name = flag.value {
          let label = name.replacing(":", with: " ").replacing("|", with: " ")
          value = ":\(label):"
          if let values = values(of: flag) {
            value += values.isEmpty ? "_files" : "(\(values.joined(separator: " ")))"
          } else {
            value += " "
          }
        }
        for name in [flag.short, "--\(flag.name)"].compactMap({ $0 }) {
          lines.append("        \(quoted("\(star)\(name)[\(meaning)]\(value)")) \\")
        }
      }
      let own = words(of: command)
      lines.append("        '--help[how to use it]' \\")
      lines.append(
        own.isEmpty
          ? "        '*:file:_files' ;;"
          : "        \(quoted("*:word: _alternative 'ids:id:(\(own.joined(separator: " ")))' 'files:file:_files'")) ;;")
    }
    lines += [
      "  esac", "}", "if [[ ${funcstack[1]} == _rl-lab ]]; then _rl-lab \"$@\"; else compdef _rl-lab rl-lab; fi",
    ]
    return lines.joined(separator: "\n")
  }

  private var fish: String {
    var lines = [
      "# Completions of rl-lab for fish: rl-lab completions fish | source", "complete -c rl-lab -e",
      "complete -c rl-lab -n __fish_use_subcommand -f",
    ]
    for command in commands {
      lines.append("complete -c rl-lab -n __fish_use_subcommand -a \(command.name) -d \(fishQuoted(command.summary))")
    }
    lines.append("complete -c rl-lab -n __fish_use_subcommand -l help -d 'show all commands'")
    lines.append("complete -c rl-lab -n __fish_use_subcommand -l version -d \(fishQuoted("the program's version"))")
    for command in commands {
      let condition = "complete -c rl-lab -n '__fish_seen_subcommand_from \(command.name)'"
      let own = words(of: command)
      if !own.isEmpty { lines.append("\(condition) -a \(fishQuoted(own.joined(separator: " ")))") }
      for flag in command.flags {
        var line = condition + " -l \(flag.name)"
        if let short = flag.short { line += " -s \(short.dropFirst())" }
        if flag.value != nil {
          line += " -r"
          if let values = values(of: flag), !values.isEmpty {
            line += " -f -a \(fishQuoted(values.joined(separator: " ")))"
          } else if values(of: flag) == nil {
            line += " -f"
          } else {
            line += " -F"
          }
        }
        lines.append(line + " -d \(fishQuoted(flag.meaning))")
      }
    }
    return lines.joined(separator: "\n")
  }

  private func fishQuoted(_ text: String) -> String {
    "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
  }
}
