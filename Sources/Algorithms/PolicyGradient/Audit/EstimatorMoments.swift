import RLCore

/// Mean and variance of an estimator, summed over all episodes that can happen, each with its probability.
///
/// Episodes are not listed: with `A = δ + κ A′`, `κ = γλ`, and `g = ψ A + c g′`, `ψ = ∇ ln π(a|s)`, `c` γ or 1, the sums over what can follow a
/// state obey
///
///     E[A] = Σ π p (δ + κ E[A′])                   E[A²] = Σ π p (δ² + 2 δ κ E[A′] + κ² E[A′²])
///     E[g] = Σ π p (ψ E[A|s, a] + c E[g′])         E[A g] = Σ π p (ψ E[A²|s, a] + c (δ E[g′] + κ E[A′ g′]))
///     E[g·g] = Σ π p (|ψ|² E[A²|s, a] + 2 c ψ·(δ E[g′] + κ E[A′ g′]) + c² E[g′·g′])
///
/// step by step backwards from the time limit, or until nothing changes.
public struct EstimatorMoments: Sendable {
  /// E[ĝ] of one episode, slot by slot.
  public let mean: [Double]
  /// E[ĝ·ĝ] − E[ĝ]·E[ĝ] of one episode: the sum of the variances of all entries.
  public let variance: Double

  /// The moments of one state, next to those of the others in flat arrays.
  private struct Table {
    var first: [Double]
    var second: [Double]
    var square: [Double]
    /// E[g], a row of slots a state.
    var mean: [Double]
    /// E[A g], a row of slots a state.
    var cross: [Double]

    init(states: Int, slots: Int) {
      first = [Double](repeating: 0, count: states)
      second = first
      square = first
      mean = [Double](repeating: 0, count: states * slots)
      cross = mean
    }

    /// How far it is from another one, measured by its own largest numbers.
    func distance(to other: Table) -> Double {
      func relative(_ a: [Double], _ b: [Double]) -> Double {
        var (most, change) = (0.0, 0.0)
        for k in a.indices {
          most = max(most, a[k].magnitude)
          change = max(change, (a[k] - b[k]).magnitude)
          if !a[k].isFinite { return .infinity }
        }
        return most == 0 ? 0 : change / most
      }
      return max(relative(square, other.square), relative(mean, other.mean), relative(second, other.second))
    }
  }

  /// Computes the moments.
  ///
  /// - Parameters:
  ///   - limit: After how many steps an episode is truncated; nil for never.
  ///   - workLimit: The most multiplications, about.
  /// - Returns: nil where that would be too dear, or where there is no end to the sums.
  public init?(
    _ form: AdvantageForm, solver: PolicyGradientSolver, policy: [Double], critic: [Double], gamma: Double,
    limit: Int?, workLimit: Double = 1e9
  ) {
    let model = solver.model
    let slots = solver.space.slotCount
    let cost = Double(model.outcomeCount + model.pairCount) * Double(2 * slots + 10)
    let affordable = Int(min(1e7, workLimit / cost))
    if model.stateCount * slots > 20_000_000 || affordable < 1 { return nil }
    if let limit, limit > affordable, !(gamma < 1) { return nil }
    // So few steps reach no end that could be called one.
    if affordable < min(100, limit ?? .max) { return nil }
    let seen = (0..<model.stateCount).map { solver.observations?[$0] ?? $0 }
    var now = Table(states: model.stateCount, slots: slots)
    var isDone = false
    for round in 1...min(limit ?? .max, affordable) {
      let next = now
      Self.step(form, solver, policy, critic, gamma, seen, from: next, to: &now)
      isDone = round == limit || now.distance(to: next) <= 1e-14
      if isDone || !now.square.allSatisfy(\.isFinite) { break }
    }
    guard isDone, now.square.allSatisfy(\.isFinite) else { return nil }
    var mean = [Double](repeating: 0, count: slots)
    var square = 0.0
    for start in model.initial {
      square += start.probability * now.square[start.state]
      for slot in 0..<slots { mean[slot] += start.probability * now.mean[start.state * slots + slot] }
    }
    self.mean = mean
    variance = max(0, square - mean.reduce(0) { $0 + $1 * $1 })
  }

  /// One step backwards.
  private static func step(
    _ form: AdvantageForm, _ solver: PolicyGradientSolver, _ policy: [Double], _ critic: [Double], _ gamma: Double,
    _ seen: [Int], from next: Table, to now: inout Table
  ) {
    let model = solver.model
    let slots = solver.space.slotCount
    let width = solver.space.width
    let kappa = gamma * form.decay
    let c = form.discountsUpdates ? gamma : 1
    var after = [Double](repeating: 0, count: slots)  // E[g′] of a pair
    var joint = after  // E[A g′] of a pair
    for state in 0..<model.stateCount where !model.isTerminal(state) {
      let row = state * slots
      let own = seen[state] * width
      let actions = model.pairs(of: state).count
      let value = form.usesCritic ? critic[seen[state]] : 0
      now.first[state] = 0
      now.second[state] = 0
      now.square[state] = 0
      for slot in row..<row + slots {
        now.mean[slot] = 0
        now.cross[slot] = 0
      }
      for (place, pair) in model.pairs(of: state).enumerated() {
        let chance = policy[own + place]
        if chance == 0 { continue }
        var (first, second, square) = (0.0, 0.0, 0.0)
        for slot in 0..<slots {
          after[slot] = 0
          joint[slot] = 0
        }
        for k in model.outcomes(of: pair) {
          let p = model.probabilities[k]
          let target = Int(model.targets[k])
          let isEnd = target < 0 || model.isTerminal(target)
          let bootstrap = form.usesCritic && !isEnd ? critic[seen[target]] : 0
          let error = model.rewards[k] + gamma * bootstrap - value
          if isEnd {
            first += p * error
            second += p * error * error
            continue
          }
          first += p * (error + kappa * next.first[target])
          second += p * (error * error + 2 * error * kappa * next.first[target] + kappa * kappa * next.second[target])
          square += p * next.square[target]
          let base = target * slots
          for slot in 0..<slots {
            after[slot] += p * next.mean[base + slot]
            joint[slot] += p * (error * next.mean[base + slot] + kappa * next.cross[base + slot])
          }
        }
        var length = 0.0
        var along = 0.0
        for other in 0..<actions {
          let score = (other == place ? 1 : 0) - policy[own + other]
          length += score * score
          along += score * joint[own + other]
          now.mean[row + own + other] += chance * score * first
          now.cross[row + own + other] += chance * score * second
        }
        for slot in 0..<slots {
          now.mean[row + slot] += chance * c * after[slot]
          now.cross[row + slot] += chance * c * joint[slot]
        }
        now.first[state] += chance * first
        now.second[state] += chance * second
        now.square[state] += chance * (length * second + 2 * c * along + c * c * square)
      }
    }
  }
}
