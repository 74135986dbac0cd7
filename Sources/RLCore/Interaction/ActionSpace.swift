/// How many states there are, and how many actions each offers.
///
/// Tables over states and actions give each state a row of ``width`` slots, whether it uses them or not: the slot of the `k`-th
/// action of state `s` is `s * width + k`. One multiplication finds it, which keeps the step of a learner short.
public struct ActionSpace: Sendable, Equatable {
  /// The number of states.
  public let stateCount: Int
  /// The most actions that a state offers, at least 1.
  public let width: Int
  /// How many actions each state offers; empty where all that are not terminal offer ``width``.
  public let counts: [Int32]

  /// The number of slots of a table.
  public var slotCount: Int { stateCount * width }

  /// A space in which every state offers every action.
  public init(states: Int, actions: Int) {
    precondition(states > 0 && actions > 0, "\(states) states with \(actions) actions")
    stateCount = states
    width = actions
    counts = []
  }

  /// A space in which each state offers a number of actions of its own.
  ///
  /// - Parameter counts: For each state how many, at least 0, and at least 1 in some state.
  public init(counts: [Int]) {
    precondition(counts.allSatisfy { $0 >= 0 } && (counts.max() ?? 0) > 0, "\(counts) actions")
    stateCount = counts.count
    width = counts.max()!
    let isRegular = counts.allSatisfy { [width] in $0 == 0 || $0 == width }
    self.counts = isRegular ? [] : counts.map(Int32.init)
  }

  /// A space of a given width, though no state may offer as many actions.
  init(counts: [Int], width: Int) {
    precondition(counts.allSatisfy { (0...width).contains($0) }, "\(counts) actions of \(width)")
    stateCount = counts.count
    self.width = width
    let isRegular = counts.allSatisfy { $0 == 0 || $0 == width }
    self.counts = isRegular ? [] : counts.map(Int32.init)
  }

  /// The space of a finite model.
  public init(_ model: FiniteMDP) {
    stateCount = model.stateCount
    width = max(1, model.maximumActions)
    var counts: [Int32] = []
    var isRegular = true
    counts.reserveCapacity(stateCount)
    for state in 0..<stateCount {
      let count = model.pairOffsets[state + 1] - model.pairOffsets[state]
      counts.append(count)
      if count != 0 && Int(count) != width { isRegular = false }
    }
    self.counts = isRegular ? [] : counts
  }

  /// How many actions a state offers; ``width`` for terminal states of a regular space.
  public func actions(in state: Int) -> Int { counts.isEmpty ? width : Int(counts[state]) }

  /// A table's numbers of a model's pairs.
  ///
  /// - Parameter slots: One number a slot; the model's states and actions are those of this space.
  public func pairs(_ slots: [Double], of model: FiniteMDP) -> [Double] {
    precondition(
      slots.count == slotCount && model.stateCount == stateCount,
      "\(slots.count) numbers for \(slotCount) slots of \(stateCount) states")
    var pairs = [Double](repeating: 0, count: model.pairCount)
    for state in 0..<stateCount {
      for (place, pair) in model.pairs(of: state).enumerated() { pairs[pair] = slots[state * width + place] }
    }
    return pairs
  }

  /// Numbers of a model's pairs as a table of this space; 0 where there is no pair.
  ///
  /// - Parameter pairs: One number a pair, in the order of the model, whose states and actions these are.
  public func slots(_ pairs: [Double], of model: FiniteMDP) -> [Double] {
    precondition(
      pairs.count == model.pairCount && model.stateCount == stateCount,
      "\(pairs.count) numbers for \(model.pairCount) pairs of \(stateCount) states")
    var slots = [Double](repeating: 0, count: slotCount)
    for state in 0..<stateCount {
      for (place, pair) in model.pairs(of: state).enumerated() { slots[state * width + place] = pairs[pair] }
    }
    return slots
  }
}
