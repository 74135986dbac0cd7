import Environments
import RLCore
import Testing

/// Models as Storm, PRISM and MDPSolver write them, whole, cut off and at odds with themselves.
@Suite struct ForeignModelTests {
  /// A file of Storm's with two reward models, in the order in which Storm puts them.
  private static let storm = """
    // Exported by storm
    // Original model type: MDP
    @type: MDP
    @value_type: double
    @parameters

    @reward_models
    other r 
    @nr_states
    3
    @nr_choices
    5
    @model
    state 0 [1, 0] init
    //[s=0]
    \taction a [0, 0.25]
    \t\t1 : 0.5
    \t\t2 : 0.5
    \taction a [0, 4]
    \t\t1 : 1
    state 1 [inf, 2.5]
    //[s=1]
    \taction b [0, 0]
    \t\t2 : 1
    \taction __NOLABEL__ [0, 0]
    \t\t0 : 1
    state 2 [0, 0]
    //[s=2]
    \taction __NOLABEL__ [0, 0]
    \t\t2 : 1
    """

  private func message(_ body: () throws -> FiniteMDP) -> String {
    do {
      _ = try body()
      return ""
    } catch { return (error as? SettingProblem)?.message ?? "\(error)" }
  }

  @Test func aRewardModelIsTakenByItsName() throws {
    let named = try FiniteMDP(file: Self.storm, named: "s.drn", options: [.init("reward_model", .text("r"))])
    #expect(named.expectedRewards == [0.25, 4, 2.5, 2.5])
    #expect(message { try FiniteMDP(file: Self.storm, named: "s.drn") }.contains("the reward is \"inf\""))
    let wrong = message {
      try FiniteMDP(file: Self.storm, named: "s.drn", options: [.init("reward_model", .text("othr"))])
    }
    #expect(wrong.contains("line 8: there is no reward model \"othr\"; did you mean \"other\"?"))
    let none = message {
      try FiniteMDP(
        file: "@model\nstate 0\n\t\t0 : 1\n", named: "s.drn", options: [.init("reward_model", .text("r"))])
    }
    #expect(none.contains("there is no reward model \"r\""))
    let elsewhere = message {
      try FiniteMDP(file: "states: 1\n", named: "s.mdp", options: [.init("reward_model", .text("r"))])
    }
    #expect(elsewhere.contains("only .drn files have reward models"))
  }

  /// Storm and PRISM may call several choices of a state alike; each is an action. What only ends are called is none.
  @Test func choicesThatAreCalledAlikeAreActions() throws {
    let drn = try FiniteMDP(file: Self.storm, named: "s.drn", options: [.init("reward_model", .text("r"))])
    #expect(drn.actionLabels == ["a", "a.2", "b", "1"])
    #expect((0..<3).map { drn.actions(of: $0) } == [[0, 1], [2, 3], []])
    let text = "3 5 6\n0 0 1 0.5 a\n0 0 2 0.5 a\n0 1 1 1 a\n1 0 2 1 b\n1 1 0 1\n2 0 2 1 c\n"
    let prism = try FiniteMDP(
      file: text, named: "p.tra", beside: [.init("trew", .text("3 5 2\n0 1 1 4\n1 1 0 2.5\n"))])
    #expect(prism.actionLabels == ["a", "a.2", "b", "1"])
    #expect(prism.expectedRewards == [0, 4, 0, 2.5])
  }

  @Test func placeholdersStandForTheirValues() throws {
    let model = try FiniteMDP(
      file: """
        @type: MDP
        @placeholders
        $0 : 1/3
        $1 : 0.5
        @model
        state 0 [$1] init
        \taction a [2]
        \t\t0 : $0
        \t\t1 : 2/3
        state 1
        \taction a [0]
        \t\t1 : 1
        """, named: "p.drn")
    #expect(model.probabilities == [1.0 / 3, 2.0 / 3] && model.expectedRewards == [2.5])
  }

  /// Ten digits a probability: 300 of them may miss 1 by 1.5e-8, and are made to sum to 1; a sum that misses by more is refused.
  @Test func roundedProbabilitiesAreMadeToSumToOne() throws {
    func file(_ chance: String) -> String {
      "@model\nstate 0 init\n\taction a\n" + (1...300).map { "\t\t\($0) : \(chance)\n" }.joined()
    }
    // 300 times this is 1 − 1e-8, and within 300 half units of the tenth digit.
    let model = try FiniteMDP(file: file("0.00333333330"), named: "w.drn")
    #expect(abs(model.probabilities.reduce(0, +) - 1) < 1e-12)
    #expect(message { try FiniteMDP(file: file("0.0033333332"), named: "w.drn") }.contains("the probabilities sum to"))
  }

  @Test func stormsLabelsSayWhereEpisodesBegin() throws {
    let labels = Setting.Field("lab", .text("#DECLARATION\ninit end\n#END\n1 init\n2 end\n"))
    let model = try FiniteMDP(file: "mdp\n0 0 1 1\n1 0 2 1\n2 0 2 1\n", named: "s.tra", beside: [labels])
    #expect(model.initial == [.init(state: 1, probability: 1)])
  }

  /// A first row of two numbers is a state's reward, unless it begins with the number of states.
  @Test func rewardsWithoutCountsAreAllRead() throws {
    let text = "mdp\n0 0 1 1\n1 0 0 1\n"
    let bare = try FiniteMDP(file: text, named: "s.tra", beside: [.init("srew", .text("0 1\n1 7\n"))])
    #expect(bare.expectedRewards == [1, 7])
    let counted = try FiniteMDP(file: text, named: "s.tra", beside: [.init("srew", .text("2 1\n1 7\n"))])
    #expect(counted.expectedRewards == [0, 7])
  }

  @Test(arguments: [
    ("\t\t1 : 0.5\n", "\t\t9 : 0.5\n", "line 17: the next state is 9; write a whole number in [0, 2]"),
    ("state 1", "state 3", "the state is \"3\""),
    ("state 1", "state 0", "state 0 comes after state 0"),
    ("@nr_states\n3", "@nr_states\n4", "@nr_states says 4, the file has 3: it is cut off"),
    ("@nr_choices\n5", "@nr_choices\n6", "@nr_choices says 6, the file has 5"),
    ("@nr_states\n3", "@nr_states", "there is no number below @nr_states"),
    ("@parameters\n\n", "@parameters\np q\n", "line 6: the model has parameters (p q)"),
    ("action b [0, 0]", "action [0, 0]", "the action has no name"),
  ])
  func whatIsAtOddsInADrnFileIsSaid(_ old: String, _ new: String, _ wanted: String) throws {
    let place = try #require(Self.storm.firstRange(of: old))
    let text = Self.storm.replacingCharacters(in: place, with: new)
    let said = message { try FiniteMDP(file: text, named: "s.drn", options: [.init("reward_model", .text("r"))]) }
    #expect(said.contains(wanted), "\(said)")
  }

  @Test(arguments: [
    ("2 2 3\n0 0 1 1\n1 0 0 1\n", "", "the first line says 3 transitions, the file has 2"),
    ("2 3 2\n0 0 1 1\n1 0 0 1\n", "", "the first line says 3 choices, the file has 2"),
    ("2 2 2\n0 0 2 1\n1 0 0 1\n", "", "line 2: the next state is \"2\""),
    ("2 2 2\n0 0 1 1\n1 0 0 1\n", "2 2 2\n0 0 1 3\n", "there should be 2 rewards, the file has 1"),
    ("2 2 2\n0 0 1 1\n1 0 0 1\n", "2 2 1\n0 0 0 3\n", "state 0, choice 0 does not lead to state 0"),
    ("2 2 2\n0 0 1 1\n1 0 0 1\n", "2 2 1\n7 0 0 3\n", "the state is \"7\""),
  ])
  func whatIsAtOddsInPrismsFilesIsSaid(_ text: String, _ rewards: String, _ wanted: String) throws {
    let beside = rewards.isEmpty ? [] : [Setting.Field("rew", .text(rewards))]
    let said = message { try FiniteMDP(file: text, named: "p.tra", beside: beside) }
    #expect(said.contains(wanted), "\(said)")
  }

  @Test func mdpSolversTablesMustBelongTogether() throws {
    let text = "state,action,next_state,probability\n0,0,1,1\n"
    func said(_ rewards: String) -> String {
      message {
        try FiniteMDP(
          file: text, named: "m.transitions.csv",
          beside: [.init("rewards.csv", .text("state,action,reward\n" + rewards))])
      }
    }
    #expect(said("0,0,1\n").isEmpty)
    #expect(said("0,0,1\n1,0,2\n").contains("state 1, action 0 has a reward but no transition"))
    #expect(said("0,0,1\n0,0,2\n").contains("state 0, action 0 comes twice"))
  }
}
