import RLCore

/// One question with right answers of every length: what the normalisation of a loss does to the length of answers.
///
/// An answer is right if it has the letter A and no other letter; dots may stand before and behind it, and change nothing. Whoever maximises the
/// expected reward has no reason to prefer a length. A loss that divides by the length of each answer does: among right answers it
/// favours short ones, among wrong ones it spares long ones (Liu et al., 2025, section 3.1).
public enum LengthTrap: FiniteEnvironment {
  static let letters = Parameter.integer(
    "letters", default: 2, in: 1...26, "how many letters there are; only A is right")
  static let maximumLength = TokenTask.maximumLength.with(default: .integer(8))

  /// What configurations and readers see.
  public static let about = About(
    id: "length-trap", summary: "token sequences: right answers of every length, to see which lengths methods prefer",
    source: "the question of Liu et al. (2025), arXiv:2503.20783, section 3.1",
    parameters: [letters.declaration, maximumLength.declaration, TokenTask.rewards.declaration])

  /// Builds the task.
  ///
  /// - Throws: ``SettingProblem`` where the tree of answers would be too large.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let letters = settings[letters]
    let longest = settings[maximumLength] ?? 8
    try TokenTask.check(prompts: 1, symbols: letters + 1, length: longest, remedy: "lower letters or max_length")
    let symbols = (0..<letters).map { String(UnicodeScalar(UInt8(65 + $0))) } + ["."]
    return try TokenTask(
      symbols: symbols, answerSymbols: letters + 1, prompts: [.init(label: "?", tokens: [])], maximumLength: longest,
      rewards: settings[TokenTask.rewards]
    ).build(Rule(dot: letters))
  }

  private struct Rule: TokenTask.Rule {
    let dot: Int

    func isRight(_ answer: ArraySlice<Int>, to prompt: Int) -> Bool {
      var count = 0
      for token in answer where token != dot {
        if token != 0 { return false }
        count += 1
      }
      return count == 1
    }

    /// All of it for the one A, if it is the first letter.
    func progress(_ prefix: ArraySlice<Int>, to prompt: Int) -> Double {
      prefix.last == 0 && isRight(prefix, to: prompt) ? 1 : 0
    }
  }
}
