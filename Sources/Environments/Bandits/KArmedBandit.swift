import RLCore

/// The k-armed bandit of Sutton & Barto, section 2.3, and the nonstationary one of Exercise 2.5.
///
/// A pull of arm a earns N(q(a), 1), or 1 with probability q(a) and else 0. The means q are given, or drawn at the start of each trial:
/// from N(`mean_offset`, 1) for Gaussian rewards, from `[0, 1)` for Bernoulli ones. With a `walk`, every mean takes a normal step of
/// that standard deviation after every pull.
public struct KArmedBandit: BanditEnvironment, Sendable {
  /// What a pull earns.
  enum RewardLaw: String, CaseIterable, Sendable {
    case gaussian
    case bernoulli
  }

  static let arms = Parameter.integer(
    "arms", symbol: "k", default: 10, in: 1...1_000_000,
    "how many arms there are; as many as means, where they are given")
  static let givenMeans = Parameter<[Double]?>(
    "means", symbol: "q*", type: "list of numbers or null", default: .null,
    range: "(-∞, ∞), for bernoulli [0, 1]", "the mean reward of each arm; null to draw them anew for each trial"
  ) { setting throws(SettingProblem) in
    if setting == .null { return nil }
    guard let elements = setting.elements else {
      throw SettingProblem("\(setting) is \(setting.kind); write a list of numbers or null")
    }
    guard !elements.isEmpty else { throw SettingProblem("the list has no numbers; give a mean for each arm") }
    return try elements.read(Interval.finite.number)
  }
  static let meanOffset = Parameter.real(
    "mean_offset", default: 0, "the mean of the law that means are drawn from (4 in Figure 2.5); gaussian only")
  static let reward = Parameter<RewardLaw>.choice(
    "reward", default: .gaussian, "what a pull earns: gaussian with standard deviation 1, or bernoulli")
  static let walk = Parameter.real(
    "walk", symbol: "σ", default: 0, in: .nonnegative,
    "standard deviation of the step that every mean takes after every pull (0.01 in Exercise 2.5); gaussian only")
  static let equalStart = Parameter.flag(
    "equal_start", default: false,
    "whether all means begin at mean_offset (bernoulli: at 0.5) instead of being drawn, as in Exercise 2.5")

  /// What configurations and readers see.
  public static let about = About(
    id: "k-armed-bandit",
    summary: "k arms with Gaussian or Bernoulli rewards, stationary or drifting",
    source: "Sutton & Barto (2018), section 2.3 and Exercise 2.5",
    parameters: [
      arms.declaration, givenMeans.declaration, meanOffset.declaration, reward.declaration, walk.declaration,
      equalStart.declaration,
    ],
    relations: [
      .count(of: "means", is: "arms"), .never([.notAmong("means", [.null]), .notAmong("mean_offset", [.integer(0)])]),
      .never([.notAmong("means", [.null]), .among("equal_start", .boolean(true))]),
      .never([.among("reward", .text("bernoulli")), .outside("means", .unit)]),
      .never([.among("reward", .text("bernoulli")), .notAmong("mean_offset", [.integer(0)])]),
      .never([.among("reward", .text("bernoulli")), .notAmong("walk", [.integer(0)])]),
    ])

  /// One state with an action for each arm.
  public let space: ActionSpace
  /// The true mean reward of each arm, as of the next pull.
  public var means: [Double] { currentMeans }

  private let given: [Double]?
  private let offset: Double
  private let startsEqual: Bool
  @usableFromInline let isBernoulli: Bool
  @usableFromInline let drift: Double
  @usableFromInline var currentMeans: [Double]
  @usableFromInline var bestMean: Double
  @usableFromInline var statistics = BanditStatistics()

  /// Makes the bandit.
  ///
  /// - Throws: ``SettingProblem`` where settings contradict each other.
  public init(_ settings: Settings) throws(SettingProblem) {
    let isBernoulli = settings[Self.reward] == .bernoulli
    let given = settings[Self.givenMeans]
    if let given {
      // 10 is the default, which nobody has to write again beside a list of another length.
      let arms = settings[Self.arms]
      if arms != given.count && arms != 10 {
        throw SettingProblem(
          "there are \(given.count) means for \(arms) arms; give as many, or leave \"arms\" out", at: ".means")
      }
      if settings[Self.meanOffset] != 0 {
        throw SettingProblem("means are given as they are; add the offset to them, or leave it out", at: ".mean_offset")
      }
      if settings[Self.equalStart] {
        throw SettingProblem("means are given; leave out \"means\" or \"equal_start\"", at: ".equal_start")
      }
      for (index, mean) in given.enumerated() where isBernoulli && !(mean >= 0 && mean <= 1) {
        throw SettingProblem(
          "\(Setting.real(mean)) is no probability; give a number in [0, 1] for bernoulli rewards",
          at: ".means[\(index)]")
      }
    }
    if isBernoulli && settings[Self.meanOffset] != 0 {
      throw SettingProblem("bernoulli means are drawn from [0, 1); leave the offset out", at: ".mean_offset")
    }
    if isBernoulli && settings[Self.walk] != 0 {
      throw SettingProblem(
        "bernoulli means would walk out of [0, 1]; set \"reward\" to \"gaussian\", or \"walk\" to 0", at: ".walk")
    }
    self.given = given
    self.isBernoulli = isBernoulli
    offset = isBernoulli && settings[Self.equalStart] ? 0.5 : settings[Self.meanOffset]
    startsEqual = settings[Self.equalStart]
    drift = settings[Self.walk]
    let arms = given?.count ?? settings[Self.arms]
    space = ActionSpace(states: 1, actions: arms)
    currentMeans = given ?? [Double](repeating: offset, count: arms)
    bestMean = currentMeans.max()!
  }

  /// Puts the means where the trial begins, and the counts to 0.
  public mutating func prepare(using stream: inout RandomStream) {
    if let given {
      currentMeans = given
    } else {
      for arm in currentMeans.indices {
        currentMeans[arm] = startsEqual ? offset : isBernoulli ? stream.uniform() : offset + stream.normal()
      }
    }
    bestMean = currentMeans.max()!
    statistics = BanditStatistics()
  }

  /// Begins an episode: always in state 0. Draws nothing.
  @inlinable
  public mutating func reset(using stream: inout RandomStream) -> Int { 0 }

  /// Pulls an arm in `[0, arms)`.
  @inlinable
  public mutating func step(_ action: Int, using stream: inout RandomStream) -> Outcome<Int> {
    let mean = currentMeans[action]
    let reward = isBernoulli ? (stream.uniform() < mean ? 1.0 : 0.0) : mean + stream.normal()
    statistics.count(mean: mean, best: bestMean)
    if drift > 0 { walk(using: &stream) }
    return Outcome(observation: 0, reward: reward, terminated: true)
  }

  @usableFromInline
  mutating func walk(using stream: inout RandomStream) {
    var best = -Double.infinity
    for arm in currentMeans.indices {
      let mean = currentMeans[arm] + drift * stream.normal()
      currentMeans[arm] = mean
      best = max(best, mean)
    }
    bestMean = best
  }

  /// Gives the counts since the last call, and begins counting anew; the regret goes on.
  public mutating func takeStatistics() -> BanditStatistics { statistics.take() }

  /// Appends the means and the counts.
  public func save(to writer: inout StateWriter) {
    writer.write(currentMeans)
    statistics.save(to: &writer)
  }

  /// Takes up the means and the counts.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    let stored = try reader.list(of: 0.0)
    guard stored.count == currentMeans.count else {
      throw StateError("the checkpoint has \(stored.count) means where \(currentMeans.count) belong")
    }
    currentMeans = stored
    bestMean = stored.max()!
    try statistics.restore(from: &reader)
  }
}
