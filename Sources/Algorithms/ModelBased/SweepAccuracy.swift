import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// When value iteration on a learned model is over, and whether it should be begun at all.
struct SweepAccuracy: Sendable {
  /// The change of a sweep that is small enough for values within the tolerance of the solution, or as small as rounding lets it be.
  let enough: Double
  /// A bound on every value.
  let largest: Double
  /// Whether an exact solution is cheaper than the sweeps that it would take.
  let needsExactness: Bool

  private static let mostSweeps = 5000.0

  /// The accuracy for a tolerance.
  ///
  /// - Parameters:
  ///   - gamma: In `[0, 1)`.
  ///   - largest: A bound on every value.
  init(_ tolerance: Double, gamma: Double, largest: Double) {
    self.largest = largest
    enough = max(tolerance * (1 - gamma) / max(gamma, 1e-300), 8 * largest.ulp)
    needsExactness = gamma > 0 && largest > enough && log(enough / largest) / log(gamma) > Self.mostSweeps
  }
}
