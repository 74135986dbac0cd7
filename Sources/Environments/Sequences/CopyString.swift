import RLCore

/// Repeat the prompt: the first task of anything that writes.
///
/// Prompts are all strings of `min_length` to `length` letters; the one right answer is the string itself, and then `end`. By chance an answer of n
/// letters is right with probability (letters + 1)^−(n + 1).
public enum CopyString: FiniteEnvironment {
  static let letters = Parameter.integer("letters", default: 3, in: 1...26, "how many letters there are")
  static let length = Parameter.integer("length", default: 3, in: 1...20, "the most letters of a prompt")
  static let minimum = Parameter.integer("min_length", default: 1, in: 1...20, "the fewest letters of a prompt")

  /// What configurations and readers see.
  public static let about = About(
    id: "copy-string", summary: "token sequences: repeat the string of the prompt, then end",
    source: "the copy task of Graves, Wayne & Danihelka (2014), arXiv:1410.5401, in miniature",
    parameters: [
      letters.declaration, length.declaration, minimum.declaration, TokenTask.maximumLength.declaration,
      TokenTask.rewards.declaration,
    ], relations: [.atMost(["min_length"], "length")])

  /// Builds the task.
  ///
  /// - Throws: ``SettingProblem`` where the tree of answers would be too large, or no prompt is left.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let (letters, length, minimum) = (settings[letters], settings[length], settings[minimum])
    guard minimum <= length else {
      throw SettingProblem("\(minimum) is more than the length \(length); give at most \(length)", at: ".min_length")
    }
    let longest = settings[TokenTask.maximumLength] ?? length + 1
    var count = 0.0
    for n in minimum...length { count += (0..<n).reduce(1.0) { product, _ in product * Double(letters) } }
    try TokenTask.check(
      prompts: count, symbols: letters, length: longest, remedy: "lower letters, length or max_length")
    let symbols = (0..<letters).map { String(UnicodeScalar(UInt8(97 + $0))) }
    var answers: [[Int]] = []
    var strings: [[Int]] = [[]]
    for n in 1...length {
      strings = strings.flatMap { string in (0..<letters).map { string + [$0] } }
      if n >= minimum { answers += strings }
    }
    let prompts = answers.map { string in
      TokenTask.Prompt(label: string.map { symbols[$0] }.joined() + "|", tokens: string)
    }
    return try TokenTask(
      symbols: symbols, answerSymbols: letters, prompts: prompts, maximumLength: longest,
      rewards: settings[TokenTask.rewards]
    ).build(TokenTask.Targets(answers: answers))
  }
}
