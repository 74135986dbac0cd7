/// RMSProp (Hinton, lecture 6e of *Neural Networks for Machine Learning*, 2012), in two forms that give different results.
///
///     v ← α v + (1 − α) g²
///     torch:            d = g / (√v + ε), v₀ = 0
///     tensorflow-like:  d = g / √(v + ε), v₀ = 1
///     b ← μ b + d,   θ ← θ − η b      (without momentum θ ← θ − η d)
///
/// The second is stable-baselines3's `RMSpropTFLike`, an option of its A2C. State: the average v, and b with momentum.
public struct RMSProp<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable>: Optimizer {
  /// Where ε stands and where averages start.
  public enum Form: String, Sendable {
    /// ε outside of the root, averages start at 0.
    case torch
    /// ε inside the root, averages start at 1.
    case tensorflow = "tensorflow-like"
  }

  /// α, in `[0, 1)`: the memory of the average.
  public let alpha: Double

  /// ε, not negative.
  public let epsilon: Double

  /// μ, in `[0, 1)`.
  public let momentum: Double

  /// Which of the two.
  public let form: Form

  @usableFromInline let count: Int
  @usableFromInline var steps = 0
  @usableFromInline var square: [Scalar]
  @usableFromInline var buffer: [Scalar]

  /// - Parameters:
  ///   - count: The number of parameters.
  ///   - alpha: 0.99 is torch's default.
  ///   - epsilon: 10⁻⁸ is torch's default; A2C uses 10⁻⁵.
  public init(
    count: Int, alpha: Double = 0.99, epsilon: Double = 1e-8, momentum: Double = 0, form: Form = .torch
  ) {
    precondition(alpha >= 0 && alpha < 1, "alpha \(alpha) is not in [0, 1)")
    precondition(epsilon >= 0, "epsilon \(epsilon) is negative")
    precondition(momentum >= 0 && momentum < 1, "the momentum \(momentum) is not in [0, 1)")
    self.count = count
    self.alpha = alpha
    self.epsilon = epsilon
    self.momentum = momentum
    self.form = form
    square = [Scalar](repeating: form == .torch ? 0 : 1, count: count)
    buffer = momentum > 0 ? [Scalar](repeating: 0, count: count) : []
  }

  /// The steps taken, v, and b with momentum.
  public var state: OptimizerState<Scalar> {
    get { OptimizerState(steps: steps, averages: momentum > 0 ? [square, buffer] : [square]) }
    set {
      let averages = newValue.checked(momentum > 0 ? 2 : 1, count: count)
      square = averages[0]
      buffer = averages.count > 1 ? averages[1] : []
      steps = newValue.steps
    }
  }

  /// One step; see the type.
  @inlinable
  public mutating func step(_ parameters: inout [Scalar], gradients: [Scalar], learningRate: Double) {
    checkCounts(parameters, gradients, count)
    steps += 1
    let (outside, inside) = form == .torch ? (epsilon, 0) : (0, epsilon)
    let hasMomentum = momentum > 0
    parameters.withUnsafeMutableBufferPointer { p in
      gradients.withUnsafeBufferPointer { g in
        square.withUnsafeMutableBufferPointer { v in
          buffer.withUnsafeMutableBufferPointer { b in
            if Scalar.self == Float.self, count > 0 {
              let base = hasMomentum ? b.baseAddress : nil
              rmsPropStep(
                UnsafeMutableRawPointer(p.baseAddress!).assumingMemoryBound(to: Float.self),
                UnsafeRawPointer(g.baseAddress!).assumingMemoryBound(to: Float.self),
                UnsafeMutableRawPointer(v.baseAddress!).assumingMemoryBound(to: Float.self),
                base.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: Float.self) }, count: count,
                RMSPropConstants(
                  memory: Float(alpha), share: Float(1 - alpha), rate: Float(learningRate),
                  momentum: Float(momentum), inside: Float(inside), outside: Float(outside)))
              return
            }
            for k in p.indices {
              let second = Scalar(alpha) * v[k] + Scalar(1 - alpha) * (g[k] * g[k])
              v[k] = second
              var move = g[k] / ((second + Scalar(inside)).squareRoot() + Scalar(outside))
              if hasMomentum {
                move += Scalar(momentum) * b[k]
                b[k] = move
              }
              p[k] -= Scalar(learningRate) * move
            }
          }
        }
      }
    }
  }
}
