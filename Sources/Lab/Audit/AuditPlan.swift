import Algorithms
import RLCore

/// The `audit` of a configuration: which estimators of the policy gradient are held against the truth, and how.
struct AuditPlan: Sendable {
  /// The words for estimators.
  enum Estimator: String, CaseIterable {
    /// What the algorithm estimates, if it is a group method.
    case group
    case reinforce
    case reinforceUndiscounted = "reinforce-undiscounted"
    case reinforceBaseline = "reinforce-baseline"
    case actorCritic = "actor-critic"
    case gae
    case ppo
  }

  /// What the critic says.
  enum Critic: Equatable {
    /// v_π of the audited policy.
    case exact
    /// The same everywhere.
    case same(Double)
    /// One value for each state that the policy sees.
    case values([Double])
  }

  /// nil for the algorithm's own if it is a group method, else all others.
  var estimators: [Estimator]?
  var samples = 1000
  /// nil for 1, or for what the algorithm draws where a group is one episode.
  var batch: Int?
  var lambda = [0, 0.5, 0.8, 0.9, 0.95, 0.98, 1.0]
  /// λ of PPO; nil for that of the algorithm, else 0.95.
  var gaeLambda: Double?
  /// γ; nil for that of the algorithm, else 1.
  var gamma: Double?
  var critic = Critic.exact
  var criticNoise = 0.0
  /// nil for those of the algorithm, else 0.
  var preferences: InitialPreferences?
  /// The reference of a group method; nil for the algorithm's `initial_probabilities`, else 0.
  var reference: InitialPreferences?
  var method = GradientAudit.Method.auto

  static let keys = [
    "estimators", "samples", "batch", "lambda", "gae_lambda", "gamma", "critic", "critic_noise",
    "initial_preferences", "reference_preferences", "method",
  ]

  static let mostSamples = 100_000_000
  static let mostBatch = 1_000_000
  static let critics = Interval.closed(-1e12, 1e12)
  static let noises = Interval.closed(0, 1e12)

  /// The plan where a configuration gives none.
  init() {}

  /// Reads a plan.
  ///
  /// - Throws: ``SettingProblem`` with the place below `audit`.
  init(_ setting: Setting) throws(SettingProblem) {
    guard setting.fields != nil else {
      throw SettingProblem(
        "\(setting) is \(setting.kind); write an object, {estimators: [\"reinforce\"], samples: 1000}")
    }
    try setting.checkKeys(Self.keys, of: "audit")
    func read<Value>(
      _ key: String, _ body: (Setting) throws(SettingProblem) -> Value
    ) throws(SettingProblem) -> Value? {
      setting[key] == .null ? nil : try setting.read(key, body)
    }
    func numbers(_ setting: Setting, _ interval: Interval) throws(SettingProblem) -> [Double] {
      guard let elements = setting.elements else { return [try interval.number(setting)] }
      if elements.isEmpty { throw SettingProblem("the list is empty; give numbers in \(interval)") }
      return try elements.read(interval.number)
    }
    if let given = try read("estimators", Self.estimators) { estimators = given }
    if let given = try read("samples", { s throws(SettingProblem) in try Interval.whole(s, in: 2...Self.mostSamples) })
    {
      samples = given
    }
    if let given = try read("batch", { s throws(SettingProblem) in try Interval.whole(s, in: 1...Self.mostBatch) }) {
      batch = given
    }
    if let given = try read("lambda", { s throws(SettingProblem) in try numbers(s, .unit) }) { lambda = given }
    gaeLambda = try read("gae_lambda") { s throws(SettingProblem) in try Interval.unit.number(s) }
    gamma = try read("gamma") { s throws(SettingProblem) in try Interval.unit.number(s) }
    if let given = try read(
      "critic",
      { s throws(SettingProblem) -> Critic in
        if s == .text("exact") { return .exact }
        if let text = s.text { throw SettingProblem("\"\(text)\" is no critic; write \"exact\", a number, or a list") }
        let range = Self.critics
        return s.elements == nil ? .same(try range.number(s)) : .values(try numbers(s, range))
      })
    {
      critic = given
    }
    if let given = try read("critic_noise", { s throws(SettingProblem) in try Self.noises.number(s) }) {
      criticNoise = given
    }
    preferences = try read("initial_preferences") { s throws(SettingProblem) in try InitialPreferences(s) }
    reference = try read("reference_preferences") { s throws(SettingProblem) in try InitialPreferences(s) }
    if let given = try read(
      "method",
      { s throws(SettingProblem) -> GradientAudit.Method in
        let words = GradientAudit.Method.allCases.map(\.rawValue)
        guard let method = s.text.flatMap(GradientAudit.Method.init(rawValue:)) else {
          throw SettingProblem("\(s) is no method; write one of: " + words.joined(separator: ", "))
        }
        return method
      })
    {
      method = given
    }
  }

  private static func estimators(_ setting: Setting) throws(SettingProblem) -> [Estimator] {
    let words = Estimator.allCases.map(\.rawValue)
    if setting == .text("all") { return Estimator.allCases.filter { $0 != .group } }
    guard let elements = setting.elements, !elements.isEmpty else {
      throw SettingProblem("\(setting) is no list of estimators; give some of: " + words.joined(separator: ", "))
    }
    var estimators: [Estimator] = []
    for (index, element) in elements.enumerated() {
      guard let estimator = element.text.flatMap(Estimator.init(rawValue:)) else {
        let hint = Spelling.hint(
          for: element.text ?? "", among: words, otherwise: "give some of: " + words.joined(separator: ", "))
        throw SettingProblem("\(element) is no estimator; \(hint)", at: "[\(index)]")
      }
      if estimators.contains(estimator) {
        throw SettingProblem("\(element) comes twice; keep one", at: "[\(index)]")
      }
      estimators.append(estimator)
    }
    return estimators
  }

  /// The estimators, one for each λ where there are several.
  func list(_ estimators: [Estimator], gaeLambda: Double) -> [any GradientEstimator] {
    var list: [any GradientEstimator] = []
    for estimator in estimators {
      switch estimator {
      case .group: break
      case .reinforce: list.append(AdvantageForm.reinforce)
      case .reinforceUndiscounted: list.append(AdvantageForm.reinforceUndiscounted)
      case .reinforceBaseline: list.append(AdvantageForm.reinforceBaseline)
      case .actorCritic: list.append(AdvantageForm.actorCritic)
      case .gae: for lambda in lambda { list.append(AdvantageForm.generalized(lambda: lambda)) }
      case .ppo: list.append(PPOSurrogate(lambda: gaeLambda))
      }
    }
    return list
  }
}
