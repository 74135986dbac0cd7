#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Adam (Kingma & Ba, ICLR 2015) in torch's form, and AdamW (Loshchilov & Hutter, ICLR 2019) with decoupled weight decay.
///
///     m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
///     θ ← θ − η / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
///
/// ε stands outside of the corrected root, and its default is torch's 10⁻⁸; stable-baselines3 and CleanRL use 10⁻⁵ for PPO. AdamW shrinks first: θ ← θ (1 − η λ). State: two
/// averages, m and v.
public struct Adam<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable>: Optimizer {
  /// How parameters are drawn towards zero.
  public enum WeightDecay: Sendable, Equatable {
    /// Not at all.
    case none
    /// `λ θ` is added to the gradient: torch's `Adam(weight_decay:)`.
    case gradient(Double)
    /// The parameters shrink by `η λ θ`, past the averages: AdamW.
    case decoupled(Double)
  }

  /// β₁, in `[0, 1)`: the memory of the gradient's average.
  public let beta1: Double

  /// β₂, in `[0, 1)`: the memory of the squared gradient's average.
  public let beta2: Double

  /// ε, not negative.
  public let epsilon: Double

  /// The decay λ and its kind.
  public let weightDecay: WeightDecay

  @usableFromInline let count: Int
  @usableFromInline var steps = 0
  @usableFromInline var mean: [Scalar]
  @usableFromInline var square: [Scalar]

  /// - Parameter count: The number of parameters.
  public init(
    count: Int, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: WeightDecay = .none
  ) {
    precondition(beta1 >= 0 && beta1 < 1, "beta1 \(beta1) is not in [0, 1)")
    precondition(beta2 >= 0 && beta2 < 1, "beta2 \(beta2) is not in [0, 1)")
    precondition(epsilon >= 0, "epsilon \(epsilon) is negative")
    self.count = count
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    mean = [Scalar](repeating: 0, count: count)
    square = mean
  }

  /// The steps taken, m and v.
  public var state: OptimizerState<Scalar> {
    get { OptimizerState(steps: steps, averages: [mean, square]) }
    set {
      let averages = newValue.checked(2, count: count)
      (mean, square, steps) = (averages[0], averages[1], newValue.steps)
    }
  }

  /// One step; see the type.
  @inlinable
  public mutating func step(_ parameters: inout [Scalar], gradients: [Scalar], learningRate: Double) {
    checkCounts(parameters, gradients, count)
    steps += 1
    let rate = learningRate / (1 - pow(beta1, Double(steps)))
    let correction = 1 / (1 - pow(beta2, Double(steps))).squareRoot()
    var added = 0.0
    var kept = 1.0
    switch weightDecay {
    case .none: break
    case .gradient(let lambda): added = lambda
    case .decoupled(let lambda): kept = 1 - learningRate * lambda
    }
    parameters.withUnsafeMutableBufferPointer { p in
      gradients.withUnsafeBufferPointer { g in
        mean.withUnsafeMutableBufferPointer { m in
          square.withUnsafeMutableBufferPointer { v in
            if Scalar.self == Float.self, count > 0 {
              adamStep(
                UnsafeMutableRawPointer(p.baseAddress!).assumingMemoryBound(to: Float.self),
                UnsafeRawPointer(g.baseAddress!).assumingMemoryBound(to: Float.self),
                UnsafeMutableRawPointer(m.baseAddress!).assumingMemoryBound(to: Float.self),
                UnsafeMutableRawPointer(v.baseAddress!).assumingMemoryBound(to: Float.self), count: count,
                AdamConstants(
                  memory: (Float(beta1), Float(beta2)), share: (Float(1 - beta1), Float(1 - beta2)),
                  rate: Float(rate), correction: Float(correction), epsilon: Float(epsilon),
                  addedDecay: Float(added), kept: Float(kept)))
              return
            }
            let (b1, c1) = (Scalar(beta1), Scalar(1 - beta1))
            let (b2, c2) = (Scalar(beta2), Scalar(1 - beta2))
            for k in p.indices {
              let gradient = g[k] + Scalar(added) * p[k]
              let first = b1 * m[k] + c1 * gradient
              let second = b2 * v[k] + c2 * (gradient * gradient)
              m[k] = first
              v[k] = second
              let denominator = second.squareRoot() * Scalar(correction) + Scalar(epsilon)
              p[k] = p[k] * Scalar(kept) - Scalar(rate) * first / denominator
            }
          }
        }
      }
    }
  }
}
