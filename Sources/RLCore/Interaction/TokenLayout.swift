#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What each state of a task of token sequences is made of, for networks that read tokens: slots, those of the prompt first, each empty or with
/// one symbol; how many tokens the answer has so far; and, where prompts are about numbers, those numbers.
///
/// As features, in the view of symbols: a one-hot vector for each slot (zeros where it is empty); where symbols have values (digits), the value of
/// each slot beside it; and a one-hot vector of the answer's length. In the view of numbers: a point on the unit circle for each number of the
/// prompt, and of the slots only the answer's. A network that reads either can carry over what it learns from one prompt to another, which a
/// one-hot vector of states cannot.
public struct TokenLayout: Sendable, Equatable {
  /// What is read of a prompt.
  public enum View: Sendable {
    /// Its symbols.
    case symbols
    /// Its numbers.
    case numbers
  }

  /// How many slots a state has.
  public let slots: Int
  /// How many of them are the prompt's.
  public let promptSlots: Int
  /// How many symbols there are.
  public let symbols: Int
  /// How many lengths an answer may have, from 0 on.
  public let lengths: Int
  /// The symbol of each slot of each state, state by state; −1 where it is empty.
  public let tokens: [Int16]
  /// The length of each state's answer.
  public let answerLengths: [Int16]
  /// Whether an answer that is ended in a state is right, state by state.
  public let isRight: [Bool]
  /// Whether an answer that is cut off counts as if it had been ended where its last token was written; if not, it is wrong.
  public let judgesCutOff: Bool
  /// A number for each symbol, about [0, 1]; empty where they have none.
  public let values: [Float]
  /// The prompt of each state.
  public let prompts: [Int32]
  /// How many numbers a prompt has.
  public let numbers: Int
  /// What is read.
  public var view = View.symbols
  /// Cosine and sine of each number of each prompt, prompt by prompt; empty where prompts are not about numbers.
  private let points: [Float]

  /// A layout; there must be `slots` tokens for each of the answer's lengths.
  ///
  /// - Parameters:
  ///   - isRight: Whether an answer that is ended in a state is right.
  ///   - angles: The numbers of each prompt in turns, `numbers` a prompt; empty where prompts are not about numbers.
  ///   - prompts: The prompt of each state; may be empty where there are no angles.
  public init(
    slots: Int, promptSlots: Int, symbols: Int, lengths: Int, tokens: [Int16], answerLengths: [Int16],
    isRight: [Bool], judgesCutOff: Bool = false, values: [Float] = [], angles: [Double] = [], numbers: Int = 0,
    prompts: [Int32] = []
  ) {
    precondition(tokens.count == slots * answerLengths.count, "\(tokens.count) tokens in slots of \(slots)")
    precondition(tokens.allSatisfy { $0 >= -1 && $0 < symbols }, "a token is none of \(symbols) symbols")
    precondition(answerLengths.allSatisfy { $0 >= 0 && $0 < lengths }, "a length is not in [0, \(lengths))")
    precondition(values.isEmpty || values.count == symbols, "\(values.count) values of \(symbols) symbols")
    precondition((0...slots).contains(promptSlots), "\(promptSlots) of \(slots) slots are the prompt's")
    precondition(isRight.count == answerLengths.count, "\(isRight.count) verdicts on \(answerLengths.count) states")
    precondition(numbers >= 0 && (numbers == 0) == angles.isEmpty, "\(angles.count) angles, \(numbers) a prompt")
    precondition(
      angles.isEmpty
        || prompts.count == answerLengths.count
          && prompts.allSatisfy { $0 >= 0 && (Int($0) + 1) * numbers <= angles.count },
      "a state's prompt has no angles")
    self.slots = slots
    self.promptSlots = promptSlots
    self.symbols = symbols
    self.lengths = lengths
    self.tokens = tokens
    self.answerLengths = answerLengths
    self.isRight = isRight
    self.judgesCutOff = judgesCutOff
    self.values = values
    self.numbers = numbers
    self.prompts = prompts
    points = angles.flatMap { angle in [Float(cos(2 * .pi * angle)), Float(sin(2 * .pi * angle))] }
  }

  /// Whether prompts are about numbers, which a network may read in their place.
  public var hasNumbers: Bool { numbers > 0 }

  /// The same layout, read another way.
  ///
  /// - Parameter view: Numbers only where there are some.
  public func seen(as view: View) -> TokenLayout {
    precondition(view == .symbols || hasNumbers, "prompts without numbers are read as numbers")
    var layout = self
    layout.view = view
    return layout
  }

  /// The number of each state's last tokens, of prompt and answer alike: states with the same ones have the same number. Numbers go from 0 on
  /// without a gap, in the order of the first state of each.
  ///
  /// - Parameter count: How many tokens, positive; states with fewer have all of theirs.
  public func groups(ofLast count: Int) -> [Int] {
    precondition(count > 0, "the last \(count) tokens")
    var known: [[Int16]: Int] = [:]
    return answerLengths.indices.map { state in
      let last = Array(tokens[state * slots..<(state + 1) * slots].filter { $0 >= 0 }.suffix(count))
      if let group = known[last] { return group }
      known[last] = known.count
      return known.count - 1
    }
  }

  /// How many numbers the features have.
  public var width: Int {
    switch view {
    case .symbols: slots * (symbols + (values.isEmpty ? 0 : 1)) + lengths
    case .numbers: 2 * numbers + (slots - promptSlots) * symbols + lengths
    }
  }

  /// Writes the features of a state: ``width`` numbers.
  public func write(_ state: Int, into features: UnsafeMutablePointer<Float>) {
    features.update(repeating: 0, count: width)
    let own = state * slots
    let length = Int(answerLengths[state])
    switch view {
    case .symbols:
      let ends = slots * symbols
      for slot in 0..<slots {
        let token = Int(tokens[own + slot])
        if token < 0 { continue }
        features[slot * symbols + token] = 1
        if !values.isEmpty { features[ends + slot] = values[token] }
      }
      features[ends + (values.isEmpty ? 0 : slots) + length] = 1
    case .numbers:
      let first = 2 * numbers
      let prompt = Int(prompts[state])
      for k in 0..<first { features[k] = points[prompt * first + k] }
      for slot in promptSlots..<slots {
        let token = Int(tokens[own + slot])
        if token >= 0 { features[first + (slot - promptSlots) * symbols + token] = 1 }
      }
      features[first + (slots - promptSlots) * symbols + length] = 1
    }
  }
}
