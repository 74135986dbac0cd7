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
    let rows = Self.rows(model, policy)
    // The states that the chain reaches.
    var reached = [Bool](repeating: false, count: model.stateCount)
    var stack = model.initial.map(\.state)
    for start in stack { reached[start] = true }
    while let state = stack.popLast() {
      for entry in rows[state] where !reached[entry.next] {
        reached[entry.next] = true
        stack.append(entry.next)
      }
    }
    var offsets: [Int32] = [0]
    var targets: [Int32] = []
    for state in 0..<model.stateCount {
      if reached[state] { targets += rows[state].map { Int32($0.next) } }
      offsets.append(Int32(targets.count))
    }
    let found = Graph(offsets: offsets, targets: targets).strongComponents()
    var isClosed = [Bool](repeating: true, count: found.offsets.count - 1)
    for state in 0..<model.stateCount {
      let component = found.component[state]
      if !reached[state] || rows[state].contains(where: { found.component[$0.next] != component }) {
        isClosed[Int(component)] = false
      }
    }
    recurrentClasses = isClosed.count { $0 }
    let first = (0..<model.stateCount).first { reached[$0] && isClosed[Int(found.component[$0])] }
    guard let first else {
      (period, recurrentStates, mixingTime, isWorstCase) = (1, 0, nil, true)
      return
    }
    let members = (0..<model.stateCount).filter { found.component[$0] == found.component[first] }
    recurrentStates = members.count
    period = Self.period(rows, from: first)
    guard recurrentClasses == 1 else {
      (mixingTime, isWorstCase) = (nil, true)
      return
    }
    if members.count <= Self.mostDense {
      isWorstCase = true
      mixingTime = Self.dense(rows, members, isLazy: period > 1)
    } else {
      isWorstCase = false
      mixingTime = Self.followed(rows, model.initial, isLazy: period > 1)
    }
  }

  private typealias Row = [(next: Int, probability: Double)]

  private static func rows(_ model: FiniteMDP, _ policy: StationaryPolicy) -> [Row] {
    (0..<model.stateCount).map { state in
      var row: [(next: Int, probability: Double)] = []
      if model.isTerminal(state) { return model.initial.map { ($0.state, $0.probability) } }
      for pair in model.pairs(of: state) where policy.probabilities[pair] > 0 {
        for k in model.outcomes(of: pair) {
          let weight = policy.probabilities[pair] * model.probabilities[k]
          let target = Int(model.targets[k])
          if target < 0 || model.isTerminal(target) {
            for start in model.initial { row.append((start.state, weight * start.probability)) }
          } else {
            row.append((target, weight))
          }
        }
      }
      row.sort { $0.next < $1.next }
      var merged: Row = []
      for entry in row {
        if let last = merged.last, last.next == entry.next {
          merged[merged.count - 1].probability += entry.probability
        } else {
          merged.append(entry)
        }
      }
      return merged
    }
  }

  private static func period(_ rows: [Row], from first: Int) -> Int {
    var level = [Int](repeating: -1, count: rows.count)
    level[first] = 0
    var queue = [first]
    var divisor = 0
    var next = 0
    while next < queue.count {
      let state = queue[next]
      next += 1
      for entry in rows[state] {
        if level[entry.next] < 0 {
          level[entry.next] = level[state] + 1
          queue.append(entry.next)
        } else {
          var (a, b) = (divisor, abs(level[state] + 1 - level[entry.next]))
          while b != 0 { (a, b) = (b, a % b) }
          divisor = a
        }
      }
    }
    return max(1, divisor)
  }

  /// The mixing time from the worst start, by squaring the matrix until it has mixed and halving back.
  private static func dense(_ rows: [Row], _ members: [Int], isLazy: Bool) -> Int? {
    let n = members.count
    if n == 1 { return 0 }
    var place = [Int: Int]()
    for (index, state) in members.enumerated() { place[state] = index }
    var matrix = [Double](repeating: 0, count: n * n)
    for (index, state) in members.enumerated() {
      for entry in rows[state] { matrix[index * n + place[entry.next]!] += (isLazy ? 0.5 : 1) * entry.probability }
      if isLazy { matrix[index * n + index] += 0.5 }
    }
    let stationary = Self.stationary(matrix, n)
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
    for j in 1..<n {
      for i in 0..<j { d[j] += d[i] * p[i * n + j] }
      total += d[j]
    }
    return d.map { $0 / total }
  }

  /// The mixing time from the task's own start.
  private static func followed(_ rows: [Row], _ initial: [StateProbability], isLazy: Bool) -> Int? {
    let entries = rows.reduce(0) { $0 + $1.count }
    let limit = max(10, min(100_000, 100_000_000 / max(1, entries)))
    func step(_ mu: [Double]) -> [Double] {
      var next = mu.map { isLazy ? $0 / 2 : 0 }
      for (state, row) in rows.enumerated() where mu[state] > 0 {
        for entry in row { next[entry.next] += (isLazy ? 0.5 : 1) * mu[state] * entry.probability }
      }
      return next
    }
    func distance(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) } / 2 }
    var begun = [Double](repeating: 0, count: rows.count)
    for start in initial { begun[start.state] += start.probability }
    var settled = begun
    var change = 1.0
    for _ in 0..<limit {
      let next = step(settled)
      change = distance(next, settled)
      settled = next
      if change <= 1e-10 { break }
    }
    if change > 1e-10 { return nil }
    var mu = begun
    for time in 0...limit {
      if distance(mu, settled) <= 0.25 { return time }
      mu = step(mu)
    }
    return nil
  }
}
