import RLCore

/// Count to the number of the prompt: "3:" is answered by 1 2 3, and then `end`.
public enum CountToN: FiniteEnvironment {
  static let most = Parameter.integer("n", default: 4, in: 1...12, "the largest number of a prompt, and of an answer")

  /// What configurations and readers see.
  public static let about = About(
    id: "count-to-n", summary: "token sequences: count from 1 to the number of the prompt, then end",
    source: "this project; answers as long as the prompt says",
    parameters: [most.declaration, TokenTask.maximumLength.declaration, TokenTask.rewards.declaration])

  /// Builds the task.
  ///
  /// - Throws: ``SettingProblem`` where the tree of answers would be too large.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let most = settings[most]
    let longest = settings[TokenTask.maximumLength] ?? most + 1
    try TokenTask.check(prompts: Double(most), symbols: most, length: longest, remedy: "lower n or max_length")
    return try TokenTask(
      symbols: (1...most).map { "\($0)" }, answerSymbols: most,
      values: (1...most).map { Float($0) / Float(most) },
      prompts: (1...most).map { TokenTask.Prompt(label: "\($0):", tokens: [$0 - 1]) }, maximumLength: longest,
      rewards: settings[TokenTask.rewards], separator: " "
    ).build(TokenTask.Targets(answers: (1...most).map { Array(0..<$0) }))
  }
}
