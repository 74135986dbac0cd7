import Testing

@testable import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct StateDependentHeadTests {
  private static let means = [1.0, -0.4, 0.3, 0.8]
  private static let features = [2.0, 1.0, -0.5, 0.7, -1.2, 0.4]
  private static let logDeviations = [0.0, -0.3, log(0.5), 0.2, -1.0, -0.6]
  private static let actions = [3.0, 0.1, -0.2, 0.9]

  private static func head(_ means: [Double] = means, _ logDeviations: [Double] = logDeviations) -> StateDependentHead {
    var head = StateDependentHead(dimensions: 2, features: 3)
    head.evaluate(means, features: features, rows: 2, logDeviations: logDeviations)
    return head
  }

  /// σ² of one dimension with features 2 and 1 and deviations 1 and ½ is 4 + ¼ + 1e-6.
  @Test func numbersByHand() {
    var head = StateDependentHead(dimensions: 1, features: 2)
    head.evaluate([1.0], features: [2.0, 1.0], rows: 1, logDeviations: [0, log(0.5)])
    #expect(abs(head.variances[0] - 4.250_001) < 1e-14)
    let logProbability = -4 / (2 * 4.250_001) - log(4.250_001) / 2 - log(2 * Double.pi) / 2
    #expect(abs(head.logProbability([3.0], row: 0) - logProbability) < 1e-14)
    #expect(abs(head.entropy(row: 0) - (log(4.250_001) + log(2 * Double.pi) + 1) / 2) < 1e-14)
  }

  /// Central differences in double precision, h = 1e-5: their error is about 1e-10.
  @Test func gradientAgreesWithDifferences() {
    let (g, e) = ([0.7, -1.3], 0.4)
    func loss(_ means: [Double], _ logDeviations: [Double]) -> Double {
      let head = Self.head(means, logDeviations)
      return (0..<2).reduce(0) {
        $0 + g[$1] * head.logProbability(Self.actions, at: 2 * $1, row: $1) + e * head.entropy(row: $1)
      }
    }
    let head = Self.head()
    var meanGradients = [Double](repeating: 0, count: 4)
    var deviationGradients = [Double](repeating: 0, count: 6)
    for row in 0..<2 {
      head.setGradients(
        &meanGradients, at: 2 * row, &deviationGradients, row: row, action: Self.actions, at: 2 * row,
        logProbability: g[row], entropy: e)
    }
    for k in 0..<4 {
      var (above, below) = (Self.means, Self.means)
      above[k] += 1e-5
      below[k] -= 1e-5
      let slope = (loss(above, Self.logDeviations) - loss(below, Self.logDeviations)) / 2e-5
      #expect(abs(slope - meanGradients[k]) < 1e-8, "mean \(k)")
    }
    for k in 0..<6 {
      var (above, below) = (Self.logDeviations, Self.logDeviations)
      above[k] += 1e-5
      below[k] -= 1e-5
      let slope = (loss(Self.means, above) - loss(Self.means, below)) / 2e-5
      #expect(abs(slope - deviationGradients[k]) < 1e-8, "deviation \(k)")
    }
  }

  /// Over draws of the noise, actions have the mean and the variance that probabilities are told by (less the 1e-6); within one draw the noise is
  /// a linear function of the features. Tolerances are four standard errors: σ/√n, and σ²√(2/n) of the variance of a normal number.
  @Test func noiseIsWhatProbabilitiesSay() {
    var head = StateDependentHead(dimensions: 1, features: 2)
    var stream = RandomStream(seed: 11)
    let deviations = [-0.5, 0.1]
    // Three rows: two sets of features, and their sum.
    head.evaluate([0.2, 0, 0.7], features: [1.5, -0.3, 0.4, 0.9, 1.9, 0.6], rows: 3, logDeviations: deviations)
    let n = 4000
    var (sum, squares) = (0.0, 0.0)
    var action = [Float](repeating: 0, count: 1)
    for _ in 0..<n {
      head.drawNoise(copies: 3, logDeviations: deviations.map { Float($0) }, using: &stream)
      head.act(row: 1, into: &action)
      sum += Double(action[0])
      squares += Double(action[0]) * Double(action[0])
    }
    let (mean, variance) = (sum / Double(n), head.variances[1])
    #expect(abs(mean) < 4 * (variance / Double(n)).squareRoot())
    #expect(abs(squares / Double(n) - variance) < 4 * variance * (2 / Double(n)).squareRoot() + 1e-6)

    // One copy: its noise at a state, again and again, is the same.
    var single = StateDependentHead(dimensions: 1, features: 2)
    single.drawNoise(copies: 1, logDeviations: deviations.map { Float($0) }, using: &stream)
    func noise(_ features: [Double]) -> Double {
      single.evaluate([0.0], features: features, rows: 1, logDeviations: deviations)
      single.act(row: 0, into: &action)
      return Double(action[0])
    }
    let (a, b, both) = (noise([1.5, -0.3]), noise([0.4, 0.9]), noise([1.9, 0.6]))
    #expect(abs(a + b - both) < 1e-6)
    #expect(noise([1.5, -0.3]) == a)
    #expect(a != 0)
  }

  private static let space = VectorActionSpace.continuous(low: [-1, -2], high: [1, 2])

  private static func network(_ critic: PolicyNetwork.Critic) -> PolicyNetwork {
    var stream = RandomStream(seed: 3)
    var policy = PolicyNetwork(
      observationCount: 3, actionSpace: space,
      design: .init(policyLayers: [5], valueLayers: [4], critic: critic, logDeviation: -0.3, isStateDependent: true),
      using: &stream)
    policy.bundle.update { parameters, _ in
      for k in parameters.indices { parameters[k] += Float(0.5 * (stream.uniform() - 0.5)) }
    }
    return policy
  }

  private static var store: ObservationStore {
    var store = ObservationStore(count: 4, width: 3, usesStateIndices: false, offersAllActions: true)
    store.numbers = [0.3, -1, 0.5, 0, 0.7, -0.2, 1.1, 0.4, -0.9, 0.2, 0.2, 0.6]
    return store
  }

  /// The network's gradient, with the features held as they are: in single precision a step of 1e-2 leaves errors of 1e-5 of rounding and of
  /// 1e-4 of third derivatives.
  @Test(arguments: [PolicyNetwork.Critic.none, .separate, .shared])
  func networkGradientAgreesWithDifferences(_ critic: PolicyNetwork.Critic) {
    var policy = Self.network(critic)
    #expect(policy.bundle.freeParameters.count == 10)
    var actions = ActionStore(count: 4, for: Self.space)
    actions.values = [0.5, -0.3, 1.2, 0.1, -0.7, 0.9, 0, -1.5]
    let (g, e, w) = ([0.7, -0.4, 1.1, 0.3], 0.2, [0.5, -0.6, 0.1, 0.9])
    var logs = [Double](repeating: 0, count: 4)
    policy.forward(Self.store, choosing: [0, 1, 2, 3])
    policy.describe(actions, rows: 4, logProbabilities: &logs)
    var features = [Float](repeating: 0, count: 20)
    policy.bundle.networks[0].copyLastInputs(into: &features)
    policy.bundle.zeroGradients()
    policy.backward(actions, rows: 4, logProbability: g, entropy: e, value: critic == .none ? [] : w)
    let gradients = policy.bundle.gradients
    func loss(_ moved: PolicyNetwork) -> Double {
      var moved = moved
      moved.forward(Self.store, rows: 0..<4, wantsValues: moved.hasCritic)
      var head = StateDependentHead(dimensions: 2, features: 5)
      head.evaluate(
        moved.stateDependent!.means.map { Float($0) }, features: features, rows: 4,
        logDeviations: moved.bundle.parameters, at: moved.bundle.freeParameters.lowerBound)
      var sum = 0.0
      for k in 0..<4 {
        sum += g[k] * head.logProbability(actions.values, at: 2 * k, row: k) + e * head.entropy(row: k)
        if moved.hasCritic { sum += w[k] * moved.values[k] }
      }
      return sum
    }
    for k in gradients.indices {
      let sides = [Float(1e-2), -1e-2].map { step in
        var moved = policy
        moved.bundle.update { parameters, _ in parameters[k] += step }
        return loss(moved)
      }
      #expect(abs((sides[0] - sides[1]) / 2e-2 - Double(gradients[k])) < 1e-3, "parameter \(k)")
    }
  }

  /// An archive plays as the network does, and a network without hidden layers has its inputs for features.
  @Test(arguments: [[5], []])
  func archivePlaysAlike(_ layers: [Int]) {
    var stream = RandomStream(seed: 7)
    var policy = PolicyNetwork(
      observationCount: 3, actionSpace: Self.space,
      design: .init(policyLayers: layers, valueLayers: [4], critic: .shared, logDeviation: -1, isStateDependent: true),
      using: &stream)
    var archived = ArchivedPolicy(PolicyArchive(policy, usesStateIndices: false))
    #expect(archived.archive.head == .stateDependentGaussian)
    for isGreedy in [true, false] {
      var (a, b) = (ActionStore(count: 4, for: Self.space), ActionStore(count: 4, for: Self.space))
      var (first, second) = (RandomStream(seed: 9), RandomStream(seed: 9))
      policy.act(on: Self.store, rows: 4, isGreedy: isGreedy, into: &a, using: &first)
      archived.act(on: Self.store, rows: 4, isGreedy: isGreedy, into: &b, using: &second)
      #expect(a.values == b.values)
      #expect(a.values.contains { abs($0) > 1e-4 })
    }
  }
}
