/// Gradient descent, with Polyak's or Nesterov's momentum.
///
///     b ← μ b + g  (at the first step b = g),   θ ← θ − η b      with Nesterov: θ ← θ − η (g + μ b)
///
/// The form of torch's `SGD`: the learning rate is outside of the momentum (Sutskever et al., ICML 2013, have it inside).
/// State: one average, b; none without momentum.
public struct SGD<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable>: Optimizer {
  /// μ, in `[0, 1)`.
  public let momentum: Double

  /// Whether the gradient looks ahead.
  public let isNesterov: Bool

  @usableFromInline let count: Int
  @usableFromInline var steps = 0
  @usableFromInline var buffer: [Scalar]

  /// - Parameter count: The number of parameters.
  public init(count: Int, momentum: Double = 0, isNesterov: Bool = false) {
    precondition(momentum >= 0 && momentum < 1, "the momentum \(momentum) is not in [0, 1)")
    self.count = count
    self.momentum = momentum
    self.isNesterov = isNesterov
    buffer = momentum > 0 ? [Scalar](repeating: 0, count: count) : []
  }

  /// The steps taken and b.
  public var state: OptimizerState<Scalar> {
    get { OptimizerState(steps: steps, averages: momentum > 0 ? [buffer] : []) }
    set {
      let averages = newValue.checked(momentum > 0 ? 1 : 0, count: count)
      buffer = averages.first ?? []
      steps = newValue.steps
    }
  }

  /// One step; see the type.
  @inlinable
  public mutating func step(_ parameters: inout [Scalar], gradients: [Scalar], learningRate: Double) {
    checkCounts(parameters, gradients, count)
    let (rate, factor) = (Scalar(learningRate), Scalar(momentum))
    let isFirst = steps == 0
    let looksAhead = isNesterov
    steps += 1
    parameters.withUnsafeMutableBufferPointer { p in
      gradients.withUnsafeBufferPointer { g in
        if momentum == 0 {
          for k in p.indices { p[k] -= rate * g[k] }
          return
        }
        buffer.withUnsafeMutableBufferPointer { b in
          for k in p.indices {
            let velocity = isFirst ? g[k] : factor * b[k] + g[k]
            b[k] = velocity
            p[k] -= rate * (looksAhead ? g[k] + factor * velocity : velocity)
          }
        }
      }
    }
  }
}
