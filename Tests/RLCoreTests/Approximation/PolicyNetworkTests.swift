import Testing

@testable import RLCore

@Suite struct PolicyNetworkTests {
  /// What a test is about: action space, critic, and whether states are one-hot.
  struct Case: Sendable, CustomTestStringConvertible {
    let space: VectorActionSpace
    let critic: PolicyNetwork.Critic
    let isOneHot: Bool
    var testDescription: String { "\(space) \(critic) \(isOneHot)" }
  }

  static let cases = [VectorActionSpace.discrete(3), .continuous(low: [-1, -2], high: [1, 2])].flatMap { space in
    [PolicyNetwork.Critic.none, .separate, .shared].flatMap { critic in
      [false, true].map { Case(space: space, critic: critic, isOneHot: $0) }
    }
  }

  /// Four rows of three numbers; the last row offers two of the three actions.
  private static func store(_ isOneHot: Bool, masked: Bool) -> ObservationStore {
    var store = ObservationStore(count: 4, width: 3, usesStateIndices: isOneHot, offersAllActions: !masked)
    if isOneHot {
      store.states = [0, 2, 1, 2]
    } else {
      store.numbers = [0.3, -1, 0.5, 0, 0.7, -0.2, 1.1, 0.4, -0.9, 0.2, 0.2, 0.6]
    }
    if masked { store.availableActions = [3, 3, 3, 2] }
    return store
  }

  private static func actions(_ space: VectorActionSpace) -> ActionStore {
    var actions = ActionStore(count: 4, for: space)
    if space.isDiscrete {
      actions.numbers = [2, 0, 1, 1]
    } else {
      actions.values = [0.5, -0.3, 1.2, 0.1, -0.7, 0.9, 0, -1.5]
    }
    return actions
  }

  /// `Σ g log π(a) + e Σ H + Σ w V` in given parameters.
  private static func loss(
    _ policy: PolicyNetwork, _ store: ObservationStore, _ actions: ActionStore, _ g: [Double], _ e: Double,
    _ w: [Double]
  ) -> Double {
    var policy = policy
    var logs = [Double](repeating: 0, count: 4)
    policy.forward(store, rows: 0..<4, wantsValues: policy.hasCritic)
    policy.describe(actions, rows: 4, logProbabilities: &logs)
    var sum = 0.0
    for k in 0..<4 {
      sum += g[k] * logs[k] + e * policy.entropies[k] + (policy.hasCritic ? w[k] * policy.values[k] : 0)
    }
    return sum
  }

  /// The gradient agrees with central differences in single precision: forward values carry some 1e-7, so that a step of 1e-2 leaves errors
  /// of 1e-5, and a curvature error of 1e-4 of third derivatives of order one.
  @Test(arguments: cases)
  func gradientAgreesWithDifferences(_ c: Case) {
    var stream = RandomStream(seed: 3)
    var policy = PolicyNetwork(
      observationCount: 3, actionSpace: c.space,
      design: .init(policyLayers: [5], valueLayers: [4], critic: c.critic, logDeviation: -0.3), using: &stream)
    // Larger outputs than a policy starts with, so that entropies have slopes.
    policy.bundle.update { parameters, _ in
      for k in parameters.indices { parameters[k] += Float(0.5 * (stream.uniform() - 0.5)) }
    }
    let store = Self.store(c.isOneHot, masked: c.space.isDiscrete)
    let actions = Self.actions(c.space)
    let (g, e, w) = ([0.7, -0.4, 1.1, 0.3], 0.2, [0.5, -0.6, 0.1, 0.9])
    var logs = [Double](repeating: 0, count: 4)
    policy.forward(store, choosing: [0, 1, 2, 3])
    policy.describe(actions, rows: 4, logProbabilities: &logs)
    policy.bundle.zeroGradients()
    policy.backward(actions, rows: 4, logProbability: g, entropy: e, value: c.critic == .none ? [] : w)
    let gradients = policy.bundle.gradients
    for k in gradients.indices {
      var sides: [Double] = []
      for step in [Float(1e-2), -1e-2] {
        var moved = policy
        moved.bundle.update { parameters, _ in parameters[k] += step }
        sides.append(Self.loss(moved, store, actions, g, e, w))
      }
      #expect(abs((sides[0] - sides[1]) / 2e-2 - Double(gradients[k])) < 1e-3, "parameter \(k)")
    }
  }

  @Test func neverDrawsWhatIsNotOffered() {
    var stream = RandomStream(seed: 5)
    var policy = PolicyNetwork(
      observationCount: 3, actionSpace: .discrete(3), design: .init(critic: .none), using: &stream)
    let store = Self.store(false, masked: true)
    var actions = ActionStore(count: 4, for: .discrete(3))
    var logs = [Double](repeating: 0, count: 4)
    var drawn: Set<Int32> = []
    for _ in 0..<200 {
      policy.forward(store, rows: 0..<4)
      policy.sample(rows: 4, into: &actions, logProbabilities: &logs, at: 0, using: &stream)
      drawn.insert(actions.numbers[3])
      #expect(logs.allSatisfy { $0 < 0 && $0 > -3 })
    }
    #expect(drawn == [0, 1])
  }

  /// An archive plays as the network does.
  @Test(arguments: [VectorActionSpace.discrete(3), .continuous(low: [-1, -2], high: [1, 2])])
  func archivePlaysAlike(_ space: VectorActionSpace) {
    var stream = RandomStream(seed: 7)
    var policy = PolicyNetwork(observationCount: 3, actionSpace: space, design: .init(logDeviation: -1), using: &stream)
    var archived = ArchivedPolicy(PolicyArchive(policy, usesStateIndices: false))
    let store = Self.store(false, masked: space.isDiscrete)
    for isGreedy in [true, false] {
      var (a, b) = (ActionStore(count: 4, for: space), ActionStore(count: 4, for: space))
      var (first, second) = (RandomStream(seed: 9), RandomStream(seed: 9))
      policy.act(on: store, rows: 4, isGreedy: isGreedy, into: &a, using: &first)
      archived.act(on: store, rows: 4, isGreedy: isGreedy, into: &b, using: &second)
      #expect(a.numbers == b.numbers)
      #expect(a.values == b.values)
    }
  }
}
