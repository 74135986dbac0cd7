/// Sequences of sampled tokens with what a group-relative loss asks about them. A sequence may be an answer of a language model, or an
/// episode whose actions are its tokens.
public struct GroupBatch: Sendable, Equatable {
  /// The number of tokens of each sequence; a sequence may be empty.
  public var lengths: [Int]

  /// log π of each sampled token, sequence by sequence, without gaps.
  public var logProbabilities: [Double]

  /// log π_old of each token: of the policy that sampled it. On-policy the same numbers.
  public var oldLogProbabilities: [Double]

  /// log π_ref of each token; may be empty where β is 0.
  public var referenceLogProbabilities: [Double]

  /// One for each sequence, or one for each token (process rewards, Shao et al., 2024, section 4.1.3).
  public var advantages: [Double]

  /// A batch.
  public init(
    lengths: [Int], logProbabilities: [Double], oldLogProbabilities: [Double],
    referenceLogProbabilities: [Double] = [], advantages: [Double]
  ) {
    self.lengths = lengths
    self.logProbabilities = logProbabilities
    self.oldLogProbabilities = oldLogProbabilities
    self.referenceLogProbabilities = referenceLogProbabilities
    self.advantages = advantages
  }

  /// The number of tokens.
  public var tokenCount: Int { logProbabilities.count }
}

/// Of how much a batch is a part, where a large one is worked off in pieces: the losses and gradients of the pieces then add up to
/// those of the whole, however it is split.
public struct GroupTotals: Sendable, Equatable {
  /// The number of sequences, positive.
  public var sequences: Int

  /// The number of tokens, positive.
  public var tokens: Int

  /// A whole.
  public init(sequences: Int, tokens: Int) {
    precondition(sequences > 0 && tokens >= 0, "\(sequences) sequences of \(tokens) tokens")
    self.sequences = sequences
    self.tokens = tokens
  }
}
