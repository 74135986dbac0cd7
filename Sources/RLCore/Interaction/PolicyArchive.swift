#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

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
  private var network: MultilayerPerceptron
  private var categorical: CategoricalHead
  private var outputs: [Float] = []
  private var rowOutputs: [Float] = []
  private var inputs: [Float] = []
  private var stateDependent: StateDependentHead?
  private var hidden: [Float] = []

  /// Makes the network.
  public init(_ archive: PolicyArchive) {
    self.archive = archive
    network = MultilayerPerceptron(shape: archive.shape)
    network.load(archive.parameters)
    categorical = CategoricalHead(actions: archive.actionSpace.isDiscrete ? archive.actionSpace.count : 1)
    if archive.head == .stateDependentGaussian {
      let features = archive.shape.widths[archive.shape.layerCount - 1]
      stateDependent = StateDependentHead(dimensions: archive.actionSpace.count, features: features)
      hidden = [Float](repeating: 0, count: features)
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
    let width = archive.actionSpace.count
    let stride = archive.shape.outputs
    if outputs.count < rows * stride { outputs = [Float](repeating: 0, count: rows * stride) }
    if archive.usesStateIndices {
      network.forward(states: observations.states[0..<rows], into: &outputs)
    } else if let normalization = archive.normalization {
      let columns = observations.width
      if inputs.count < rows * columns { inputs = [Float](repeating: 0, count: rows * columns) }
      for k in 0..<rows * columns {
        let column = k % columns
        let deviation = (normalization.variance[column] + normalization.epsilon).squareRoot()
        let x = (Double(observations.numbers[k]) - normalization.mean[column]) / deviation
        inputs[k] = Float(
          x > normalization.clip ? normalization.clip : (x < -normalization.clip ? -normalization.clip : x))
      }
      network.forward(inputs, rows: rows, into: &outputs)
    } else {
      network.forward(observations.numbers, rows: rows, into: &outputs)
    }
    if stateDependent != nil {
      actStateDependently(rows, isGreedy: isGreedy, into: &actions, using: &stream)
      return
    }
    for row in 0..<rows {
      let available =
        observations.offersAllActions ? width : min(width, max(1, Int(observations.availableActions[row])))
      switch archive.head {
      case .gaussian, .stateDependentGaussian:
        guard case .continuous(let low, let high) = archive.actionSpace else { continue }
        for k in 0..<width {
          var value = outputs[row * stride + k]
          if !isGreedy { value += Float(exp(Double(archive.logDeviations[k])) * stream.normal()) }
          actions.values[row * width + k] = min(max(value, low[k]), high[k])
        }
      case .categorical:
        if rowOutputs.count != width { rowOutputs = [Float](repeating: 0, count: width) }
        for k in 0..<width { rowOutputs[k] = k < available ? outputs[row * stride + k] : -.infinity }
        categorical.evaluate(rowOutputs, rows: 1)
        let action = isGreedy ? categorical.mode(row: 0) : categorical.sample(row: 0, using: &stream)
        actions.numbers[row] = Int32(truncatingIfNeeded: action)
      case .values, .dueling:
        var best = 0
        for k in 1..<max(available, 1) where outputs[row * stride + k] > outputs[row * stride + best] { best = k }
        if !isGreedy && stream.uniform() < archive.epsilon { best = stream.uniform(below: available) }
        actions.numbers[row] = Int32(truncatingIfNeeded: best)
      }
    }
  }

  /// The same where noise is a function of the state, after the network has run.
  private mutating func actStateDependently(
    _ rows: Int, isGreedy: Bool, into actions: inout ActionStore, using stream: inout RandomStream
  ) {
    guard case .continuous(let low, let high) = archive.actionSpace else { return }
    let (width, stride) = (archive.actionSpace.count, archive.shape.outputs)
    let features = stateDependent!.features
    if hidden.count < rows * features { hidden = [Float](repeating: 0, count: rows * features) }
    if rowOutputs.count < rows * width { rowOutputs = [Float](repeating: 0, count: rows * width) }
    for row in 0..<rows {
      for k in 0..<width { rowOutputs[row * width + k] = outputs[row * stride + k] }
    }
    network.copyLastInputs(into: &hidden)
    stateDependent!.evaluate(rowOutputs, features: hidden, rows: rows, logDeviations: archive.logDeviations)
    for row in 0..<rows {
      if isGreedy {
        for k in 0..<width { actions.values[row * width + k] = rowOutputs[row * width + k] }
      } else {
        stateDependent!.sample(row: row, into: &actions.values, at: row * width, using: &stream)
      }
      for k in 0..<width {
        actions.values[row * width + k] = min(max(actions.values[row * width + k], low[k]), high[k])
      }
    }
  }
}
