import RLCore

/// The forest of the MDP Toolbox (Chadès et al., *MDPtoolbox*, Ecography 37(9), 2014; `example.forest` of pymdptoolbox): wait for an old forest, or
/// cut it, while fires burn it down.
///
/// States are ages 0 to `states` − 1, actions 0 wait and 1 cut. After waiting, a fire leads to age 0 with probability `p`, else the forest
/// grows one older. Waiting earns `r1` at the oldest age and nothing before. Cutting leads to age 0 and earns nothing at age 0,
/// `r2` at the oldest, 1 between.
public enum ForestManagement: FiniteEnvironment {
  static let states = Parameter.integer("states", symbol: "S", default: 3, in: 2...1_000_000, "how many ages there are")
  static let r1 = Parameter.real("r1", default: 4, "reward of waiting at the oldest age")
  static let r2 = Parameter.real("r2", default: 2, "reward of cutting at the oldest age")
  static let p = Parameter.real("p", default: 0.1, in: .unit, "the probability of a fire in a year of waiting")

  /// What configurations and readers see.
  public static let about = About(
    id: "forest-management",
    summary: "wait for an old forest or cut it, while fires burn it down",
    source: "MDP Toolbox, Chadès et al. (2014)",
    parameters: [states.declaration, r1.declaration, r2.declaration, p.declaration], neverEnds: true)

  /// Builds the task.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let oldest = settings[states] - 1
    let fire = settings[p]
    var builder = FiniteMDPBuilder(states: oldest + 1, actions: 2)
    for age in 0...oldest {
      let waiting = age == oldest ? settings[r1] : 0
      builder.addPair(state: age, action: 0)
      builder.addOutcome(probability: fire, next: 0, reward: waiting)
      builder.addOutcome(probability: 1 - fire, next: min(age + 1, oldest), reward: waiting)
      builder.addPair(state: age, action: 1)
      builder.addOutcome(probability: 1, next: 0, reward: age == 0 ? 0 : age == oldest ? settings[r2] : 1)
    }
    return FiniteTask(model: try builder.build(initial: .certain(0), actionLabels: ["wait", "cut"]))
  }
}
