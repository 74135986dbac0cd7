/// Samples a ``FiniteMDP``: the environment that every finite task gives to learners.
///
/// The model is laid out once for drawing: a slot for each state and action (see ``ActionSpace``), with its outcomes of 8 bytes at a fixed
/// stride and the cumulative probabilities as 64-bit thresholds. Every copy shares that layout, which never changes. A step of a deterministic model draws
/// nothing; of a stochastic one, one word.
///
/// Where states look alike (``observed(through:)``), what it gives back are the numbers of observations, and ``space`` is theirs.
public struct FiniteSimulation: TabularEnvironment, @unchecked Sendable {
  /// States and actions; observations and actions where states look alike.
  public private(set) var space: ActionSpace
  @usableFromInline let tables: Tables
  @usableFromInline let entries: UnsafePointer<Tables.Entry>
  @usableFromInline let thresholds: UnsafePointer<UInt64>
  @usableFromInline let amounts: UnsafePointer<Double>
  @usableFromInline let width: Int
  @usableFromInline let stride: Int
  @usableFromInline var state = 0
  /// The observation of each state, where they look alike; the views keep it alive.
  @usableFromInline var seen: UnsafePointer<Int32>?
  private var views: Views?

  private final class Views: @unchecked Sendable {
    let numbers: UnsafeMutablePointer<Int32>

    init(_ observations: Observations) {
      numbers = .allocate(capacity: observations.numbers.count)
      for (state, number) in observations.numbers.enumerated() { (numbers + state).initialize(to: number) }
    }

    deinit { numbers.deallocate() }
  }

  /// Lays a model out for drawing.
  public init(_ model: FiniteMDP) {
    space = ActionSpace(model)
    tables = Tables(model, space: space)
    entries = UnsafePointer(tables.entries)
    thresholds = UnsafePointer(tables.thresholds)
    amounts = UnsafePointer(tables.amounts)
    width = space.width
    stride = tables.stride
  }

  /// The same samples, of which only observations are seen.
  public func observed(through observations: Observations) -> FiniteSimulation {
    precondition(
      observations.numbers.count == tables.stateCount,
      "observations of \(observations.numbers.count) states for \(tables.stateCount)")
    var copy = self
    let views = Views(observations)
    copy.views = views
    copy.seen = UnsafePointer(views.numbers)
    copy.space = observations.space
    return copy
  }

  /// What is seen of the current state.
  @inlinable @inline(__always)
  var observation: Int { seen == nil ? state : Int(seen.unsafelyUnwrapped[state]) }

  /// Begins an episode in a state drawn from the start distribution. One word, unless there is only one start.
  @inlinable
  public mutating func reset(using stream: inout RandomStream) -> Int {
    state = tables.starts.count == 1 ? tables.starts[0] : tables.drawStart(using: &stream)
    return observation
  }

  /// Begins an episode in any state that offers an action, all equally likely. One word.
  @inlinable
  public mutating func resetAnywhere(using stream: inout RandomStream) -> Int {
    state = tables.actingStates[stream.uniform(below: tables.actingStates.count)]
    return observation
  }

  /// Goes to a state, for searches that try what follows from it.
  public mutating func place(in state: Int) {
    precondition(state >= 0 && state < space.stateCount, "state \(state) of \(space.stateCount)")
    self.state = state
  }

  /// Draws an outcome of a slot: of an action in a state.
  @inlinable @inline(__always)
  func draw(_ slot: Int, using stream: inout RandomStream) -> Tables.Entry {
    var place = slot
    if stride > 1 {
      let word = stream.next()
      place = place &* stride
      let row = thresholds + place
      if stride <= 4 {
        // Without branches: how many thresholds the word has passed. The last one is never passed.
        place = place &+ (word >= row[0] ? 1 : 0)
        if stride > 2 { place = place &+ (word >= row[1] ? 1 : 0) }
        if stride > 3 { place = place &+ (word >= row[2] ? 1 : 0) }
      } else {
        // Halving: the least place whose threshold lies above the word.
        var low = 0
        var count = stride
        while count > 1 {
          let half = count >> 1
          low = word >= row[low &+ half &- 1] ? low &+ half : low
          count = count &- half
        }
        place = place &+ low
      }
    }
    return entries[place]
  }

  /// Draws an outcome of an action in the current state.
  @inlinable @inline(__always)
  public mutating func step(_ action: Int, using stream: inout RandomStream) -> Outcome<Int> {
    let entry = draw(state &* width &+ action, using: &stream)
    let isEnd = entry.target < 0
    let next = Int(isEnd ? ~entry.target : entry.target)
    state = next
    return Outcome(observation: observation, reward: amounts[Int(entry.code)], terminated: isEnd)
  }
}

extension FiniteSimulation {
  /// The layout of a model for drawing; made once, shared, never changed.
  public final class Tables: @unchecked Sendable {
    @usableFromInline struct Entry {
      /// The next state, or its complement where the episode is over: the outcome terminates, or leads into a state without actions.
      @usableFromInline let target: Int32
      /// Where the reward stands among the amounts.
      @usableFromInline let code: Int32
    }

    @usableFromInline let entries: UnsafeMutablePointer<Entry>
    /// Words below it, and not below the threshold before it, draw an outcome; the last of a pair is the greatest word.
    @usableFromInline let thresholds: UnsafeMutablePointer<UInt64>
    @usableFromInline let amounts: UnsafeMutablePointer<Double>
    @usableFromInline let stride: Int
    let stateCount: Int
    @usableFromInline let starts: [Int]
    /// The sums of the starts' probabilities, each with all before it; their total is the last.
    private let startSums: [Double]
    @usableFromInline let actingStates: [Int]

    init(_ model: FiniteMDP, space: ActionSpace) {
      stateCount = model.stateCount
      var most = 1
      for pair in 0..<model.pairCount { most = max(most, model.outcomes(of: pair).count) }
      stride = most
      let count = space.slotCount * most
      entries = .allocate(capacity: count)
      entries.initialize(repeating: Entry(target: -1, code: 0), count: count)
      thresholds = .allocate(capacity: most > 1 ? count : 1)
      thresholds.initialize(repeating: .max, count: most > 1 ? count : 1)
      let palette = model.rewards.palette
      amounts = .allocate(capacity: max(1, palette.count))
      amounts.initialize(repeating: 0, count: max(1, palette.count))
      for (place, amount) in palette.enumerated() { amounts[place] = amount }
      var acting: [Int] = []
      for state in 0..<model.stateCount {
        let pairs = model.pairs(of: state)
        if !pairs.isEmpty { acting.append(state) }
        for pair in pairs {
          let first = (state * space.width + (pair - pairs.lowerBound)) * most
          let outcomes = model.outcomes(of: pair)
          var sum = 0.0
          for (place, k) in outcomes.enumerated() {
            sum += model.probabilities[k]
            let target = model.targets[k]
            let isEnd = target < 0 || model.isTerminal(Int(target))
            entries[first + place] = Entry(
              target: isEnd && target >= 0 ? ~target : target, code: Int32(model.rewards.code(k)))
            let isLast = k == outcomes.upperBound - 1
            if most > 1 { thresholds[first + place] = isLast || sum >= 1 ? .max : UInt64(sum * 0x1p64) }
          }
          for place in outcomes.count..<most { entries[first + place] = entries[first + outcomes.count - 1] }
        }
      }
      actingStates = acting
      starts = model.initial.map(\.state)
      var total = 0.0
      startSums = model.initial.map {
        total += $0.probability
        return total
      }
    }

    deinit {
      entries.deallocate()
      thresholds.deallocate()
      amounts.deallocate()
    }

    @usableFromInline func drawStart(using stream: inout RandomStream) -> Int {
      // The same start as by going through them one by one: the first whose sum lies above the number drawn.
      let target = stream.uniform() * startSums[startSums.count - 1]
      var low = 0
      var high = startSums.count - 1
      while low < high {
        let middle = (low + high) / 2
        if target < startSums[middle] { high = middle } else { low = middle + 1 }
      }
      return starts[low]
    }
  }
}

extension FiniteSimulation: Checkpointable {
  /// Appends the current state.
  public func save(to writer: inout StateWriter) { writer.write(state) }

  /// Takes up the current state.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    let state = try reader.integer()
    guard state >= 0 && state < tables.stateCount else {
      throw StateError("state \(state) is not in [0, \(tables.stateCount))")
    }
    self.state = state
  }
}
