import RLCore

/// Sums, differences or products modulo a number, written and answered in decimal digits: "3+4=" is answered by 7, and then `end`. The answer is
/// checked by rule, as in reinforcement learning with verifiable rewards.
///
/// A share of the prompts is held out: training never asks them, evaluations ask nothing else; `held_out_match` is the exact match on
/// these prompts. A table cannot answer them. Neither can a network that sees each digit as a one-hot vector (`features: "tokens"`): the right
/// answer to a held-out sum is just the one that its row and its column have not shown. A network that sees each number as a point on
/// a circle (`features: "numbers"`: cos and sin of 2π n / m), where neighbours are near, can, if small weights are preferred: use a weight decay.
public enum ModularArithmetic: FiniteEnvironment {
  enum Operation: String, CaseIterable, Sendable {
    case add, subtract, multiply
  }

  static let modulus = Parameter.integer(
    "modulus", symbol: "m", default: 10, in: 1...1000, "operands and answers are in [0, m)")
  static let operands = Parameter.integer("operands", default: 2, in: 1...6, "how many numbers a prompt has")
  static let operation = Parameter<Operation>.choice(
    "operation", default: .add, "what is done with them, left to right")
  static let heldOut = Parameter.real(
    "held_out", default: 0.2, in: .halfOpen(0, 1), "share of the prompts that only evaluations ask; 0 for none")
  static let splitSeed = Parameter.integer("split_seed", default: 0, in: 0...Int.max, "seed of the choice of those")

  /// What configurations and readers see.
  public static let about = About(
    id: "modular-arithmetic", summary: "token sequences: sums modulo m in digits, with prompts held out of training",
    source: "Power et al. (2022), arXiv:2201.02177, for task and split; DeepSeek-AI (2025), arXiv:2501.12948",
    parameters: [
      modulus.declaration, operands.declaration, operation.declaration, heldOut.declaration, splitSeed.declaration,
      TokenTask.maximumLength.declaration, TokenTask.rewards.declaration,
    ])

  /// Builds the task.
  ///
  /// - Throws: ``SettingProblem`` where the tree of answers would be too large, or the split leaves nothing to train on.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let (modulus, operands) = (settings[modulus], settings[operands])
    let digits = "\(modulus - 1)".utf8.count
    let longest = settings[TokenTask.maximumLength] ?? digits + 1
    let count = (0..<operands).reduce(1.0) { product, _ in product * Double(modulus) }
    try TokenTask.check(
      prompts: count, symbols: 10, length: longest, remedy: "lower modulus, operands or max_length")
    let operation = settings[operation]
    let sign =
      switch operation {
      case .add: "+"
      case .subtract: "-"
      case .multiply: "*"
      }
    var prompts: [TokenTask.Prompt] = []
    var answers: [[Int]] = []
    for code in 0..<Int(count) {
      var numbers: [Int] = []
      var rest = code
      for _ in 0..<operands {
        numbers.insert(rest % modulus, at: 0)
        rest /= modulus
      }
      var result = numbers[0]
      for number in numbers.dropFirst() {
        switch operation {
        case .add: result += number
        case .subtract: result -= number
        case .multiply: result *= number
        }
        result = ((result % modulus) + modulus) % modulus
      }
      var tokens: [Int] = []
      for (place, number) in numbers.enumerated() {
        if place > 0 { tokens.append(10) }
        // Leading zeros keep every digit in its slot.
        let written = Self.digits(number)
        tokens += [Int](repeating: 0, count: digits - written.count) + written
      }
      tokens.append(11)
      answers.append(Self.digits(result))
      prompts.append(
        .init(
          label: numbers.map { "\($0)" }.joined(separator: sign) + "=", tokens: tokens,
          angles: numbers.map { Double($0) / Double(modulus) }))
    }
    try hold(out: settings[heldOut], of: &prompts, seed: UInt64(settings[splitSeed]))
    return try TokenTask(
      symbols: (0...9).map { "\($0)" } + [sign, "="], answerSymbols: 10,
      values: (0...9).map { Float($0) / 9 } + [0, 0], prompts: prompts, maximumLength: longest,
      rewards: settings[TokenTask.rewards]
    ).build(TokenTask.Targets(answers: answers))
  }

  private static func digits(_ number: Int) -> [Int] { "\(number)".utf8.map { Int($0) - 48 } }

  /// Draws which prompts are held out.
  private static func hold(out share: Double, of prompts: inout [TokenTask.Prompt], seed: UInt64) throws(SettingProblem)
  {
    let count = Int((share * Double(prompts.count)).rounded())
    if count >= prompts.count {
      throw SettingProblem(
        "holding out \(share) of \(prompts.count) prompts leaves none to train on; give less", at: ".held_out")
    }
    var order = Array(prompts.indices)
    var stream = RandomStream(root: seed, index: 0, component: "held-out prompts")
    for k in 0..<count {
      order.swapAt(k, k + stream.uniform(below: order.count - k))
      prompts[order[k]].isHeldOut = true
    }
  }
}
