/// Several trials of one variant, which take their steps in turn in one loop.
///
/// A step of a tabular learner is a chain of operations each of which waits for the one before. With several trials in turn a processor works
/// on one chain while others wait. Each trial has the streams, tables and counters of its own ``EpisodeLoop``, and goes through the same
/// numbers as if it were alone, to the bit.
///
/// Only methods with a ``OneStepRule`` gain: longer steps are bound by their number of instructions.
public final class StepsInTurn {
  /// How many trials are to be put together: more fill the processor no better.
  public static let bestCount = 8
  /// From how many on it is faster than one by one.
  public static let leastCount = 3

  private let simulation: FiniteSimulation
  private let rule: OneStepRule
  private let timeLimit: Int
  private let width: Int
  private let lanes: UnsafeMutablePointer<StepLane>
  private let capacity: Int
  /// How many trials there are now.
  public private(set) var count = 0
  /// Where every episode begins; −1 where that is drawn.
  private let start: Int
  private let isScheduled: Bool
  private var rules: [(Int) -> OneStepRule] = []

  init(simulation: FiniteSimulation, rule: OneStepRule, isScheduled: Bool, timeLimit: Int, capacity: Int) {
    self.simulation = simulation
    self.rule = rule
    self.isScheduled = isScheduled
    start = simulation.tables.starts.count == 1 ? simulation.tables.starts[0] : -1
    self.timeLimit = timeLimit
    self.capacity = capacity
    width = simulation.width
    lanes = .allocate(capacity: capacity)
  }

  deinit { lanes.deallocate() }

  /// One of the trials, in `[0, count)`.
  public subscript(place: Int) -> StepLane {
    get {
      precondition(place >= 0 && place < count, "trial \(place) of \(count)")
      return lanes[place]
    }
    set {
      precondition(place >= 0 && place < count, "trial \(place) of \(count)")
      let number = lanes[place].number
      lanes[place] = newValue
      lanes[place].number = number
    }
  }

  /// Adds a trial behind the others.
  ///
  /// - Parameter rule: Its step in an episode; asked for where parameters change from one episode to the next.
  public func append(_ lane: StepLane, rule: @escaping (_ episode: Int) -> OneStepRule) {
    precondition(count < capacity, "there is no room for more than \(capacity) trials")
    (lanes + count).initialize(to: lane)
    lanes[count].number = rules.count
    rules.append(rule)
    count += 1
  }

  /// Takes a trial away; those behind it move up.
  public func remove(at place: Int) {
    precondition(place >= 0 && place < count, "trial \(place) of \(count)")
    for k in place..<count - 1 { lanes[k] = lanes[k + 1] }
    count -= 1
  }

  /// Takes up to `rounds` steps of each trial; fewer where some trial finishes its last episode.
  public func run(rounds: Int) {
    for k in 0..<count where lanes[k].episode >= lanes[k].lastEpisode { return }
    if rounds <= 0 || count == 0 { return }
    for k in 0..<count where !lanes[k].isInEpisode { begin(lanes + k) }
    let taken =
      switch rule.bootstrap {
      case .maximum: take(rounds, Maximum.self)
      case .expectation: take(rounds, Expectation.self)
      case .action: take(rounds, NextAction.self)
      }
    for k in 0..<count {
      lanes[k].step += taken
      lanes[k].newSteps += taken
    }
  }

  /// Begins an episode.
  private func begin(_ lane: UnsafeMutablePointer<StepLane>) {
    if isScheduled { lane.pointee.take(rules[lane.pointee.number](lane.pointee.episode)) }
    let state = start >= 0 ? start : simulation.tables.drawStart(using: &lane.pointee.environment)
    let best =
      width == 4
      ? BestOfRow(four: lane.pointee.values + state &* 4)
      : BestOfRow(lane.pointee.values + state &* width, width: width)
    lane.pointee.slot = state &* width &+ best.action(lane.pointee.threshold, width: width, lane)
    lane.pointee.stepsLeft = timeLimit
    lane.pointee.episodeReturn = 0
    lane.pointee.isInEpisode = true
  }

  /// Ends an episode.
  ///
  /// - Returns: Whether it was the trial's last.
  private func finish(_ lane: UnsafeMutablePointer<StepLane>, in state: Int) -> Bool {
    lane.pointee.episode += 1
    lane.pointee.newEpisodes += 1
    lane.pointee.returns += lane.pointee.episodeReturn
    lane.pointee.lengths += timeLimit - lane.pointee.stepsLeft
    lane.pointee.isInEpisode = false
    lane.pointee.endState = state
    return lane.pointee.episode >= lane.pointee.lastEpisode
  }

  /// Ends an episode, and begins the next one if there is a step left for it.
  @inline(never)
  private func finish(_ lane: UnsafeMutablePointer<StepLane>, in state: Int, isOver: Bool) -> Bool {
    if finish(lane, in: state) { return true }
    if !isOver { begin(lane) }
    return false
  }

  private func take<B: StepBootstrap>(_ rounds: Int, _ bootstrap: B.Type) -> Int {
    switch (width == 4, simulation.stride == 1) {
    case (true, true): take(rounds, bootstrap, Yes.self, Yes.self)
    case (true, false): take(rounds, bootstrap, Yes.self, No.self)
    case (false, _): take(rounds, bootstrap, No.self, No.self)
    }
  }

  /// Takes up to `rounds` steps of each trial; the hot path, compiled for each kind of step.
  ///
  /// - Parameters:
  ///   - isFourWide: Whether every state offers four actions.
  ///   - isSure: Whether the model is deterministic.
  /// - Returns: How many steps of each were taken.
  private func take<B: StepBootstrap, W: Answer, S: Answer>(
    _ rounds: Int, _ bootstrap: B.Type, _ isFourWide: W.Type, _ isSure: S.Type
  ) -> Int {
    let (isFourWide, isSure) = (W.value, S.value)
    let (lanes, end) = (self.lanes, self.lanes + count)
    let (entries, amounts, gamma) = (simulation.entries, simulation.amounts, rule.gamma)
    let simulation = self.simulation
    let width = isFourWide ? 4 : self.width
    var taken = rounds
    var left = rounds
    while left > 0 {
      left &-= 1
      var lane = lanes
      while lane != end {
        // A store to a table may change anything, as far as the compiler knows: all that is read stands before it.
        let (values, slot, alpha, threshold) = (
          lane.pointee.values, lane.pointee.slot, lane.pointee.alpha, lane.pointee.threshold
        )
        let entry = isSure ? entries[slot] : simulation.draw(slot, using: &lane.pointee.environment)
        let isEnd = entry.target < 0
        let next = Int(truncatingIfNeeded: UInt32(bitPattern: entry.target ^ (entry.target >> 31)))
        let reward = amounts[Int(entry.code)]
        let stepsLeft = lane.pointee.stepsLeft &- 1
        lane.pointee.reward += reward
        lane.pointee.episodeReturn += reward
        lane.pointee.stepsLeft = stepsLeft
        let first = next &* width
        let row = values + first
        let old = values[slot]
        if isEnd || stepsLeft == 0 {
          var value = 0.0
          if !isEnd {
            let best = isFourWide ? BestOfRow(four: row) : BestOfRow(row, width: width)
            switch B.kind {
            case .maximum: value = best.value
            case .expectation: value = Self.expectation(lane.pointee.epsilon, best.value, row, width: width)
            case .action: value = row[best.action(threshold, width: width, lane)]
            }
          }
          values[slot] = old + alpha * (reward + gamma * value - old)
          if finish(lane, in: next, isOver: left == 0) {
            // The others take this step, too.
            taken &-= left
            left = 0
          }
        } else {
          let action: Int
          if B.kind == .action {
            let best = isFourWide ? BestOfRow(four: row) : BestOfRow(row, width: width)
            action = best.action(threshold, width: width, lane)
            values[slot] = old + alpha * (reward + gamma * row[action] - old)
          } else {
            var best = isFourWide ? BestOfRow(four: row) : BestOfRow(row, width: width)
            let value =
              B.kind == .maximum
              ? best.value : Self.expectation(lane.pointee.epsilon, best.value, row, width: width)
            values[slot] = old + alpha * (reward + gamma * value - old)
            // The step may have changed the row that it led to.
            if UInt(bitPattern: slot &- first) < UInt(bitPattern: width) {
              best = isFourWide ? BestOfRow(four: row) : BestOfRow(row, width: width)
            }
            action = best.action(threshold, width: width, lane)
          }
          lane.pointee.slot = first &+ action
        }
        lane += 1
      }
    }
    return taken
  }

  /// `Σ_a π(a|s) Q(s, a)`, in the order of ``Exploration/expectation(_:in:)``.
  @inline(__always)
  private static func expectation(
    _ epsilon: Double, _ best: Double, _ row: UnsafeMutablePointer<Double>, width: Int
  ) -> Double {
    var sum = 0.0
    for action in 0..<width { sum += row[action] }
    return epsilon * (sum / Double(width)) + (1 - epsilon) * best
  }
}

/// A kind of step, known to the compiler.
private protocol StepBootstrap { static var kind: OneStepRule.Bootstrap { get } }
private enum Maximum: StepBootstrap { static var kind: OneStepRule.Bootstrap { .maximum } }
private enum Expectation: StepBootstrap { static var kind: OneStepRule.Bootstrap { .expectation } }
private enum NextAction: StepBootstrap { static var kind: OneStepRule.Bootstrap { .action } }

/// Yes or no, known to the compiler.
private protocol Answer { static var value: Bool { get } }
private enum Yes: Answer { static var value: Bool { true } }
private enum No: Answer { static var value: Bool { false } }
