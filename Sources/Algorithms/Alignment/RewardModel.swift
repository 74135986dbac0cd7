import RLCore

/// A reward that is learned: a number for each action in each state, from a table or a network; the reward of an episode is their sum
/// (Christiano et al., NeurIPS 2017, section 2.2.1).
public struct RewardModel: Sendable {
  /// How many actions there are.
  public let width: Int
  /// The rewards of a table, a row a state; empty for a network.
  public private(set) var table: [Double]
  private var gradients: [Double]
  /// The network; nil for a table.
  public private(set) var network: NetworkBundle?
  private var outputs: [Float] = []
  private var outputGradients: [Float] = []
  private var states: [Int] = []
  private var rows = 0
  private var tableOptimizer: Adam<Double>
  private var networkOptimizer: Adam<Float>

  /// A reward of 0 everywhere, with the layers of a policy.
  ///
  /// - Parameter outputs: How many numbers it tells of a state: one an action unless said otherwise, 1 for a critic's value.
  public init(like policy: LearnedPolicy, outputs: Int? = nil) {
    let width = outputs ?? policy.width
    self.width = width
    table = [Double](repeating: 0, count: policy.logits.count / policy.width * width)
    gradients = table
    tableOptimizer = Adam(count: table.count)
    network = policy.network.map { policy in
      NetworkBundle([
        PerceptronShape(
          inputs: policy.observationCount, hidden: policy.design.policyLayers, outputs: width,
          activation: policy.design.activation)
      ])
    }
    networkOptimizer = Adam(count: network?.parameters.count ?? 0)
  }

  /// Draws the weights of a network; a table stays 0.
  public mutating func initialize(using stream: inout RandomStream) {
    network?.initialize(0, .orthogonal(outputGain: 0.01), using: &stream)
  }

  /// Computes the rewards of all actions in chosen rows.
  public mutating func forward(_ observations: ObservationStore, choosing chosen: ArraySlice<Int>) {
    rows = chosen.count
    if outputs.count < rows * width { outputs = [Float](repeating: 0, count: rows * width) }
    if observations.usesStateIndices {
      states.removeAll(keepingCapacity: true)
      for row in chosen { states.append(observations.states[row]) }
      network?.forward(0, states: states[...], into: &outputs)
    } else {
      network?.forward(0, observations.numbers, choosing: chosen, into: &outputs)
    }
  }

  /// The reward of an action in a row of the last forward pass.
  public func reward(row: Int, action: Int) -> Double {
    network == nil ? table[states[row] * width + action] : Double(outputs[row * width + action])
  }

  /// Moves the rewards of what was done against the derivatives of a loss.
  ///
  /// - Parameters:
  ///   - actions: What was done, in the rows of the last forward pass.
  ///   - derivatives: Of the loss with respect to each row's reward.
  public mutating func step(actions: [Int32], derivatives: [Double], learningRate: Double) {
    if network != nil {
      network!.zeroGradients()
      if outputGradients.count < rows * width { outputGradients = [Float](repeating: 0, count: rows * width) }
      for k in 0..<rows * width { outputGradients[k] = 0 }
      for row in 0..<rows { outputGradients[row * width + Int(actions[row])] = Float(derivatives[row]) }
      network!.backward(0, outputGradients)
      network!.update { networkOptimizer.step(&$0, gradients: $1, learningRate: learningRate) }
      return
    }
    for k in gradients.indices { gradients[k] = 0 }
    for row in 0..<rows { gradients[states[row] * width + Int(actions[row])] += derivatives[row] }
    tableOptimizer.step(&table, gradients: gradients, learningRate: learningRate)
  }

  /// The rewards of all actions in the first rows of some observations.
  public mutating func rewards(_ observations: ObservationStore, rows: Int) -> [Double] {
    forward(observations, choosing: Array(0..<rows)[...])
    var rewards: [Double] = []
    for row in 0..<rows { for action in 0..<width { rewards.append(reward(row: row, action: action)) } }
    return rewards
  }
}

extension RewardModel: Checkpointable {
  /// Appends parameters and optimizer.
  public func save(to writer: inout StateWriter) {
    writer.write(table)
    network?.save(to: &writer)
    tableOptimizer.save(to: &writer)
    networkOptimizer.save(to: &writer)
  }

  /// Takes up parameters and optimizer.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    let table = try reader.list(of: 0.0)
    guard table.count == self.table.count else {
      throw StateError("\(table.count) rewards for a table of \(self.table.count)")
    }
    self.table = table
    try network?.restore(from: &reader)
    try tableOptimizer.restore(from: &reader)
    try networkOptimizer.restore(from: &reader)
  }
}
