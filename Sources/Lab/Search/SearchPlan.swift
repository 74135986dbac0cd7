import RLCore

/// What a configuration's `search` asks for: how many configurations are drawn, how long each is tried, and which of them stay.
///
/// Random search (Bergstra & Bengio 2012) tries all at the whole budget. Successive halving (Jamieson & Talwalkar 2016) tries many at a small
/// budget, keeps the best 1/η, and gives those η times as much, until the whole budget is reached. Hyperband (Li et al. 2018, algorithm 1) runs
/// several such brackets, from many configurations with little to few with all. A trial of a larger budget begins anew: what a trial
/// is depends on its budget, for schedules may.
struct SearchPlan: Sendable, Equatable {
  /// How configurations are chosen.
  enum Method: String, Sendable, CaseIterable {
    case random
    case successiveHalving = "successive-halving"
    case hyperband
  }

  /// A budget, and how many configurations are tried with it.
  struct Rung: Sendable, Equatable {
    let count: Int
    let budget: Int
  }

  static let keys = [
    "method", "metric", "direction", "score", "configurations", "eta", "min_budget", "parameters",
  ]
  static let directions = ["maximize", "minimize"]
  /// More configurations than anybody tries.
  static let most = 100_000

  let method: Method
  /// By which metric configurations are judged; nil for the usual one.
  let metric: String?
  /// Whether less of it is better; nil for what the metric says.
  let minimizes: Bool?
  let score: ScoreRules.Kind
  private let configurations: Int?
  private let eta: Int
  private let minBudget: Int?

  /// Reads the object, all but its parameters.
  ///
  /// - Throws: ``SettingProblem`` with the place below `search`.
  init(_ setting: Setting) throws(SettingProblem) {
    guard setting.fields != nil else {
      throw SettingProblem(
        "\(setting) is \(setting.kind); write {method: \"random\", configurations: 20, parameters: {...}}")
    }
    try setting.checkKeys(Self.keys, of: "a search")
    func word(_ key: String, _ words: [String]) throws(SettingProblem) -> String? {
      guard let given = setting[key] else { return nil }
      guard let text = given.text, words.contains(text) else {
        let listed = words.map { "\"\($0)\"" }.joined(separator: ", ")
        let hint = Spelling.suggestion(for: given.text ?? "", among: words).map { "did you mean \"\($0)\"?" }
        throw SettingProblem("\(given) is none of \(listed); \(hint ?? "write one of them")", at: ".\(key)")
      }
      return text
    }
    func whole(_ key: String, _ range: ClosedRange<Int>) throws(SettingProblem) -> Int? {
      guard let given = setting[key] else { return nil }
      return try SettingProblem.at(".\(key)") { () throws(SettingProblem) in try Interval.whole(given, in: range) }
    }
    guard let method = try word("method", Method.allCases.map(\.rawValue)).flatMap(Method.init(rawValue:)) else {
      throw SettingProblem("a search needs \"method\"; add method: \"random\", \"successive-halving\" or \"hyperband\"")
    }
    if let given = setting["metric"] {
      let known = Metric.allCases.map(\.rawValue)
      guard let name = given.text, known.contains(name) else {
        throw SettingProblem(
          "\(given) is no metric; \(Spelling.hint(for: given.text ?? "", among: known))", at: ".metric")
      }
      metric = name
    } else {
      metric = nil
    }
    self.method = method
    minimizes = try word("direction", Self.directions).map { $0 == "minimize" }
    score =
      try word("score", ScoreRules.Kind.allCases.map(\.rawValue)).flatMap(ScoreRules.Kind.init(rawValue:)) ?? .final
    configurations = try whole("configurations", 1...Self.most)
    eta = try whole("eta", 2...1000) ?? 3
    minBudget = try whole("min_budget", 1...1_000_000_000_000)
    if method == .random {
      for key in ["eta", "min_budget"] where setting[key] != nil {
        throw SettingProblem("random search tries all with the whole budget; leave it out", at: ".\(key)")
      }
    }
    if method == .hyperband, configurations != nil {
      throw SettingProblem(
        "hyperband counts its configurations itself, from eta and min_budget; leave it out", at: ".configurations")
    }
    if method != .hyperband, configurations == nil {
      throw SettingProblem("\(method.rawValue) needs \"configurations\", how many are drawn; add configurations: 27")
    }
  }

  /// The brackets of a search up to a budget, each with its rungs from the smallest budget to that one.
  ///
  /// - Throws: ``SettingProblem`` where the budgets do not leave room for them.
  func brackets(upTo most: Int) throws(SettingProblem) -> [[Rung]] {
    if let minBudget, minBudget > most {
      throw SettingProblem("\(minBudget) is more than the whole budget, \(most); give less", at: ".min_budget")
    }
    switch method {
    case .random: return [[Rung(count: configurations!, budget: most)]]
    case .successiveHalving:
      let count = configurations!
      let halvings = min(steps(from: minBudget ?? 1, to: most), steps(from: 1, to: count))
      return [bracket(count, halvings: halvings, most: most)]
    case .hyperband:
      var least = minBudget ?? most
      if minBudget == nil { for _ in 0..<4 { least = max(1, least / eta) } }
      let deepest = steps(from: least, to: most)
      if deepest == 0 {
        throw SettingProblem(
          "there is nothing to halve: the whole budget, \(most), is less than \(eta) times \(least)", at: ".min_budget")
      }
      return (0...deepest).reversed().map { halvings in
        let wanted = (deepest + 1) * power(halvings)
        return bracket((wanted + halvings) / (halvings + 1), halvings: halvings, most: most)
      }
    }
  }

  private func bracket(_ count: Int, halvings: Int, most: Int) -> [Rung] {
    (0...halvings).map { k in
      let budget = (Double(most) / Double(power(halvings - k))).rounded()
      return Rung(count: max(1, count / power(k)), budget: max(1, Int(budget)))
    }
  }

  /// ⌊log_η(b / a)⌋, by whole numbers.
  private func steps(from a: Int, to b: Int) -> Int {
    var (count, reached) = (0, a)
    while reached <= b / eta {
      reached *= eta
      count += 1
    }
    return count
  }

  private func power(_ exponent: Int) -> Int { (0..<exponent).reduce(1) { product, _ in product * eta } }
}
