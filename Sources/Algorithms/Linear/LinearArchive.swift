import RLCore

/// A trained linear policy as a file holds it: what features are made of, a weight vector for each action, and how their products become actions. It
/// acts by itself, without the method that trained it.
public struct LinearArchive: Sendable {
  /// What the products `w_aᵀx(s)` are.
  public enum Head: String, Sendable, CaseIterable {
    /// Preferences of a softmax.
    case softmax
    /// Action values: the greatest is taken.
    case values
  }

  /// What the products are.
  public var head: Head
  /// The features of an observation.
  public var basis: FeatureBasis
  /// How many actions there are.
  public var actionCount: Int
  /// The weights: those of the first action, then those of the second, …; `featureCount` each.
  public var weights: [Double]
  /// The chance of a random action in place of the best, for action values that explore so.
  public var epsilon: Double
  /// The temperature of a softmax over action values that explore so; nil where they explore by chance.
  public var temperature: Double?

  /// A trained policy.
  public init(
    head: Head, basis: FeatureBasis, actionCount: Int, weights: [Double], epsilon: Double = 0,
    temperature: Double? = nil
  ) {
    precondition(
      weights.count == actionCount * basis.featureCount,
      "\(weights.count) weights of \(actionCount) actions with \(basis.featureCount) features")
    self.head = head
    self.basis = basis
    self.actionCount = actionCount
    self.weights = weights
    self.epsilon = epsilon
    self.temperature = temperature
  }
}

/// Plays what a ``LinearArchive`` holds, by the code that trained it.
public final class ArchivedLinearPolicy {
  private let basis: FeatureBasis
  private let features: FeatureTable
  private var values: LinearControl?
  private var softmax: LinearSoftmax?
  private var point: [Double]

  /// Takes up the weights.
  public init(_ archive: LinearArchive) {
    basis = archive.basis
    features = FeatureTable(rows: 1, features: basis.featureCount, active: basis.activeCount, isFixed: false)
    point = [Double](repeating: 0, count: basis.dimensions)
    let space = ActionSpace(states: 1, actions: archive.actionCount)
    let weights = Table(archive.weights.count, repeating: 0.0)
    for (k, weight) in archive.weights.enumerated() { weights[k] = weight }
    switch archive.head {
    case .softmax:
      var policy = LinearSoftmax(features, space: space)
      policy.weights = weights
      softmax = consume policy
    case .values:
      let exploration = archive.temperature.map { Exploration(temperature: .constant($0)) }
      values = LinearControl(
        features, weights, space: space, exploration: exploration ?? Exploration(epsilon: .constant(archive.epsilon)))
    }
  }

  /// Chooses actions in the first `rows` of some observations.
  ///
  /// - Parameters:
  ///   - isGreedy: Whether the likeliest action is taken, or the best; drawn from the policy that acted otherwise.
  ///   - actions: Receives `rows` actions.
  public func act(
    on observations: ObservationStore, rows: Int, isGreedy: Bool, into actions: inout ActionStore,
    using stream: inout RandomStream
  ) {
    for row in 0..<rows {
      for k in 0..<point.count { point[k] = Double(observations.numbers[row * observations.width + k]) }
      point.withUnsafeBufferPointer { basis.write($0.baseAddress!, into: features.row(0)) }
      let action =
        softmax?.choose(features.row(0), isGreedy: isGreedy, using: &stream)
        ?? values!.action(for: features.row(0), isGreedy: isGreedy, using: &stream)
      actions.numbers[row] = Int32(truncatingIfNeeded: action)
    }
  }
}
