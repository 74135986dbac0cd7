import RLCore
import Testing

@testable import Lab

@Suite struct TaskPictureTests {
  private func task(_ environment: String) throws -> PreparedTask {
    let algorithm = environment.contains("bandit") ? "epsilon-greedy" : "q-learning"
    return try experiment("{environment: \(environment), algorithm: '\(algorithm)', budget: {steps: 1}}").variants[0]
      .task
  }

  /// A policy of which no values are known is shown with its exact ones: four equal moves on the grid of Sutton & Barto, Example 4.1.
  @Test func valuesOfPoliciesAreExact() throws {
    let task = try task("'gridworld-4-1'")
    var report = LearnerReport()
    report.targetPolicy = [Double](repeating: 0.25, count: task.space.slotCount)
    var picture = TaskPicture(task, gamma: 1)
    let text = picture.text(report, at: AgentPlace(state: 5))
    #expect(text.hasPrefix("values of the policy, exact\n"))
    #expect(text.contains("-14 -18 -20 -20") && text.contains("any   @ any any"))
  }

  @Test func banditsAreATableOfArms() throws {
    let task = try task("{id: 'k-armed-bandit', arms: 3}")
    var report = LearnerReport()
    report.actionValues = [0, 1.5, -2]
    var picture = TaskPicture(task, gamma: 1)
    let rows = picture.text(report, at: AgentPlace()).split(separator: "\n").map { $0.split(separator: " ") }
    #expect(rows.map { $0[0] } == ["action", "0", "1", "2"] && rows[2][1] == "1.5" && rows[2][2] == "–")
  }

  /// Of many states the first are shown, and the agent's in any case.
  @Test func theAgentIsAlwaysShown() throws {
    var picture = TaskPicture(try task("'blackjack'"), gamma: 1)
    let near = picture.text(LearnerReport(), at: AgentPlace(state: 3))
    #expect(near.contains("\n@3 ") && near.hasSuffix(" more states"))
    let far = picture.text(LearnerReport(), at: AgentPlace(state: 150))
    #expect(
      far.contains("\n@150 ") && !far.contains("@3")
        && far.split(separator: "\n").count == near.split(separator: "\n").count)
  }
}

@Suite struct FrameScreenTests {
  @Test func framesFitTheirScreen() {
    let picture = (1...30).map { "row \($0)" }.joined(separator: "\n")
    let caption = "ppo on cart-pole: episode 1, step 22, return 100"
    #expect(
      FrameScreen.fitted(caption, picture, columns: .max, rows: .max) == [caption, ""]
        + picture.split(separator: "\n").map(String.init))
    let small = FrameScreen.fitted(caption, picture, columns: 30, rows: 10)
    #expect(small[..<3] == ["ppo on cart-pole: episode 1,", "step 22, return 100", ""])
    #expect(small.count == 9 && small.last == "row 30" && small[3] == "row 25")
    #expect(FrameScreen.fitted("a", "abcdef\n\nx", columns: 4, rows: 24) == ["a", "", "abcd", "", "x"])
    #expect(FrameScreen.fitted("a, b", "x", columns: 1, rows: 1).allSatisfy { $0.count <= 1 })
  }
}

@Suite struct PlaceFinderTests {
  private func place(_ environment: String, _ view: StateView, _ state: Int) throws -> AgentPlace {
    let text = "{environment: \(environment), algorithm: 'q-learning', budget: {steps: 1}}"
    let task = try experiment(text).variants[0].task
    let vector = try task.vectorTask(seen: view)
    let all = try #require(task.allObservations(vector))
    return PlaceFinder(task, vector).place(in: all, row: state)
  }

  @Test func statesAreFoundByWhatIsSeen() throws {
    for view in [StateView.oneHot, .coordinates] {
      for state in [0, 13, 36, 47] { #expect(try place("'cliff-walking'", view, state) == AgentPlace(state: state)) }
    }
    #expect(try place("{id: 'count-to-n', n: 3}", .tokens, 7) == AgentPlace(state: 7))
  }

  /// The switched corridor's states look alike: Sutton & Barto, Example 13.1.
  @Test func whatLooksAlikeIsNotTold() throws {
    #expect(try place("'short-corridor'", .oneHot, 1) == AgentPlace())
  }
}
