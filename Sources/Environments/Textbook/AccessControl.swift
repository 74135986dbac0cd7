import RLCore

/// The access-control queue of Sutton & Barto, Example 10.2: accept or reject the customer at the head of the queue, who pays by priority.
///
/// State `free * priorities.count + k` is `free` servers and a customer of the k-th priority; actions are 0 reject and, where a server is
/// free, 1 accept. Accepting earns the priority. Then every busy server, the one just taken included, becomes free with probability
/// `free_probability`, and the next customer comes with a priority drawn uniformly. Begins with all servers free, and goes on
/// for ever: the measure is the average reward.
public enum AccessControl: FiniteEnvironment {
  static let servers = Parameter.integer("servers", default: 10, in: 1...1000, "how many servers there are")
  static let priorities = Parameter.reals(
    "priorities", default: [1, 2, 4, 8], count: 1...1000, "what customers pay, each kind equally likely")
  static let freeProbability = Parameter.real(
    "free_probability", symbol: "p", default: 0.06, in: .unit,
    "the probability that a busy server becomes free in a step")

  /// What configurations and readers see.
  public static let about = About(
    id: "access-control",
    summary: "accept or reject customers of different priorities for a few servers",
    source: "Sutton & Barto (2018), Example 10.2",
    parameters: [servers.declaration, priorities.declaration, freeProbability.declaration], neverEnds: true)

  /// Builds the task.
  ///
  /// - Throws: ``SettingProblem`` where the model would be too large.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let servers = settings[servers]
    let priorities = settings[priorities]
    let kinds = priorities.count
    try ModelSize.check(
      servers + 1, kinds, 2, servers + 1, kinds, remedy: "lower \"servers\" or give fewer \"priorities\"")
    let freed = binomials(trials: servers, chance: settings[freeProbability])
    var builder = FiniteMDPBuilder(states: (servers + 1) * kinds, actions: 2)
    for free in 0...servers {
      for kind in 0..<kinds {
        for action in 0...(free > 0 ? 1 : 0) {
          builder.addPair(state: free * kinds + kind, action: action)
          let busy = servers - free + action
          for (released, probability) in freed[busy].enumerated() {
            for next in 0..<kinds {
              builder.addOutcome(
                probability: probability / Double(kinds), next: (servers - busy + released) * kinds + next,
                reward: action == 1 ? priorities[kind] : 0)
            }
          }
        }
      }
    }
    let labels = (0...servers).flatMap { free in
      priorities.map { "\(free) free, priority \(Setting.real($0))" }
    }
    let model = try builder.build(
      initial: .uniform(over: servers * kinds..<(servers + 1) * kinds), stateLabels: .listed(labels),
      actionLabels: ["reject", "accept"])
    return FiniteTask(model: model)
  }

  /// The binomial laws of 0 to `trials` trials, each built on the one before: nothing but sums of products of probabilities.
  private static func binomials(trials: Int, chance: Double) -> [[Double]] {
    var laws = [[1.0]]
    for trial in 0..<trials {
      var next = [Double](repeating: 0, count: trial + 2)
      for (successes, mass) in laws[trial].enumerated() {
        next[successes] += mass * (1 - chance)
        next[successes + 1] += mass * chance
      }
      laws.append(next)
    }
    return laws
  }
}
