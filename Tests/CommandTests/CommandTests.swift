import Foundation
import Testing

/// What the commands write where, and how they end.
@Suite struct CommandTests {
  private let folder = TemporaryFolder()

  private func json(_ text: String) throws -> [String: Any] {
    #expect(text.hasSuffix("}\n") && text.hasPrefix("{"))
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func succeed(_ arguments: [String]) throws -> String {
    let result = try Program.run(arguments, in: folder.path)
    #expect(result.code == 0, "\(arguments): \(result.errors)")
    #expect(result.errors.isEmpty)
    return result.output
  }

  @Test func helpAndVersionGoToStandardOutput() throws {
    let help = try succeed(["--help"])
    #expect(try succeed(["-h"]) == help)
    #expect(try succeed(["help"]) == help)
    for command in ["run", "sweep", "model", "lint", "list", "describe", "check"] {
      #expect(help.contains("  \(command) "))
      let page = try succeed([command, "--help"])
      #expect(page.contains("usage: rl-lab \(command)"))
      #expect(try succeed(["help", command]) == page)
    }
    #expect(try succeed(["--version"]).hasPrefix("rl-lab "))
  }

  @Test func listsAndDescribesEverything() throws {
    let all = try json(try succeed(["list", "--json"]))
    let text = try succeed(["list"])
    for group in ["environments", "algorithms"] {
      let entries = try #require(all[group] as? [[String: Any]])
      #expect(entries.count >= 10)
      #expect(try json(try succeed(["list", group, "--json"])).keys.sorted() == [group])
      for entry in entries { #expect(text.contains("  \(entry["id"] as! String) ")) }
      // One of each by the command; all pages come from the same declarations.
      let id = try #require(entries[0]["id"] as? String)
      #expect(try succeed(["describe", id]).hasPrefix(id + " ("))
      let page = try json(try succeed(["describe", id, "--json"]))
      #expect(page["id"] as? String == id)
      #expect((page["parameters"] as? [Any])?.isEmpty == false)
    }
  }

  @Test func checkPrintsThePlanAndRunsNothing() throws {
    try folder.write(
      """
      {environment: "cliff-walking", budget: {episodes: 20}, seeds: 3,
       sweep: {"algorithm.id": ["sarsa", "q-learning"], "algorithm.alpha": [0.1, 0.5]}}
      """, to: "c.json5")
    let before = folder.snapshot()
    let text = try succeed(["check", "c.json5"])
    #expect(text.hasPrefix("c: 4 variants × 3 seeds = 12 trials"))
    // A dry run prints the same plan, and what it is likely to take.
    #expect(try succeed(["sweep", "c.json5", "--dry-run"]).hasPrefix(text))
    let plan = try json(try succeed(["check", "c.json5", "--json"]))
    #expect(plan["trials"] as? Int == 12)
    #expect(
      (plan["variants"] as? [[String: Any]])?.map { $0["name"] as? String } == [
        "sarsa alpha=0.1", "sarsa alpha=0.5", "q-learning alpha=0.1", "q-learning alpha=0.5",
      ])
    #expect(folder.snapshot() == before)
  }

  @Test func modelIsReadBackAsItWasWritten() throws {
    let model = try succeed(["model", "frozen-lake", "--set", "environment.is_slippery=false"])
    try folder.write(model, to: "lake.mdp.json")
    #expect(try json(model)["format"] as? String == "rl-lab-mdp/1")
    #expect(try succeed(["model", "mdp-file", "--set", "environment.path=lake.mdp.json"]) == model)
    let table = try Program.run(
      ["model", "frozen-lake", "--set", "environment.is_slippery=false", "--format", "csv"], in: folder.path
    ).output
    #expect(table.hasPrefix("state,action,probability,next_state,reward,terminated\n"))
  }

  @Test func aFullOutputIsAnError() throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let process = Process()
    process.executableURL = Program.executable
    process.arguments = ["list"]
    process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 73)
    #expect(text.hasPrefix("error: standard output: cannot be written"))
  }

  @Test func runWritesItsFilesAndASummary() throws {
    let arguments = ["run", "-e", "cliff-walking", "-a", "q-learning", "--episodes", "20", "--seeds", "2"]
    let summary = try succeed(arguments)
    let place = "results/q-learning-on-cliff-walking"
    #expect(summary.hasPrefix("q-learning  return "))
    #expect(summary.contains("curves: \(place)/curves.csv"))
    #expect(
      folder.read(place + "/curves.csv").hasPrefix(
        "variant,environment,algorithm,seed,iteration,episode,step,return,length,"
          + "optimality_gap,behavior_gap,regret,agreement\n"))
    #expect(
      folder.read(place + "/summary.csv").hasPrefix(
        "variant,environment,algorithm,iteration,episode,step,metric,n,mean,std,ci_low,ci_high,median,iqm\n"))
    #expect(
      folder.read(place + "/values.csv").hasPrefix(
        "variant,seed,state,label,action,action_label,q,probability,value\n"))
    let description = try json(folder.read(place + "/experiment.json"))
    #expect(description["seeds"] as? [Int] == [0, 1])
    #expect(description["wall_time"] is Double)
    // Nothing half-written is left.
    #expect(!folder.snapshot().keys.contains { $0.hasSuffix(".part") })
    #expect(try succeed(arguments + ["--quiet"]) == "")
  }

  @Test func jsonIsOneObjectAndNothingElse() throws {
    let arguments = ["run", "-e", "random-walk", "-a", "sarsa", "--episodes", "10", "--seeds", "3", "--json"]
    let first = try json(try succeed(arguments + ["-o", "r"]))
    #expect((first["trials"] as? [String: Int]) == ["finished": 3, "held": 0, "failed": 0, "missing": 0])
    for file in try #require(first["files"] as? [String]) { #expect(folder.exists(file)) }
    let again = try json(try succeed(arguments + ["-o", "r"]))
    #expect((again["trials"] as? [String: Int]) == ["finished": 0, "held": 3, "failed": 0, "missing": 0])
  }

  @Test func filesInAConfigurationAreFoundBesideIt() throws {
    try folder.write("S..\n.#.\n..G\n", to: "maps/small.txt")
    try folder.write(
      "{environment: {id: 'gridworld', map: 'small.txt'}, algorithm: 'value-iteration', seeds: [7]}",
      to: "maps/grid.json5")
    #expect(try succeed(["run", "maps/grid.json5"]).contains("results/grid/curves.csv"))
    #expect(folder.read("results/grid/values.csv").contains("\nvalue-iteration,7,0,\"(0,0)\","))
    // A flag's path starts from the working folder.
    let flag = ["--set", "environment.map=maps/small.txt"]
    #expect(try succeed(["run", "-e", "gridworld", "-a", "value-iteration", "-o", "r", "--quiet"] + flag) == "")
  }
}
