import Foundation
import Testing

/// Pictures, explanations, exercises and what shells and editors ask for, run as users run them.
@Suite struct ToolTests {
  private let folder = TemporaryFolder()

  private func succeed(_ arguments: [String]) throws -> String {
    let result = try Program.run(arguments, in: folder.path)
    #expect(result.code == 0 && result.errors.isEmpty, "\(arguments): \(result.errors)")
    return result.output
  }

  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func showDrawsGridsWithArrows() throws {
    let text = try succeed(["show", "cliff-walking"])
    #expect(text.hasPrefix("cliff-walking: 48 states, 4 actions, gamma 1, J* = -13\n"))
    // The last column leads down to the goal.
    #expect(text.contains("\n-13   X   X   X   X   X   X   X   X   X   X   G\n"))
    #expect(text.hasSuffix(" ↓\n ↑  X  X  X  X  X  X  X  X  X  X  G\n"))
    let object = try json(try succeed(["show", "cliff-walking", "--json"]))
    #expect(object["start_value"] as? Double == -13)
    #expect((object["optimal_actions"] as? [[Int]])?[36] == [0])
  }

  @Test func showWritesValuesAndPolicies() throws {
    _ = try succeed([
      "show", "random-walk", "--gamma", "1", "--values", "v.csv", "--policy", "p.npy", "--action-values", "q.npy",
    ])
    #expect(folder.read("v.csv").hasPrefix("state,label,value\n0,A,"))
    let bytes = try #require(FileManager.default.contents(atPath: folder.path + "/p.npy"))
    #expect(bytes.starts(with: [0x93] + Array("NUMPY".utf8) + [1, 0]))
    // The header is padded so that the numbers begin at a multiple of 64 bytes.
    #expect(bytes.count % 64 == (5 * 2 * 8) % 64)
    #expect(try succeed(["grade", "random-walk", "p.npy", "--gamma", "1"]).contains("100 %"))
  }

  @Test func explainPutsNumbersIntoTheFormula() throws {
    let text = try succeed([
      "explain", "q-learning", "-e", "cliff-walking", "--set", "algorithm.alpha=0.5", "--steps", "1",
    ])
    #expect(text.contains("  δ = R + γ Q′ − Q = -1 + 1 · 0 − 0 = -1\n"))
    #expect(text.contains(" ← 0 + 0.5 · (-1) = -0.5"))
    // Every method with a formula gives what the program computed, or the line would be a plain change.
    for algorithm in ["sarsa", "expected-sarsa", "td"] {
      let text = try succeed(["explain", algorithm, "-e", "cliff-walking", "--steps", "20"])
      #expect(text.components(separatedBy: "δ = R + γ").count == 21, "\(text)")
      #expect(!text.contains("→"))
    }
  }

  /// The same for policies and bandits; a plain change says "→" without a formula before it.
  @Test(arguments: [
    ("actor-critic -e cliff-walking --steps 12", "δ = R + γ v(S′) − v(S)", 12),
    ("actor-critic -e short-corridor --steps 9 --set algorithm.alpha=0.3", "θ(", 9),
    ("actor-critic -e frozen-lake --steps 7 --set algorithm.gamma=0.9", "α I δ = 0.01 · ", 7),
    ("reinforce -e short-corridor --episodes 2 --set algorithm.alpha=0.05", "t = 0: G = ", 2),
    ("reinforce-baseline -e random-walk --episodes 3 --set algorithm.gamma=0.9", "t = 0: G = ", 3),
    ("reinforce-baseline -e cliff-walking --episodes 1 --set environment.time_limit=8", "δ = G − v(S) = ", 8),
    ("epsilon-greedy -e k-armed-bandit --steps 30", "Q(", 60),
    ("ucb -e k-armed-bandit --steps 15 --set algorithm.c=1.5", ", the greatest", 5),
    ("gradient-bandit -e k-armed-bandit --steps 6", "R̄ = ", 6),
    ("gradient-bandit -e k-armed-bandit --steps 6 --set algorithm.baseline_includes_reward=false", "R̄ = ", 6),
    ("policy-evaluation -e frozen-lake --iterations 2 --set algorithm.gamma=0.9", "v(", 4),
  ]) func explainKnowsPoliciesAndBandits(arguments: String, formula: String, count: Int) throws {
    let text = try succeed(["explain"] + arguments.split(separator: " ").map(String.init))
    let body = text.components(separatedBy: "\n\n").dropFirst().joined(separator: "\n\n")
    #expect(body.components(separatedBy: formula).count == count + 1, "\(body)")
    for line in body.split(separator: "\n") where line.contains("→") { #expect(line.contains("· (1 − "), "\(line)") }
    #expect(!body.contains("no value changed"))
  }

  @Test func explainKeepsMonteCarloUntilTheEnd() throws {
    let text = try succeed(["explain", "monte-carlo-prediction", "-e", "random-walk", "--episodes", "3"])
    #expect(text.contains("kept until the episode ends") && text.contains("t = 0: G = ") && !text.contains("→"))
  }

  @Test func explainShowsBackupsOfPlannersAndChangesOfEverythingElse() throws {
    let sweeps = try succeed(["explain", "value-iteration", "-e", "gridworld-4-1", "--iterations", "2"])
    #expect(sweeps.contains("iteration 2: ") && sweeps.contains("up: 1 · (-1 + 1 · (-1)) = -2"))
    for algorithm in ["double-q-learning", "sarsa-lambda", "dyna-q"] {
      let text = try succeed(["explain", algorithm, "-e", "cliff-walking", "--steps", "5"])
      #expect(text.contains(" → "), "\(text)")
    }
  }

  @Test func watchDrawsFramesElsewhereThanOnATerminal() throws {
    let arguments = ["watch", "-e", "cliff-walking", "-a", "q-learning", "--episodes", "50", "--frames", "3"]
    let text = try succeed(arguments)
    #expect(text.components(separatedBy: "q-learning on cliff-walking: episode ").count == 4)
    #expect(text.contains("episode 0, step 0\n") && text.contains("episode 25, ") && text.contains("episode 50, "))
    #expect(!text.contains("\u{1B}"))
    #expect(try succeed(arguments) == text)
    #expect(
      try succeed(["watch", "-e", "gridworld", "-a", "value-iteration", "--frames", "4"]).contains("iteration 3"))
  }

  private static let shortUpdates = ["--set", "algorithm.n_steps=64", "--set", "algorithm.batch_size=64"]

  @Test func watchDrawsLearnersOnVectorsAndWithoutTables() throws {
    let pole = try succeed(
      ["watch", "-e", "cart-pole", "-a", "ppo", "--steps", "200", "--frames", "2"] + Self.shortUpdates)
    #expect(pole.contains("ppo on cart-pole: iteration 0, ") && pole.contains("⠒⠒⠒") && pole.contains("\nobservation "))
    let car = try succeed([
      "watch", "-e", "mountain-car", "-a", "semi-gradient-sarsa", "--steps", "100", "--frames", "2",
    ])
    #expect(car.contains("nothing observed yet") && car.contains("\nobservation -0."))
    let bandit = try succeed([
      "watch", "-e", "k-armed-bandit", "-a", "epsilon-greedy", "--steps", "50", "--frames", "1",
    ])
    #expect(bandit.contains("action  value"))
  }

  /// The episodes are those that "evaluate" plays.
  @Test func watchPlaysTrainedPolicies() throws {
    for (environment, algorithm, mark) in [
      ("cart-pole", "ppo", "⠒⠒⠒"), ("cliff-walking", "q-learning", "values of the policy, exact"),
      ("cliff-walking", "ppo", "values of the policy, exact"),
    ] {
      let results = "\(algorithm)-\(environment)"
      _ = try succeed(
        [
          "run", "-e", environment, "-a", algorithm, "--steps", "300", "--set", "record.policy=first", "--set",
          "environment.time_limit=60", "--seed", "5", "--quiet", "-o", results,
        ] + (algorithm == "ppo" ? Self.shortUpdates : []))
      let file = "\(results)/policies/\(algorithm)-seed-0.json"
      for actions in ["--greedy", "--sample"] {
        let watched = try succeed(
          ["watch", file, "--episodes", "2", "--frames", "3"] + (actions == "--sample" ? [actions] : []))
        let played = try json(try succeed(["evaluate", file, "--episodes", "2", "--json", actions]))
        let returns = try #require(played["returns"] as? [Double])
        let ends = watched.split(separator: "\n").filter { $0.hasSuffix(", over") || $0.hasSuffix(", cut off") }
        #expect(ends.count == 2 && watched.contains(mark) && !watched.contains("\u{1B}"))
        for (end, value) in zip(ends, returns) {
          let told = end.components(separatedBy: "return ").last?.split(separator: ",").first.flatMap { Double($0) }
          #expect(told == value)
        }
        #expect(watched.components(separatedBy: "\(algorithm) on \(environment): episode ").count == 7)
      }
      #expect(try Program.run(["watch", file, "--steps", "5"], in: folder.path).code == 64)
      #expect(try Program.run(["watch", file, "-e", "blackjack"], in: folder.path).code == 65)
    }
  }

  @Test func exercisesAreGradedExactly() throws {
    #expect(try succeed(["assignment", "--seed", "3", "-o", "a"]).hasPrefix("a/exercise.md"))
    for file in ["policy.csv", "values.csv"] {
      let grade = try json(try succeed(["grade", "a", "a/answer/\(file)", "--json"]))
      #expect(grade["score"] as? Double == 1)
    }
    // One wrong action is one state wrong, and costs something.
    var lines = folder.read("a/answer/policy.csv").split(separator: "\n").map(String.init)
    let cells = lines[1].split(separator: ",")
    let state = Int(cells[0])!
    lines[1] = "\(state),\"x\",\((Int(cells[cells.count - 2])! + 1) % 4),y"
    try folder.write(lines.joined(separator: "\n"), to: "mine.csv")
    let grade = try json(try succeed(["grade", "a", "mine.csv", "--json"]))
    #expect(grade["wrong_states"] as? [Int] == [state])
    #expect(grade["right"] as? Int == (grade["states"] as? Int).map { $0 - 1 })
    // The same seed is the same exercise; another is refused in its place.
    _ = try succeed(["assignment", "--seed", "3", "-o", "a"])
    #expect(try Program.run(["assignment", "--seed", "4", "-o", "a"], in: folder.path).code == 73)
    _ = try succeed(["assignment", "garnet", "--seed", "5", "--states", "6", "--actions", "2", "-o", "g"])
    let ties = try json(try succeed(["lint", "g/task.mdp.json", "--gamma", "0.9", "--json"]))
    let finding = (ties["findings"] as? [[String: Any]])?.first { $0["check"] as? String == "ties" }
    #expect(finding?["severity"] as? String == "ok" && (finding?["least_gap"] as? Double ?? 0) >= 1e-3)
  }

  @Test func tensorBoardGetsARecordAPoint() throws {
    _ = try succeed([
      "run", "-e", "random-walk", "-a", "sarsa", "--episodes", "4", "--seeds", "2", "--tensorboard", "-o", "r",
      "--quiet",
    ])
    for seed in 0..<2 {
      let path = folder.path + "/r/tensorboard/sarsa/seed-\(seed)/events.out.tfevents.0.rl-lab"
      let bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
      var place = 0
      var records = 0
      while place < bytes.count {
        let length = Int(bytes[place]) | Int(bytes[place + 1]) << 8
        place += 12 + length + 4
        records += 1
      }
      // The version, the start, and four episodes.
      #expect(place == bytes.count && records == 6)
    }
  }

  @Test func schemaKnowsEveryIdAndParameter() throws {
    let schema = try json(try succeed(["schema"]))
    let definitions = try #require(schema["$defs"] as? [String: [String: Any]])
    let learner = try #require(definitions["algorithm.q-learning"]?["properties"] as? [String: [String: Any]])
    let name = try #require(learner["gamma"]?["$ref"] as? String).replacing("#/$defs/", with: "")
    let gamma = try #require(definitions[name])
    #expect(gamma["minimum"] as? Int == 0 && gamma["maximum"] as? Int == 1)
    #expect((gamma["description"] as? String)?.hasPrefix("γ: discount rate") == true)
    #expect(definitions["algorithm.q-learning"]?["additionalProperties"] as? Bool == false)
    let list = try json(try succeed(["list", "--json"]))
    for (group, kind) in [("environments", "environment"), ("algorithms", "algorithm")] {
      for entry in try #require(list[group] as? [[String: Any]]) {
        #expect(definitions["\(kind).\(entry["id"] as! String)"] != nil)
      }
    }
  }

  private func shell(_ path: String, _ arguments: [String]) throws -> String? {
    guard FileManager.default.isExecutableFile(atPath: path) else { return nil }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text
  }

  @Test func completionsWorkInBash() throws {
    try folder.write(try succeed(["completions", "bash"]), to: "c")
    let ask = { (words: String, count: Int) in
      "COMP_WORDS=(\(words)); COMP_CWORD=\(count); _rl_lab; echo ${COMPREPLY[*]}; "
    }
    let script =
      "source ./c; " + ask("rl-lab li", 1) + ask("rl-lab run -e cliff-w", 3) + ask("rl-lab run --ep", 2)
      + ask("rl-lab explain sarsa-", 2) + ask("rl-lab completions z", 2)
    guard let text = try shell("/bin/bash", ["--norc", "-c", script]) else { return }
    #expect(text == "lint list\ncliff-walking\n--episodes\nsarsa-lambda\nzsh\n")
  }

  @Test func completionsWorkInFish() throws {
    try folder.write(try succeed(["completions", "fish"]), to: "c")
    let script =
      "source ./c; for w in 'rl-lab li' 'rl-lab run -e cliff-w' 'rl-lab run --ep'; complete -C $w | string split -f1 \\t; end"
    guard let text = try shell("/usr/bin/fish", ["--no-config", "-c", script]) else { return }
    #expect(text == "lint\nlist\ncliff-walking\n--episodes\n")
  }

  @Test func completionsLoadInZsh() throws {
    let completions = try succeed(["completions", "zsh"])
    // Without a space before it, `_arguments` gives an action options of its own, which `_alternative` does not know.
    #expect(completions.contains(": _alternative") && !completions.contains(":_alternative"))
    try folder.write(completions, to: "c")
    let script = "autoload -U compinit; compinit -D -u; source ./c; print $_comps[rl-lab]"
    guard let text = try shell("/usr/bin/zsh", ["-f", "-c", script]) else { return }
    #expect(text == "_rl-lab\n")
  }

  @Test func theManualNamesEveryCommand() throws {
    let page = try succeed(["man"])
    #expect(page.hasPrefix(".TH RL\\-LAB 1"))
    for command in ["run", "sweep", "lint", "show", "explain", "grade"] { #expect(page.contains("\n.SS \(command)\n")) }
    // No line begins with a control character that is no request of ours.
    for line in page.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
      let requests = [".TH", ".SH", ".SS", ".B", ".I", ".PP", ".TP", ".nf", ".fi"]
      #expect(requests.contains { line == $0 || line.hasPrefix($0 + " ") }, "\(line)")
    }
  }
}
