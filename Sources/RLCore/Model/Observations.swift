/// What an agent sees of a finite task: the number of an observation for each state. States with the same number look alike, so
/// that a learner has one row of its tables for all of them (state aggregation, Sutton & Barto (2018), section 9.3; Example 13.1).
///
/// The model stays what it is: planners and the exact columns know the states. Whatever a learner reports by observation is
/// carried over to the states by ``LearnerReport/lift(through:)`` before anything else reads it.
public struct Observations: Sendable, Equatable {
  /// The observation of each state, in `[0, count)`; every number is that of some state.
  public let numbers: [Int32]
  /// What the observations are called; empty where they go by their numbers.
  public let labels: [String]
  /// Observations as the states of a learner, with the actions that each offers.
  public let space: ActionSpace
  /// The actions of the states themselves: ``space`` for one who sees them.
  public let states: ActionSpace
  private let terminal: [Bool]

  /// How many observations there are.
  public var count: Int { space.stateCount }

  /// Says what is seen of each state of a model.
  ///
  /// - Parameters:
  ///   - numbers: The observation of each state; together they are 0, 1, … without a gap.
  ///   - labels: A name for each observation, or none at all.
  /// - Throws: ``SettingProblem`` where numbers are missing, or where states that look alike offer different actions. Terminal
  ///   states, which offer none, may look like any other.
  public init(_ numbers: [Int], labels: [String] = [], of model: FiniteMDP) throws(SettingProblem) {
    guard numbers.count == model.stateCount else {
      throw SettingProblem("\(numbers.count) observations are given; give \(model.stateCount), one a state")
    }
    let count = (numbers.max() ?? 0) + 1
    guard numbers.allSatisfy({ (0..<numbers.count).contains($0) }) else {
      let wrong = numbers.first { !(0..<numbers.count).contains($0) }!
      throw SettingProblem("observation \(wrong) is out of range; give numbers in [0, \(numbers.count))")
    }
    guard labels.isEmpty || labels.count == count else {
      throw SettingProblem("\(labels.count) labels are given; give \(count), one an observation")
    }
    var owners = [Int](repeating: -1, count: count)
    for (state, number) in numbers.enumerated() {
      let owner = owners[number]
      if owner < 0 || model.isTerminal(owner) {
        owners[number] = state
      } else if !model.isTerminal(state) {
        let mine = model.pairActions[model.pairs(of: state)]
        guard mine.elementsEqual(model.pairActions[model.pairs(of: owner)]) else {
          throw SettingProblem(
            "states \(model.stateLabels.label(of: owner)) and \(model.stateLabels.label(of: state)) offer different "
              + "actions and cannot look alike; give them different observations")
        }
      }
    }
    if let missing = owners.firstIndex(of: -1) {
      throw SettingProblem("no state has observation \(missing); number them 0, 1, … without a gap")
    }
    self.numbers = numbers.map(Int32.init)
    self.labels = labels
    states = ActionSpace(model)
    space = ActionSpace(counts: owners.map { model.pairs(of: $0).count }, width: states.width)
    terminal = (0..<model.stateCount).map(model.isTerminal)
  }

  /// The observation of a state.
  public subscript(state: Int) -> Int { Int(numbers[state]) }

  /// A number for each state from one for each observation; 0 at terminal states.
  public func lift(values: [Double]) -> [Double] {
    precondition(values.count == count, "\(values.count) values of \(count) observations")
    return numbers.indices.map { terminal[$0] ? 0 : values[Int(numbers[$0])] }
  }

  /// A number for each slot of the states from one for each slot of the observations; 0 at terminal states.
  public func lift(slots: [Double]) -> [Double] {
    precondition(slots.count == space.slotCount, "\(slots.count) entries for \(space.slotCount) slots")
    var lifted = [Double](repeating: 0, count: states.slotCount)
    let width = states.width
    for state in numbers.indices where !terminal[state] {
      let from = Int(numbers[state]) * width
      for k in 0..<width { lifted[state * width + k] = slots[from + k] }
    }
    return lifted
  }
}

extension LearnerReport {
  /// Turns what was learned by observation into what it means for each state.
  public mutating func lift(through observations: Observations) {
    precondition(!isByPair, "only what is told slot by slot can be carried over to states")
    if !stateValues.isEmpty { stateValues = observations.lift(values: stateValues) }
    if !actionValues.isEmpty { actionValues = observations.lift(slots: actionValues) }
    if !targetPolicy.isEmpty { targetPolicy = observations.lift(slots: targetPolicy) }
    if !behaviorPolicy.isEmpty { behaviorPolicy = observations.lift(slots: behaviorPolicy) }
  }
}
