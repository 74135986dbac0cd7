extension FiniteMDP {
  /// The task in which, with a given probability, another of the actions that the state offers happens in place of the chosen one, each
  /// other with the same probability.
  ///
  ///     p_ε(s′, r|s, a) = (1 − ε) p(s′, r|s, a) + ε / (|A(s)| − 1) Σ_{b≠a} p(s′, r|s, b)
  ///
  /// A state with one action never slips. Outcomes that agree in all but probability become one.
  ///
  /// - Parameters:
  ///   - chance: The probability of another action, in `[0, 1]`.
  ///   - limit: The most outcomes that the result may have.
  /// - Throws: ``SettingProblem`` where the model would be larger.
  public func slipping(_ chance: Double, limit: Int = 50_000_000) throws(SettingProblem) -> FiniteMDP {
    precondition(chance >= 0 && chance <= 1, "the chance \(chance) is not in [0, 1]")
    if chance == 0 { return self }
    var builder = FiniteMDPBuilder(
      states: stateCount, actions: actionCount, expectedPairs: pairCount, expectedOutcomes: outcomeCount)
    var mixture = OutcomeMixture()
    var total = 0
    for state in 0..<stateCount {
      let pairs = pairs(of: state)
      for pair in pairs {
        let others = Double(max(1, pairs.count - 1))
        for other in pairs {
          let weight = other == pair ? (pairs.count == 1 ? 1 : 1 - chance) : chance / others
          for k in outcomes(of: other) { mixture.add(weight: weight, outcome(k)) }
        }
        total += mixture.outcomes.count
        if total > limit {
          throw SettingProblem("the model would have more than \(limit) outcomes; choose a smaller task")
        }
        builder.addPair(state: state, action: Int(pairActions[pair]))
        mixture.empty(into: &builder)
      }
    }
    do throws(ModelError) {
      return try builder.build(initial: initial, stateLabels: stateLabels, actionLabels: actionLabels)
    } catch {
      // A row that sums to 1 only just within what is allowed may be rounded beyond it.
      throw SettingProblem("\(error)")
    }
  }
}

/// Outcomes that are added up where they agree in all but probability, in the order in which they came first.
struct OutcomeMixture {
  private struct Key: Hashable {
    let next: Int
    let reward: UInt64
    let terminated: Bool
  }

  private(set) var outcomes: [FiniteMDP.Outcome] = []
  private var places: [Key: Int] = [:]

  /// Adds an outcome with a weight.
  mutating func add(weight: Double, _ outcome: FiniteMDP.Outcome) {
    if weight == 0 { return }
    let key = Key(next: outcome.next, reward: outcome.reward.bitPattern, terminated: outcome.terminated)
    let place = places[key] ?? outcomes.count
    if place == outcomes.count {
      places[key] = place
      outcomes.append(
        .init(probability: 0, next: outcome.next, reward: outcome.reward, terminated: outcome.terminated))
    }
    let sum = outcomes[place].probability + weight * outcome.probability
    outcomes[place] = .init(
      probability: min(1, sum), next: outcome.next, reward: outcome.reward, terminated: outcome.terminated)
  }

  /// Gives the outcomes to the pair that was begun last, and begins anew.
  mutating func empty(into builder: inout FiniteMDPBuilder) {
    for outcome in outcomes {
      builder.addOutcome(
        probability: outcome.probability, next: outcome.next, reward: outcome.reward, terminated: outcome.terminated)
    }
    outcomes.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
  }
}
