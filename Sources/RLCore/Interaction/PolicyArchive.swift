/// A trained policy as a file holds it: the network that acts, how observations are normalised before it sees them, and how its outputs
/// become actions. It acts by itself, without the method that trained it.
public struct PolicyArchive: Sendable {
  /// How outputs become actions.
  public enum Head: String, Sendable, CaseIterable {
    /// Logits of numbered actions.
    case categorical
    /// Means of continuous actions, with log standard deviations.
    case gaussian
    /// Means of continuous actions, with log standard deviations of the weights of noise that is linear in the last hidden layer.
    case stateDependentGaussian = "state-dependent-gaussian"
    /// Action values: the greatest is taken.
    case values
    /// Action values as a state's value and advantages: the last output is the value.
    case dueling

    /// Whether outputs are action values, and not a distribution.
    public var isValues: Bool { self == .values || self == .dueling }
  }

  /// How outputs become actions.
  public var head: Head
  /// What an agent may do.
  public var actionSpace: VectorActionSpace
  /// Whether observations are places in a one-hot vector.
  public var usesStateIndices: Bool
  /// The network's layers.
  public var shape: PerceptronShape
  /// The network's parameters, in the order of `PerceptronShape`.
  public var parameters: [Float]
  /// Log standard deviations of continuous actions; where they depend on the state, a row of them for each unit of the last hidden layer.
  public var logDeviations: [Float]
  /// Mean and variance of each observed number, and the bound of what the network sees; nil where observations are taken as they are.
  public var normalization: Normalization?
  /// The chance of a random action in place of the best, for action values that explore.
  public var epsilon: Double

  /// How observations are normalised: `clip((x − mean) / √(variance + epsilon), ±clip)`.
  public struct Normalization: Sendable, Equatable {
    /// The mean of each number.
    public var mean: [Double]
    /// The variance of each number.
    public var variance: [Double]
    /// What is added to the variance.
    public var epsilon: Double
    /// The bound of what the network sees.
    public var clip: Double

    /// How observations are normalised.
    public init(mean: [Double], variance: [Double], epsilon: Double, clip: Double) {
      self.mean = mean
      self.variance = variance
      self.epsilon = epsilon
      self.clip = clip
    }

    /// As a normaliser stands now.
    public init(_ normalizer: ObservationNormalizer) {
      self.init(
        mean: normalizer.moments.mean, variance: normalizer.moments.variance, epsilon: normalizer.epsilon,
        clip: normalizer.clip)
    }
  }

  /// A trained policy.
  public init(
    head: Head, actionSpace: VectorActionSpace, usesStateIndices: Bool, shape: PerceptronShape, parameters: [Float],
    logDeviations: [Float] = [], normalization: Normalization? = nil, epsilon: Double = 0
  ) {
    precondition(parameters.count == shape.parameterCount, "\(parameters.count) parameters of \(shape.parameterCount)")
    self.head = head
    self.actionSpace = actionSpace
    self.usesStateIndices = usesStateIndices
    self.shape = shape
    self.parameters = parameters
    self.logDeviations = logDeviations
    self.normalization = normalization
    self.epsilon = epsilon
  }

  /// The policy of a network, without its critic's own layers.
  public init(_ policy: PolicyNetwork, usesStateIndices: Bool, normalizer: ObservationNormalizer? = nil) {
    let shape = policy.bundle.networks[0].shape
    self.init(
      head: policy.actionSpace.isDiscrete
        ? .categorical : policy.stateDependent == nil ? .gaussian : .stateDependentGaussian,
      actionSpace: policy.actionSpace,
      usesStateIndices: usesStateIndices, shape: shape,
      parameters: Array(policy.bundle.parameters[policy.bundle.ranges[0]]),
      logDeviations: Array(policy.bundle.parameters[policy.bundle.freeParameters]),
      normalization: normalizer.map(Normalization.init))
  }
}

/// Plays what a ``PolicyArchive`` holds.
public struct ArchivedPolicy: Sendable {
  /// What is played.
  public let archive: PolicyArchive
  /// The policy as it was trained; nil where outputs are action values.
  private var policy: PolicyNetwork?
  private var values: MultilayerPerceptron?
  private let normalizer: ObservationNormalizer?
  private var outputs: [Float] = []

  /// Makes the network.
  public init(_ archive: PolicyArchive) {
    self.archive = archive
    normalizer = archive.normalization.map(ObservationNormalizer.init)
    if archive.head.isValues {
      var network = MultilayerPerceptron(shape: archive.shape)
      network.load(archive.parameters)
      values = network
    } else {
      policy = PolicyNetwork(archive)
    }
  }

  /// Chooses actions in the first `rows` of some observations.
  ///
  /// - Parameters:
  ///   - isGreedy: Whether the likeliest action is taken, or the best; drawn from the policy otherwise.
  ///   - actions: Receives `rows` actions, continuous ones within the space's bounds.
  public mutating func act(
    on observations: ObservationStore, rows: Int, isGreedy: Bool, into actions: inout ActionStore,
    using stream: inout RandomStream
  ) {
    var seen = observations
    if let normalizer {
      seen.numbers.withUnsafeMutableBufferPointer { numbers in
        guard let first = numbers.baseAddress else { return }
        normalizer.normalize(first, rows: rows, into: first)
      }
    }
    if policy != nil {
      policy!.act(on: seen, rows: rows, isGreedy: isGreedy, into: &actions, using: &stream)
    } else {
      choose(on: seen, rows: rows, isGreedy: isGreedy, into: &actions, using: &stream)
    }
  }

  /// Takes the best of the actions that each row offers, or now and then any of them.
  private mutating func choose(
    on observations: ObservationStore, rows: Int, isGreedy: Bool, into actions: inout ActionStore,
    using stream: inout RandomStream
  ) {
    let (width, stride) = (archive.actionSpace.count, archive.shape.outputs)
    if outputs.count < rows * stride { outputs = [Float](repeating: 0, count: rows * stride) }
    if archive.usesStateIndices {
      values!.forward(states: observations.states[0..<rows], into: &outputs)
    } else {
      values!.forward(observations.numbers, rows: rows, into: &outputs)
    }
    for row in 0..<rows {
      let available =
        observations.offersAllActions ? width : min(width, max(1, Int(observations.availableActions[row])))
      var best = 0
      for k in 1..<max(available, 1) where outputs[row * stride + k] > outputs[row * stride + best] { best = k }
      if !isGreedy && stream.uniform() < archive.epsilon { best = stream.uniform(below: available) }
      actions.numbers[row] = Int32(truncatingIfNeeded: best)
    }
  }
}

extension PolicyNetwork {
  /// The policy that an archive holds: without a critic of its own, and with the value that a shared network puts out beside it.
  fileprivate init(_ archive: PolicyArchive) {
    let shape = archive.shape
    let design = Design(
      policyLayers: Array(shape.widths.dropFirst().dropLast()), activation: shape.activation,
      critic: shape.outputs > archive.actionSpace.count ? .shared : .none,
      isStateDependent: archive.head == .stateDependentGaussian)
    self.init(observationCount: shape.inputs, actionSpace: archive.actionSpace, design: design)
    let (weights, deviations) = (bundle.ranges[0], bundle.freeParameters)
    bundle.update { parameters, _ in
      for (k, place) in weights.enumerated() { parameters[place] = archive.parameters[k] }
      for (k, place) in deviations.enumerated() { parameters[place] = archive.logDeviations[k] }
    }
  }
}

extension ObservationNormalizer {
  /// As it stood when it was stored.
  fileprivate init(_ stored: PolicyArchive.Normalization) {
    self.init(
      RunningMoments(mean: stored.mean, variance: stored.variance), clip: stored.clip, epsilon: stored.epsilon)
  }
}
