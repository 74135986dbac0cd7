import RLCore

/// Two prompts, an easy and a hard one: what dividing by the standard deviation of a group does to the weight of each.
///
/// Each prompt has one right answer, of `easy_length` and `hard_length` tokens. A policy that writes at random is right with probability
/// (tokens + 1)^−(length + 1). Groups with few right answers, or few wrong ones, have a small standard deviation: divided by it, they count
/// for more than they would in the gradient of the expected reward (Liu et al., 2025, section 3.1).
public enum TwoDifficulty: FiniteEnvironment {
  static let tokens = Parameter.integer("tokens", default: 2, in: 1...26, "how many tokens there are, besides the end")
  static let easy = Parameter.integer("easy_length", default: 1, in: 1...20, "tokens of the easy prompt's answer")
  static let hard = Parameter.integer("hard_length", default: 4, in: 1...20, "tokens of the hard prompt's answer")
  static let share = Parameter.real("hard_share", default: 0.5, in: .unit, "how often the hard prompt is asked")

  /// What configurations and readers see.
  public static let about = About(
    id: "two-difficulty", summary: "token sequences: an easy and a hard prompt, to see how methods weigh them",
    source: "the question of Liu et al. (2025), arXiv:2503.20783, section 3.1",
    parameters: [
      tokens.declaration, easy.declaration, hard.declaration, share.declaration, TokenTask.maximumLength.declaration,
      TokenTask.rewards.declaration,
    ])

  /// Builds the task.
  ///
  /// - Throws: ``SettingProblem`` where the tree of answers would be too large.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let (tokens, easy, hard) = (settings[tokens], settings[easy], settings[hard])
    let longest = settings[TokenTask.maximumLength] ?? max(easy, hard) + 1
    try TokenTask.check(
      prompts: 2, symbols: tokens, length: longest, remedy: "lower tokens, hard_length or max_length")
    let symbols = (0..<tokens).map { String(UnicodeScalar(UInt8(97 + $0))) }
    let answers = [easy, hard].map { length in (0..<length).map { $0 % tokens } }
    return try TokenTask(
      symbols: symbols + ["easy", "hard"], answerSymbols: tokens,
      prompts: [
        .init(label: "easy|", tokens: [tokens], weight: 1 - settings[share]),
        .init(label: "hard|", tokens: [tokens + 1], weight: settings[share]),
      ], maximumLength: longest, rewards: settings[TokenTask.rewards]
    ).build(TokenTask.Targets(answers: answers))
  }
}
