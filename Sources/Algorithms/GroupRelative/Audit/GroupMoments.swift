#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Mean and second moment of a group method's gradient estimate from one group, exactly: a sum over all groups that can be drawn, where only the
/// number of episodes of each class counts.
///
///     ĝ = Σ_i w_i (s_i u_i − β v_i),   P(n_1, …, n_K) = G! Π π_kⁿᵏ / n_k!
///
/// with the weight w of a token, s what the clipped term makes of the advantage, and u, v of ``EpisodeClasses``.
struct GroupMoments {
  /// A part of the estimate, by the factors of its two sums.
  struct Part {
    /// E[ĝ], slot by slot.
    var mean: [Double]
    /// E[ĝ·ĝ].
    var second = 0.0
  }

  /// The whole estimate, the part of advantages, and that of the divergence.
  private(set) var parts: [Part]

  /// Nil where there are too many groups.
  ///
  /// - Parameters:
  ///   - workLimit: The most multiplications, about.
  init?(
    _ classes: [EpisodeClasses.Class], groupSize: Int, credit: EpisodeCredit, loss: GroupLoss, workLimit: Double = 3e8
  ) {
    let (kinds, slots) = (classes.count, classes.first?.score.count ?? 0)
    var groups = 1.0
    for k in 0..<groupSize { groups *= Double(kinds + k) / Double(k + 1) }
    let distinct = Double(min(kinds, groupSize))
    if !(groups * (distinct * distinct + Double(4 * groupSize)) <= workLimit) { return nil }
    if !(Double(kinds * kinds) * Double(slots) <= workLimit) { return nil }
    func products(_ a: (EpisodeClasses.Class) -> [Double], _ b: (EpisodeClasses.Class) -> [Double]) -> [Double] {
      var table: [Double] = []
      for first in classes { for second in classes { table.append(AuditTally.dot(a(first), b(second))) } }
      return table
    }
    let scores = products({ $0.score }, { $0.score })
    let mixed = loss.beta == 0 ? [] : products({ $0.score }, { $0.penalty })
    let penalties = loss.beta == 0 ? [] : products({ $0.penalty }, { $0.penalty })
    let logFactorials = (1...groupSize).reduce(into: [0.0]) { $0.append($0.last! + log(Double($1))) }
    let logs = classes.map { log($0.chance) }
    var advantageFactors = [Double](repeating: 0, count: kinds)
    var penaltyFactors = advantageFactors
    var (total, byAdvantage, byPenalty) = (0.0, 0.0, 0.0)
    var counts: [(kind: Int, count: Int)] = []

    func add() {
      var logChance = logFactorials[groupSize]
      var (compared, lengths): ([Double], [Int]) = ([], [])
      for (kind, count) in counts {
        logChance += Double(count) * logs[kind] - logFactorials[count]
        for _ in 0..<count {
          compared.append(classes[kind].compared)
          lengths.append(classes[kind].length)
        }
      }
      let chance = exp(logChance)
      let earned = classes[counts[0].kind].earned
      if credit.skipsZeroSignal && counts.allSatisfy({ classes[$0.kind].earned == earned }) { return }
      let advantages = credit.advantage.compute(compared, groupSize: groupSize)
      let kept = counts.filter { !(credit.masksTruncated && classes[$0.kind].isTruncated) }
      if kept.isEmpty { return }
      let totals = GroupTotals(
        sequences: kept.reduce(0) { $0 + $1.count },
        tokens: kept.reduce(0) { $0 + $1.count * classes[$1.kind].length })
      // Of each class in the group: what multiplies u, and what v.
      var factors: [(kind: Int, count: Double, score: Double, penalty: Double)] = []
      var place = 0
      for (kind, count) in counts {
        defer { place += count }
        if credit.masksTruncated && classes[kind].isTruncated { continue }
        let weight = loss.weight(length: classes[kind].length, totals)
        let factor = weight * loss.slope(advantage: advantages[place])
        factors.append((kind, Double(count), factor, -loss.beta * weight))
        advantageFactors[kind] += chance * Double(count) * factor
        penaltyFactors[kind] -= chance * Double(count) * loss.beta * weight
      }
      var (ss, sp, pp) = (0.0, 0.0, 0.0)
      for (index, a) in factors.enumerated() {
        let squares = classes[a.kind].squares
        ss += a.count * a.score * a.score * squares.score
        sp += a.count * a.score * a.penalty * squares.both
        pp += a.count * a.penalty * a.penalty * squares.penalty
        for (other, b) in factors.enumerated() {
          let pairs = a.count * (other == index ? b.count - 1 : b.count)
          let entry = a.kind * kinds + b.kind
          ss += pairs * a.score * b.score * scores[entry]
          if loss.beta != 0 {
            sp += pairs * a.score * b.penalty * mixed[entry]
            pp += pairs * a.penalty * b.penalty * penalties[entry]
          }
        }
      }
      byAdvantage += chance * ss
      byPenalty += chance * pp
      total += chance * (ss + 2 * sp + pp)
    }

    func draw(_ left: Int, from kind: Int) {
      if left == 0 { return add() }
      if kind == kinds { return }
      for count in 0...left {
        if count > 0 { counts.append((kind, count)) }
        draw(left - count, from: kind + 1)
        if count > 0 { counts.removeLast() }
      }
    }
    draw(groupSize, from: 0)
    var (own, divergence) = ([Double](repeating: 0, count: slots), [Double](repeating: 0, count: slots))
    for kind in 0..<kinds {
      for slot in 0..<slots {
        own[slot] += advantageFactors[kind] * classes[kind].score[slot]
        divergence[slot] += penaltyFactors[kind] * classes[kind].penalty[slot]
      }
    }
    parts = [
      Part(mean: zip(own, divergence).map { $0 + $1 }, second: total), Part(mean: own, second: byAdvantage),
      Part(mean: divergence, second: byPenalty),
    ]
  }
}
