/// Where the fixed point lies, from the last change of successive approximation below gamma 1.
///
///     w + γ/(1 − γ) min(w − v)  ≤  v*  ≤  w + γ/(1 − γ) max(w − v),   w = T v
///
/// MacQueen (1966) and Porteus (1971); Puterman (1994), sec. 6.6.2. The bounds need rows that sum to one: the end of an episode is one
/// more state, of value 0, which never changes, so where episodes may end, least and greatest change include 0. Rounding of the
/// backups is added on both sides.
public struct DiscountedBounds: Sendable {
  /// `v* − w` is at least this …
  public let least: Double
  /// … and at most this, in every state that offers actions.
  public let greatest: Double
  /// What rounding contributes to both.
  public let rounding: Double

  /// - Parameters:
  ///   - change: `w − v` over the states that offer actions.
  ///   - canEnd: Whether an episode may end.
  ///   - rounding: A bound on the error of one backup.
  public init(_ change: BellmanSweep.Change, gamma: Double, canEnd: Bool, rounding: Double) {
    var low = change.least > change.greatest ? 0 : change.least
    var high = change.least > change.greatest ? 0 : change.greatest
    if canEnd {
      low = min(low, 0)
      high = max(high, 0)
    }
    let ulps = 1 + 8 * Double.ulpOfOne
    let factor = gamma / (1 - gamma)
    self.rounding = rounding / (1 - gamma) * ulps
    let slack = self.rounding + 4 * Double.ulpOfOne * factor * max(abs(low), abs(high))
    least = factor * low - slack
    greatest = factor * high + slack
  }

  /// The bound on `‖v* − w‖∞`.
  public var error: Double { max(abs(least), abs(greatest)) }
  /// What is to be added to `w` so that the bound becomes ``centeredError``.
  public var center: Double { (least + greatest) / 2 }
  /// The bound on the error of `w + center`.
  public var centeredError: Double { (greatest - least) / 2 * (1 + 4 * Double.ulpOfOne) }
}
