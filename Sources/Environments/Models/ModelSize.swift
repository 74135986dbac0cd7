import RLCore

/// The size of a model that settings ask for, checked before anything is laid down.
enum ModelSize {
  /// The most outcomes that a model may have: about a gigabyte.
  static let mostOutcomes = 50_000_000
  /// The most states that a model may have.
  static let mostStates = 10_000_000

  /// Refuses a model that would not fit, where one has to count factors to know.
  ///
  /// - Parameters:
  ///   - factors: Their product bounds the number of outcomes from above; none negative.
  ///   - remedy: Which settings to lower.
  static func check(_ factors: Int..., remedy: String) throws(SettingProblem) {
    var product = 1.0
    for factor in factors { product *= Double(factor) }
    if product > Double(mostOutcomes) {
      let size = product < 1e18 ? "\(Int(product))" : "\(product)"
      throw SettingProblem("the model would have up to \(size) outcomes, \(mostOutcomes) fit; \(remedy)")
    }
  }
}

/// Start distributions.
extension [StateProbability] {
  /// Always the same state.
  static func certain(_ state: Int) -> [StateProbability] { [StateProbability(state: state, probability: 1)] }

  /// Every one of some states with the same probability.
  static func uniform(over states: some Collection<Int>) -> [StateProbability] {
    states.map { StateProbability(state: $0, probability: 1 / Double(states.count)) }
  }
}
