/// A stochastic policy that learns by gradients of log-probabilities: a table of logits, one for each state and action, or a network. Group and
/// preference methods hold it, and copies of it as references.
///
/// Both forms are used alike: a forward pass over rows of observations, then actions drawn, or probabilities told and gradients
/// added. A table computes in double precision.
public struct LearnedPolicy: Sendable {
  /// How many actions there are, or how many numbers an action has.
  public let width: Int
  /// The logits of a table, a row of ``width`` a state; empty for a network.
  public private(set) var logits: [Double]
  /// The network; nil for a table.
  public private(set) var network: PolicyNetwork?
  private var gradients: [Double]
  private var head: CategoricalHead
  private var gathered: [Double] = []
  private var states: [Int] = []
  private var entropies: [Double] = []

  /// A table that gives every action the same probability.
  public init(states: Int, actions: Int) {
    width = actions
    logits = [Double](repeating: 0, count: states * actions)
    gradients = logits
    head = CategoricalHead(actions: actions)
  }

  /// A network.
  public init(_ network: PolicyNetwork) {
    width = network.actionSpace.count
    self.network = network
    logits = []
    gradients = []
    head = CategoricalHead(actions: 1)
  }

  /// Sets the logits of a table in every state alike.
  public mutating func setEverywhere(_ row: [Double]) {
    precondition(row.count == width, "\(row.count) logits for \(width) actions")
    for k in logits.indices { logits[k] = row[k % width] }
  }

  /// Sets all logits of a table.
  public mutating func set(_ logits: [Double]) {
    precondition(logits.count == self.logits.count, "\(logits.count) logits for \(self.logits.count)")
    self.logits = logits
  }

  /// Whether it is a table.
  public var isTable: Bool { network == nil }

  /// The distributions of the last forward pass; meaningless for continuous actions.
  public var distributions: CategoricalHead { network?.categorical ?? head }

  /// Whether its actions are numbered.
  public var isDiscrete: Bool { network?.actionSpace.isDiscrete ?? true }

  /// How many parameters there are.
  public var parameterCount: Int { network?.bundle.parameters.count ?? logits.count }

  // MARK: Forward

  /// Computes the distributions of some rows.
  public mutating func forward(_ observations: ObservationStore, rows: Range<Int>) {
    if network != nil {
      network!.forward(observations, rows: rows)
    } else {
      gather(observations, rows.count) { rows.lowerBound + $0 }
    }
  }

  /// Computes the distributions of chosen rows.
  public mutating func forward(_ observations: ObservationStore, choosing rows: ArraySlice<Int>) {
    if network != nil {
      network!.forward(observations, choosing: rows)
    } else {
      gather(observations, rows.count) { rows[rows.startIndex + $0] }
    }
  }

  private mutating func gather(_ observations: ObservationStore, _ count: Int, _ row: (Int) -> Int) {
    if gathered.count < count * width { gathered = [Double](repeating: 0, count: count * width) }
    states.removeAll(keepingCapacity: true)
    for k in 0..<count {
      let source = row(k)
      let state = observations.states[source]
      states.append(state)
      let offered = observations.offersAllActions ? width : Int(observations.availableActions[source])
      for action in 0..<width {
        gathered[k * width + action] = action < offered ? logits[state * width + action] : -.infinity
      }
    }
    head.evaluate(gathered, rows: count)
    if entropies.count < count { entropies = [Double](repeating: 0, count: count) }
  }

  /// Draws an action for each row of the last forward pass; see ``PolicyNetwork/sample(rows:into:logProbabilities:at:using:)``.
  public mutating func sample(
    rows: Int, into actions: inout ActionStore, logProbabilities: inout [Double], at start: Int,
    using stream: inout RandomStream
  ) {
    if network != nil {
      network!.sample(rows: rows, into: &actions, logProbabilities: &logProbabilities, at: start, using: &stream)
      return
    }
    for row in 0..<rows {
      let action = head.sample(row: row, using: &stream)
      actions.numbers[start + row] = Int32(truncatingIfNeeded: action)
      logProbabilities[start + row] = head.logProbability(action, row: row)
    }
  }

  /// Chooses actions in the first `rows` of some observations.
  public mutating func act(
    on observations: ObservationStore, rows: Int, isGreedy: Bool, into actions: inout ActionStore,
    using stream: inout RandomStream
  ) {
    if network != nil {
      network!.act(on: observations, rows: rows, isGreedy: isGreedy, into: &actions, using: &stream)
      return
    }
    forward(observations, rows: 0..<rows)
    for row in 0..<rows {
      let action = isGreedy ? head.mode(row: row) : head.sample(row: row, using: &stream)
      actions.numbers[row] = Int32(truncatingIfNeeded: action)
    }
  }

  /// Cuts continuous actions to their bounds; numbered ones stay.
  public func clip(_ actions: inout ActionStore, rows: Range<Int>) { network?.clip(&actions, rows: rows) }

  // MARK: Learning

  /// Writes log π(a) of each row of the last forward pass.
  ///
  /// - Returns: The mean entropy of the rows in nats.
  public mutating func describe(_ actions: ActionStore, rows: Int, logProbabilities: inout [Double]) -> Double {
    var sum = 0.0
    if network != nil {
      network!.describe(actions, rows: rows, logProbabilities: &logProbabilities)
      for row in 0..<rows { sum += network!.entropies[row] }
    } else {
      head.describe(actions.numbers, logProbabilities: &logProbabilities, entropies: &entropies)
      for row in 0..<rows { sum += entropies[row] }
    }
    return rows > 0 ? sum / Double(rows) : 0
  }

  /// Adds to the gradients what the last forward pass contributes, after ``describe(_:rows:logProbabilities:)``.
  ///
  /// - Parameter logProbability: The derivative of the loss with respect to each row's log π(a).
  public mutating func backward(_ actions: ActionStore, rows: Int, logProbability: [Double]) {
    if network != nil {
      network!.backward(actions, rows: rows, logProbability: logProbability)
      return
    }
    for row in 0..<rows where logProbability[row] != 0 {
      head.addGradients(
        to: &gradients, at: states[row] * width, row: row, action: Int(actions.numbers[row]),
        logProbability: logProbability[row])
    }
  }

  /// Sets the gradients to zero.
  public mutating func zeroGradients() {
    if network != nil {
      network!.bundle.zeroGradients()
    } else {
      for k in gradients.indices { gradients[k] = 0 }
    }
  }

  /// Scales the gradients down to a norm; see ``clipGlobalNorm(_:maximum:)``.
  ///
  /// - Returns: The norm before.
  public mutating func clipGradients(to maximum: Double) -> Double {
    if network != nil { return clipGlobalNorm(&network!.bundle.gradients, maximum: maximum) }
    return clipGlobalNorm(&gradients, maximum: maximum)
  }

  /// Moves the parameters against the gradients.
  public mutating func step(_ optimizer: inout PolicyOptimizer, learningRate: Double) {
    if network != nil {
      network!.bundle.update { optimizer.network!.step(&$0, gradients: $1, learningRate: learningRate) }
    } else {
      optimizer.table!.step(&logits, gradients: gradients, learningRate: learningRate)
    }
  }

  /// Moves the parameters towards another policy's of the same form: θ ← (1 − share) θ + share θ_other.
  public mutating func approach(_ other: LearnedPolicy, by share: Double) {
    if network != nil {
      let theirs = other.network!.bundle.parameters
      network!.bundle.update { parameters, _ in
        for k in parameters.indices { parameters[k] += Float(share) * (theirs[k] - parameters[k]) }
      }
    } else {
      for k in logits.indices { logits[k] += share * (other.logits[k] - logits[k]) }
    }
  }

  /// The probabilities in some rows, a row of ``width`` numbers each; empty for continuous actions.
  public mutating func probabilities(_ observations: ObservationStore, rows: Int) -> [Double] {
    guard isDiscrete else { return [] }
    forward(observations, rows: 0..<rows)
    return Array(distributions.probabilities[0..<rows * width])
  }
}

extension LearnedPolicy: Checkpointable {
  /// Appends the parameters.
  public func save(to writer: inout StateWriter) {
    if let network { network.save(to: &writer) } else { writer.write(logits) }
  }

  /// Takes up the parameters.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    if network != nil {
      try network!.restore(from: &reader)
      return
    }
    let logits = try reader.list(of: 0.0)
    guard logits.count == self.logits.count else {
      throw StateError("\(logits.count) logits for a table of \(self.logits.count)")
    }
    self.logits = logits
  }
}

/// The optimizer of a ``LearnedPolicy``.
public struct PolicyOptimizer: Sendable, Checkpointable {
  /// Which rule it follows.
  public enum Kind: String, CaseIterable, Sendable {
    /// Adam, with decoupled weight decay (AdamW) where that is not 0.
    case adam
    /// Plain gradient descent.
    case sgd
  }

  /// For a table.
  public var table: (any Optimizer<Double>)?
  /// For a network.
  public var network: (any Optimizer<Float>)?

  /// An optimizer.
  ///
  /// - Parameter weightDecay: λ of AdamW, not negative; only for adam.
  public init(_ kind: Kind, for policy: LearnedPolicy, weightDecay: Double = 0) {
    let count = policy.parameterCount
    switch (kind, policy.isTable) {
    case (.adam, true):
      table = Adam<Double>(count: count, weightDecay: weightDecay > 0 ? .decoupled(weightDecay) : .none)
    case (.adam, false):
      network = Adam<Float>(count: count, weightDecay: weightDecay > 0 ? .decoupled(weightDecay) : .none)
    case (.sgd, true): table = SGD<Double>(count: count)
    case (.sgd, false): network = SGD<Float>(count: count)
    }
  }

  /// Appends its averages.
  public func save(to writer: inout StateWriter) {
    table?.save(to: &writer)
    network?.save(to: &writer)
  }

  /// Takes up its averages.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try table?.restore(from: &reader)
    try network?.restore(from: &reader)
  }
}
