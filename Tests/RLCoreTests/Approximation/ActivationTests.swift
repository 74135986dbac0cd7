import Testing

@testable import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct ActivationTests {
  private func tangent(_ x: Float) -> Float { hyperbolicTangent(SIMD16(repeating: x))[3] }

  /// Against the double-precision function, over every magnitude: the promised 4e-7, which is 7 units in the last place.
  @Test func tanhIsAccurate() {
    var (worst, largest) = (0.0, 0.0 as Float)
    var x: Float = 1e-30
    while x < 20 {
      for z in [x, -x] {
        let exact = exactTangent(Double(z))
        let value = tangent(z)
        worst = max(worst, abs(Double(value) / exact - 1))
        largest = max(largest, abs(value))
      }
      x *= 1.003
    }
    #expect(largest == 1)
    #expect(worst < 4e-7)
  }

  @Test func tanhAtTheEnds() {
    #expect(tangent(0) == 0)
    #expect(tangent(.infinity) == 1 && tangent(-.infinity) == -1)
    #expect(tangent(9.5) == 1 && tangent(-1e30) == -1)
    #expect(tangent(.nan).isNaN)
    #expect(tangent(.leastNonzeroMagnitude).magnitude <= .leastNonzeroMagnitude)
  }

  /// The root of the optimizers' kernels, against the hardware's: one unit in the last place is 1.2e-7.
  @Test func rootsAreAccurate() {
    var worst = 0.0
    var x: Float = 1e-37
    while x < 3e38 {
      let root = squareRoot(SIMD16(repeating: x))[5]
      worst = max(worst, abs(Double(root) / Double(x).squareRoot() - 1))
      x *= 1.01
    }
    #expect(worst < 2.5e-7)
    #expect(squareRoot(SIMD16(repeating: 0))[0] == 0)
    #expect(squareRoot(SIMD16(repeating: .infinity))[0] == .infinity)
    #expect(squareRoot(SIMD16(repeating: .nan))[0].isNaN)
  }

  /// f(z + h) − f(z − h) over 2h in single precision with h = 2⁻⁷: the differences carry 6e-8 / 2⁻⁷ ≈ 1e-5 of rounding and
  /// h² · f‴ / 6 ≤ 2e-5 of curvature.
  @Test(arguments: Activation.allCases) func derivativesMatchDifferences(activation: Activation) {
    let h: Float = 1 / 128
    for z in stride(from: Float(-3.015), through: 3, by: 0.05) {
      let above = activation.apply(SIMD16(repeating: z + h))[0]
      let below = activation.apply(SIMD16(repeating: z - h))[0]
      let value = activation.apply(SIMD16(repeating: z))
      let derivative = activation.pullBack(SIMD16(repeating: 2), value: value)[0] / 2
      #expect(abs((above - below) / (2 * h) - derivative) < 5e-5)
    }
  }
}

private func exactTangent(_ x: Double) -> Double { tanh(x) }
