/// Samples a ``FiniteMDP``: the environment that every finite task gives to learners.
///
/// The model is laid out once for drawing: a slot for each state and action (see ``ActionSpace``), with its outcomes at a fixed stride and the
/// cumulative probabilities as 64-bit thresholds. Every copy shares that layout, which never changes. A step of a deterministic model draws
/// nothing; of a stochastic one, one word.
public struct FiniteSimulation: TabularEnvironment, @unchecked Sendable {
  /// States and actions.
  public let space: ActionSpace
  @usableFromInline let tables: Tables
  @usableFromInline let outcomes: UnsafePointer<Tables.Entry>
  @usableFromInline let width: Int
  @usableFromInline let stride: Int
  @usableFromInline var state = 0

  /// Lays a model out for drawing.
  public init(_ model: FiniteMDP) {
    space = ActionSpace(model)
    tables = Tables(model, space: space)
    outcomes = UnsafePointer(tables.entries)
    width = space.width
    stride = tables.stride
  }

  /// Begins an episode in a state drawn from the start distribution. One word, unless there is only one start.
  @inlinable
  public mutating func reset(using stream: inout RandomStream) -> Int {
    state = tables.starts.count == 1 ? tables.starts[0] : tables.drawStart(using: &stream)
    return state
  }

  /// Begins an episode in any state that offers an action, all equally likely. One word.
  @inlinable
  public mutating func resetAnywhere(using stream: inout RandomStream) -> Int {
    state = tables.actingStates[stream.uniform(below: tables.actingStates.count)]
    return state
  }

  /// Draws an outcome of an action in the current state.
  @inlinable @inline(__always)
  public mutating func step(_ action: Int, using stream: inout RandomStream) -> Outcome<Int> {
    var entry = outcomes + (state * width + action) * stride
    if stride > 1 {
      let word = stream.next()
      if stride <= 4 {
        // Without branches: how many thresholds the word has passed. The last one is never passed.
        var place = word >= entry[0].threshold ? 1 : 0
        if stride > 2 { place += word >= entry[1].threshold ? 1 : 0 }
        if stride > 3 { place += word >= entry[2].threshold ? 1 : 0 }
        entry += place
      } else {
        // Halving: the least place whose threshold lies above the word.
        var low = 0
        var count = stride
        while count > 1 {
          let half = count >> 1
          low = word >= entry[low + half - 1].threshold ? low + half : low
          count -= half
        }
        entry += low
      }
    }
    let target = Int(entry.pointee.target)
    let next = target < 0 ? ~target : target
    state = next
    return Outcome(observation: next, reward: entry.pointee.reward, terminated: entry.pointee.isEnd)
  }
}

extension FiniteSimulation {
  /// The layout of a model for drawing; made once, shared, never changed.
  public final class Tables: @unchecked Sendable {
    @usableFromInline struct Entry {
      /// Words below it, and not below the threshold before it, draw this outcome; the last is the greatest word.
      @usableFromInline var threshold: UInt64
      @usableFromInline var reward: Double
      /// The next state, or its complement where the outcome terminates.
      @usableFromInline var target: Int32
      /// Whether the episode is over: the outcome terminates, or leads into a state without actions.
      @usableFromInline var isEnd: Bool
    }

    @usableFromInline let entries: UnsafeMutablePointer<Entry>
    @usableFromInline let stride: Int
    @usableFromInline let starts: [Int]
    @usableFromInline let startWeights: [Double]
    @usableFromInline let actingStates: [Int]

    init(_ model: FiniteMDP, space: ActionSpace) {
      var most = 1
      for pair in 0..<model.pairCount { most = max(most, model.outcomes(of: pair).count) }
      stride = most
      let count = space.slotCount * most
      entries = .allocate(capacity: count)
      entries.initialize(
        repeating: Entry(threshold: .max, reward: 0, target: -1, isEnd: true), count: count)
      var acting: [Int] = []
      for state in 0..<model.stateCount {
        let pairs = model.pairs(of: state)
        if !pairs.isEmpty { acting.append(state) }
        for pair in pairs {
          let slot = state * space.width + (pair - pairs.lowerBound)
          let row = entries + slot * most
          let outcomes = model.outcomes(of: pair)
          var sum = 0.0
          for (place, k) in outcomes.enumerated() {
            sum += model.probabilities[k]
            let target = model.targets[k]
            let isEnd = target < 0 || model.isTerminal(Int(target))
            let isLast = k == outcomes.upperBound - 1
            row[place] = Entry(
              threshold: isLast || sum >= 1 ? .max : UInt64(sum * 0x1p64), reward: model.rewards[k], target: target,
              isEnd: isEnd)
          }
          for place in outcomes.count..<most { row[place] = row[outcomes.count - 1] }
        }
      }
      actingStates = acting
      starts = model.initial.map(\.state)
      startWeights = model.initial.map(\.probability)
    }

    deinit { entries.deallocate() }

    @usableFromInline func drawStart(using stream: inout RandomStream) -> Int {
      starts[stream.index(weights: startWeights)]
    }
  }
}

extension FiniteSimulation: Checkpointable {
  /// Appends the current state.
  public func save(to writer: inout StateWriter) { writer.write(state) }

  /// Takes up the current state.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    let state = try reader.integer()
    guard state >= 0 && state < space.stateCount else {
      throw StateError("state \(state) is not in [0, \(space.stateCount))")
    }
    self.state = state
  }
}
