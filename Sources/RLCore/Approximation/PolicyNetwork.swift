/// A policy on a network, with or without a critic beside it: logits of numbered actions, or the means of a Gaussian with free log standard
/// deviations; and values, from a network of their own or from an output beside the policy's.
///
/// Actions that a state does not offer get the logit −∞: probability 0, and no gradient. It is a value: a copy is a policy of its own (a
/// reference, an old policy).
public struct PolicyNetwork: Sendable {
  /// Where values come from.
  public enum Critic: String, Sendable {
    /// From nowhere.
    case none
    /// From a network of their own.
    case separate
    /// From the policy's network: one more output.
    case shared
  }

  /// How the networks are made.
  public struct Design: Sendable {
    /// The hidden layers of the policy.
    public var policyLayers: [Int]
    /// The hidden layers of a separate critic.
    public var valueLayers: [Int]
    /// The function behind hidden layers.
    public var activation: Activation
    /// Where values come from.
    public var critic: Critic
    /// Whether weights start orthogonal, with gains √2, 0.01 for the policy's outputs and 1 for the value's; uniform as torch's layers otherwise.
    public var isOrthogonal: Bool
    /// Where log standard deviations start.
    public var logDeviation: Double
    /// Whether the noise of continuous actions is a function of the state: of the last hidden layer (``StateDependentHead``).
    public var isStateDependent: Bool

    /// Two hidden layers of 64 units with tanh, and a critic of the same kind: the field's usual network for small tasks.
    public init(
      policyLayers: [Int] = [64, 64], valueLayers: [Int] = [64, 64], activation: Activation = .tanh,
      critic: Critic = .separate, isOrthogonal: Bool = true, logDeviation: Double = 0, isStateDependent: Bool = false
    ) {
      self.policyLayers = policyLayers
      self.valueLayers = valueLayers
      self.activation = activation
      self.critic = critic
      self.isOrthogonal = isOrthogonal
      self.logDeviation = logDeviation
      self.isStateDependent = isStateDependent
    }
  }

  /// What an agent may do.
  public let actionSpace: VectorActionSpace
  /// How many numbers an observation has.
  public let observationCount: Int
  /// How it was made.
  public let design: Design
  /// The networks: the policy's, and a separate critic's; then the log standard deviations.
  public var bundle: NetworkBundle
  /// The distributions of the last forward pass over numbered actions.
  public private(set) var categorical: CategoricalHead
  /// The distributions of the last forward pass over continuous actions.
  public private(set) var gaussian: GaussianHead
  /// The distributions of the last forward pass over continuous actions whose noise is a function of the state; nil where it is not.
  public private(set) var stateDependent: StateDependentHead?
  /// The critic's values of the last forward pass that asked for them; numbers beyond its rows are left from earlier ones.
  public private(set) var values: [Double] = []
  /// The entropies in nats of the last ``describe(_:logProbabilities:)``.
  public private(set) var entropies: [Double] = []

  private let width: Int
  private var outputs: [Float] = []
  private var logits: [Float] = []
  private var criticOutputs: [Float] = []
  private var gathered: [Int] = []
  private var deviationGradients: [Float]
  private var hidden: [Float] = []
  private var spreadGradients: [Double] = []

  /// A policy whose weights are drawn.
  ///
  /// - Parameter stream: The policy's network, then the critic's (see `WeightInitialization`).
  public init(
    observationCount: Int, actionSpace: VectorActionSpace, design: Design, using stream: inout RandomStream
  ) {
    self.init(observationCount: observationCount, actionSpace: actionSpace, design: design)
    let outputs = width
    guard design.isOrthogonal else {
      for network in bundle.networks.indices { bundle.initialize(network, .uniform, using: &stream) }
      setLogDeviations()
      return
    }
    bundle.initialize(0, .orthogonal(outputGain: 0.01), using: &stream)
    switch design.critic {
    case .none: break
    case .separate: bundle.initialize(1, .orthogonal(outputGain: 1), using: &stream)
    case .shared:
      bundle.initializeOutputs(0, 0..<outputs, gain: 0.01, using: &stream)
      bundle.initializeOutputs(0, outputs..<outputs + 1, gain: 1, using: &stream)
    }
    setLogDeviations()
  }

  /// A policy whose weights are all zero: uniform over numbered actions.
  public init(observationCount: Int, actionSpace: VectorActionSpace, design: Design) {
    self.observationCount = observationCount
    self.actionSpace = actionSpace
    self.design = design
    width = actionSpace.count
    var shapes = [
      PerceptronShape(
        inputs: observationCount, hidden: design.policyLayers, outputs: width + (design.critic == .shared ? 1 : 0),
        activation: design.activation)
    ]
    if design.critic == .separate {
      shapes.append(
        PerceptronShape(
          inputs: observationCount, hidden: design.valueLayers, outputs: 1, activation: design.activation))
    }
    let features = design.policyLayers.last ?? observationCount
    let isStateDependent = design.isStateDependent && !actionSpace.isDiscrete
    let deviations = actionSpace.isDiscrete ? 0 : isStateDependent ? features * width : width
    bundle = NetworkBundle(shapes, freeParameterCount: deviations)
    categorical = CategoricalHead(actions: actionSpace.isDiscrete ? width : 1)
    gaussian = GaussianHead(dimensions: actionSpace.isDiscrete ? 1 : width)
    deviationGradients = [Float](repeating: 0, count: deviations)
    if isStateDependent {
      stateDependent = StateDependentHead(dimensions: width, features: features)
      spreadGradients = [Double](repeating: 0, count: deviations)
    }
    setLogDeviations()
  }

  private mutating func setLogDeviations() {
    let (range, value) = (bundle.freeParameters, Float(design.logDeviation))
    if range.isEmpty { return }
    bundle.update { parameters, _ in for k in range { parameters[k] = value } }
  }

  /// Whether it has a critic.
  public var hasCritic: Bool { design.critic != .none }

  // MARK: Forward

  /// Computes the distributions, and with them the values if asked for, of some rows.
  ///
  /// - Parameters:
  ///   - rows: A range of the store's rows.
  ///   - wantsPolicy: Whether the distributions are computed.
  ///   - wantsValues: Whether the values are computed; there must be a critic.
  public mutating func forward(
    _ observations: ObservationStore, rows: Range<Int>, wantsPolicy: Bool = true, wantsValues: Bool = false
  ) {
    let count = rows.count
    makeRoom(for: count)
    let isShared = design.critic == .shared
    if wantsPolicy || isShared {
      if observations.usesStateIndices {
        bundle.forward(0, states: observations.states[rows], into: &outputs)
      } else {
        bundle.forward(0, observations.numbers, from: rows.lowerBound, rows: count, into: &outputs)
      }
    }
    if wantsValues && design.critic == .separate {
      if observations.usesStateIndices {
        bundle.forward(1, states: observations.states[rows], into: &criticOutputs)
      } else {
        bundle.forward(1, observations.numbers, from: rows.lowerBound, rows: count, into: &criticOutputs)
      }
    }
    if !observations.offersAllActions && wantsPolicy {
      mask(rows: count) { Int(observations.availableActions[rows.lowerBound + $0]) }
    }
    evaluate(rows: count, wantsPolicy: wantsPolicy, wantsValues: wantsValues)
  }

  /// Computes distributions, and values where there is a critic, of chosen rows, as a minibatch picks them.
  public mutating func forward(_ observations: ObservationStore, choosing chosen: ArraySlice<Int>) {
    let count = chosen.count
    makeRoom(for: count)
    if observations.usesStateIndices {
      gathered.removeAll(keepingCapacity: true)
      for row in chosen { gathered.append(observations.states[row]) }
      bundle.forward(0, states: gathered[...], into: &outputs)
      if design.critic == .separate { bundle.forward(1, states: gathered[...], into: &criticOutputs) }
    } else {
      bundle.forward(0, observations.numbers, choosing: chosen, into: &outputs)
      if design.critic == .separate {
        bundle.forward(1, observations.numbers, choosing: chosen, into: &criticOutputs)
      }
    }
    if !observations.offersAllActions {
      mask(rows: count) { Int(observations.availableActions[chosen[chosen.startIndex + $0]]) }
    }
    evaluate(rows: count, wantsPolicy: true, wantsValues: hasCritic)
  }

  private mutating func makeRoom(for rows: Int) {
    if values.count >= rows && !outputs.isEmpty { return }
    let stride = width + (design.critic == .shared ? 1 : 0)
    outputs = [Float](repeating: 0, count: rows * stride)
    logits = design.critic == .shared ? [Float](repeating: 0, count: rows * width) : []
    criticOutputs = [Float](repeating: 0, count: design.critic == .separate ? rows : 0)
    values = [Double](repeating: 0, count: rows)
    entropies = values
  }

  private mutating func mask(rows: Int, _ available: (Int) -> Int) {
    let stride = width + (design.critic == .shared ? 1 : 0)
    for row in 0..<rows {
      let first = available(row)
      if first < width { for k in first..<width { outputs[row * stride + k] = -.infinity } }
    }
  }

  private mutating func evaluate(rows: Int, wantsPolicy: Bool, wantsValues: Bool) {
    if design.critic == .shared {
      let stride = width + 1
      for row in 0..<rows {
        for k in 0..<width { logits[row * width + k] = outputs[row * stride + k] }
        values[row] = Double(outputs[row * stride + width])
      }
      if wantsPolicy { evaluateHead(logits, rows: rows) }
    } else {
      if wantsPolicy { evaluateHead(outputs, rows: rows) }
      if wantsValues { for row in 0..<rows { values[row] = Double(criticOutputs[row]) } }
    }
  }

  private mutating func evaluateHead(_ numbers: [Float], rows: Int) {
    if actionSpace.isDiscrete {
      categorical.evaluate(numbers, rows: rows)
    } else if stateDependent != nil {
      let count = rows * stateDependent!.features
      if hidden.count < count { hidden = [Float](repeating: 0, count: count) }
      bundle.networks[0].copyLastInputs(into: &hidden)
      stateDependent!.evaluate(
        numbers, features: hidden, rows: rows, logDeviations: bundle.parameters, at: bundle.freeParameters.lowerBound)
    } else {
      gaussian.evaluate(
        numbers, rows: rows, logDeviations: bundle.parameters, at: bundle.freeParameters.lowerBound)
    }
  }

  // MARK: Acting

  /// Draws the noise with which ``sample(rows:into:logProbabilities:at:using:)`` acts, where it is a function of the state; nothing elsewhere.
  ///
  /// - Parameter copies: How many copies of the task are stepped together, each with noise of its own.
  public mutating func drawNoise(copies: Int, using stream: inout RandomStream) {
    stateDependent?.drawNoise(
      copies: copies, logDeviations: bundle.parameters, at: bundle.freeParameters.lowerBound, using: &stream)
  }

  /// Draws an action for each row of the last forward pass; where noise is a function of the state, by that of ``drawNoise(copies:using:)``.
  ///
  /// - Parameters:
  ///   - actions: Receives the actions from row `start` on, as drawn: continuous ones are not clipped.
  ///   - logProbabilities: Receives log π(a), from `start` on; may be empty where nobody wants them.
  public mutating func sample(
    rows: Int, into actions: inout ActionStore, logProbabilities: inout [Double], at start: Int,
    using stream: inout RandomStream
  ) {
    if actionSpace.isDiscrete {
      for row in 0..<rows {
        let action = categorical.sample(row: row, using: &stream)
        actions.numbers[start + row] = Int32(truncatingIfNeeded: action)
        if !logProbabilities.isEmpty {
          logProbabilities[start + row] = categorical.logProbability(action, row: row)
        }
      }
    } else if let head = stateDependent {
      for row in 0..<rows {
        let place = (start + row) * width
        head.act(row: row, into: &actions.values, at: place)
        if !logProbabilities.isEmpty {
          logProbabilities[start + row] = head.logProbability(actions.values, at: place, row: row)
        }
      }
    } else {
      for row in 0..<rows {
        let place = (start + row) * width
        gaussian.sample(row: row, into: &actions.values, at: place, using: &stream)
        if !logProbabilities.isEmpty {
          logProbabilities[start + row] = gaussian.logProbability(actions.values, at: place, row: row)
        }
      }
    }
  }

  /// Takes the likeliest action for each row of the last forward pass.
  public func takeModes(rows: Int, into actions: inout ActionStore) {
    for row in 0..<rows {
      if actionSpace.isDiscrete {
        actions.numbers[row] = Int32(truncatingIfNeeded: categorical.mode(row: row))
      } else {
        let means = stateDependent?.means ?? gaussian.means
        for k in 0..<width { actions.values[row * width + k] = Float(means[row * width + k]) }
      }
    }
  }

  /// Chooses actions in the first `rows` of some observations.
  public mutating func act(
    on observations: ObservationStore, rows: Int, isGreedy: Bool, into actions: inout ActionStore,
    using stream: inout RandomStream
  ) {
    forward(observations, rows: 0..<rows)
    if isGreedy {
      takeModes(rows: rows, into: &actions)
    } else if let head = stateDependent {
      for row in 0..<rows { head.sample(row: row, into: &actions.values, at: row * width, using: &stream) }
    } else {
      var none: [Double] = []
      sample(rows: rows, into: &actions, logProbabilities: &none, at: 0, using: &stream)
    }
    clip(&actions, rows: 0..<rows)
  }

  /// Cuts continuous actions to the bounds of the space; numbered ones stay.
  public func clip(_ actions: inout ActionStore, rows: Range<Int>) {
    guard case .continuous(let low, let high) = actionSpace else { return }
    for row in rows {
      for k in 0..<width {
        let value = actions.values[row * width + k]
        actions.values[row * width + k] = value < low[k] ? low[k] : (value > high[k] ? high[k] : value)
      }
    }
  }

  // MARK: Learning

  /// Writes log π(a) of each row of the last forward pass, and keeps the entropies in ``entropies``.
  ///
  /// - Parameters:
  ///   - actions: An action a row.
  ///   - logProbabilities: Receives a number a row.
  public mutating func describe(_ actions: ActionStore, rows: Int, logProbabilities: inout [Double]) {
    if actionSpace.isDiscrete {
      categorical.describe(actions.numbers, logProbabilities: &logProbabilities, entropies: &entropies)
    } else if let head = stateDependent {
      for row in 0..<rows {
        logProbabilities[row] = head.logProbability(actions.values, at: row * width, row: row)
        entropies[row] = head.entropy(row: row)
      }
    } else {
      let entropy = gaussian.entropy
      for row in 0..<rows {
        logProbabilities[row] = gaussian.logProbability(actions.values, at: row * width, row: row)
        entropies[row] = entropy
      }
    }
  }

  /// Adds to the bundle's gradients what the last forward pass contributes, after ``describe(_:rows:logProbabilities:)``.
  ///
  /// - Parameters:
  ///   - actions: An action a row.
  ///   - logProbability: The derivative of the loss with respect to each row's log π(a).
  ///   - entropy: The derivative of the loss with respect to each row's entropy.
  ///   - value: The derivative of the loss with respect to each row's value; empty where no loss has a value in it.
  public mutating func backward(
    _ actions: ActionStore, rows: Int, logProbability: [Double], entropy: Double = 0, value: [Double] = []
  ) {
    let stride = width + (design.critic == .shared ? 1 : 0)
    // The outputs have served: their memory takes their gradients.
    if actionSpace.isDiscrete {
      categorical.setGradients(
        &outputs, stride: stride, actions: actions.numbers, logProbability: logProbability, entropies: entropies,
        entropy: entropy)
    } else if let head = stateDependent {
      for k in spreadGradients.indices { spreadGradients[k] = 0 }
      for row in 0..<rows {
        head.setGradients(
          &outputs, at: row * stride, &spreadGradients, row: row, action: actions.values, at: row * width,
          logProbability: logProbability[row], entropy: entropy)
      }
      for k in deviationGradients.indices { deviationGradients[k] = Float(spreadGradients[k]) }
      bundle.addFreeGradients(deviationGradients)
    } else {
      for k in 0..<width { deviationGradients[k] = 0 }
      for row in 0..<rows {
        gaussian.setGradients(
          &outputs, at: row * stride, &deviationGradients, row: row, action: actions.values, at: row * width,
          logProbability: logProbability[row], entropy: entropy)
      }
      bundle.addFreeGradients(deviationGradients)
    }
    if design.critic == .shared {
      for row in 0..<rows { outputs[row * stride + width] = value.isEmpty ? 0 : Float(value[row]) }
    }
    bundle.backward(0, outputs)
    if design.critic == .separate && !value.isEmpty {
      for row in 0..<rows { criticOutputs[row] = Float(value[row]) }
      bundle.backward(1, criticOutputs)
    }
  }

  /// Adds to the gradients of a separate critic what the last forward pass contributes, where the policy does not learn.
  public mutating func backward(value: [Double], rows: Int) {
    precondition(design.critic == .separate, "only a critic of its own learns by itself")
    for row in 0..<rows { criticOutputs[row] = Float(value[row]) }
    bundle.backward(1, criticOutputs)
  }

  /// Tells probabilities and values of some rows.
  public mutating func appraise(_ observations: ObservationStore, rows: Int, into appraisal: inout PolicyAppraisal) {
    forward(observations, rows: 0..<rows, wantsPolicy: true, wantsValues: hasCritic)
    if actionSpace.isDiscrete {
      appraisal.targetPolicy = Array(categorical.probabilities[0..<rows * width])
      appraisal.behaviorPolicy = appraisal.targetPolicy
    }
    if hasCritic { appraisal.stateValues = Array(values[0..<rows]) }
  }
}

extension PolicyNetwork: Checkpointable {
  /// Appends the parameters.
  public func save(to writer: inout StateWriter) { bundle.save(to: &writer) }

  /// Takes up the parameters.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try bundle.restore(from: &reader)
  }
}
