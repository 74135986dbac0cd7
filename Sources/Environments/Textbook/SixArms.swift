import RLCore

/// SixArms of Strehl & Littman, *An Analysis of Model-Based Interval Estimation for Markov Decision Processes*, J. Computer and System Sciences
/// 74(8), 2008: the better an arm pays, the harder it is to reach.
///
/// State 0 is the middle, where episodes begin; action a leads to arm a + 1 with probability 1, .15, .1, .05, .03 or .01 and otherwise
/// stays. An arm pays 50, 133, 300, 800, 1660 or 6000 a step for the action that led to it; any other leads back to the middle. The
/// first arm pays for every action but 4, the only one that leads back.
public enum SixArms: FiniteEnvironment {
  /// What configurations and readers see.
  public static let about = About(
    id: "six-arms",
    summary: "six arms around a middle, the best ones hardest to reach",
    source: "Strehl & Littman (2008)", neverEnds: true)

  private static let chances = [1, 0.15, 0.1, 0.05, 0.03, 0.01]
  private static let rewards = [50.0, 133, 300, 800, 1660, 6000]

  /// Builds the task.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    var builder = FiniteMDPBuilder(states: 7, actions: 6)
    for action in 0..<6 {
      builder.addPair(state: 0, action: action)
      builder.addOutcome(probability: chances[action], next: action + 1, reward: 0)
      builder.addOutcome(probability: 1 - chances[action], next: 0, reward: 0)
    }
    for arm in 1...6 {
      for action in 0..<6 {
        let stays = arm == 1 ? action != 4 : action == arm - 1
        builder.addPair(state: arm, action: action)
        builder.addOutcome(probability: 1, next: stays ? arm : 0, reward: stays ? rewards[arm - 1] : 0)
      }
    }
    let labels = ["middle"] + (1...6).map { "arm \($0)" }
    return FiniteTask(model: try builder.build(initial: .certain(0), stateLabels: .listed(labels)))
  }
}
