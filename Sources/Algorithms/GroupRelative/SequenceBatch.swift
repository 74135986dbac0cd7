import RLCore

/// Episodes as group and preference methods take them: sequences of rows, group by group; the sequences of a group began in the same state.
public struct SequenceBatch: Sendable {
  /// What was seen, in rows of no particular order: see ``order``.
  public private(set) var observations: ObservationStore
  /// What was done.
  public private(set) var actions: ActionStore
  /// log π of what was done, of the policy that did it.
  public private(set) var logProbabilities: [Double]
  /// The rewards that followed.
  public private(set) var rewards: [Double]
  /// The rows, sequence by sequence, each from its first step to its last.
  public private(set) var order: [Int] = []
  /// Where each sequence begins in ``order``; one more than there are sequences.
  public private(set) var starts: [Int] = [0]
  /// Whether each sequence was cut off.
  public private(set) var truncated: [Bool] = []
  private var rowCount = 0
  private let space: VectorActionSpace

  /// No sequences.
  public init(for context: BatchContext) {
    space = context.actionSpace
    observations = ObservationStore(count: 0, for: context)
    actions = ActionStore(count: 0, for: context.actionSpace)
    logProbabilities = []
    rewards = []
  }

  /// The number of sequences.
  public var count: Int { starts.count - 1 }
  /// The number of steps of all sequences.
  public var tokenCount: Int { order.count }

  /// The steps of a sequence, as places in ``order``.
  public func tokens(of sequence: Int) -> Range<Int> { starts[sequence]..<starts[sequence + 1] }

  /// The length of a sequence.
  public func length(of sequence: Int) -> Int { starts[sequence + 1] - starts[sequence] }

  /// The discounted return of a sequence.
  public func discountedReturn(of sequence: Int, gamma: Double) -> Double {
    var sum = 0.0
    for token in tokens(of: sequence).reversed() { sum = rewards[order[token]] + gamma * sum }
    return sum
  }

  /// The discounted returns of some sequences by other rewards than the task's.
  ///
  /// - Parameter rewards: Of their steps, one after another.
  public func discountedReturns(of sequences: Range<Int>, rewards: [Double], gamma: Double) -> [Double] {
    let first = starts[sequences.lowerBound]
    return sequences.map { sequence in
      tokens(of: sequence).reversed().reduce(0.0) { rewards[$1 - first] + gamma * $0 }
    }
  }

  /// Forgets all sequences and keeps the memory.
  public mutating func removeAll() {
    rowCount = 0
    order.removeAll(keepingCapacity: true)
    starts = [0]
    truncated.removeAll(keepingCapacity: true)
  }

  /// Plays an episode in every copy of a batch, and appends them.
  ///
  /// Copies whose episode is over wait for the others: nothing but these episodes is counted as experience.
  ///
  /// - Parameters:
  ///   - groupSize: So many copies, one after another, begin in the same state.
  ///   - stream: Draws the actions, step by step, copy by copy.
  public mutating func collect(
    in batch: EnvironmentBatch, groupsOf groupSize: Int, by policy: inout LearnedPolicy,
    using stream: inout RandomStream
  ) {
    let copies = batch.count
    batch.reset(groupsOf: groupSize)
    var current = ObservationStore(
      count: copies, width: batch.observationCount, usesStateIndices: batch.usesStateIndices,
      offersAllActions: batch.offersAllActions)
    var moving = [Bool](repeating: true, count: copies)
    var movers = Array(0..<copies)
    var steps = ActionStore(count: copies, for: batch.actionSpace)
    var cut = [Bool](repeating: false, count: copies)
    var owners: [Int] = []
    let first = rowCount
    while !movers.isEmpty {
      current.record(batch, at: 0)
      makeRoom(for: movers.count)
      for (k, copy) in movers.enumerated() { observations.copyRow(copy, of: current, to: rowCount + k) }
      let rows = rowCount..<rowCount + movers.count
      policy.forward(observations, rows: rows)
      policy.sample(
        rows: movers.count, into: &actions, logProbabilities: &logProbabilities, at: rowCount, using: &stream)
      for (k, copy) in movers.enumerated() {
        if space.isDiscrete {
          steps.numbers[copy] = actions.numbers[rowCount + k]
        } else {
          for j in 0..<steps.width {
            steps.values[copy * steps.width + j] = actions.values[(rowCount + k) * steps.width + j]
          }
        }
      }
      if !space.isDiscrete { policy.clip(&steps, rows: 0..<copies) }
      batch.step(steps, where: moving)
      for (k, copy) in movers.enumerated() {
        owners.append(copy)
        rewards[rowCount + k] = batch.rewards[copy]
        if batch.terminated[copy] || batch.truncated[copy] {
          moving[copy] = false
          cut[copy] = batch.truncated[copy]
        }
      }
      rowCount += movers.count
      movers.removeAll { !moving[$0] }
    }
    arrange(owners, from: first, copies: copies)
    truncated += cut
  }

  /// Appends an episode that was made elsewhere.
  ///
  /// - Parameters:
  ///   - states: The rows of `source` that were seen.
  ///   - chosen: What was done there.
  ///   - earned: What followed.
  ///   - logs: log π of what was done, if it matters.
  public mutating func append(
    states: [Int], of source: ObservationStore, actions chosen: [Int], rewards earned: [Double], isTruncated: Bool,
    logProbabilities logs: [Double] = []
  ) {
    makeRoom(for: states.count)
    for (k, state) in states.enumerated() {
      observations.copyRow(state, of: source, to: rowCount + k)
      actions.numbers[rowCount + k] = Int32(chosen[k])
      rewards[rowCount + k] = earned[k]
      logProbabilities[rowCount + k] = logs.isEmpty ? 0 : logs[k]
    }
    order += rowCount..<rowCount + states.count
    rowCount += states.count
    starts.append(order.count)
    truncated.append(isTruncated)
  }

  /// Keeps some groups, and forgets the others.
  ///
  /// - Parameter groups: The numbers of those to keep, rising.
  public mutating func keep(groups: [Int], of groupSize: Int) {
    var (kept, begins, cut): ([Int], [Int], [Bool]) = ([], [0], [])
    for group in groups {
      for sequence in group * groupSize..<(group + 1) * groupSize {
        kept += order[tokens(of: sequence)]
        begins.append(kept.count)
        cut.append(truncated[sequence])
      }
    }
    (order, starts, truncated) = (kept, begins, cut)
    dropUnused()
  }

  /// Moves the rows that are left together, so that those of forgotten groups take no memory.
  private mutating func dropUnused() {
    let old = order.sorted()
    if old.count == rowCount { return }
    let source = observations
    var new = [Int](repeating: 0, count: rowCount)
    for (k, row) in old.enumerated() {
      new[row] = k
      observations.copyRow(row, of: source, to: k)
      if space.isDiscrete {
        actions.numbers[k] = actions.numbers[row]
      } else {
        for j in 0..<actions.width { actions.values[k * actions.width + j] = actions.values[row * actions.width + j] }
      }
      logProbabilities[k] = logProbabilities[row]
      rewards[k] = rewards[row]
    }
    for place in order.indices { order[place] = new[order[place]] }
    rowCount = old.count
  }

  /// Lines up new rows, whose owners are known, sequence by sequence.
  private mutating func arrange(_ owners: [Int], from first: Int, copies: Int) {
    var lengths = [Int](repeating: 0, count: copies)
    for owner in owners { lengths[owner] += 1 }
    var places: [Int] = []
    for length in lengths {
      places.append(starts.last!)
      starts.append(starts.last! + length)
    }
    order += [Int](repeating: 0, count: owners.count)
    for (k, owner) in owners.enumerated() {
      order[places[owner]] = first + k
      places[owner] += 1
    }
  }

  private mutating func makeRoom(for rows: Int) {
    let needed = rowCount + rows
    if needed <= observations.count { return }
    let capacity = max(needed, 2 * observations.count, 64)
    observations.grow(to: capacity)
    let more = capacity - rewards.count
    actions.grow(to: capacity)
    logProbabilities += [Double](repeating: 0, count: more)
    rewards += [Double](repeating: 0, count: more)
  }
}

extension SequenceBatch: Checkpointable {
  /// Appends all sequences.
  public func save(to writer: inout StateWriter) {
    writer.write(observations.count)
    writer.write(rowCount)
    observations.save(to: &writer)
    writer.write(actions.numbers)
    writer.write(actions.values)
    writer.write(logProbabilities)
    writer.write(rewards)
    writer.write(order)
    writer.write(starts)
    for flag in truncated { writer.write(flag) }
  }

  /// Takes up all sequences.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    let capacity = try reader.integer()
    let rows = try reader.integer()
    guard capacity >= 0 && capacity <= reader.remaining && rows >= 0 && rows <= capacity else {
      throw StateError("\(rows) rows of \(capacity) do not fit")
    }
    removeAll()
    observations = ObservationStore(
      count: capacity, width: observations.width, usesStateIndices: observations.usesStateIndices,
      offersAllActions: observations.offersAllActions)
    try observations.restore(from: &reader)
    actions.numbers = try reader.list(of: 0 as Int32)
    actions.values = try reader.list(of: 0 as Float)
    logProbabilities = try reader.list(of: 0.0)
    rewards = try reader.list(of: 0.0)
    order = try reader.list(of: 0)
    starts = try reader.list(of: 0)
    guard rewards.count == capacity, logProbabilities.count == capacity,
      actions.numbers.count == (space.isDiscrete ? capacity : 0),
      actions.values.count == (space.isDiscrete ? 0 : capacity * actions.width),
      order.allSatisfy({ $0 >= 0 && $0 < rows }),
      starts.first == 0, starts.last == order.count, zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 })
    else { throw StateError("the sequences of the checkpoint do not fit") }
    truncated = []
    for _ in 0..<count { truncated.append(try reader.flag()) }
    rowCount = rows
  }
}
