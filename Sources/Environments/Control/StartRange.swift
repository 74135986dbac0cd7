import RLCore

/// The bounds of the uniform start distribution, which Gymnasium takes as options `low` and `high` of `reset`.
struct StartRange: Sendable {
  let low: Parameter<Double>
  let high: Parameter<Double>

  /// Declares both bounds.
  init(low: Double, high: Double, in interval: Interval = .finite, of what: String) {
    self.low = .real("low", default: low, in: interval, "lower bound of \(what) at the start")
    self.high = .real("high", default: high, in: interval, "upper bound of \(what) at the start")
  }

  /// Both declarations.
  var declarations: [ParameterDeclaration] { [low.declaration, high.declaration] }

  /// The bounds that settings give.
  ///
  /// - Throws: ``SettingProblem`` at ".low" where it lies above the upper one.
  func bounds(_ settings: Settings) throws(SettingProblem) -> ClosedRange<Double> {
    let (low, high) = (settings[low], settings[high])
    guard low <= high else {
      throw SettingProblem(
        "\(Setting.real(low)) is above \"high\", \(Setting.real(high)); give a number of at most that", at: ".low")
    }
    return low...high
  }
}

extension RandomStream {
  /// A number from the uniform distribution over `[low, high)`, or `low` where they are equal. One word.
  @inlinable @inline(__always)
  mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }
}
