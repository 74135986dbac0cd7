import Foundation
import RLCore

/// Models and answers that tests of exact tools share.
enum ModelFixtures {
  static let names = [
    "frozenlake_4x4_slippery", "frozenlake_4x4_deterministic", "frozenlake_8x8_slippery", "cliffwalking", "taxi",
    "blackjack_sab", "blackjack_plain",
  ]

  private struct Description: Decodable {
    let n_states: Int
    let n_actions: Int
    let initial_distribution: [String: Double]
    let reachable_nonterminal_states: [Int]
  }

  private static func url(_ path: String, _ type: String) -> URL {
    Bundle.module.url(forResource: "Fixtures/bellman/\(path)", withExtension: type)!
  }

  /// A table of Gymnasium's; states that no episode acts in are terminal here.
  static func model(_ name: String) throws -> FiniteMDP {
    let about = try JSONDecoder().decode(Description.self, from: Data(contentsOf: url("mdp/\(name)", "json")))
    let acting = Set(about.reachable_nonterminal_states)
    let text = try String(contentsOf: url("mdp/\(name)", "csv"), encoding: .utf8)
    var rows: [FiniteMDP.Row] = []
    for line in text.split(separator: "\n").dropFirst() {
      let cells = line.split(separator: ",")
      guard let state = Int(cells[0]), acting.contains(state) else { continue }
      rows.append(
        .init(
          state: state, action: Int(cells[1])!,
          outcome: .init(
            probability: Double(cells[2])!, next: Int(cells[3])!, reward: Double(cells[4])!, terminated: cells[5] == "1"
          )))
    }
    let starts = about.initial_distribution.map { (Int($0.key)!, $0.value) }
    let sum = starts.reduce(0) { $0 + $1.1 }
    return try FiniteMDP(
      states: about.n_states, actions: about.n_actions, transitions: rows,
      initial: starts.map { .init(state: $0.0, probability: $0.1 / sum) })
  }

  /// One row of the independent answers.
  struct Answer {
    let state: Int
    let optimal: Double
    let uniform: Double
    let actionValues: [Double?]
    let optimalActions: [Int]
  }

  /// What independent solvers found, for the states in which one can act.
  static func answers(_ name: String, gamma: String) throws -> [Answer] {
    let text = try String(contentsOf: url("optimal/\(name)_gamma\(gamma)", "csv"), encoding: .utf8)
    let lines = text.split(separator: "\n")
    let columns = lines[0].split(separator: ",")
    let actions = columns.filter { $0.hasPrefix("q_star_") }.count
    return lines.dropFirst().compactMap { line in
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      guard let state = Int(cells[0]) else { return nil }
      return Answer(
        state: state, optimal: Double(cells[2])!, uniform: Double(cells[3])!,
        actionValues: (0..<actions).map { Double(cells[4 + $0]) },
        optimalActions: cells[4 + actions].split(separator: "|").map { Int($0)! })
    }
  }

  /// A random model: some states terminal, states with different numbers of actions, outcomes that may terminate.
  ///
  /// - Parameters:
  ///   - ending: The chance that an outcome terminates; with 0 and `terminal` 0 the task continues.
  ///   - endsEverywhere: Whether the first outcome of each pair terminates.
  static func random(
    seed: UInt64, states: Int, actions: Int = 3, branching: Int = 3, ending: Double = 0.1, terminal: Double = 0.05,
    endsEverywhere: Bool = false, reward: (inout RandomStream) -> Double = { 2 * $0.uniform() - 1 }
  ) -> FiniteMDP {
    var stream = RandomStream(seed: seed)
    var builder = FiniteMDPBuilder(states: states, actions: actions)
    for state in 0..<states {
      if state > 0 && stream.uniform() < terminal { continue }
      for action in 0..<actions where action == 0 || stream.uniform() < 0.8 {
        builder.addPair(state: state, action: action)
        var weights = (0..<branching).map { _ in stream.uniform() + 0.05 }
        let sum = weights.reduce(0, +)
        for k in weights.indices { weights[k] /= sum }
        for (k, weight) in weights.enumerated() {
          let next = Int(stream.uniform() * Double(states))
          let value = reward(&stream)
          let ends = stream.uniform() < ending || (endsEverywhere && k == 0)
          builder.addOutcome(probability: weight, next: next, reward: value, terminated: ends)
        }
      }
    }
    return try! builder.build(initial: [.init(state: 0, probability: 1)])
  }
}
