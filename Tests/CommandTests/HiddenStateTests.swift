import Foundation
import Testing

/// What is told of tasks whose states look alike, of schedules, and of what a folder keeps; run as users run it.
@Suite struct HiddenStateTests {
  private let folder = TemporaryFolder()

  private func names(_ place: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path + "/" + place)
  }

  private func succeed(_ arguments: String..., errors: String = "") throws -> String {
    let result = try Program.run(arguments.flatMap { $0.split(separator: " ").map(String.init) }, in: folder.path)
    #expect(result.code == 0 && (errors.isEmpty ? result.errors.isEmpty : result.errors.contains(errors)))
    return result.output
  }

  /// The agent begins in the corner (3,0), whatever it sees of it; its group's value gets the formula, under the state where the step was taken.
  @Test func explainNamesStatesThatLookAlike() throws {
    let grouped = "environment.aggregate={rows:2,columns:2}"
    let text = try succeed("explain q-learning -e cliff-walking --steps 3 --set", grouped)
    #expect(text.contains("\nepisode 1, step 1: S = 36 (3,0), A = up, R = -1, S′ = 24 (2,0)\n"))
    #expect(text.contains("  Q(36 (3,0), up) ← 0 + 0.1 · (-1) = -0.1\n"))
    #expect(!text.contains("→"))
    // Every one of these shows its formula, with the step sizes of visits to groups, or the line would be a plain change.
    let visits = "algorithm.alpha={schedule:'visits'}"
    for algorithm in ["sarsa", "expected-sarsa", "td --set algorithm.policy=uniform"] {
      let text = try succeed(
        "explain \(algorithm) -e cliff-walking --steps 20 --set", grouped, "--set", visits)
      #expect(text.components(separatedBy: "δ = R + γ").count == 21 && !text.contains("→"), "\(text)")
    }
    let monteCarlo = try succeed(
      "explain monte-carlo-prediction -e random-walk --episodes 3 --set environment.aggregate=[0,0,1,1,1] --set algorithm.policy=uniform"
    )
    #expect(monteCarlo.contains("came before in this episode") && !monteCarlo.contains("→"), "\(monteCarlo)")
    // Of other methods' changes, one line for all that look alike.
    let changes = try succeed("explain double-q-learning -e cliff-walking --steps 1 --set", grouped)
    #expect(changes.contains("  Q(36 (3,0), up): 0 → ") && !changes.contains("Q(24"))
  }

  /// A picture has the agent where it is: at the end of an episode in the last corner, never in the group's number.
  @Test func watchDrawsTheAgentWhereItIs() throws {
    let text = try succeed(
      "watch -e random-walk -a q-learning --steps 1 --frames 2 --set environment.states=7 --set environment.aggregate=[0,0,0,0,0,0,0]"
    )
    #expect(!text.isEmpty)
    let grid = try succeed(
      "watch -e cliff-walking -a q-learning --steps 1 --frames 2 --set", "environment.aggregate={rows:2,columns:2}")
    // After one step the agent is still in the first column.
    let rows = grid.split(separator: "\n").filter { $0.contains("@") }
    #expect(rows.count == 1 && rows.allSatisfy { $0.drop { $0 == " " }.hasPrefix("@") }, "\(grid)")
  }

  @Test func explainStepsThroughContexts() throws {
    for algorithm in ["lin-ucb", "lin-thompson"] {
      let text = try succeed("explain \(algorithm) -e contextual-bandit --steps 2")
      #expect(text.contains("episode 1, step 1: ") && text.contains("episode 2, step 1: "), "\(text)")
    }
  }

  /// Time is what `run` counts: episodes unless steps are asked for. From 1 to 0.1 within one unit: the second has 0.1.
  @Test func explainFollowsSchedulesAsRunDoes() throws {
    let schedule = "algorithm.alpha={schedule:'linear',from:1,to:0.1,over:1}"
    let episodes = try succeed("explain q-learning -e cliff-walking --episodes 2 --set", schedule)
    let parts = episodes.components(separatedBy: "\nepisode 2, step 1:")
    #expect(parts.count == 2 && parts[0].contains(" + 1 · (-1) = -1\n") && !parts[0].contains(" + 0.1 · "))
    #expect(parts[1].contains(" + 0.1 · ") && !parts[1].contains(" + 1 · (-1) ="))
    let steps = try succeed("explain q-learning -e cliff-walking --steps 2 --set", schedule)
    #expect(steps.contains(" + 1 · (-1) = -1\n") && steps.contains(" + 0.1 · (-1) = "))
    // Without a count, as `run` without one: in episodes.
    let plain = try succeed("explain q-learning -e cliff-walking --set", schedule)
    #expect(!plain.contains(" + 0.1 · (") && !plain.contains(" → "))
  }

  /// What belongs to other results goes with them.
  @Test func overwritingLeavesNothingBehind() throws {
    let run = "run -e gridworld-3-5 -a q-learning --seeds 2 -o r --quiet"
    _ = try succeed(run + " --steps 50 --tensorboard")
    #expect(try names("r").contains("tensorboard"))
    for name in [".slurm", "confirm", "mine"] { try folder.write("x", to: "r/\(name)/old") }
    _ = try succeed(run + " --steps 60 --overwrite")
    let names = try names("r")
    for name in ["tensorboard", ".slurm", "confirm"] { #expect(!names.contains(name)) }
    #expect(names.contains("mine") && names.contains("curves.csv"))
  }

  /// Forms that know no starts say so, where any state that offers an action is not what they were.
  @Test func modelSaysWhatAFormLeavesOut() throws {
    for format in ["csv", "mdpsolver"] {
      _ = try succeed("model random-walk --format \(format)", errors: "\(format) files cannot say where episodes begin")
    }
    _ = try succeed("model random-walk --format json")
    _ = try succeed("model gridworld-4-1 --format csv")
  }

  @Test func whatIsLinearInFeaturesHasAFile() throws {
    let run = "--quiet --set record.policy=first -o"
    _ = try succeed(
      "run -e mountain-car -a semi-gradient-sarsa --episodes 1 --set environment.time_limit=20 \(run) linear")
    #expect(try names("linear/policies") == ["semi-gradient-sarsa-seed-0.json"])
    _ = try succeed("run -e cliff-walking -a semi-gradient-sarsa --steps 20 \(run) table")
    #expect(try names("table/policies") == ["semi-gradient-sarsa-seed-0.json"])
  }

  /// At most 100 rows, and the point before learning: every second of 199 steps, and the last.
  @Test func banditsHaveAtMostAHundredRows() throws {
    _ = try succeed("run -e k-armed-bandit -a epsilon-greedy --steps 199 --quiet -o b")
    #expect(folder.read("b/curves.csv").split(separator: "\n").count == 1 + 1 + 100)
  }
}
