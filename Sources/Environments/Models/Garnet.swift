import RLCore

/// Random MDPs, drawn from a seed (Archibald, McKinnon & Thomas, *On the Generation of Markov Decision Processes*, J. Operational Research
/// Society 46, 1995; Bhatnagar, Sutton, Ghavamzadeh & Lee, *Natural Actor–Critic Algorithms*, Automatica 45, 2009).
///
/// Every state and action has `branching` next states, drawn without replacement; their probabilities are the gaps between
/// `branching` − 1 uniform cut points of `[0, 1]`. Rewards are drawn from `reward`, one a transition (Bhatnagar et al.), or one a state and
/// action, or one a state, as `reward_of` says. Episodes begin in any state and never end, unless `terminal_probability` marks
/// transitions as ends.
///
/// The same settings give the same model on every platform. For each state and action in turn the stream gives the next states, the
/// cut points, then for each transition its reward and its mark, where there are any to draw.
public enum Garnet: FiniteEnvironment {
  /// What rewards are drawn from.
  enum RewardLaw: String, CaseIterable, Sendable {
    case uniform
    case normal
  }

  /// What has a reward of its own.
  enum RewardScope: String, CaseIterable, Sendable {
    case transition
    case action
    case state
  }

  static let states = Parameter.integer(
    "states", symbol: "m", default: 100, in: 1...ModelSize.mostStates, "the number of states")
  static let actions = Parameter.integer(
    "actions", symbol: "n", default: 4, in: 1...100_000, "the number of actions that every state offers")
  static let branching = Parameter.integer(
    "branching", symbol: "b", default: 3, in: 1...ModelSize.mostStates,
    "the number of next states of a state and action, at most the number of states")
  static let seed = Parameter.integer("seed", default: 0, in: 0...Int.max, "the seed that the model is drawn from")
  static let reward = Parameter<RewardLaw>.choice(
    "reward", default: .uniform, "what rewards are drawn from: uniform in [0, 1), or normal N(0, 1)")
  static let rewardOf = Parameter<RewardScope>.choice(
    "reward_of", default: .transition, "what has a reward of its own: each transition, state and action, or state")
  static let terminalProbability = Parameter.real(
    "terminal_probability", default: 0, in: .unit, "the probability with which a transition is marked as an end")

  /// What configurations and readers see.
  public static let about = About(
    id: "garnet",
    summary: "a random MDP drawn from a seed",
    source: "Archibald, McKinnon & Thomas (1995); Bhatnagar, Sutton, Ghavamzadeh & Lee (2009)",
    parameters: [
      states.declaration, actions.declaration, branching.declaration, seed.declaration, reward.declaration,
      rewardOf.declaration, terminalProbability.declaration,
    ],
    relations: [
      .atMost(["branching"], "states"),
      .size(of: ["states", "actions", "branching"], atMost: Double(ModelSize.mostOutcomes)) { $0[0] * $0[1] * $0[2] },
    ])

  /// Builds the task.
  ///
  /// - Throws: ``SettingProblem`` where `branching` exceeds `states`, or the model would be too large.
  /// - Complexity: O(states · actions · branching · log branching).
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let count = settings[states]
    let actions = settings[actions]
    let branching = settings[branching]
    if branching > count {
      throw SettingProblem(
        "\(branching) different next states cannot be drawn from \(count); give a whole number in [1, \(count)]",
        at: ".branching")
    }
    try ModelSize.check(count, actions, branching, remedy: "lower \"states\", \"actions\" or \"branching\"")
    let scope = settings[rewardOf]
    let isNormal = settings[reward] == .normal
    let end = settings[terminalProbability]
    let endChance = Chance(end)
    var stream = RandomStream(seed: UInt64(settings[seed]))
    var builder = FiniteMDPBuilder(
      states: count, actions: actions, expectedPairs: count * actions, expectedOutcomes: count * actions * branching)

    // The first entries of a permutation that is shuffled on from pair to pair are a sample without replacement.
    var order = Array(0..<Int32(count))
    var cuts = [Double](repeating: 0, count: branching + 1)
    cuts[branching] = 1
    func drawReward() -> Double { isNormal ? stream.normal() : stream.uniform() }
    for state in 0..<count {
      var shared = scope == .state ? drawReward() : 0
      for action in 0..<actions {
        builder.addPair(state: state, action: action)
        for k in 0..<branching { order.swapAt(k, k + stream.uniform(below: count - k)) }
        if branching <= 64 {
          for k in 1..<branching { insert(stream.uniform(), into: &cuts, before: k) }
        } else {
          for k in 1..<branching { cuts[k] = stream.uniform() }
          cuts[1..<branching].sort()
        }
        if scope == .action { shared = drawReward() }
        for k in 0..<branching {
          let reward = scope == .transition ? drawReward() : shared
          builder.addOutcome(
            probability: cuts[k + 1] - cuts[k], next: Int(order[k]), reward: reward,
            terminated: end > 0 && stream.happens(endChance))
        }
      }
    }
    return FiniteTask(model: try builder.build(initial: .uniform(over: 0..<count)))
  }

  /// Puts a cut point in its place among `cuts[1..<count]`, which are sorted: for a few, the fastest way to sort.
  private static func insert(_ cut: Double, into cuts: inout [Double], before count: Int) {
    var place = count
    while place > 1 && cuts[place - 1] > cut {
      cuts[place] = cuts[place - 1]
      place -= 1
    }
    cuts[place] = cut
  }
}
