import RLCore

/// A bandit: one state, an arm a pull, every pull an episode of one step. It counts how good the choices were, which only it knows.
public protocol BanditEnvironment: TabularEnvironment {
  /// The true mean reward of each arm, as of the next pull.
  var means: [Double] { get }

  /// Gives the counts since the last call, and begins counting anew; the regret goes on.
  mutating func takeStatistics() -> BanditStatistics
}

/// How good the choices of a bandit's player were.
public struct BanditStatistics: Sendable, Equatable {
  /// The number of pulls since the last report.
  public var pulls: Int
  /// How many of them chose an arm whose mean was the best; of tied arms each is.
  public var optimalPulls: Int
  /// The cumulative pseudo-regret since the start of the trial: the sum of best mean less chosen mean (Lattimore & Szepesvári, *Bandit
  /// Algorithms*, 2020, §4.8, random pseudo-regret).
  public var regret: Double

  /// How good the choices were.
  @inlinable
  public init(pulls: Int = 0, optimalPulls: Int = 0, regret: Double = 0) {
    self.pulls = pulls
    self.optimalPulls = optimalPulls
    self.regret = regret
  }
}

extension BanditEnvironment {
  /// Begins an episode: always in state 0. Draws nothing.
  @inlinable
  public mutating func reset(using stream: inout RandomStream) -> Int { 0 }

  /// Begins an episode: always in state 0. Draws nothing.
  @inlinable
  public mutating func resetAnywhere(using stream: inout RandomStream) -> Int { 0 }
}
