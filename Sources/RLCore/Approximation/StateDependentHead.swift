#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Normal distributions whose noise is a function of the state: generalised state-dependent exploration.
///
///     a = μ(s) + θᵀ φ(s),   θ_jk ~ N(0, exp(2 ℓ_jk))                   Raffin, Kober & Stulp (CoRL 2021), arXiv:2005.05719, eqs. 2 to 5
///     σ_k(s)² = Σ_j φ_j(s)² exp(2 ℓ_jk) + 1e-6
///     log π(a|s) = Σ_k −(a_k − μ_k)² / (2σ_k²) − log σ_k − log √(2π)
///     ∂/∂μ_k = (a_k − μ_k) / σ_k²
///     ∂/∂ℓ_jk = ((a_k − μ_k)² / σ_k² − 1) φ_j² exp(2 ℓ_jk) / σ_k²
///     H(π) = Σ_k log σ_k + log √(2πe)            ∂/∂ℓ_jk = φ_j² exp(2 ℓ_jk) / σ_k²
///
/// φ is the last hidden layer of the policy, and learns nothing from the noise: the derivative by way of φ is left out, as stable-baselines3
/// leaves it out (`learn_features=False`). One θ serves many steps, so that noise is smooth in time; each step's action alone is still
/// distributed as π says. It computes in double precision. Nothing is allocated unless a batch is larger than any before.
public struct StateDependentHead: Sendable {
  /// The number of dimensions of an action, positive.
  public let dimensions: Int
  /// The number of features φ, positive.
  public let features: Int
  /// The number of distributions.
  public private(set) var rows = 0
  /// μ, row by row; numbers beyond the last row are left from earlier batches.
  public private(set) var means: [Double] = []
  /// σ², row by row.
  public private(set) var variances: [Double] = []

  /// φ², row by row.
  private var squares: [Double] = []
  /// φ, row by row.
  private var values: [Double] = []
  /// exp(2ℓ), feature by feature.
  private var spreads: [Double]
  /// exp(ℓ), feature by feature.
  private var deviations: [Double]
  /// θ of each copy of a task.
  private var noise: [Double] = []

  /// What is added to σ², so that it is never 0.
  public static let leastVariance = 1e-6

  /// Distributions without rows.
  public init(dimensions: Int, features: Int) {
    precondition(dimensions > 0 && features > 0, "\(dimensions) dimensions, \(features) features")
    self.dimensions = dimensions
    self.features = features
    spreads = [Double](repeating: 1, count: dimensions * features)
    deviations = spreads
  }

  /// Takes over ℓ.
  ///
  /// - Parameter logDeviations: `features` rows of `dimensions` numbers, from `offset` on.
  private mutating func take<Scalar: BinaryFloatingPoint>(_ logDeviations: [Scalar], at offset: Int) {
    precondition(
      offset >= 0 && offset + spreads.count <= logDeviations.count,
      "no \(spreads.count) deviations at \(offset) among \(logDeviations.count)")
    for k in spreads.indices {
      deviations[k] = exp(Double(logDeviations[offset + k]))
      spreads[k] = deviations[k] * deviations[k]
    }
  }

  /// Takes over means, features and log deviations of a batch.
  ///
  /// - Parameters:
  ///   - means: Rows of `dimensions` numbers.
  ///   - features: Rows of as many numbers as there are features.
  ///   - rows: How many of both belong to the batch, from the first on.
  ///   - logDeviations: ℓ, `features` rows of `dimensions` numbers, from `offset` on.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func evaluate<Scalar: BinaryFloatingPoint>(
    _ means: [Scalar], features phi: [Scalar], rows: Int, logDeviations: [Scalar], at offset: Int = 0
  ) {
    precondition(
      rows >= 0 && rows * dimensions <= means.count && rows * features <= phi.count,
      "\(means.count) means and \(phi.count) features are no \(rows) rows of \(dimensions) and \(features)")
    take(logDeviations, at: offset)
    self.rows = rows
    if self.means.count < rows * dimensions {
      self.means = [Double](repeating: 0, count: rows * dimensions)
      variances = self.means
    }
    if values.count < rows * features {
      values = [Double](repeating: 0, count: rows * features)
      squares = values
    }
    for k in 0..<rows * dimensions { self.means[k] = Double(means[k]) }
    for k in 0..<rows * features {
      values[k] = Double(phi[k])
      squares[k] = values[k] * values[k]
    }
    for row in 0..<rows {
      for k in 0..<dimensions {
        var sum = Self.leastVariance
        for j in 0..<features { sum += squares[row * features + j] * spreads[j * dimensions + k] }
        variances[row * dimensions + k] = sum
      }
    }
  }

  /// log π(action) of a row.
  ///
  /// - Parameter action: `dimensions` numbers from `offset` on.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func logProbability<Scalar: BinaryFloatingPoint>(
    _ action: [Scalar], at offset: Int = 0, row: Int
  ) -> Double {
    check(row)
    var sum = 0.0
    for k in 0..<dimensions {
      let place = row * dimensions + k
      let distance = Double(action[offset + k]) - means[place]
      sum -= (distance * distance / variances[place] + log(variances[place])) / 2 + logRootTwoPi
    }
    return sum
  }

  /// The differential entropy of a row in nats.
  public func entropy(row: Int) -> Double {
    check(row)
    var sum = 0.0
    for k in 0..<dimensions { sum += log(variances[row * dimensions + k]) / 2 + logRootTwoPi + 0.5 }
    return sum
  }

  // MARK: Noise

  /// Draws θ for each of some copies of a task, copy by copy, feature by feature.
  ///
  /// - Parameter logDeviations: ℓ, from `offset` on.
  @specialized(where Scalar == Float)
  public mutating func drawNoise<Scalar: BinaryFloatingPoint>(
    copies: Int, logDeviations: [Scalar], at offset: Int = 0, using stream: inout RandomStream
  ) {
    take(logDeviations, at: offset)
    let count = features * dimensions
    if noise.count != copies * count { noise = [Double](repeating: 0, count: copies * count) }
    for copy in 0..<copies {
      for k in 0..<count { noise[copy * count + k] = deviations[k] * stream.normal() }
    }
  }

  /// The action of a row under the noise of the copy of the same number: nothing is drawn.
  ///
  /// - Parameter action: Receives `dimensions` numbers, from `offset` on.
  public func act(row: Int, into action: inout [Float], at offset: Int = 0) {
    check(row)
    let first = row * features * dimensions
    precondition(first + features * dimensions <= noise.count, "there is no noise for copy \(row)")
    for k in 0..<dimensions {
      var sum = means[row * dimensions + k]
      for j in 0..<features { sum += values[row * features + j] * noise[first + j * dimensions + k] }
      action[offset + k] = Float(sum)
    }
  }

  /// Draws an action from a row, with noise of its own.
  ///
  /// - Parameter action: Receives `dimensions` numbers, from `offset` on.
  public func sample(row: Int, into action: inout [Float], at offset: Int = 0, using stream: inout RandomStream) {
    check(row)
    for k in 0..<dimensions {
      let place = row * dimensions + k
      action[offset + k] = Float(means[place] + variances[place].squareRoot() * stream.normal())
    }
  }

  // MARK: Gradients

  /// Sets a row of mean gradients and adds to those of ℓ: the gradient of `logProbability · log π(action) + entropy · H(π)`.
  ///
  /// - Parameters:
  ///   - meanGradients: Receives `dimensions` numbers, from `start` on.
  ///   - deviationGradients: `features` rows of `dimensions` numbers.
  ///   - action: `dimensions` numbers from `offset` on.
  ///   - logProbability: The derivative of the loss with respect to log π(action).
  ///   - entropy: The derivative of the loss with respect to H(π).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func setGradients<Scalar: BinaryFloatingPoint>(
    _ meanGradients: inout [Scalar], at start: Int, _ deviationGradients: inout [Double], row: Int, action: [Scalar],
    at offset: Int, logProbability: Double, entropy: Double
  ) {
    check(row)
    for k in 0..<dimensions {
      let place = row * dimensions + k
      let distance = Double(action[offset + k]) - means[place]
      let variance = variances[place]
      meanGradients[start + k] = Scalar(logProbability * distance / variance)
      let factor = (logProbability * (distance * distance / variance - 1) + entropy) / variance
      for j in 0..<features {
        let slot = j * dimensions + k
        deviationGradients[slot] += factor * squares[row * features + j] * spreads[slot]
      }
    }
  }

  @inline(__always)
  private func check(_ row: Int) { precondition(row >= 0 && row < rows, "row \(row) is not in [0, \(rows))") }
}

/// log √(2π).
private let logRootTwoPi = 0.918_938_533_204_672_741_78
