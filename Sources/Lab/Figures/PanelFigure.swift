/// Several figures as panels of one, with one legend for all: a name has the same style in every panel.
public struct PanelFigure: Figure {
  /// What stands above all panels.
  public var title: String
  /// A smaller line below the title.
  public var subtitle: String
  /// The figures, in reading order; a figure of several panels contributes each of them.
  public var figures: [any Figure]
  /// How many panels stand side by side.
  public var columns: Int
  /// Where the common legend goes. A figure whose own placement is `none` adds nothing to it.
  public var legend: LegendPlacement

  /// A figure of panels.
  ///
  /// - Parameters:
  ///   - title: What stands above all panels.
  ///   - subtitle: A smaller line below it.
  ///   - figures: The figures, in reading order.
  ///   - columns: How many stand side by side, at least 1; two unless told otherwise.
  ///   - legend: Where the common legend goes.
  public init(
    title: String, subtitle: String = "", figures: [any Figure], columns: Int = 2,
    legend: LegendPlacement = .automatic
  ) {
    self.title = title
    self.subtitle = subtitle
    self.figures = figures
    self.columns = columns
    self.legend = legend
  }

  /// The panels of all figures.
  public var panels: [FigurePanel] {
    figures.flatMap { figure in figure.panels.map { figure.legend == .none ? $0.withoutLegend : $0 } }
  }
}

extension FigurePanel {
  var withoutLegend: FigurePanel {
    FigurePanel(
      title: title, subtitle: subtitle, description: description, size: size, stretches: stretches,
      names: names, entries: { _ in [] }, draw: draw)
  }
}
