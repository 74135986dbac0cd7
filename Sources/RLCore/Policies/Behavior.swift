/// The policy that acts while an off-policy method learns another one, as it is written.
public enum Behavior: Sendable, Equatable {
  /// It follows the action values.
  case exploration(Exploration.Rule)
  /// It is fixed from the start.
  case fixed(PolicySpecification)

  /// Reads a rule's name, `"uniform"`, a table of probabilities, or a list of actions.
  ///
  /// - Throws: ``SettingProblem`` that says what is none of these.
  public init(_ setting: Setting) throws(SettingProblem) {
    guard let text = setting.text else {
      self = .fixed(try PolicySpecification(setting))
      return
    }
    if let rule = Exploration.Rule(rawValue: text) {
      self = .exploration(rule)
      return
    }
    let words = Exploration.Rule.allCases.map(\.rawValue) + ["uniform"]
    guard text == "uniform" else {
      let listed = words.map { "\"\($0)\"" }.joined(separator: ", ")
      let hint = Spelling.suggestion(for: text, among: words).map { "; did you mean \"\($0)\"?" } ?? ""
      throw SettingProblem("\"\(text)\" is none of \(listed), and no table of probabilities\(hint)")
    }
    self = .fixed(.uniform)
  }
}

extension Exploration {
  /// The `behavior` of off-policy methods: a rule, or a fixed policy.
  public static let behavior = Parameter<Behavior>(
    "behavior", type: "word, rows of probabilities, or actions", default: .text(Rule.epsilonGreedy.rawValue),
    range: "\"epsilon-greedy\", \"softmax\", \"uniform\", one row a state, or one action number a state",
    "the policy that acts"
  ) { setting throws(SettingProblem) in try Behavior(setting) }

  /// What an off-policy learner declares.
  public static let offPolicyParameters = [
    epsilonParameter.declaration, behavior.declaration, temperatureParameter.declaration,
  ]

  /// Reads the settings that ``offPolicyParameters`` declares.
  ///
  /// - Throws: ``SettingProblem`` at ".behavior[state]" where a table does not fit the task.
  public init(offPolicy settings: Settings, context: LearnerContext) throws(SettingProblem) {
    var rule = Rule.epsilonGreedy
    var fixed: SharedPolicy?
    switch settings[Self.behavior] {
    case .exploration(let given): rule = given
    case .fixed(let policy): fixed = try SharedPolicy(policy, context: context, name: "behavior")
    }
    self.init(
      rule: rule, epsilon: settings[Self.epsilonParameter], temperature: settings[Self.temperatureParameter],
      fixed: fixed)
  }
}
