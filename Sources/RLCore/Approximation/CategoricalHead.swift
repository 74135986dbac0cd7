#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Softmax distributions over actions, one for each row of logits that a network or a table put out:
///
///     π(a) = exp z_a / Σ_k exp z_k
///
/// and the gradients of what losses are made of with respect to the logits:
///
///     ∂ log π(a) / ∂z_k = [k = a] − π_k
///     ∂ H(π) / ∂z_k     = −π_k (log π_k + H)
///     ∂ KL(p ‖ π) / ∂z_k = π_k − p_k            (π is the distribution that moves)
///     ∂ KL(π ‖ p) / ∂z_k = π_k (log π_k − log p_k − KL)
///
/// It computes in double precision from logits of any. An action is ruled out by the logit −∞: it has probability 0 and
/// adds nothing to entropies, divergences and gradients. Nothing is allocated unless a batch is larger than any before.
public struct CategoricalHead: Sendable {
  /// The number of actions, positive.
  public let actions: Int

  /// The number of distributions.
  public private(set) var rows = 0

  /// log π, row by row; numbers beyond the last row are left from earlier batches.
  public private(set) var logProbabilities: [Double] = []

  /// π, row by row; numbers beyond the last row are left from earlier batches.
  public private(set) var probabilities: [Double] = []

  /// Distributions over so many actions, without rows.
  public init(actions: Int) {
    precondition(actions > 0, "\(actions) actions")
    self.actions = actions
  }

  /// Takes over the logits of a batch.
  ///
  /// - Parameters:
  ///   - logits: Rows of `actions` numbers, each below +∞, at least one of a row above −∞. A row with NaN becomes NaN.
  ///   - rows: How many of them belong to the batch, from the first on.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func evaluate<Scalar: BinaryFloatingPoint>(_ logits: [Scalar], rows: Int) {
    let (actions, count) = (actions, rows * actions)
    precondition(rows >= 0 && count <= logits.count, "\(logits.count) logits are no \(rows) rows of \(actions)")
    self.rows = rows
    if logProbabilities.count < count {
      logProbabilities = [Double](repeating: 0, count: count)
      probabilities = logProbabilities
    }
    logits.withUnsafeBufferPointer { logits in
      logProbabilities.withUnsafeMutableBufferPointer { logs in
        probabilities.withUnsafeMutableBufferPointer { shares in
          var start = 0
          while start < count {
            let end = start + actions
            var highest = Double(logits[start])
            for k in start + 1..<end { highest = max(highest, Double(logits[k])) }
            var sum = 0.0
            for k in start..<end {
              let z = Double(logits[k]) - highest
              let share = z == 0 ? 1 : exp(z)
              logs[k] = z
              shares[k] = share
              sum += share
            }
            let (logSum, scale) = (log(sum), 1 / sum)
            for k in start..<end {
              logs[k] -= logSum
              shares[k] *= scale
            }
            start = end
          }
        }
      }
    }
  }

  /// log π(action) of a row.
  public func logProbability(_ action: Int, row: Int) -> Double {
    precondition(action >= 0 && action < actions, "action \(action) is not in [0, \(actions))")
    checkRow(row)
    return logProbabilities[row * actions + action]
  }

  /// The entropy of a row in nats: −Σ π log π.
  public func entropy(row: Int) -> Double {
    checkRow(row)
    var entropy = 0.0
    for k in row * actions..<(row + 1) * actions where probabilities[k] != 0 {
      entropy -= probabilities[k] * logProbabilities[k]
    }
    return entropy
  }

  /// An action drawn from a row, by inversion. One word.
  public func sample(row: Int, using stream: inout RandomStream) -> Int {
    checkRow(row)
    let target = stream.uniform()
    var sum = 0.0
    var last = 0
    for action in 0..<actions {
      let share = probabilities[row * actions + action]
      guard share > 0 else { continue }
      sum += share
      last = action
      if target < sum { break }
    }
    return last
  }

  /// The likeliest action of a row; the first of several.
  public func mode(row: Int) -> Int {
    checkRow(row)
    var best = 0
    for action in 1..<max(actions, 1)
    where logProbabilities[row * actions + action] > logProbabilities[row * actions + best] {
      best = action
    }
    return best
  }

  /// KL(other ‖ this) of a row, the divergence of the moved policy from the one that acted.
  ///
  /// - Parameter other: Has as many actions and at least as many rows.
  public func divergence(from other: CategoricalHead, row: Int) -> Double {
    checkRow(row)
    other.checkRow(row)
    var divergence = 0.0
    for k in row * actions..<(row + 1) * actions where other.probabilities[k] != 0 {
      divergence += other.probabilities[k] * (other.logProbabilities[k] - logProbabilities[k])
    }
    return divergence
  }

  // MARK: Batches

  /// Writes log π(a) and the entropy of every row.
  ///
  /// - Parameters:
  ///   - actions: One a row, each in `[0, actions)`.
  ///   - chosen: Receives log π(a), a number a row.
  ///   - entropies: Receives the entropies in nats, a number a row.
  public func describe(_ chosenActions: [Int32], logProbabilities chosen: inout [Double], entropies: inout [Double]) {
    precondition(
      chosenActions.count >= rows && chosen.count >= rows && entropies.count >= rows,
      "\(chosenActions.count) actions, room for \(chosen.count) and \(entropies.count) of \(rows) rows")
    let (count, actions) = (rows, actions)
    logProbabilities.withUnsafeBufferPointer { logs in
      probabilities.withUnsafeBufferPointer { shares in
        for row in 0..<count {
          let start = row * actions
          let action = Int(chosenActions[row])
          precondition(action >= 0 && action < actions, "action \(action) is not in [0, \(actions))")
          chosen[row] = logs[start + action]
          var entropy = 0.0
          for k in start..<start + actions where shares[k] != 0 { entropy -= shares[k] * logs[k] }
          entropies[row] = entropy
        }
      }
    }
  }

  /// Sets the gradient of `Σ_rows g_row · log π(a) + entropy · H(π)` with respect to the logits.
  ///
  /// - Parameters:
  ///   - gradients: Receives rows of `stride` numbers, of which the first `actions` are set.
  ///   - stride: At least `actions`.
  ///   - chosenActions: One a row.
  ///   - logProbability: g, a number a row.
  ///   - entropies: The rows' entropies, as ``describe(_:logProbabilities:entropies:)`` gave them.
  ///   - entropy: The derivative of the loss with respect to each row's entropy.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func setGradients<Scalar: BinaryFloatingPoint>(
    _ gradients: inout [Scalar], stride: Int, actions chosenActions: [Int32], logProbability: [Double],
    entropies: [Double], entropy: Double
  ) {
    precondition(stride >= actions && gradients.count >= rows * stride, "no room for \(rows) rows of \(stride)")
    precondition(
      chosenActions.count >= rows && logProbability.count >= rows && entropies.count >= rows,
      "\(chosenActions.count) actions, \(logProbability.count) derivatives for \(rows) rows")
    gradients.withUnsafeMutableBufferPointer { gradients in
      for row in 0..<rows {
        for k in row * stride..<row * stride + actions { gradients[k] = 0 }
        addRow(
          to: gradients, at: row * stride, row: row, action: Int(chosenActions[row]),
          logProbability: logProbability[row], entropy: entropy, average: entropies[row])
      }
    }
  }

  // MARK: Gradients

  /// Adds the gradient of `logProbability · log π(action) + entropy · H(π)` with respect to a row's logits.
  ///
  /// - Parameters:
  ///   - gradients: `actions` numbers from `offset` on; rows of `actions` numbers without one.
  ///   - logProbability: The derivative of the loss with respect to log π(action).
  ///   - entropy: The derivative of the loss with respect to H(π).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func addGradients<Scalar: BinaryFloatingPoint>(
    to gradients: inout [Scalar], at offset: Int? = nil, row: Int, action: Int, logProbability: Double,
    entropy: Double = 0
  ) {
    checkRow(row)
    let start = offset ?? row * actions
    precondition(start >= 0 && start + actions <= gradients.count, "no room for \(actions) numbers at \(start)")
    let average = entropy == 0 ? 0 : self.entropy(row: row)
    gradients.withUnsafeMutableBufferPointer {
      addRow(
        to: $0, at: start, row: row, action: action, logProbability: logProbability, entropy: entropy, average: average)
    }
  }

  /// The gradient of one row, whose logits' derivatives begin at `offset`.
  @inline(__always)
  private func addRow<Scalar: BinaryFloatingPoint>(
    to gradients: UnsafeMutableBufferPointer<Scalar>, at offset: Int, row: Int, action: Int, logProbability: Double,
    entropy: Double, average: Double
  ) {
    precondition(action >= 0 && action < actions, "action \(action) is not in [0, \(actions))")
    let start = row * actions
    logProbabilities.withUnsafeBufferPointer { logs in
      probabilities.withUnsafeBufferPointer { shares in
        for k in 0..<actions {
          let share = shares[start + k]
          var value = -share * logProbability
          if entropy != 0 && share != 0 { value -= share * (entropy * (logs[start + k] + average)) }
          gradients[offset + k] += Scalar(value)
        }
      }
    }
    gradients[offset + action] += Scalar(logProbability)
  }

  /// Adds `weight` times the gradient of KL(other ‖ this) with respect to a row's logits.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func addDivergenceGradient<Scalar: BinaryFloatingPoint>(
    to gradients: inout [Scalar], from other: CategoricalHead, row: Int, weight: Double
  ) {
    other.checkRow(row)
    add(to: &gradients, row: row) { k, share, _ in
      weight * (share - other.probabilities[row * actions + k])
    }
  }

  /// Adds `weight` times the gradient of KL(this ‖ other) with respect to a row's logits.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func addReverseDivergenceGradient<Scalar: BinaryFloatingPoint>(
    to gradients: inout [Scalar], from other: CategoricalHead, row: Int, weight: Double
  ) {
    let divergence = other.divergence(from: self, row: row)
    add(to: &gradients, row: row) { k, share, log in
      weight * share * (log - other.logProbabilities[row * actions + k] - divergence)
    }
  }

  /// Adds what `term` makes of each action with a probability above 0.
  @inline(__always)
  private func add<Scalar: BinaryFloatingPoint>(
    to gradients: inout [Scalar], row: Int, _ term: (Int, Double, Double) -> Double
  ) {
    checkRow(row)
    for k in 0..<actions {
      let at = row * actions + k
      guard probabilities[at] != 0 else { continue }
      gradients[at] += Scalar(term(k, probabilities[at], logProbabilities[at]))
    }
  }

  @inline(__always)
  private func checkRow(_ row: Int) {
    precondition(row >= 0 && row < rows, "row \(row) is not in [0, \(rows))")
  }
}
