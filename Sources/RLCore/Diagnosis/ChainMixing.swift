/// How fast the Markov chain of a policy forgets where it began. An episode that ends is followed by the next one's start.
///
///     t_mix = min { t : max_s ½ Σ_s′ |P^t(s, s′) − d(s′)| ≤ ¼ }      Levin, Peres & Wilmer (2009), eq. 4.33
public struct ChainMixing: Sendable, Equatable {
  /// Sets of states that the chain never leaves, among those that it reaches from the start.
  public let recurrentClasses: Int
  /// The greatest common divisor of the lengths of ways back; of the first class.
  public let period: Int
  /// How many states the first class has.
  public let recurrentStates: Int
  /// The mixing time; where the period is not 1, of the chain that stays with probability ½; nil with several classes, or where it was not
  /// reached within the work that was allowed.
  public let mixingTime: Int?
  /// Whether the worst start was looked for; false where the chain is large, and only the task's own start was followed.
  public let isWorstCase: Bool

  private static let mostDense = 200

  /// Follows a policy.
  public init(_ model: FiniteMDP, _ policy: StationaryPolicy) {
    let chain = EpisodeChain(model, policy)
    let reached = chain.reached()
    let found = chain.graph(of: reached).strongComponents()
    var isClosed = [Bool](repeating: true, count: found.offsets.count - 1)
    for node in 0...chain.count {
      let component = found.component[node]
      if !reached[node] || chain.successors(of: node).contains(where: { found.component[$0] != component }) {
        isClosed[Int(component)] = false
      }
    }
    recurrentClasses = isClosed.count { $0 }
    // What is between two episodes takes no time: it is no state. It leads to one, so that it is no class alone.
    let first = (0..<chain.count).first { reached[$0] && isClosed[Int(found.component[$0])] }
    guard let first else {
      (period, recurrentStates, mixingTime, isWorstCase) = (1, 0, nil, true)
      return
    }
    let isRecurrent = (0..<chain.count).map { found.component[$0] == found.component[first] }
    recurrentStates = isRecurrent.count { $0 }
    period = chain.period(from: first)
    guard recurrentClasses == 1 else {
      (mixingTime, isWorstCase) = (nil, true)
      return
    }
    // Starts that are not come back to count as well: the mixing time is the worst of all.
    let states = (0..<chain.count).filter { reached[$0] }
    if states.count <= Self.mostDense {
      isWorstCase = true
      mixingTime = Self.dense(chain, states, isRecurrent: states.map { isRecurrent[$0] }, isLazy: period > 1)
    } else {
      isWorstCase = false
      mixingTime = Self.followed(chain, isLazy: period > 1)
    }
  }

  /// The mixing time from the worst start, by squaring the matrix until it has mixed and halving back.
  private static func dense(
    _ chain: EpisodeChain, _ states: [Int], isRecurrent: [Bool], isLazy: Bool
  ) -> Int? {
    let n = states.count
    if n == 1 { return 0 }
    let matrix = chain.matrix(of: states, isLazy: isLazy)
    // The stationary distribution is that of the class; what is left for ever has none of it.
    let members = (0..<n).filter { isRecurrent[$0] }
    let inner = members.flatMap { i in members.map { matrix[i * n + $0] } }
    var stationary = [Double](repeating: 0, count: n)
    for (member, share) in zip(members, Self.stationary(inner, members.count)) { stationary[member] = share }
    if distance(identity(n), stationary, n) <= 0.25 { return 0 }
    var powers = [matrix]
    while distance(powers.last!, stationary, n) > 0.25 {
      if powers.count > 40 { return nil }
      powers.append(product(powers.last!, powers.last!, n))
    }
    // The greatest time that has not mixed, bit by bit.
    var time = 0
    var current = identity(n)
    for k in (0..<(powers.count - 1)).reversed() {
      let candidate = time == 0 ? powers[k] : product(current, powers[k], n)
      if distance(candidate, stationary, n) > 0.25 {
        current = candidate
        time += 1 << k
      }
    }
    return time + 1
  }

  private static func identity(_ n: Int) -> [Double] {
    var matrix = [Double](repeating: 0, count: n * n)
    for k in 0..<n { matrix[k * n + k] = 1 }
    return matrix
  }

  /// The greatest distance of a row from the stationary distribution, in total variation.
  private static func distance(_ matrix: [Double], _ stationary: [Double], _ n: Int) -> Double {
    var greatest = 0.0
    for i in 0..<n {
      var sum = 0.0
      for j in 0..<n { sum += abs(matrix[i * n + j] - stationary[j]) }
      greatest = max(greatest, sum / 2)
    }
    return greatest
  }

  private static func product(_ a: [Double], _ b: [Double], _ n: Int) -> [Double] {
    var c = [Double](repeating: 0, count: n * n)
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        c.withUnsafeMutableBufferPointer { c in
          for i in 0..<n {
            for k in 0..<n {
              let x = a[i * n + k]
              if x == 0 { continue }
              for j in 0..<n { c[i * n + j] += x * b[k * n + j] }
            }
          }
        }
      }
    }
    return c
  }

  /// Without subtraction (Grassmann, Taksar & Heyman, 1985).
  private static func stationary(_ matrix: [Double], _ n: Int) -> [Double] {
    var p = matrix
    for k in stride(from: n - 1, to: 0, by: -1) {
      var out = 0.0
      for j in 0..<k { out += p[k * n + j] }
      for i in 0..<k { p[i * n + k] /= out }
      for i in 0..<k {
        let x = p[i * n + k]
        if x == 0 { continue }
        for j in 0..<k { p[i * n + j] += x * p[k * n + j] }
      }
    }
    var d = [Double](repeating: 0, count: n)
    d[0] = 1
    var total = 1.0
    for j in 1..<max(1, n) {
      for i in 0..<j { d[j] += d[i] * p[i * n + j] }
      total += d[j]
    }
    return d.map { $0 / total }
  }

  /// The mixing time from the task's own start.
  private static func followed(_ chain: EpisodeChain, isLazy: Bool) -> Int? {
    let limit = max(10, min(100_000, 100_000_000 / (chain.targets.count + 4 * chain.count)))
    func distance(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) } / 2 }
    var settled = chain.start
    var change = 1.0
    for _ in 0..<limit {
      let next = chain.step(settled, isLazy: isLazy)
      change = distance(next, settled)
      settled = next
      if change <= 1e-10 { break }
    }
    if change > 1e-10 { return nil }
    var mu = chain.start
    for time in 0...limit {
      if distance(mu, settled) <= 0.25 { return time }
      mu = chain.step(mu, isLazy: isLazy)
    }
    return nil
  }
}
