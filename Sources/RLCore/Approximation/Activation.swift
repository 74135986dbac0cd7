/// The function between two layers of a network. Its derivative is written in terms of its value, which is all that the
/// backward pass keeps.
public enum Activation: String, Sendable, CaseIterable {
  /// `y = tanh z`, `y′ = 1 − y²`.
  case tanh

  /// `y = max(z, 0)`, `y′ = 1` where `y > 0`, else 0 (also at 0, as torch has it).
  case relu

  /// `y = z`, `y′ = 1`.
  case identity

  /// The value, in each lane.
  @inline(__always)
  func apply(_ z: Lanes) -> Lanes {
    switch self {
    case .tanh: hyperbolicTangent(z)
    case .relu: z.replacing(with: 0, where: z .< 0)
    case .identity: z
    }
  }

  /// The gradient with respect to `z`, from that with respect to `y`: `∂/∂z = ∂/∂y · f′(z)`.
  @inline(__always)
  func pullBack(_ gradient: Lanes, value y: Lanes) -> Lanes {
    switch self {
    case .tanh: gradient * (1 - y * y)
    case .relu: gradient.replacing(with: 0, where: y .<= 0)
    case .identity: gradient
    }
  }

  /// Applies the function to `count` numbers in place; `count` is a multiple of 16.
  func apply(_ z: UnsafeMutablePointer<Float>, count: Int) {
    var k = 0
    switch self {
    case .tanh:
      while k < count {
        storeLanes(hyperbolicTangent(loadLanes(z + k)), z + k)
        k += laneCount
      }
    case .relu:
      while k < count {
        storeLanes(Activation.relu.apply(loadLanes(z + k)), z + k)
        k += laneCount
      }
    case .identity:
      break
    }
  }
}

/// tanh in each lane, as a rational function `x P(x²) / Q(x²)` of degrees 9 and 8 on |x| ≤ 9.02, beyond which it is 1 in single
/// precision. The coefficients are a minimax fit of relative error 2.1 × 10⁻⁸; with the rounding of single
/// precision the error stays below 4 × 10⁻⁷ (5 × 10⁻⁸ on average). NaN stays NaN.
@inline(__always)
func hyperbolicTangent(_ z: Lanes) -> Lanes {
  let bound: Float = 9.02
  var x = z.replacing(with: bound, where: z .> bound)
  x = x.replacing(with: -bound, where: x .< -bound)
  let u = x * x
  var p = u * 1.331_905_0e-8 + 2.058_346_3e-5
  p = p * u + 3.494_033_4e-3
  p = p * u + 0.133_797_17
  p = p * u + 1
  var q = u * 7.762_010_1e-7 + 3.283_091_1e-4
  q = q * u + 2.587_106_9e-2
  q = q * u + 0.467_130_33
  q = q * u + 1
  // Rounding may leave the last bit above 1, and 1 − y² must not turn negative.
  var y = x * p / q
  y = y.replacing(with: 1, where: y .> 1)
  return y.replacing(with: -1, where: y .< -1)
}
