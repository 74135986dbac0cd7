/// What each state of a task of token sequences is made of, for networks that read tokens: slots, each empty or with one symbol, and how many
/// tokens the answer has so far.
///
/// As features: a one-hot vector for each slot (zeros where it is empty); where symbols have values (digits), the value of each slot beside
/// it; and a one-hot vector of the answer's length. A network that reads them can carry over what it learns from one prompt to another, which a
/// one-hot vector of states cannot.
public struct TokenLayout: Sendable, Equatable {
  /// How many slots a state has.
  public let slots: Int
  /// How many symbols there are.
  public let symbols: Int
  /// How many lengths an answer may have, from 0 on.
  public let lengths: Int
  /// The symbol of each slot of each state, state by state; −1 where it is empty.
  public let tokens: [Int16]
  /// The length of each state's answer.
  public let answerLengths: [Int16]
  /// A number for each symbol, about [0, 1]; empty where they have none.
  public let values: [Float]

  /// A layout; there must be `slots` tokens for each of the answer's lengths.
  public init(
    slots: Int, symbols: Int, lengths: Int, tokens: [Int16], answerLengths: [Int16], values: [Float] = []
  ) {
    precondition(tokens.count == slots * answerLengths.count, "\(tokens.count) tokens in slots of \(slots)")
    precondition(tokens.allSatisfy { $0 >= -1 && $0 < symbols }, "a token is none of \(symbols) symbols")
    precondition(answerLengths.allSatisfy { $0 >= 0 && $0 < lengths }, "a length is not in [0, \(lengths))")
    precondition(values.isEmpty || values.count == symbols, "\(values.count) values of \(symbols) symbols")
    self.slots = slots
    self.symbols = symbols
    self.lengths = lengths
    self.tokens = tokens
    self.answerLengths = answerLengths
    self.values = values
  }

  /// How many numbers the features have.
  public var width: Int { slots * (symbols + (values.isEmpty ? 0 : 1)) + lengths }

  /// Writes the features of a state: ``width`` numbers.
  public func write(_ state: Int, into features: UnsafeMutablePointer<Float>) {
    features.update(repeating: 0, count: width)
    let ends = slots * symbols
    for slot in 0..<slots {
      let token = Int(tokens[state * slots + slot])
      if token < 0 { continue }
      features[slot * symbols + token] = 1
      if !values.isEmpty { features[ends + slot] = values[token] }
    }
    features[ends + (values.isEmpty ? 0 : slots) + Int(answerLengths[state])] = 1
  }
}
