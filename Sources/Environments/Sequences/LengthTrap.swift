import RLCore

/// One question with right and wrong answers of every length: what the normalisation of a loss does to the length of answers.
///
/// The first letter decides: an answer that begins with A is right, and whatever follows changes nothing, be it ended or cut off. With the chance `mistakes` a random letter is
/// written in place of the first one that was chosen, so that wrong answers never die out: of a policy that always chooses A,
/// `mistakes` (1 − 1/letters) of all answers are wrong. Whoever maximises the expected reward has no reason to prefer a length.
///
/// A loss that divides by the length of each answer has one. In expectation, the tokens of an answer that begins with a letter have the weight
/// Â / length, and after the letter Â is the same for all lengths: where it is positive the loss raises E[1/length | letter],
/// which is greatest for the shortest answer, where it is negative it lowers it: right answers shrink, wrong ones grow
/// up to the largest length (Liu et al., 2025, section 3.1). See the columns `right_length` and `wrong_length`.
///
/// Answers that differ in what follows the first letter are one state.
public enum LengthTrap: FiniteEnvironment {
  static let letters = Parameter.integer(
    "letters", default: 2, in: 1...26, "how many letters there are; only answers that begin with A are right")
  static let mistakes = Parameter.real(
    "mistakes", default: 0.8, in: .unit, "chance of a random first letter in place of the chosen one")
  static let maximumLength = Parameter.integer(
    "max_length", default: 10, in: 2...1000, "tokens of an answer, its end included, after which it is cut off")

  /// What configurations and readers see.
  public static let about = About(
    id: "length-trap",
    summary: "token sequences: right and wrong answers of every length, to see which lengths methods prefer",
    source: "the question of Liu et al. (2025), arXiv:2503.20783, section 3.1",
    parameters: [letters.declaration, mistakes.declaration, maximumLength.declaration, TokenTask.rewards.declaration])

  /// Builds the task: state 0 is the question, then the states after each letter, shorter answers before longer ones, then the end.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let (letters, longest) = (settings[letters], settings[maximumLength])
    let (mistakes, rewards) = (settings[mistakes], settings[TokenTask.rewards])
    let over = 1 + letters * (longest - 1)
    func state(_ letter: Int, _ length: Int) -> Int {
      length == longest ? over : 1 + letter * (longest - 1) + length - 1
    }
    func name(_ letter: Int) -> String { String(UnicodeScalar(UInt8(65 + letter))) }
    var builder = FiniteMDPBuilder(states: over + 1, actions: letters + 1)
    for chosen in 0..<letters {
      builder.addPair(state: 0, action: chosen)
      for written in 0..<letters {
        let chance = (written == chosen ? 1 - mistakes : 0) + mistakes / Double(letters)
        if chance == 0 { continue }
        builder.addOutcome(
          probability: chance, next: state(written, 1), reward: rewards.token + (written == 0 ? rewards.progress : 0))
      }
    }
    builder.addPair(state: 0, action: letters)
    builder.addOutcome(probability: 1, next: over, reward: rewards.token + rewards.format, terminated: true)
    var labels = ["?"]
    var tokens: [Int16] = [-1]
    var lengths: [Int16] = [0]
    for letter in 0..<letters {
      for length in 1..<longest {
        let verdict = rewards.token + (letter == 0 ? rewards.correct : 0)
        let isLast = length + 1 == longest
        for token in 0..<letters {
          builder.addPair(state: state(letter, length), action: token)
          builder.addOutcome(
            probability: 1, next: state(letter, length + 1), reward: isLast ? verdict : rewards.token,
            terminated: isLast)
        }
        builder.addPair(state: state(letter, length), action: letters)
        builder.addOutcome(
          probability: 1, next: over, reward: verdict + rewards.format, terminated: true)
        labels.append("?" + name(letter) + String(repeating: ".", count: length - 1))
        tokens.append(Int16(letter))
        lengths.append(Int16(length))
      }
    }
    labels.append("over")
    tokens.append(-1)
    lengths.append(0)
    let model = try builder.build(
      initial: [StateProbability(state: 0, probability: 1)], stateLabels: .listed(labels),
      actionLabels: (0..<letters).map(name) + ["end"])
    let layout = TokenLayout(
      slots: 1, promptSlots: 0, symbols: letters, lengths: longest, tokens: tokens, answerLengths: lengths,
      isRight: tokens.map { $0 == 0 }, judgesCutOff: true)
    return FiniteTask(model: model, timeLimit: longest, tokens: layout)
  }
}
