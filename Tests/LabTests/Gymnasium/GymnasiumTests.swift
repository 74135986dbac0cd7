import Foundation
import Testing

@testable import Lab
@testable import RLCore

@Suite struct GymnasiumTests {
  static let chain = #"{"observation":{"states":3},"action":{"actions":2},"time_limit":4,"version":"1"}"#
  static let plane =
    #"{"observation":{"low":[-1,-Infinity],"high":[1,Infinity]},"action":{"low":[-2],"high":[2]},"time_limit":null,"version":"1"}"#

  private func spaces(_ answer: String) throws(BridgeFault) -> GymnasiumSpaces {
    try GymnasiumSpaces(answer: ConfigurationFile.value(answer))
  }

  @Test func spacesAreReadFromTheAnswer() throws {
    let chain = try spaces(Self.chain)
    #expect(chain.observation == .states(3))
    #expect(chain.actions == .discrete(2))
    #expect(chain.timeLimit == 4)
    let plane = try spaces(Self.plane)
    #expect(plane.observation == .numbers(low: [-1, -.infinity], high: [1, .infinity]))
    #expect(plane.actions == .continuous(low: [-2], high: [2]))
    #expect(plane.timeLimit == nil)
    #expect(throws: BridgeFault(kind: .space, message: "observations of the space Dict")) {
      try spaces(#"{"error":"space","message":"observations of the space Dict"}"#)
    }
    for wrong in ["[]", "{}", #"{"observation":{"states":0},"action":{"actions":2}}"#, "nothing"] {
      #expect(throws: BridgeFault.self) { try spaces(wrong) }
    }
  }

  @Test func aTableLearnsFromWhatTheBridgeAnswers() throws {
    // Two steps of -1 an episode, the second ends in state 2; the third episode is cut off in state 1.
    let first = FakeInterpreter.step(
      rewards: [-1], terminated: [false], truncated: [false], rows: FakeInterpreter.bytes(Int32(1)))
    let last = FakeInterpreter.step(
      rewards: [-1], terminated: [true], truncated: [false], rows: FakeInterpreter.bytes(Int32(0)),
      finals: FakeInterpreter.bytes(Int32(2)))
    let cut = FakeInterpreter.step(
      rewards: [-5], terminated: [false], truncated: [true], rows: FakeInterpreter.bytes(Int32(0)),
      finals: FakeInterpreter.bytes(Int32(1)))
    let fake = try FakeInterpreter([
      .line(Self.chain), .line(Self.chain), .bytes(13, FakeInterpreter.row(0)), .bytes(5, first), .bytes(5, last),
      .bytes(5, first), .bytes(5, last), .bytes(5, cut),
    ])
    defer { fake.remove() }
    let task = try fake.task()
    #expect(task.space == ActionSpace(states: 3, actions: 2))
    #expect(task.timeLimit == 4)
    #expect(task.isRemote)
    var environment = task.anyEnvironment(seesStates: true)
    var stream = RandomStream(root: 1, index: 2, component: "environment")
    environment.prepare(using: &stream)
    for _ in 0..<2 {
      #expect(environment.reset(using: &stream) == 0)
      let outcome = environment.step(1, using: &stream)
      #expect(outcome.observation == 1 && outcome.reward == -1 && !outcome.terminated && !outcome.truncated)
      let end = environment.step(0, using: &stream)
      #expect(end.observation == 2 && end.terminated && !end.truncated)
    }
    #expect(environment.reset(using: &stream) == 0)
    let end = environment.step(0, using: &stream)
    #expect(end.observation == 1 && end.reward == -5 && !end.terminated && end.truncated)
    #expect(environment.failure == nil)
  }

  @Test func aBatchTakesOneAnswerForAllCopies() throws {
    let rows = [0.5, 1.5, 2.5, 3.5].map { FakeInterpreter.bytes(Float($0)) }.flatMap { $0 }
    let step = FakeInterpreter.step(
      rewards: [1, 2], terminated: [false, false], truncated: [false, true], rows: rows,
      finals: [Float(7), 8].flatMap(FakeInterpreter.bytes))
    let fake = try FakeInterpreter([
      .line(Self.plane), .line(Self.plane), .bytes(13, FakeInterpreter.row([0, 1])),
      .bytes(13, FakeInterpreter.row([2, 3])),
      .bytes(9, step), .bytes(11, FakeInterpreter.error("ValueError: the wheel came off (car.py:3)")),
    ])
    defer { fake.remove() }
    let task = try fake.task()
    let view = try task.vectorTask(Settings([], for: [], owner: "test"))
    #expect(view.observationCount == 2)
    let batch = view.make(.init(copies: 2, timeLimit: nil, root: 0, seed: 0, isEvaluation: false))
    #expect((0..<4).map { batch.observations[$0] } == [0, 1, 2, 3])
    batch.step(values: [0.25, -0.25])
    #expect((0..<4).map { batch.observations[$0] } == [0.5, 1.5, 2.5, 3.5])
    #expect([batch.rewards[0], batch.rewards[1]] == [1, 2])
    #expect([batch.terminated[1], batch.truncated[1], batch.truncated[0]] == [false, true, false])
    #expect([batch.finalObservations[2], batch.finalObservations[3]] == [7, 8])
    #expect(batch.episodes == 1)
    #expect(batch.failure == nil)
    // A fault ends every episode, so that nobody waits for an end for ever.
    var actions = ActionStore(count: 2, for: view.actionSpace)
    actions.values = [0, 0]
    batch.step(actions, where: [true, true])
    #expect(batch.failure == "ValueError: the wheel came off (car.py:3)")
    #expect(batch.terminated[0] && batch.terminated[1])
  }

  @Test func aDeadProcessLeavesItsLastWords() throws {
    let fake = try FakeInterpreter([
      .line(Self.chain), .line(Self.chain), .bytes(13, FakeInterpreter.row(0)), .exit(3, "out of petrol"),
    ])
    defer { fake.remove() }
    var environment = try fake.task().anyEnvironment(seesStates: true)
    var stream = RandomStream(root: 1, index: 2, component: "environment")
    _ = environment.reset(using: &stream)
    #expect(environment.step(0, using: &stream).terminated)
    #expect(environment.failure == "\(fake.path) ended with code 3: out of petrol")
  }

  /// Neither a warning nor what was said before the last answer is what a process died of.
  @Test func whatWasSaidEarlierIsNotWhyItDied() throws {
    let step = FakeInterpreter.step(
      rewards: [0], terminated: [false], truncated: [false], rows: FakeInterpreter.bytes(Int32(1)))
    let fake = try FakeInterpreter([
      .line(Self.chain), .line(Self.chain), .bytes(13, FakeInterpreter.row(0)), .say("episode 1"), .bytes(5, step),
      .exit(3, "/a b/core.py:7: UserWarning: WARN: it is old\n  logger.warn("),
    ])
    defer { fake.remove() }
    var environment = try fake.task().anyEnvironment(seesStates: true)
    var stream = RandomStream(root: 1, index: 2, component: "environment")
    _ = environment.reset(using: &stream)
    #expect(!environment.step(0, using: &stream).terminated)
    #expect(environment.step(0, using: &stream).terminated)
    #expect(environment.failure == "\(fake.path) ended with code 3, without a word")
  }

  @Test(arguments: [
    ("a.py:3: UserWarning: odd\n  warn(\n", nil),
    ("out of petrol\na.py:3: DeprecationWarning: old\n  f()\n", "out of petrol"),
    ("<string>:3: UserWarning: odd\nno source\n  indented\n", "indented"), ("", nil), (" \n\n", nil),
    ("Warning: mind the gap\n", "Warning: mind the gap"),
  ])
  func warningsAreNoLastWords(text: String, words: String?) {
    #expect(BridgeProcess.lastWords(text) == words)
  }

  @Test(arguments: [
    (Double.nan, "not a number (nan)"), (.infinity, "infinite (inf)"), (-.infinity, "infinite (-inf)"),
  ])
  func aRewardThatIsNotFiniteEndsTheTrial(reward: Double, words: String) throws {
    func step(_ reward: Double) -> [UInt8] {
      FakeInterpreter.step(
        rewards: [reward], terminated: [false], truncated: [false], rows: FakeInterpreter.bytes(Int32(1)))
    }
    let fake = try FakeInterpreter([
      .line(Self.chain), .line(Self.chain), .bytes(13, FakeInterpreter.row(0)), .bytes(5, step(1)),
      .bytes(5, step(reward)),
    ])
    defer { fake.remove() }
    var environment = try fake.task().anyEnvironment(seesStates: true)
    var stream = RandomStream(root: 1, index: 2, component: "environment")
    _ = environment.reset(using: &stream)
    #expect(environment.step(0, using: &stream).reward == 1)
    let end = environment.step(0, using: &stream)
    #expect(end.terminated && end.reward == 0)
    #expect(environment.failure == "the environment gave a reward that is \(words) at step 2")
  }

  /// In the midst of an episode, in its last observation and in its first; copies that do not move are not looked at.
  @Test func anObservationThatIsNotFiniteEndsTheTrial() throws {
    func failure(_ turns: [FakeInterpreter.Turn], moves: [Bool]? = nil) throws -> String? {
      let start = [FakeInterpreter.Turn.line(Self.plane), .line(Self.plane), .bytes(13, FakeInterpreter.row([0, 1]))]
      let fake = try FakeInterpreter(start + turns)
      defer { fake.remove() }
      let view = try fake.task().vectorTask(Settings([], for: [], owner: "test"))
      let batch = view.make(.init(copies: 2, timeLimit: nil, root: 0, seed: 0, isEvaluation: false))
      if let moves {
        var actions = ActionStore(count: 2, for: view.actionSpace)
        actions.values = [0, 0]
        batch.step(actions, where: moves)
      } else if batch.failure == nil {
        batch.step(values: [0, 0])
      }
      if batch.failure != nil {
        #expect((0..<4).allSatisfy { batch.observations[$0].isFinite && batch.finalObservations[$0].isFinite })
      }
      return batch.failure
    }
    func step(_ rows: [Float], finals: [Float] = []) -> [UInt8] {
      FakeInterpreter.step(
        rewards: [0, 0], terminated: [false, !finals.isEmpty], truncated: [false, false],
        rows: rows.flatMap(FakeInterpreter.bytes), finals: finals.flatMap(FakeInterpreter.bytes))
    }
    let second = FakeInterpreter.Turn.bytes(13, FakeInterpreter.row([2, 3]))
    #expect(try failure([second, .bytes(9, step([0, 1, 2, 3]))]) == nil)
    #expect(
      try failure([second, .bytes(9, step([0, 1, 2, .nan]))])
        == "the environment gave an observation that is not a number (nan in place 2 of 2) at step 1 of copy 2")
    #expect(
      try failure([second, .bytes(9, step([0, 1, 2, 3], finals: [-.infinity, 0]))])
        == "the environment gave an observation that is infinite (-inf in place 1 of 2) at step 1 of copy 2")
    #expect(
      try failure([.bytes(13, FakeInterpreter.row([.infinity, 3]))])
        == "the environment gave an observation that is infinite (inf in place 1 of 2) at step 0 of copy 2")
    #expect(try failure([second, .bytes(11, step([0, 1, 2, .nan]))], moves: [true, false]) == nil)
  }

  /// Numbered states are no help where actions are not numbered.
  @Test func tablesDoNotTakeContinuousActions() throws {
    let spaces = #"{"observation":{"states":3},"action":{"low":[-2],"high":[2]},"time_limit":4,"version":"1"}"#
    let fake = try FakeInterpreter([.line(spaces)])
    defer { fake.remove() }
    let error = #expect(throws: LabError.self) {
      try experiment(
        "{environment: {id: 'gymnasium', env: 'Fake-v0', python: '\(fake.path)'}, algorithm: 'q-learning', budget: {steps: 5}}"
      )
    }
    #expect(
      error?.message.hasSuffix(
        "\"q-learning\" takes numbered actions, and those of \"gymnasium\" are continuous; choose ppo or a2c") == true,
      "\(error?.message ?? "")")
  }

  @Test func whatIsMissingIsKnownBeforeAnythingRuns() throws {
    let entry = try #require(Laboratory.standard.environment("gymnasium"))
    let settings = try Settings(
      [.init("env", .text("X-v0")), .init("python", .text("/nowhere/python"))], for: entry.about.parameters,
      owner: "gymnasium")
    let error = try #require(try entry.make(settings).unavailable)
    #expect(error.kind == .noInput)
    #expect(error.message.hasPrefix("environment.python: there is no Python interpreter \"/nowhere/python\""))
    let bare = try FakeInterpreter([.line(#"{"error":"missing","message":"ModuleNotFoundError: no gymnasium"}"#)])
    defer { bare.remove() }
    #expect(try bare.task().unavailable?.kind == .noInput)
  }

  @Test(arguments: [
    ("id", ".env", "has no such environment"), ("kwargs", ".kwargs", "does not take these arguments"),
    ("space", ".env", "write a wrapper"), ("make", ".env", "cannot be made"),
  ])
  func refusalsNameTheirPlace(_ kind: String, _ place: String, _ words: String) throws {
    let fake = try FakeInterpreter([.line("{\"error\":\"\(kind)\",\"message\":\"so it is\"}")])
    defer { fake.remove() }
    let problem = try #require(throws: SettingProblem.self) { try fake.task() }
    #expect(problem.place == place)
    #expect(problem.message.contains(words) && problem.message.contains("so it is"))
  }

  @Test func theTimeLimitIsNoArgument() throws {
    #expect(throws: SettingProblem.self) {
      try FakeInterpreter([]).task(["kwargs": .object([.init("max_episode_steps", .integer(3))])])
    }
  }

  @Test func questionsNameTheTask() {
    var request = GymnasiumSession.Request(id: "Taxi-v4", python: "python3")
    request.kwargs = .object([.init("is_rainy", .boolean(true))])
    request.timeLimit = 9
    #expect(
      request.line
        == #"{"copies":1,"id":"Taxi-v4","kwargs":{"is_rainy":true},"seed":0,"time_limit":9}"# + "\n")
    request.timeLimit = nil
    #expect(request.line.contains(#""time_limit":null"#))
    request.hasOwnTimeLimit = true
    #expect(request.line.contains(#""time_limit":"default""#))
  }
}
