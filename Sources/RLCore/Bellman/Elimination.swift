/// Numbers that elimination works on: one, or one for each of eight policies.
protocol LaneNumber: Sendable {
  static func + (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static func / (a: Self, b: Self) -> Self
  init(everywhere value: Double)
  /// Whether skipping what this number multiplies is worth a look: never for lanes.
  var isZero: Bool { get }
  /// Whether some lane is zero.
  var hasZero: Bool { get }
  /// Whether every lane is zero.
  var isZeroEverywhere: Bool { get }
}

extension Double: LaneNumber {
  @inline(__always) init(everywhere value: Double) { self = value }
  @inline(__always) var hasZero: Bool { self == 0 }
  @inline(__always) var isZeroEverywhere: Bool { self == 0 }
}

extension SIMD8: LaneNumber where Scalar == Double {
  @inline(__always) init(everywhere value: Double) { self.init(repeating: value) }
  @inline(__always) var isZero: Bool { false }
  @inline(__always) var hasZero: Bool { any(self .== 0) }
  @inline(__always) var isZeroEverywhere: Bool { all(self .== 0) }
}

/// The numbers of one evaluation, kept between evaluations so that nothing is allocated anew.
struct Elimination<Number: LaneNumber>: Sendable {
  /// The value at each position of the plan.
  private(set) var solution: [Number] = []
  private var upper: [Number] = []
  private var work: [Number] = []
  private var inverse: [Number] = []
  private var escape: [Number] = []
  private var right: [Number] = []

  /// What is special about some positions.
  struct Restriction {
    /// The positions to be solved, closed under what the policy does; nil for all.
    var reached: [Bool]?
    /// Positions whose value is 0 whatever the policy does there; nil for none.
    var pinned: [Bool]?
  }

  /// Solves `v = r_π + γ P_π v` by state reduction.
  ///
  ///     d_k = e_k + Σ_j w_kj,  w_ij += w_ik w_kj / d_k,  e_i += w_ik e_k / d_k,  b_i += w_ik b_k / d_k
  ///
  /// with `w = γ P_π` off the diagonal and the escape mass `e = 1 − γ + γ P_π(end)`. No subtraction occurs, so weights and escapes
  /// keep their relative accuracy however small they are (Grassmann, Taksar & Heyman, 1985, "Regenerative analysis and steady state
  /// distributions for Markov chains"; O'Cinneide, 1993).
  ///
  /// - Parameters:
  ///   - policy: `π(a|s)` of each pair in the model's numbering.
  ///   - pairOffsets: The model's.
  ///   - rewards: Another expected reward for each pair in the model's numbering, or nil for the model's own.
  /// - Returns: Whether some escape and weights were all zero: the policy never ends from there, in some lane.
  mutating func solve(
    _ plan: EliminationPlan, policy: UnsafePointer<Number>, pairOffsets: UnsafePointer<Int32>, gamma: Double,
    rewards: UnsafePointer<Double>? = nil, restriction: Restriction = Restriction()
  ) -> Bool {
    let zero = Number(everywhere: 0)
    if solution.count != plan.states.count {
      solution = [Number](repeating: zero, count: plan.states.count)
      upper = [Number](repeating: zero, count: plan.upper.count)
      work = solution
      inverse = solution
      escape = solution
      right = solution
    }
    let reached = restriction.reached
    let pinned = restriction.pinned
    var isSingular = false
    solution.withUnsafeMutableBufferPointer { x in
      upper.withUnsafeMutableBufferPointer { u in
        work.withUnsafeMutableBufferPointer { work in
          inverse.withUnsafeMutableBufferPointer { inverse in
            escape.withUnsafeMutableBufferPointer { escape in
              right.withUnsafeMutableBufferPointer { right in
                let rows = Rows(
                  x: x.baseAddress!, u: u.baseAddress, work: work.baseAddress!, inverse: inverse.baseAddress!,
                  escape: escape.baseAddress!, right: right.baseAddress!)
                plan.withPointers { plan in
                  for c in 0..<plan.componentCount {
                    let range = Int(plan.componentOffsets[c])..<Int(plan.componentOffsets[c + 1])
                    for i in range {
                      if let reached, !reached[i] { continue }
                      var row = (escape: Number(everywhere: 1), right: zero)
                      if pinned == nil || !pinned![i] {
                        row = rows.assemble(
                          i, plan, policy + Int(pairOffsets[Int(plan.states[i])]), gamma,
                          rewards.map { $0 + Int(pairOffsets[Int(plan.states[i])]) })
                      }
                      if rows.eliminate(i, plan, row.escape, row.right) { isSingular = true }
                    }
                    for i in range.reversed() {
                      if let reached, !reached[i] { continue }
                      rows.substitute(i, plan)
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    return isSingular
  }

  private struct Rows {
    let x: UnsafeMutablePointer<Number>
    let u: UnsafeMutablePointer<Number>?
    let work: UnsafeMutablePointer<Number>
    let inverse: UnsafeMutablePointer<Number>
    let escape: UnsafeMutablePointer<Number>
    let right: UnsafeMutablePointer<Number>

    /// Lays the row of a position into `work`; what leads out of the component goes to its escape and right-hand side.
    @inline(__always)
    func assemble(
      _ i: Int, _ plan: EliminationPlan.Pointers, _ policy: UnsafePointer<Number>, _ gamma: Double,
      _ rewards: UnsafePointer<Double>?
    ) -> (escape: Number, right: Number) {
      var e = Number(everywhere: 1 - gamma)
      var b = Number(everywhere: 0)
      let first = Int(plan.pairOffsets[i])
      for pair in first..<Int(plan.pairOffsets[i + 1]) {
        let p = policy[pair - first]
        if p.isZero { continue }
        b = b + p * Number(everywhere: rewards?[pair - first] ?? plan.rewards[pair])
        let weight = p * Number(everywhere: gamma)
        e = e + weight * Number(everywhere: plan.escapes[pair])
        for k in Int(plan.arcOffsets[pair])..<Int(plan.arcOffsets[pair + 1]) {
          let w = weight * Number(everywhere: plan.arcProbabilities[k])
          let target = Int(plan.arcTargets[k])
          if target >= 0 {
            work[target] = work[target] + w
          } else {
            e = e + w
            b = b + w * x[~target]
          }
        }
      }
      return (e, b)
    }

    /// Eliminates the earlier positions from the row in `work` and stores what is left.
    ///
    /// - Returns: Whether the pivot is zero.
    @inline(__always)
    func eliminate(_ i: Int, _ plan: EliminationPlan.Pointers, _ e0: Number, _ b0: Number) -> Bool {
      let zero = Number(everywhere: 0)
      var e = e0
      var b = b0
      for m in Int(plan.lowerOffsets[i])..<Int(plan.lowerOffsets[i + 1]) {
        let k = Int(plan.lower[m])
        let w = work[k]
        work[k] = zero
        if w.isZero { continue }
        let f = w * inverse[k]
        e = e + f * escape[k]
        b = b + f * right[k]
        let start = Int(plan.upperOffsets[k])
        let count = Int(plan.upperOffsets[k + 1]) - start
        if count == 0 { continue }
        let columns = plan.upper + start
        let entries = UnsafePointer(u! + start)
        if Int(columns[count - 1]) - Int(columns[0]) == count - 1 {
          let target = work + Int(columns[0])
          for t in 0..<count { target[t] = target[t] + f * entries[t] }
        } else {
          for t in 0..<count {
            let column = Int(columns[t])
            work[column] = work[column] + f * entries[t]
          }
        }
      }
      work[i] = zero  // a path back to the position itself: it costs no step and changes nothing
      var d = e
      for m in Int(plan.upperOffsets[i])..<Int(plan.upperOffsets[i + 1]) {
        let column = Int(plan.upper[m])
        let w = work[column]
        work[column] = zero
        u![m] = w
        d = d + w
      }
      escape[i] = e
      right[i] = b
      inverse[i] = Number(everywhere: 1) / d
      return d.hasZero
    }

    @inline(__always)
    func substitute(_ i: Int, _ plan: EliminationPlan.Pointers) {
      var sum = right[i]
      for m in Int(plan.upperOffsets[i])..<Int(plan.upperOffsets[i + 1]) {
        sum = sum + u![m] * x[Int(plan.upper[m])]
      }
      x[i] = sum * inverse[i]
    }
  }
}

extension EliminationPlan {
  /// The plan's tables without bounds checks.
  struct Pointers {
    let componentCount: Int
    let componentOffsets: UnsafePointer<Int32>
    let states: UnsafePointer<Int32>
    let upperOffsets: UnsafePointer<Int32>
    let upper: UnsafePointer<Int32>
    let lowerOffsets: UnsafePointer<Int32>
    let lower: UnsafePointer<Int32>
    let pairOffsets: UnsafePointer<Int32>
    let arcOffsets: UnsafePointer<Int32>
    let arcTargets: UnsafePointer<Int32>
    let arcProbabilities: UnsafePointer<Double>
    let escapes: UnsafePointer<Double>
    let rewards: UnsafePointer<Double>
  }

  /// Works on the tables.
  func withPointers(_ body: (Pointers) -> Void) {
    // An array passed where a pointer is expected stays in place for the call.
    func call(
      _ componentOffsets: UnsafePointer<Int32>, _ states: UnsafePointer<Int32>, _ upperOffsets: UnsafePointer<Int32>,
      _ upper: UnsafePointer<Int32>, _ lowerOffsets: UnsafePointer<Int32>, _ lower: UnsafePointer<Int32>,
      _ pairOffsets: UnsafePointer<Int32>, _ arcOffsets: UnsafePointer<Int32>, _ arcTargets: UnsafePointer<Int32>,
      _ arcProbabilities: UnsafePointer<Double>, _ escapes: UnsafePointer<Double>, _ rewards: UnsafePointer<Double>
    ) {
      body(
        Pointers(
          componentCount: self.componentOffsets.count - 1, componentOffsets: componentOffsets, states: states,
          upperOffsets: upperOffsets, upper: upper, lowerOffsets: lowerOffsets, lower: lower, pairOffsets: pairOffsets,
          arcOffsets: arcOffsets, arcTargets: arcTargets, arcProbabilities: arcProbabilities, escapes: escapes,
          rewards: rewards))
    }
    call(
      componentOffsets, states, upperOffsets, upper, lowerOffsets, lower, pairOffsets, arcOffsets, arcTargets,
      arcProbabilities, escapes, rewards)
  }
}
