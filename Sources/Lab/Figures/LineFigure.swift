/// Lines against a common axis: learning curves, parameter studies and performance profiles.
///
/// Curves of any length may be given; what is drawn is thinned to the lowest and highest point of each pixel column.
/// A value that is NaN, infinite or not positive on a logarithmic axis leaves a gap.
public struct LineFigure: Figure {
  /// What the lines are, which decides how they are drawn.
  public enum Kind: String, Sendable, CaseIterable {
    /// Something over time: lines with bands; from the eighth line on, sparse markers help to tell them apart.
    case curves
    /// A score against a swept parameter: a marker with an error bar at every point.
    case study
    /// Performance profiles (Agarwal et al., *Deep Reinforcement Learning at the Edge of the Statistical Precipice*,
    /// NeurIPS 2021): the share of runs above a score. Steps with bands; the y axis spans `[0, 1]` unless it is fixed.
    case profile
  }

  /// One line.
  public struct Series: Sendable, Equatable {
    /// The name in the legend.
    public let name: String
    /// Where the points are, in the x axis's units; any order, drawn from left to right.
    public let x: [Double]
    /// The values; as many as `x`.
    public let y: [Double]
    /// The lower ends of the intervals: as many as `x`, or none.
    public let low: [Double]
    /// The upper ends of the intervals: as many as `low`.
    public let high: [Double]

    /// A line; `low` and `high` are both given, of the length of `x`, or both left out.
    public init(name: String, x: [Double], y: [Double], low: [Double] = [], high: [Double] = []) {
      precondition(x.count == y.count, "\(name): \(x.count) x values but \(y.count) y values")
      precondition(
        low.count == high.count && (low.isEmpty || low.count == x.count),
        "\(name): \(x.count) points but \(low.count) lower and \(high.count) upper ends of intervals")
      self.name = name
      self.x = x
      self.y = y
      self.low = low
      self.high = high
    }

    /// The same points from left to right, those without an x left out; points of one x keep their order.
    func sorted() -> Series {
      let inOrder = zip(x, x.dropFirst()).allSatisfy { $0 <= $1 } && !(x.first?.isNaN ?? false)
      if inOrder { return self }
      let order = x.indices.filter { !x[$0].isNaN }.sorted { (x[$0], $0) < (x[$1], $1) }
      func pick(_ values: [Double]) -> [Double] { values.isEmpty ? [] : order.map { values[$0] } }
      return Series(name: name, x: pick(x), y: pick(y), low: pick(low), high: pick(high))
    }
  }

  /// What stands above the figure.
  public var title: String
  /// A smaller line below the title.
  public var subtitle: String
  /// The horizontal axis.
  public var xAxis: FigureAxis
  /// The vertical axis. Learning curves do well with `robust` limits.
  public var yAxis: FigureAxis
  /// The lines, drawn in this order.
  public var series: [Series]
  /// Horizontal lines behind the curves, such as the exact optimum.
  public var references: [ReferenceLine]
  /// How the lines are drawn.
  public var kind: Kind
  /// Which point of each line is ringed; only in a study.
  public var best: BestMark
  /// Where the legend goes.
  public var legend: LegendPlacement
  /// Width and height of the panel with its axes but without title and legend, in pixels.
  public var size: (width: Double, height: Double)

  /// A figure of lines.
  ///
  /// - Parameters:
  ///   - title: What stands above the figure.
  ///   - subtitle: A smaller line below it: the number of seeds, what the band means.
  ///   - kind: What the lines are.
  ///   - xAxis: The horizontal axis.
  ///   - yAxis: The vertical axis.
  ///   - series: The lines.
  ///   - references: Horizontal lines behind them.
  ///   - best: Which point of each line of a study is ringed.
  ///   - legend: Where the legend goes.
  ///   - size: The panel's size in pixels, at least 120 by 100.
  public init(
    title: String, subtitle: String = "", kind: Kind = .curves, xAxis: FigureAxis, yAxis: FigureAxis,
    series: [Series], references: [ReferenceLine] = [], best: BestMark = .none,
    legend: LegendPlacement = .automatic,
    size: (width: Double, height: Double) = (600, 370)
  ) {
    self.title = title
    self.subtitle = subtitle
    self.kind = kind
    self.xAxis = xAxis
    self.yAxis = yAxis
    self.series = series
    self.references = references
    self.best = best
    self.legend = legend
    self.size = size
  }

  /// The figure as one panel.
  public var panels: [FigurePanel] {
    let drawing = LineDrawing(self)
    return [
      FigurePanel(
        title: title, subtitle: subtitle, description: drawing.description,
        size: FigurePanel.usable(size), stretches: true, names: drawing.keys,
        entries: { drawing.entries($0) },
        draw: { canvas, frame, styles in drawing.draw(on: &canvas, in: frame, styles) })
    ]
  }
}

/// Which value a figure singles out.
public enum BestMark: String, Sendable, CaseIterable {
  /// None.
  case none
  /// The greatest.
  case highest
  /// The least.
  case lowest

  /// The position of the first best value among the finite ones.
  func index(in values: [Double]) -> Int? {
    let finite = values.indices.filter { values[$0].isFinite }
    return switch self {
    case .none: nil
    case .highest: finite.max { (values[$0], $1) < (values[$1], $0) }
    case .lowest: finite.min { (values[$0], $0) < (values[$1], $1) }
    }
  }
}

/// A horizontal line across a figure at a known value, such as the return of the optimal policy.
public struct ReferenceLine: Sendable, Equatable {
  /// The name in the legend.
  public var name: String
  /// Where it stands, in the units of the axis.
  public var value: Double

  /// A line at `value`; one that is not finite is not drawn.
  public init(name: String, value: Double) {
    self.name = name
    self.value = value
  }

  static func dash(_ index: Int) -> [Double] {
    [[5, 3], [1.5, 2.5], [10, 3], [10, 3, 1.5, 3]][index % 4]
  }
}
