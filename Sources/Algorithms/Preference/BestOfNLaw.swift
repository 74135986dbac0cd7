import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The policy that draws n episodes and keeps the best, exactly, where episodes are the leaves of a tree.
///
/// Of episodes y with probability p(y) and return r(y), the best of n is y with probability
///
///     q(y) = p(y) / P(r = r(y)) · (P(r ≤ r(y))ⁿ − P(r < r(y))ⁿ)        Beirami et al. (2024), arXiv:2401.01879, lemma 1
///
/// where among equally good ones the first is kept. As every prefix is a state, q is a policy of the task: in a state, the share of what is
/// beyond each action.
struct BestOfNLaw {
  /// The states of each start's tree, prefixes before what follows them.
  private let order: [[Int]]
  private let model: FiniteMDP
  private let space: ActionSpace

  /// Nil where episodes are not the leaves of a tree: chance beside the policy, states that are come to in two ways, or a limit that cuts
  /// off episodes.
  init?(_ model: FiniteMDP, limit: Int) {
    if model.outcomeCount != model.pairCount { return nil }
    var seen = [Bool](repeating: false, count: model.stateCount)
    var order: [[Int]] = []
    for start in model.initial {
      if seen[start.state] || model.isTerminal(start.state) { return nil }
      seen[start.state] = true
      var (tree, depth, next) = ([start.state], 0, 0)
      while next < tree.count {
        depth += 1
        if depth > limit { return nil }
        let end = tree.count
        while next < end {
          for pair in model.pairs(of: tree[next]) {
            let outcome = model.outcome(model.outcomes(of: pair).lowerBound)
            if outcome.terminated || model.isTerminal(outcome.next) { continue }
            if seen[outcome.next] { return nil }
            seen[outcome.next] = true
            tree.append(outcome.next)
          }
          next += 1
        }
      }
      order.append(tree)
    }
    self.order = order
    self.model = model
    space = ActionSpace(model)
  }

  /// The best-of-n policy, slot by slot; where it never comes, the base policy.
  ///
  /// - Parameters:
  ///   - n: At least 1.
  ///   - base: The policy that draws, slot by slot.
  ///   - rewards: What is compared, slot by slot; nil for the task's rewards.
  func policy(of n: Int, base: [Double], rewards: [Double]?, gamma: Double) -> [Double] {
    precondition(n > 0, "the best of \(n)")
    var policy = base
    let width = space.width
    // Of each state: the chance to come there, the return so far, and the discount that holds there; later the chance under q.
    var chance = [Double](repeating: 0, count: model.stateCount)
    var (sum, discount) = (chance, chance)
    var mass = [Double](repeating: 0, count: space.slotCount)
    for tree in order {
      (chance[tree[0]], sum[tree[0]], discount[tree[0]]) = (1, 0, 1)
      var leaves: [(slot: Int, chance: Double, reward: Double)] = []
      for state in tree {
        for (k, pair) in model.pairs(of: state).enumerated() {
          let slot = state * width + k
          let outcome = model.outcome(model.outcomes(of: pair).lowerBound)
          let p = chance[state] * base[slot]
          let total = sum[state] + discount[state] * (rewards?[slot] ?? outcome.reward)
          if outcome.terminated || model.isTerminal(outcome.next) {
            leaves.append((slot, p, total))
          } else {
            (chance[outcome.next], sum[outcome.next]) = (p, total)
            discount[outcome.next] = gamma * discount[state]
          }
        }
      }
      leaves.sort { ($0.reward, $0.slot) < ($1.reward, $1.slot) }
      var (first, below) = (0, 0.0)
      while first < leaves.count {
        var (last, level) = (first, 0.0)
        while last < leaves.count && leaves[last].reward == leaves[first].reward {
          level += leaves[last].chance
          last += 1
        }
        let through = below + level
        // F(r)ⁿ − F(r−)ⁿ = F(r)ⁿ (1 − (1 − level / F(r))ⁿ), without cancellation.
        let kept =
          level > 0
          ? pow(min(1, through), Double(n)) * -expm1(Double(n) * log1p(-min(1, level / through))) : 0
        for leaf in leaves[first..<last] where leaf.chance > 0 { mass[leaf.slot] = leaf.chance / level * kept }
        (first, below) = (last, through)
      }
      for state in tree.reversed() {
        var total = 0.0
        for (k, pair) in model.pairs(of: state).enumerated() {
          let outcome = model.outcome(model.outcomes(of: pair).lowerBound)
          let slot = state * width + k
          if !outcome.terminated && !model.isTerminal(outcome.next) { mass[slot] = chance[outcome.next] }
          total += mass[slot]
        }
        chance[state] = total
        if total <= 0 { continue }
        for k in 0..<model.pairs(of: state).count { policy[state * width + k] = mass[state * width + k] / total }
      }
    }
    return policy
  }
}
