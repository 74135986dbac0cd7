import RLCore

/// What is known exactly of a policy's answers, in tasks of token sequences:
///
/// - how many prompts it answers right where it takes the likeliest token in every step (the first of equally likely ones): the share of the prompts
///   that are asked, and of those that are held out, each weighed as it would be asked;
/// - how long its right and its wrong answers are in the mean, where it draws them.
struct AnswerColumns {
  private let model: FiniteMDP
  private let tokens: TokenLayout
  private let heldOut: [StateProbability]
  /// Whether tokens are written as they are chosen.
  private let isPlain: Bool
  /// The states in which answers go on, shorter answers before longer ones.
  private let order: [Int]

  /// Nil where states are no sequences of tokens.
  init?(_ task: PreparedTask) {
    guard case .finite(let finite) = task.content, let tokens = finite.tokens, finite.observations == nil else {
      return nil
    }
    model = finite.model
    self.tokens = tokens
    heldOut = finite.heldOut ?? []
    isPlain = finite.model.probabilities.count == finite.model.pairCount
    let model = finite.model
    var byLength = [[Int]](repeating: [], count: tokens.lengths)
    for state in 0..<model.stateCount where !model.isTerminal(state) {
      byLength[Int(tokens.answerLengths[state])].append(state)
    }
    order = byLength.flatMap { $0 }
  }

  /// The columns.
  var metrics: [Metric] {
    (isPlain ? [.exactMatch] : []) + (isPlain && !heldOut.isEmpty ? [.heldOutMatch] : [])
      + [.rightLength, .wrongLength]
  }

  /// The numbers for a policy.
  ///
  /// - Parameter policy: Probabilities, pair by pair.
  func judge(_ policy: [Double]) -> [(Metric, Double)] {
    var numbers: [(Metric, Double)] = []
    if isPlain {
      numbers.append((.exactMatch, match(of: model.initial, policy)))
      if !heldOut.isEmpty { numbers.append((.heldOutMatch, match(of: heldOut, policy))) }
    }
    let (right, wrong) = lengths(policy)
    return numbers + [(.rightLength, right), (.wrongLength, wrong)]
  }

  private func match(of starts: [StateProbability], _ policy: [Double]) -> Double {
    var (right, isAll) = (0.0, true)
    for start in starts {
      if answersRight(from: start.state, policy) { right += start.probability } else { isAll = false }
    }
    return isAll ? 1 : right
  }

  private func answersRight(from start: Int, _ policy: [Double]) -> Bool {
    var state = start
    while true {
      let pairs = model.pairs(of: state)
      guard var best = pairs.first else { return false }
      for pair in pairs where policy[pair] > policy[best] { best = pair }
      // The last action ends the answer.
      if best == pairs.last { return tokens.isRight[state] }
      let outcome = model.outcome(model.outcomes(of: best).lowerBound)
      if outcome.terminated { return tokens.judgesCutOff && tokens.isRight[state] }
      state = outcome.next
    }
  }

  /// The mean lengths of right and of wrong answers, ends included; NaN where there are none. An answer that
  /// was cut off is wrong, unless the task judges it.
  private func lengths(_ policy: [Double]) -> (right: Double, wrong: Double) {
    var reach = [Double](repeating: 0, count: model.stateCount)
    for start in model.initial { reach[start.state] = start.probability }
    var (right, wrong) = ((chance: 0.0, length: 0.0), (chance: 0.0, length: 0.0))
    for state in order where reach[state] > 0 {
      let length = Double(tokens.answerLengths[state]) + 1
      let pairs = model.pairs(of: state)
      for pair in pairs where policy[pair] > 0 {
        let chance = reach[state] * policy[pair]
        if pair == pairs.last && tokens.isRight[state] {
          right = (right.chance + chance, right.length + chance * length)
          continue
        }
        for k in model.outcomes(of: pair) {
          let outcome = model.outcome(k)
          let share = chance * outcome.probability
          if outcome.terminated && tokens.judgesCutOff && tokens.isRight[state] {
            right = (right.chance + share, right.length + share * length)
          } else if outcome.terminated {
            wrong = (wrong.chance + share, wrong.length + share * length)
          } else {
            reach[outcome.next] += share
          }
        }
      }
    }
    return (right.length / right.chance, wrong.length / wrong.chance)
  }
}
