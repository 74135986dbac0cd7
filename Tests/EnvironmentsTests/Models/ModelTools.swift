import Environments
import RLCore

extension FiniteMDP {
  /// Reads the text of a file by its name's ending, with what stands in the files beside it.
  init(file text: String, named name: String, beside: [Setting.Field] = [], options: [Setting.Field] = []) throws {
    let content = beside.isEmpty ? Setting.text(text) : .object([.init("main", .text(text))] + beside)
    let settings = try Settings(
      [.init("path", .text(name))] + options, for: MDPFile.about.parameters, attachments: ["path": content],
      owner: "mdp-file")
    self = try MDPFile.task(settings).model
  }

  /// What follows an action in a state, in the model's order; nothing where the state does not offer it.
  func outcomes(state: Int, action: Int) -> [Outcome] {
    for pair in pairs(of: state) where Int(pairActions[pair]) == action {
      return outcomes(of: pair).map { outcome($0) }
    }
    return []
  }

  /// The actions that a state offers.
  func actions(of state: Int) -> [Int] { pairs(of: state).map { Int(pairActions[$0]) } }

  /// The best average reward a step of a model without ends, by relative value iteration on half-lazy steps (Puterman, 1994, section
  /// 8.5.4), and the actions that attain it within 1e-9.
  func bestAverageReward() -> (gain: Double, actions: [[Int]]) {
    let solver = PlainSolver(model: self, gamma: 1)
    var values = [Double](repeating: 0, count: stateCount)
    for _ in 0..<200_000 {
      let next = (0..<stateCount).map { state in
        0.5 * values[state] + 0.5 * pairs(of: state).map { solver.value(of: $0, values) }.max()!
      }
      let changes = zip(next, values).map { $0 - $1 }
      if changes.max()! - changes.min()! < 1e-13 { return (2 * changes[0], solver.optimalActions(values)) }
      values = next.map { $0 - next[0] }
    }
    return (.nan, [])
  }

  /// The model in which the only action is to draw one uniformly: its optimal values are those of the uniform policy.
  func underUniformPolicy() throws -> FiniteMDP {
    var builder = FiniteMDPBuilder(states: stateCount, actions: 1)
    for state in 0..<stateCount where !isTerminal(state) {
      builder.addPair(state: state, action: 0)
      for pair in pairs(of: state) {
        for k in outcomes(of: pair) {
          let outcome = outcome(k)
          builder.addOutcome(
            probability: outcome.probability / Double(pairs(of: state).count), next: outcome.next,
            reward: outcome.reward, terminated: outcome.terminated)
        }
      }
    }
    return try builder.build(initial: initial)
  }
}

extension FiniteMDP.Outcome {
  /// An outcome after which the episode goes on.
  static func on(_ probability: Double, _ next: Int, _ reward: Double) -> Self {
    Self(probability: probability, next: next, reward: reward, terminated: false)
  }

  /// An outcome that ends the episode.
  static func end(_ probability: Double, _ next: Int, _ reward: Double) -> Self {
    Self(probability: probability, next: next, reward: reward, terminated: true)
  }
}

extension [Double] {
  /// Whether the mean of these independent samples lies within 4 standard errors of what is expected.
  func hasMean(_ mean: Double, variance: Double) -> Bool {
    abs(reduce(0, +) / Double(count) - mean) <= 4 * (variance / Double(count)).squareRoot()
  }

  /// Whether the samples are from N(0, 1) as far as their first two moments say: their squares have variance 2.
  var haveStandardMoments: Bool { hasMean(0, variance: 1) && map { $0 * $0 }.hasMean(1, variance: 2) }
}
