import Environments
import Foundation
import RLCore

/// Solves small models by the plainest means, so that tests depend on nothing but the model.
enum TinySolver {
  /// q(s, a) of one pair for given values of the states.
  static func actionValue(_ model: FiniteMDP, pair: Int, values: [Double], gamma: Double) -> Double {
    var sum = 0.0
    for k in model.outcomes(of: pair) {
      let outcome = model.outcome(k)
      sum +=
        outcome.probability * (outcome.reward + (outcome.terminated ? 0 : gamma * values[outcome.next]))
    }
    return sum
  }

  /// The best q(s, a) of a state and the actions within a tolerance of it.
  static func best(
    _ model: FiniteMDP, state: Int, values: [Double], gamma: Double, within tolerance: Double = 1e-9
  ) -> (value: Double, actions: [Int]) {
    let candidates = model.pairs(of: state).map { pair in
      (Int(model.pairActions[pair]), actionValue(model, pair: pair, values: values, gamma: gamma))
    }
    guard let most = candidates.map(\.1).max() else { return (0, []) }
    return (most, candidates.filter { $0.1 >= most - tolerance }.map(\.0))
  }

  /// Optimal values by value iteration in place.
  static func optimalValues(_ model: FiniteMDP, gamma: Double, sweeps: Int = 100_000) -> [Double] {
    var values = [Double](repeating: 0, count: model.stateCount)
    for _ in 0..<sweeps {
      var change = 0.0
      for state in 0..<model.stateCount where !model.isTerminal(state) {
        let value = best(model, state: state, values: values, gamma: gamma).value
        change = max(change, abs(value - values[state]))
        values[state] = value
      }
      if change < 1e-13 { break }
    }
    return values
  }

  /// Values of a policy by Gaussian elimination; `policy` gives the probability of an action in a state.
  static func values(
    _ model: FiniteMDP, gamma: Double, of policy: (_ state: Int, _ action: Int) -> Double
  ) -> [Double] {
    let n = model.stateCount
    var rows = [[Double]](repeating: [Double](repeating: 0, count: n + 1), count: n)
    for state in 0..<n {
      rows[state][state] = 1
      for pair in model.pairs(of: state) {
        let chance = policy(state, Int(model.pairActions[pair]))
        for k in model.outcomes(of: pair) {
          let outcome = model.outcome(k)
          rows[state][n] += chance * outcome.probability * outcome.reward
          if !outcome.terminated { rows[state][outcome.next] -= gamma * chance * outcome.probability }
        }
      }
    }
    for column in 0..<n {
      let pivot = (column..<n).max { abs(rows[$0][column]) < abs(rows[$1][column]) }!
      rows.swapAt(column, pivot)
      for row in column + 1..<n where rows[row][column] != 0 {
        let factor = rows[row][column] / rows[column][column]
        for k in column...n { rows[row][k] -= factor * rows[column][k] }
      }
    }
    var values = [Double](repeating: 0, count: n)
    for row in stride(from: n - 1, through: 0, by: -1) {
      var sum = rows[row][n]
      for k in row + 1..<n { sum -= rows[row][k] * values[k] }
      values[row] = sum / rows[row][row]
    }
    return values
  }

  /// Values of the uniform policy.
  static func uniformValues(_ model: FiniteMDP, gamma: Double) -> [Double] {
    values(model, gamma: gamma) { state, _ in 1 / Double(model.pairs(of: state).count) }
  }

  /// The best average reward a step of a model without ends, by relative value iteration on half-lazy steps (Puterman, section 8.5.4).
  static func bestAverageReward(_ model: FiniteMDP) -> Double {
    var values = [Double](repeating: 0, count: model.stateCount)
    var gain = 0.0
    for _ in 0..<100_000 {
      let next = (0..<model.stateCount).map { state in
        0.5 * values[state] + 0.5 * best(model, state: state, values: values, gamma: 1).value
      }
      let changes = zip(next, values).map { $0 - $1 }
      gain = changes[0] * 2
      if changes.max()! - changes.min()! < 1e-13 { break }
      values = next.map { $0 - next[0] }
    }
    return gain
  }
}

/// The model of an environment with some settings changed.
func model(of type: any FiniteEnvironment.Type, _ changes: [String: Setting] = [:]) throws -> FiniteMDP {
  try type.task(Settings(defaultsOf: type, changes)).model
}

/// What is wrong with settings, with its place; nil where they build a task.
func problem(in type: any FiniteEnvironment.Type, _ changes: [String: Setting]) -> SettingProblem? {
  do {
    _ = try type.task(Settings(defaultsOf: type, changes))
    return nil
  } catch { return error as? SettingProblem }
}

/// A file of the test bundle.
func fixture(_ name: String) throws -> Data {
  try Data(contentsOf: Bundle.module.bundleURL.appendingPathComponent("Fixtures/\(name)"))
}

/// A file of the test bundle, decoded.
func fixture<T: Decodable>(_ name: String, as type: T.Type) throws -> T {
  try JSONDecoder().decode(type, from: fixture(name))
}

/// One pair's outcomes as (probability, next, reward, terminated).
func outcomes(_ model: FiniteMDP, state: Int, action: Int) -> [FiniteMDP.Outcome] {
  for pair in model.pairs(of: state) where Int(model.pairActions[pair]) == action {
    return model.outcomes(of: pair).map { model.outcome($0) }
  }
  return []
}
