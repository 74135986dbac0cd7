#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Normal distributions over vectors of actions, with a mean for each row and one log standard deviation a dimension that all rows
/// share: the usual policy for continuous actions.
///
///     log π(a) = Σ_k −((a_k − μ_k) / σ_k)² / 2 − log σ_k − log √(2π)
///     ∂/∂μ_k = (a_k − μ_k) / σ_k²              ∂/∂log σ_k = ((a_k − μ_k) / σ_k)² − 1
///     H(π) = Σ_k log σ_k + log √(2πe)           ∂/∂log σ_k = 1
///     KL(p ‖ π) = Σ_k log σ_k − log σ′_k + (σ′_k² + (μ′_k − μ_k)²) / (2σ_k²) − 1/2
///     ∂/∂μ_k = (μ_k − μ′_k) / σ_k²              ∂/∂log σ_k = 1 − (σ′_k² + (μ′_k − μ_k)²) / σ_k²
///
/// where p has μ′ and σ′, and π moves. It computes in double precision. Nothing is allocated unless a batch is larger than any before.
public struct GaussianHead: Sendable {
  /// The number of dimensions of an action, positive.
  public let dimensions: Int

  /// The number of distributions.
  public private(set) var rows = 0

  /// μ, row by row; numbers beyond the last row are left from earlier batches.
  public private(set) var means: [Double] = []

  /// log σ of each dimension.
  public private(set) var logDeviations: [Double]

  /// σ of each dimension.
  public private(set) var deviations: [Double]

  /// Standard normal distributions of so many dimensions, without rows.
  public init(dimensions: Int) {
    precondition(dimensions > 0, "\(dimensions) dimensions")
    self.dimensions = dimensions
    logDeviations = [Double](repeating: 0, count: dimensions)
    deviations = [Double](repeating: 1, count: dimensions)
  }

  /// Takes over the means of a batch and the log standard deviations.
  ///
  /// - Parameters:
  ///   - means: Rows of `dimensions` numbers.
  ///   - rows: How many of them belong to the batch, from the first on.
  ///   - logDeviations: `dimensions` numbers from `offset` on: the free parameters of a bundle lie behind its networks'.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func evaluate<Scalar: BinaryFloatingPoint>(
    _ means: [Scalar], rows: Int, logDeviations: [Scalar], at offset: Int = 0
  ) {
    let count = rows * dimensions
    precondition(rows >= 0 && count <= means.count, "\(means.count) means are no \(rows) rows of \(dimensions)")
    precondition(
      offset >= 0 && offset + dimensions <= logDeviations.count,
      "no \(dimensions) deviations at \(offset) among \(logDeviations.count)")
    self.rows = rows
    if self.means.count < count { self.means = [Double](repeating: 0, count: count) }
    for k in 0..<count { self.means[k] = Double(means[k]) }
    for k in 0..<dimensions {
      self.logDeviations[k] = Double(logDeviations[offset + k])
      deviations[k] = exp(self.logDeviations[k])
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
    check(row, dimensions)
    var sum = 0.0
    for k in 0..<dimensions {
      let z = (Double(action[offset + k]) - means[row * dimensions + k]) / deviations[k]
      sum -= z * z / 2 + logDeviations[k] + logRootTwoPi
    }
    return sum
  }

  /// The differential entropy in nats, of every row.
  public var entropy: Double {
    logDeviations.reduce(0) { $0 + $1 + logRootTwoPi + 0.5 }
  }

  /// Draws an action from a row: a normal number for each dimension.
  ///
  /// - Parameter action: Receives `dimensions` numbers, from `offset` on.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func sample<Scalar: BinaryFloatingPoint>(
    row: Int, into action: inout [Scalar], at offset: Int = 0, using stream: inout RandomStream
  ) {
    check(row, dimensions)
    for k in 0..<dimensions {
      action[offset + k] = Scalar(means[row * dimensions + k] + deviations[k] * stream.normal())
    }
  }

  /// KL(other ‖ this) of a row, the divergence of the moved policy from the one that acted.
  ///
  /// - Parameter other: Has as many dimensions and at least as many rows.
  public func divergence(from other: GaussianHead, row: Int) -> Double {
    check(row, other.dimensions)
    var sum = 0.0
    for k in 0..<dimensions {
      let (distance, ratio) = difference(from: other, row: row, k)
      sum += logDeviations[k] - other.logDeviations[k] + (ratio + distance * distance) / 2 - 0.5
    }
    return sum
  }

  // MARK: Gradients

  /// Sets the gradient of `logProbability · log π(action) + entropy · H(π)` with respect to a row's means, and adds that with respect to
  /// the log standard deviations.
  ///
  /// - Parameters:
  ///   - meanGradients: Receives `dimensions` numbers from `place` on.
  ///   - deviationGradients: `dimensions` numbers, with respect to log σ.
  ///   - action: `dimensions` numbers from `offset` on.
  ///   - logProbability: The derivative of the loss with respect to log π(action).
  ///   - entropy: The derivative of the loss with respect to H(π).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func setGradients<Scalar: BinaryFloatingPoint>(
    _ meanGradients: inout [Scalar], at place: Int, _ deviationGradients: inout [Scalar], row: Int, action: [Scalar],
    at offset: Int = 0, logProbability: Double, entropy: Double = 0
  ) {
    check(row, dimensions)
    for k in 0..<dimensions {
      let z = (Double(action[offset + k]) - means[row * dimensions + k]) / deviations[k]
      meanGradients[place + k] = Scalar(logProbability * z / deviations[k])
      deviationGradients[k] += Scalar(logProbability * (z * z - 1) + entropy)
    }
  }

  /// Adds `weight` times the gradient of KL(other ‖ this).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func addDivergenceGradient<Scalar: BinaryFloatingPoint>(
    to meanGradients: inout [Scalar], _ deviationGradients: inout [Scalar], from other: GaussianHead,
    row: Int, weight: Double
  ) {
    check(row, other.dimensions)
    for k in 0..<dimensions {
      let (distance, ratio) = difference(from: other, row: row, k)
      meanGradients[row * dimensions + k] += Scalar(weight * distance / deviations[k])
      deviationGradients[k] += Scalar(weight * (1 - ratio - distance * distance))
    }
  }

  /// Adds `weight` times the gradient of KL(this ‖ other): `(μ − μ′) / σ′²` and `σ² / σ′² − 1`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func addReverseDivergenceGradient<Scalar: BinaryFloatingPoint>(
    to meanGradients: inout [Scalar], _ deviationGradients: inout [Scalar], from other: GaussianHead,
    row: Int, weight: Double
  ) {
    check(row, other.dimensions)
    for k in 0..<dimensions {
      let (distance, ratio) = other.difference(from: self, row: row, k)
      meanGradients[row * dimensions + k] -= Scalar(weight * distance / other.deviations[k])
      deviationGradients[k] += Scalar(weight * (ratio - 1))
    }
  }

  /// `(μ − μ′) / σ` and `σ′² / σ²`.
  @inline(__always)
  private func difference(from other: GaussianHead, row: Int, _ k: Int) -> (distance: Double, ratio: Double) {
    let distance = (means[row * dimensions + k] - other.means[row * dimensions + k]) / deviations[k]
    let ratio = other.deviations[k] / deviations[k]
    return (distance, ratio * ratio)
  }

  @inline(__always)
  private func check(_ row: Int, _ count: Int) {
    precondition(row >= 0 && row < rows, "row \(row) is not in [0, \(rows))")
    precondition(count == dimensions, "\(count) numbers for \(dimensions) dimensions")
  }
}

/// log √(2π).
private let logRootTwoPi = 0.918_938_533_204_672_741_78
