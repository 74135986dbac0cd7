/// One axis of a figure: what it shows, how it is scaled and how far it reaches.
public struct FigureAxis: Sendable, Equatable {
  /// How a value becomes a position.
  public enum Scale: Sendable, Equatable {
    /// Equal steps are equal distances.
    case linear
    /// Equal ratios are equal distances, with marks at powers of ten. Values that are not positive have no place.
    case log10
    /// Equal ratios are equal distances, with marks at powers of two. Values that are not positive have no place.
    case log2
    /// The values 0, 1, 2, … stand for these names, evenly spaced.
    case categories([String])
  }

  /// How far an axis reaches.
  public enum Limits: Sendable, Equatable {
    /// What suits the figure: `robust` for the values of learning curves, `[0, 1]` for the shares of performance
    /// profiles, `data` for everything else.
    case automatic
    /// Over all finite values.
    case data
    /// Over all finite values, unless a few far ones would flatten the rest: then over the values between the
    /// quantiles `tail` and `1 − tail` and half that range more on either side, with a note of what is cut off.
    /// `tail` is in `[0, 0.5)`.
    case robust(tail: Double)
    /// From one bound to another, in the axis's units; a bound that is `nil`, not finite, or not possible on the
    /// scale is taken from the data.
    case fixed(from: Double?, to: Double?)
  }

  /// The tail that `automatic` limits of learning curves leave out of account on either side.
  public static let standardTail = 0.05

  /// The name of the quantity, such as "return".
  public var title: String
  /// Its unit, shown in brackets; empty for none.
  public var unit: String
  /// How a value becomes a position.
  public var scale: Scale
  /// How far the axis reaches.
  public var limits: Limits
  /// Whether only whole numbers are marked (episodes, states).
  public var isInteger: Bool

  /// An axis.
  ///
  /// - Parameters:
  ///   - title: The name of the quantity.
  ///   - unit: Its unit; empty for none.
  ///   - scale: Linear unless told otherwise.
  ///   - limits: What suits the figure unless told otherwise.
  ///   - isInteger: Whether only whole numbers are marked.
  public init(
    _ title: String, unit: String = "", scale: Scale = .linear, limits: Limits = .automatic,
    isInteger: Bool = false
  ) {
    self.title = title
    self.unit = unit
    self.scale = scale
    self.limits = limits
    self.isInteger = isInteger
  }

  /// The title with its unit.
  var caption: String { unit.isEmpty ? title : "\(title) (\(unit))" }

  /// The value on the axis's own scale (its logarithm on a logarithmic one); NaN where it has no place.
  func transformed(_ value: Double) -> Double {
    switch scale {
    case .linear, .categories: value.isFinite ? value : .nan
    case .log10: value > 0 && value.isFinite ? FigureMath.decimalLogarithm(value) : .nan
    case .log2: value > 0 && value.isFinite ? FigureMath.binaryLogarithm(value) : .nan
    }
  }

  /// The value at a place on the axis's own scale: the inverse of `transformed`.
  func restored(_ place: Double) -> Double {
    switch scale {
    case .linear, .categories: place
    case .log10: FigureMath.power(10, place)
    case .log2: FigureMath.power(2, place)
    }
  }

  /// Whether only positive values have a place.
  var isLogarithmic: Bool { scale == .log10 || scale == .log2 }

  /// The marks within the limits, about `count` of them.
  func ticks(from low: Double, to high: Double, count: Int) -> TickMarks {
    switch scale {
    case .linear: .linear(from: low, to: high, count: count, integers: isInteger)
    case .log10: .decades(from: low, to: high, count: count * 3 / 2)
    case .log2: .octaves(from: low, to: high, count: count * 3 / 2)
    case .categories(let names): .categories(names)
    }
  }
}
