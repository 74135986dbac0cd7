import RLCore

/// Close what the prompt opens: "([" is answered by "])", and then `end`. Any answer that leaves every bracket matched is right, so that there are
/// many, of different lengths (the language of Dyck).
public enum BracketMatching: FiniteEnvironment {
  static let kinds = Parameter.integer("kinds", default: 2, in: 1...4, "how many kinds of brackets there are")
  static let depth = Parameter.integer("depth", default: 2, in: 1...20, "the most brackets that a prompt opens")

  /// What configurations and readers see.
  public static let about = About(
    id: "bracket-matching", summary: "token sequences: close the brackets of the prompt; many answers are right",
    source: "the Dyck language (Chomsky & Schützenberger, 1963), in miniature",
    parameters: [
      kinds.declaration, depth.declaration, TokenTask.maximumLength.declaration, TokenTask.rewards.declaration,
    ])

  /// Builds the task.
  ///
  /// - Throws: ``SettingProblem`` where the tree of answers would be too large.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let (kinds, depth) = (settings[kinds], settings[depth])
    let longest = settings[TokenTask.maximumLength] ?? depth + 3
    var count = 0.0
    for n in 1...depth { count += (0..<n).reduce(1.0) { product, _ in product * Double(kinds) } }
    try TokenTask.check(
      prompts: count, symbols: 2 * kinds, length: longest, remedy: "lower kinds, depth or max_length")
    let pairs = [("(", ")"), ("[", "]"), ("{", "}"), ("<", ">")]
    var opened: [[Int]] = []
    var strings: [[Int]] = [[]]
    for _ in 1...depth {
      strings = strings.flatMap { string in (0..<kinds).map { string + [2 * $0] } }
      opened += strings
    }
    let symbols = (0..<kinds).flatMap { [pairs[$0].0, pairs[$0].1] }
    let prompts = opened.map { string in
      TokenTask.Prompt(label: string.map { symbols[$0] }.joined() + "|", tokens: string)
    }
    return try TokenTask(
      symbols: symbols, answerSymbols: 2 * kinds, prompts: prompts, maximumLength: longest,
      rewards: settings[TokenTask.rewards]
    ).build(Rule(opened: opened))
  }

  /// Symbol 2k opens kind k, symbol 2k + 1 closes it.
  private struct Rule: TokenTask.Rule {
    let opened: [[Int]]

    /// How many brackets are open; nil where one is closed that is not the last one opened.
    private func open(_ answer: ArraySlice<Int>, to prompt: Int) -> Int? {
      var stack = opened[prompt]
      for token in answer {
        if token % 2 == 0 {
          stack.append(token)
        } else if stack.popLast() != token - 1 {
          return nil
        }
      }
      return stack.count
    }

    func isRight(_ answer: ArraySlice<Int>, to prompt: Int) -> Bool { open(answer, to: prompt) == 0 }

    func progress(_ prefix: ArraySlice<Int>, to prompt: Int) -> Double {
      guard let now = open(prefix, to: prompt), let before = open(prefix.dropLast(), to: prompt) else { return 0 }
      return Double(before - now) / Double(opened[prompt].count)
    }
  }
}
