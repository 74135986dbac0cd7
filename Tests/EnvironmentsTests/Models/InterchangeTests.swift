import Environments
import RLCore
import Testing

/// Models written for other programs come back with the same values, and written again with the same bytes.
@Suite struct InterchangeTests {
  private static let tasks: [any FiniteEnvironment.Type] = [
    FrozenLake.self, CliffWalking.self, RandomWalk.self, RecyclingRobot.self, RiverSwim.self, ShortCorridor.self,
    GamblersProblem.self, RussellNorvigWorld.self, ForestManagement.self, Blackjack.self,
    Garnet.self,
  ]

  private func read(_ files: [ModelFile], name: String) throws -> FiniteMDP {
    func text(_ place: Int) -> Setting { .text(String(decoding: files[place].bytes, as: UTF8.self)) }
    let content: Setting
    switch files.count {
    case 1: content = text(0)
    case 2: content = .object([.init("main", text(0)), .init("rewards.csv", text(1))])
    default: content = .object([.init("main", text(0)), .init("rew", text(1)), .init("lab", text(2))])
    }
    let settings = try Settings(
      [.init("path", .text("x" + name))], for: MDPFile.about.parameters, attachments: ["path": content],
      owner: "mdp-file")
    return try MDPFile.task(settings).model
  }

  @Test(arguments: tasks.indices, [ModelFormat.drn, .prism, .cassandra, .mdpsolver])
  func modelsComeBack(_ index: Int, _ format: ModelFormat) throws {
    let type = Self.tasks[index]
    let model = try type.task(try Settings(defaultsOf: type)).model
    let files = model.files(as: format, gamma: 0.9)
    let again = try read(files, name: files[0].suffix)
    for (mine, theirs) in zip(files, again.files(as: format, gamma: 0.9)) { #expect(mine.bytes == theirs.bytes) }
    let before = try OptimalSolution(model, gamma: 0.9)
    let after = try OptimalSolution(again, gamma: 0.9)
    let scale = before.values.reduce(1) { max($0, abs($1)) }
    for state in 0..<model.stateCount { #expect(abs(before.values[state] - after.values[state]) <= 1e-12 * scale) }
    if format == .drn || format == .cassandra { #expect(abs(before.startValue - after.startValue) <= 1e-12 * scale) }
  }

  private func model(_ text: String, _ name: String, beside: [Setting.Field] = []) throws -> FiniteMDP {
    try FiniteMDP(file: text, named: name, beside: beside)
  }

  @Test func cassandrasShorthandIsUnderstood() throws {
    let model = try model(
      """
      # A machine that wears out.
      discount: 0.95
      values: cost
      states: good bad
      actions: run mend
      start: good
      T: run
      0.9 0.1
      0.0 1.0
      T: mend : * : good 1.0   # as new
      R: run : * : * : * 1
      R: run : bad : * : * 4
      R: mend : * : * : * 2.5
      """, "m.mdp")
    #expect(model.stateCount == 2 && model.actionLabels == ["run", "mend"])
    #expect(model.stateLabels == .listed(["good", "bad"]))
    #expect(model.expectedRewards == [-1, -2.5, -4, -2.5])
    #expect(model.outcome(0) == .init(probability: 0.9, next: 0, reward: -1, terminated: false))
    #expect(model.initial == [.init(state: 0, probability: 1)])
  }

  @Test func cassandrasIdentityAndUniform() throws {
    let model = try model(
      "discount: 1\nvalues: reward\nstates: 2\nactions: 2\nT: 0 identity\nT: 1\nuniform\nR: * : 1 : * : * 3\n", "m.mdp")
    #expect(model.pairCount == 4)
    #expect(model.probabilities == [1, 0.5, 0.5, 1, 0.5, 0.5])
    #expect(model.expectedRewards == [0, 0, 3, 3])
    #expect(model.initial.count == 2)
  }

  @Test func prismsChainsAndStateRewards() throws {
    let model = try model(
      "3 4\n0 1 0.5\n0 2 0.5\n1 0 1\n2 2 1\n", "c.tra",
      beside: [
        .init("rew", .text("3 1\n0 7\n")), .init("lab", .text("0=\"init\" 1=\"deadlock\"\n1: 0\n")),
      ])
    #expect(model.actionCount == 1 && model.initial == [.init(state: 1, probability: 1)])
    #expect(model.expectedRewards == [7, 0] && model.isTerminal(2))
  }

  @Test func drnOfStormIsUnderstood() throws {
    let model = try model(
      """
      // Exported by storm
      @type: MDP
      @parameters

      @reward_models
      time cost
      @nr_states
      2
      @nr_choices
      3
      @model
      state 0 [1, 0] init
      \taction __NOLABEL__ [2, 9]
      \t\t0 : 1/2
      \t\t1 : 0.5
      \taction __NOLABEL__ [0, 0]
      \t\t1 : 1
      state 1 [0, 0] done
      \taction __NOLABEL__ [0, 0]
      \t\t1 : 1
      """, "s.drn")
    #expect(model.pairCount == 2 && model.isTerminal(1))
    #expect(model.expectedRewards == [3, 1])
  }

  /// Where all states have names, a number is still the place of one.
  @Test(arguments: [("a b", "1", 1), ("a b", "b", 1), ("b 0", "0", 1), ("3", "2", 2), ("1", "1.0", 0), ("1", "0", 0)])
  func cassandrasStartMayBeAStatesNumber(_ states: String, _ start: String, _ state: Int) throws {
    let model = try model("states: \(states)\nactions: 1\nstart: \(start)\nT: 0 uniform\nR: * : * : * : * 1\n", "m.mdp")
    #expect(model.initial == [.init(state: state, probability: 1)])
  }

  /// Later lines win, whatever they are about.
  @Test func cassandrasLaterLinesWin() throws {
    let model = try model(
      """
      states: 2
      actions: 1
      T: 0 uniform
      T: 0 : 1 : 0 0.25
      T: 0 : 1 : 1 0.75
      R: 0 : 0 : 0 : * 1
      R: * : 0 : * : * 2
      R: 0 : 0 : 1 : * 3
      R: 0 : 1 : 1 : * 4
      R: * : * : 0 : * 5
      """, "m.mdp")
    #expect(model.probabilities == [0.5, 0.5, 0.25, 0.75])
    #expect((0..<4).map { model.outcome($0).reward } == [5, 3, 5, 4])
  }

  /// A file of a few words may ask for any number of transitions.
  @Test(arguments: ["T: 0 uniform", "T: * : * uniform", "T: 0 : * : * 0.1", "start: uniform\nT: 0 : * reset"])
  func cassandrasShorthandIsCountedBeforeItIsLaidOut(_ line: String) throws {
    #expect {
      _ = try model("discount: 0.9\nvalues: reward\nstates: 8000\nactions: 1\n\(line)\n", "m.mdp")
    } throws: { error in
      (error as? SettingProblem)?.message.contains("more than 50000000 outcomes") == true
    }
  }

  /// An action may be called as this program calls the choice of an end. It is one wherever it is not just that.
  @Test func anActionMayBeCalledEnd() throws {
    let stormText = """
      @type: MDP
      @nr_states
      4
      @nr_choices
      6
      @model
      state 0 [0] init
      \taction go [1]
      \t\t1 : 1
      \taction end [2]
      \t\t2 : 1
      state 1 [0]
      \taction end [5]
      \t\t0 : 0.5
      \t\t2 : 0.5
      state 2 [0]
      \taction end [0]
      \t\t2 : 1
      state 3 [0]
      \taction end [0]
      \t\t3 : 1
      \taction go [0]
      \t\t2 : 1
      """
    let prismText =
      "4 6 7\n0 0 1 1 go\n0 1 2 1 end\n1 0 0 0.5 end\n1 0 2 0.5 end\n2 0 2 1 end\n3 0 3 1 end\n3 1 2 1 go\n"
    let rewards = Setting.Field("rew", .text("4 6 4\n0 0 1 1\n0 1 2 2\n1 0 0 5\n1 0 2 5\n"))
    for model in [try model(stormText, "x.drn"), try model(prismText, "x.tra", beside: [rewards])] {
      #expect(model.actionLabels == ["go", "end"] && model.isTerminal(2))
      #expect((0..<4).map { model.pairs(of: $0).map { Int(model.pairActions[$0]) } } == [[0, 1], [1], [], [0, 1]])
      #expect(model.expectedRewards == [1, 2, 5, 0, 0])
    }
  }

  /// What is only the choice of an end is no action, wherever it stands in the file.
  @Test func theChoiceOfAnEndIsNoAction() throws {
    let rewards = Setting.Field("rew", .text("2 1 1\n1 0 0 3\n"))
    let model = try model("2 2 2\n0 0 0 1 end\n1 0 0 1 go\n", "x.tra", beside: [rewards])
    #expect(model.actionLabels == ["go"] && model.actionCount == 1 && model.isTerminal(0))
    #expect(model.expectedRewards == [3])
  }

  @Test(arguments: [
    ("@type: CTMC\n@model\n", "x.drn", "line 1: the type is \"ctmc\""),
    ("state 0\n", "x.drn", "the file has no \"@model\""),
    ("@model\nstate 0\n\taction a [\n", "x.drn", "line 3: the rewards have no end"),
    ("@model\nstate 0\n\t\t1 : x\n", "x.drn", "line 3: the probability is \"x\""),
    ("@model\nstate 0\n\t\t0 : 0.5\n", "x.drn", "state 0, action 0: the probabilities sum to 0.5"),
    ("2 1 1\n0 0 5e9 1\n", "x.tra", "line 2: the next state is \"5e9\""),
    ("", "x.tra", "the file has no transitions"),
    ("states: 2\n", "x.mdp", "\"actions:\" is missing"),
    ("states: 2\nactions: 1\nT: 0 : 5 : 0 1\n", "x.mdp", "line 3: there is no state \"5\""),
    ("states: 99999999\nactions: 99999\n", "x.mdp", "out of range"),
    ("states: 2\nactions: 1\nT: 0\n1 0\n0 x\n", "x.mdp", "line 5: a probability is \"x\""),
  ])
  func whatIsWrongIsSaidWithItsLine(_ text: String, _ name: String, _ message: String) throws {
    #expect {
      _ = try model(text, name)
    } throws: { error in
      (error as? SettingProblem)?.message.contains(message) == true
    }
  }
}
