#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Gamma and beta numbers, for posteriors.
extension RandomStream {
  /// A number from the gamma distribution with scale 1, by the method of Marsaglia & Tsang (ACM TOMS 26(3), 2000); for a shape below 1 from the
  /// next shape, times `U^(1/shape)`.
  ///
  /// - Parameter shape: Positive.
  public mutating func gamma(shape: Double) -> Double {
    precondition(shape > 0, "a gamma distribution of shape \(shape)")
    if shape < 1 {
      let larger = gamma(shape: shape + 1)
      return larger * pow(1 - uniform(), 1 / shape)
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let root = 1 + c * x
      if root <= 0 { continue }
      let v = root * root * root
      let u = 1 - uniform()
      if log(u) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
    }
  }

  /// A number from the beta distribution, as `X / (X + Y)` of two gamma numbers.
  ///
  /// - Parameters: Both positive.
  public mutating func beta(_ a: Double, _ b: Double) -> Double {
    let x = gamma(shape: a)
    let y = gamma(shape: b)
    return x + y > 0 ? x / (x + y) : (uniform() < a / (a + b) ? 1 : 0)
  }

  /// Weights from a Dirichlet distribution, in place of its parameters.
  ///
  /// - Parameter parameters: Positive; becomes numbers that sum to 1.
  public mutating func dirichlet(_ parameters: UnsafeMutableBufferPointer<Double>) {
    var total = 0.0
    for k in parameters.indices {
      parameters[k] = gamma(shape: parameters[k])
      total += parameters[k]
    }
    for k in parameters.indices { parameters[k] = total > 0 ? parameters[k] / total : 1 / Double(parameters.count) }
  }
}
