/// A model as formats see it that know no end of an episode: a terminal state is one where nothing but staying for nothing is left, and every
/// pair of states and action has at most one transition.
///
/// An outcome that terminates leads to its state where that is terminal or can only stay for nothing, and else to one state that is added
/// behind the others. Outcomes of a pair into the same state are put together, with the mean of their rewards. Values of all policies are
/// what they were.
public struct RestingModel: Sendable {
  /// What a choice may lead to.
  public struct Arrival: Sendable, Equatable {
    /// The next state.
    public var next: Int
    /// In `(0, 1]`.
    public var probability: Double
    /// The mean reward of going there.
    public var reward: Double
  }

  /// What can be chosen in a state.
  public struct Choice: Sendable {
    /// The action's number; nil for staying at the end.
    public var action: Int?
    /// The expected reward.
    public var reward: Double
    /// Where it leads, in rising order of states.
    public var arrivals: [Arrival]
  }

  /// The model.
  public let model: FiniteMDP
  /// The state that was added for terminations; nil where none was needed.
  public let endState: Int?
  /// Whether all labels of actions are different words.
  public let hasWords: Bool
  private let isResting: [Bool]

  /// Looks for what has to be added.
  public init(_ model: FiniteMDP) {
    self.model = model
    var resting = [Bool](repeating: true, count: model.stateCount)
    for state in 0..<model.stateCount {
      for pair in model.pairs(of: state) {
        for k in model.outcomes(of: pair) {
          let outcome = model.outcome(k)
          if outcome.next != state || outcome.reward != 0 { resting[state] = false }
        }
      }
    }
    let needsEnd = model.targets.contains { $0 < 0 && !resting[Int(~$0)] }
    isResting = resting
    hasWords = Self.areWords(model.actionLabels)
    endState = needsEnd ? model.stateCount : nil
  }

  /// The number of states.
  public var stateCount: Int { model.stateCount + (endState == nil ? 0 : 1) }

  /// Whether nothing but staying for nothing is left.
  public func isEnd(_ state: Int) -> Bool { state == endState || isResting[state] }

  /// What the state is called.
  public func label(of state: Int) -> String { state == endState ? "end" : model.stateLabels.label(of: state) }

  /// How many choices a state has; one at an end.
  public func choiceCount(of state: Int) -> Int { isEnd(state) ? 1 : model.pairs(of: state).count }

  /// What can be chosen in a state, in rising order of actions; at an end, one choice that stays.
  public func choices(of state: Int) -> [Choice] {
    if isEnd(state) {
      return [Choice(action: nil, reward: 0, arrivals: [Arrival(next: state, probability: 1, reward: 0)])]
    }
    return model.pairs(of: state).map { pair in
      var arrivals: [Arrival] = []
      for k in model.outcomes(of: pair) {
        let outcome = model.outcome(k)
        let next = outcome.terminated && !isResting[outcome.next] ? endState! : outcome.next
        arrivals.append(Arrival(next: next, probability: outcome.probability, reward: outcome.reward))
      }
      arrivals.sort { $0.next < $1.next }
      var merged: [Arrival] = []
      for arrival in arrivals {
        if let last = merged.last, last.next == arrival.next {
          let sum = last.probability + arrival.probability
          let weighted = last.probability * last.reward + arrival.probability * arrival.reward
          merged[merged.count - 1].reward = last.reward == arrival.reward ? last.reward : weighted / sum
          merged[merged.count - 1].probability = sum
        } else {
          merged.append(arrival)
        }
      }
      // The same number in each place comes back as it was; a mean would be rounded.
      let isConstant = merged.allSatisfy { $0.reward == merged[0].reward }
      return Choice(
        action: Int(model.pairActions[pair]), reward: isConstant ? merged[0].reward : model.expectedRewards[pair],
        arrivals: merged)
    }
  }

  /// A name for an action that is one word: its label where all labels are different words, else its number.
  public func word(of action: Int?) -> String {
    guard let action else { return "end" }
    return hasWords ? model.actionLabels[action] : "\(action)"
  }

  private static func areWords(_ labels: [String]) -> Bool {
    Set(labels).count == labels.count
      && labels.allSatisfy { label in
        !label.isEmpty && label.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !separators.contains($0) }
          && label != "end" && Int(label) == nil && label.utf8.first! > 0x39
      }
  }

  private static let separators = Set("[]:,;#*\"/".utf8)
}
