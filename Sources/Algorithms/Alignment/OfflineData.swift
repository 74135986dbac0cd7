import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Samples episodes from the exact model of a task, outside of the environment: data that was there before learning. Nothing of it counts as experience.
struct OfflineData: Sendable {
  let model: FiniteMDP
  let observations: ObservationStore
  let space: ActionSpace
  let limit: Int
  let gamma: Double

  /// - Throws: ``SettingProblem`` where the task has no model.
  init(_ id: String, _ settings: Settings, context: BatchContext) throws(SettingProblem) {
    guard let model = context.exactModel, let observations = context.stateObservations else {
      throw SettingProblem(
        "\"\(id)\" draws its data from a task whose model is known; choose a finite task, or grpo, rloo or ppo")
    }
    self.model = model
    self.observations = observations
    space = ActionSpace(model)
    limit = context.timeLimit ?? 1000
    gamma = settings.resolved.first { $0.key == "gamma" }?.value.number ?? 1
  }

  /// Refuses more episodes than fit into memory even if each has but one step.
  func checkSize(episodes: Double, _ context: BatchContext, lowering name: String) throws(SettingProblem) {
    try context.checkSize(episodes: episodes, of: 1, lowering: name)
  }

  /// A policy's probabilities, slot by slot.
  func table(of policy: inout LearnedPolicy) -> [Double] {
    var table: [Double] = []
    table.reserveCapacity(space.slotCount)
    var start = 0
    while start < observations.count {
      let rows = start..<min(start + 1024, observations.count)
      policy.forward(observations, rows: rows)
      table += policy.distributions.probabilities[0..<rows.count * policy.width]
      start = rows.upperBound
    }
    return table
  }

  /// The policy that takes one of the best actions, all with the same probability; with probability `noise` any.
  ///
  /// - Throws: ``SettingProblem`` where no policy is best.
  func demonstrator(noise: Double) throws(SettingProblem) -> [Double] {
    let solution: OptimalSolution
    do {
      solution = try OptimalSolution(model, gamma: gamma)
    } catch { throw SettingProblem("there is no best policy to demonstrate: \(error)") }
    let isBest = solution.isOptimal()
    var table = [Double](repeating: 0, count: space.slotCount)
    for state in 0..<model.stateCount {
      let pairs = model.pairs(of: state)
      let best = pairs.reduce(0) { $0 + (isBest[$1] ? 1 : 0) }
      for (k, pair) in pairs.enumerated() {
        let share = isBest[pair] ? (1 - noise) / Double(best) : 0
        table[state * space.width + k] = share + noise / Double(pairs.count)
      }
    }
    return table
  }

  /// Appends groups of episodes; those of a group begin in the same state.
  ///
  /// - Returns: The states that were visited, step by step.
  /// - Throws: ``SettingProblem`` where they do not fit into memory.
  @discardableResult
  func append(
    groups: Int, of groupSize: Int, by table: [Double], to batch: inout SequenceBatch, using stream: inout RandomStream
  ) throws(SettingProblem) -> [Int] {
    let mostSteps = Int(2e8) / (8 + observations.width)
    var visited: [Int] = []
    let weights = model.initial.map(\.probability)
    var (states, actions, rewards): ([Int], [Int], [Double]) = ([], [], [])
    for group in 0..<groups {
      if batch.tokenCount > mostSteps {
        throw SettingProblem(
          "\(group * groupSize) of \(groups * groupSize) episodes have \(batch.tokenCount) steps, which fill the memory; ask for fewer"
        )
      }
      let start = model.initial[stream.index(weights: weights)].state
      for _ in 0..<groupSize {
        states.removeAll(keepingCapacity: true)
        actions.removeAll(keepingCapacity: true)
        rewards.removeAll(keepingCapacity: true)
        var (state, isOver) = (start, false)
        while !isOver && states.count < limit {
          let pairs = model.pairs(of: state)
          let first = state * space.width
          let action = draw(pairs.count, using: &stream) { table[first + $0] }
          let outcomes = model.outcomes(of: pairs.lowerBound + action)
          let k =
            outcomes.lowerBound
            + draw(outcomes.count, using: &stream) {
              model.probabilities[outcomes.lowerBound + $0]
            }
          let outcome = model.outcome(k)
          states.append(state)
          visited.append(state)
          actions.append(action)
          rewards.append(outcome.reward)
          isOver = outcome.terminated || model.isTerminal(outcome.next)
          state = outcome.next
        }
        batch.append(states: states, of: observations, actions: actions, rewards: rewards, isTruncated: !isOver)
      }
    }
    return visited
  }

  /// An index with a given probability. One word.
  private func draw(_ count: Int, using stream: inout RandomStream, _ weight: (Int) -> Double) -> Int {
    let target = stream.uniform()
    var (sum, last) = (0.0, 0)
    for k in 0..<count {
      let p = weight(k)
      if p <= 0 { continue }
      sum += p
      last = k
      if target < sum { break }
    }
    return last
  }
}

/// Some sequences of a batch as a loss takes them: rows in order, and what was done there.
struct SequenceRows {
  let rows: [Int]
  let lengths: [Int]
  let actions: ActionStore

  init(_ batch: SequenceBatch, _ sequences: [Int]) {
    rows = sequences.flatMap { batch.order[batch.tokens(of: $0)] }
    lengths = sequences.map { batch.length(of: $0) }
    var actions = ActionStore(count: rows.count, for: .discrete(1))
    for (k, row) in rows.enumerated() { actions.numbers[k] = batch.actions.numbers[row] }
    self.actions = actions
  }

  /// The sum of log π over each sequence; keeps the forward pass for gradients.
  func logLikelihoods(of policy: inout LearnedPolicy, in batch: SequenceBatch) -> (sums: [Double], entropy: Double) {
    policy.forward(batch.observations, choosing: rows[...])
    var logs = [Double](repeating: 0, count: rows.count)
    let entropy = policy.describe(actions, rows: rows.count, logProbabilities: &logs)
    return (sums(of: logs), entropy)
  }

  /// The sum of some numbers over each sequence.
  func sums(of numbers: [Double]) -> [Double] {
    var (sums, start): ([Double], Int) = ([], 0)
    for length in lengths {
      sums.append(numbers[start..<start + length].reduce(0, +))
      start += length
    }
    return sums
  }

  /// Repeats a number of each sequence for each of its rows.
  func spread(_ numbers: [Double]) -> [Double] {
    zip(numbers, lengths).flatMap { [Double](repeating: $0, count: $1) }
  }
}

/// Pairs of episodes from the same start, with labels of which is preferred, drawn from the task's own rewards by the law of Bradley and Terry:
///
///     P(first preferred) = σ((R_first − R_second) / temperature)
struct PreferenceData: Sendable, Checkpointable {
  static let pairs = Parameter<Int?>.optionalInteger(
    "preference_pairs", default: 1000, in: 1...10_000_000,
    "pairs that are drawn once and learned from again and again; null for new ones in every update")
  static let batchSize = Parameter.integer(
    "batch_size", default: 64, in: 1...1_000_000, "pairs of an update, drawn from the data")
  static let temperature = Parameter.real(
    "preference_temperature", default: 1, in: .positive, "how noisy labels are: the reward is divided by it")
  static let parameters = [pairs.declaration, batchSize.declaration, temperature.declaration]

  let source: OfflineData
  let pairs: Int?
  let batchSize: Int
  let temperature: Double
  var batch: SequenceBatch
  /// Whether the first of each pair is preferred.
  var prefersFirst: [Bool] = []

  init(_ id: String, _ settings: Settings, context: BatchContext) throws(SettingProblem) {
    source = try OfflineData(id, settings, context: context)
    pairs = settings[Self.pairs]
    batchSize = settings[Self.batchSize]
    temperature = settings[Self.temperature]
    try source.checkSize(
      episodes: 2 * Double(pairs ?? batchSize), context,
      lowering: pairs == nil ? Self.batchSize.declaration.name : Self.pairs.declaration.name)
    batch = SequenceBatch(for: context)
  }

  /// Draws pairs by a policy, where there are none or new ones are wanted.
  mutating func prepare(by policy: inout LearnedPolicy, using stream: inout RandomStream) throws(SettingProblem) {
    if pairs != nil && !prefersFirst.isEmpty { return }
    let count = pairs ?? batchSize
    batch.removeAll()
    prefersFirst.removeAll(keepingCapacity: true)
    try source.append(groups: count, of: 2, by: source.table(of: &policy), to: &batch, using: &stream)
    for pair in 0..<count {
      let difference =
        batch.discountedReturn(of: 2 * pair, gamma: source.gamma)
        - batch.discountedReturn(of: 2 * pair + 1, gamma: source.gamma)
      prefersFirst.append(stream.uniform() < sigmoid(difference / temperature))
    }
  }

  /// The pairs of an update: all of fresh ones, or drawn with replacement.
  ///
  /// - Returns: The sequences that were preferred, and those that were not.
  func minibatch(using stream: inout RandomStream) -> (chosen: [Int], rejected: [Int]) {
    var (chosen, rejected): ([Int], [Int]) = ([], [])
    for k in 0..<batchSize {
      let pair = pairs == nil ? k : stream.uniform(below: prefersFirst.count)
      chosen.append(2 * pair + (prefersFirst[pair] ? 0 : 1))
      rejected.append(2 * pair + (prefersFirst[pair] ? 1 : 0))
    }
    return (chosen, rejected)
  }

  func save(to writer: inout StateWriter) {
    batch.save(to: &writer)
    writer.write(prefersFirst.count)
    for flag in prefersFirst { writer.write(flag) }
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    try batch.restore(from: &reader)
    let count = try reader.integer()
    guard count >= 0 && 2 * count == batch.count else {
      throw StateError("\(count) labels for \(batch.count) episodes")
    }
    prefersFirst = []
    for _ in 0..<count { prefersFirst.append(try reader.flag()) }
  }
}
