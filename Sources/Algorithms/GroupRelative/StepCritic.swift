import RLCore

/// The critic of a group method: one value for each step of an episode, learned from returns by least squares.
struct StepCritic: Sendable {
  private var model: RewardModel
  private let learningRate: Double

  /// A critic in the form of the policy, with weights of its own.
  init(learningRate: Double, context: BatchContext, state: AlignmentState) {
    self.learningRate = learningRate
    model = RewardModel(like: state.policy, outputs: 1)
    var stream = context.stream("critic weights")
    model.initialize(using: &stream)
  }

  /// The values of all steps, in the order of the sequences.
  mutating func values(of batch: SequenceBatch) -> [Double] {
    model.forward(batch.observations, choosing: batch.order[...])
    return batch.order.indices.map { model.reward(row: $0, action: 0) }
  }

  /// A step towards the targets of some sequences.
  ///
  /// - Parameter targets: Of all steps, in the order of the sequences.
  /// - Returns: The mean squared error before it.
  mutating func learn(_ batch: SequenceBatch, _ chosen: [Int], towards targets: [Double]) -> Double {
    let places = chosen.flatMap { Array(batch.tokens(of: $0)) }
    model.forward(batch.observations, choosing: places.map { batch.order[$0] }[...])
    var derivatives = [Double](repeating: 0, count: places.count)
    var sum = 0.0
    for (row, place) in places.enumerated() {
      let error = model.reward(row: row, action: 0) - targets[place]
      sum += error * error
      derivatives[row] = 2 * error / Double(places.count)
    }
    model.step(
      actions: [Int32](repeating: 0, count: places.count), derivatives: derivatives, learningRate: learningRate)
    return sum / Double(places.count)
  }
}

extension StepCritic: Checkpointable {
  /// Appends the weights.
  func save(to writer: inout StateWriter) { model.save(to: &writer) }
  /// Takes up the weights.
  mutating func restore(from reader: inout StateReader) throws(StateError) { try model.restore(from: &reader) }
}
