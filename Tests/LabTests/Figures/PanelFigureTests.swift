import Testing

@testable import Lab

/// Interval plots and figures of several panels.
@Suite struct PanelFigureTests {
  private func parsed(_ figure: some Figure) throws -> SVGDocument {
    try #require(SVGDocument(figure.svg(theme: .light)))
  }

  @Test func rowsStandInTheOrderGiven() throws {
    let names = ["zeta", "alpha", "mid"]
    let metric = IntervalFigure.Metric(
      axis: FigureAxis("return"),
      intervals: [3, 1, 2].map { IntervalFigure.Interval($0, low: $0 - 1, high: $0 + 1) })
    let document = try parsed(IntervalFigure(title: "t", names: names, metrics: [metric]))
    let heights = names.compactMap { name in document.all("text").first { $0.text == name }?.number("y") }
    #expect(heights.count == 3 && heights == heights.sorted())
  }

  @Test func intervalsReachFromLowToHigh() throws {
    let metric = IntervalFigure.Metric(
      axis: FigureAxis("y", limits: .fixed(from: 0, to: 10)),
      intervals: [IntervalFigure.Interval(4, low: 2, high: 7)])
    let document = try parsed(IntervalFigure(title: "t", names: ["a"], metrics: [metric]))
    let bar = try #require(document.all("line").first { $0.attributes["stroke-width"] == "2.6" })
    let marks = document.all("text").filter { $0.attributes["text-anchor"] == "middle" }
    func place(_ label: String) throws -> Double {
      try #require(marks.first { $0.text == label }?.number("x"))
    }
    #expect(try abs(bar.number("x1") - place("2")) < 0.02)
    #expect(try abs((bar.number("x2") - place("6")) * 2 - (place("8") - place("6"))) < 0.05)
    let point = try #require(document.all("circle").first)
    #expect(try abs(point.number("cx") - place("4")) < 0.02)
  }

  @Test func missingAndFarEstimatesAreShownAsSuch() throws {
    let intervals: [IntervalFigure.Interval] = [
      .init(.nan), .init(.infinity), .init(-500, low: -600, high: -400), .init(5),
    ]
    let axis = FigureAxis("y", limits: .fixed(from: 0, to: 10))
    let figure = IntervalFigure(
      title: "t", names: ["a", "b", "c", "d"], metrics: [.init(axis: axis, intervals: intervals)])
    let labels = try parsed(figure).labels
    #expect(labels.contains("no data") && labels.contains("∞") && labels.contains("−500"))
  }

  @Test func figureWithoutRowsSaysSo() throws {
    #expect(try parsed(IntervalFigure(title: "t", names: [], metrics: [])).labels.contains("no data"))
    #expect(try parsed(PanelFigure(title: "nothing", figures: [])).labels == ["nothing"])
  }

  private func curves(_ names: [String], title: String) -> LineFigure {
    LineFigure(
      title: title, xAxis: FigureAxis("x"), yAxis: FigureAxis("y"),
      series: names.map { LineFigure.Series(name: $0, x: [0, 1], y: [0, 1]) })
  }

  @Test func aNameHasOneStyleInAllPanels() throws {
    let figure = PanelFigure(
      title: "t", figures: [curves(["a", "b"], title: "one"), curves(["b", "c", "a"], title: "two")])
    let document = try parsed(figure)
    for name in ["a", "b", "c"] { #expect(document.labels.filter { $0 == name }.count == 1) }
    // The stroke of the path after each series' title.
    var strokes: [String: Set<String>] = [:]
    for (i, element) in document.elements.enumerated() where element.name == "path" {
      let title = document.elements[..<i].last { $0.name == "title" && $0.parents.last == "g" }
      if let title, let stroke = element.attributes["stroke"] {
        strokes[title.text, default: []].insert(stroke)
      }
    }
    #expect(strokes.keys.sorted() == ["a", "b", "c"])
    #expect(strokes.values.allSatisfy { $0.count == 1 })
    #expect(Set(strokes.values).count == 3)
  }

  @Test func linesOfSeveralKindsShareAnEntry() {
    let style = SeriesStyle(index: 0)
    let merged = LegendEntry.merged([
      LegendEntry(key: .line(style, marker: true, band: false), name: "a"),
      LegendEntry(key: .reference(0), name: "optimum"),
      LegendEntry(key: .line(style, marker: false, band: true), name: "a"),
      LegendEntry(key: .reference(0), name: "optimum"),
    ])
    #expect(
      merged == [
        LegendEntry(key: .line(style, marker: true, band: true), name: "a"),
        LegendEntry(key: .reference(0), name: "optimum"),
      ])
  }

  @Test(arguments: 1...5)
  func panelsFillRowsFromTheLeft(columns: Int) {
    let figures = (0..<5).map { curves(["a"], title: "panel \($0)") }
    let composition = FigureComposition(of: PanelFigure(title: "t", figures: figures, columns: columns))
    let frames = composition.panels.map(\.frame)
    #expect(frames.count == 5)
    for i in 1..<5 {
      if i % columns == 0 {
        #expect(frames[i].x == frames[0].x && frames[i].y >= frames[i - 1].bottom)
      } else {
        #expect(frames[i].y == frames[i - 1].y && frames[i].x >= frames[i - 1].right)
      }
    }
  }

  @Test func panelsOfPanelsAreLaidOutTogether() {
    let inner = PanelFigure(title: "inner", figures: [curves(["a"], title: "1"), curves(["b"], title: "2")])
    let outer = PanelFigure(title: "outer", figures: [inner, curves(["c"], title: "3")])
    #expect(outer.panels.map(\.title) == ["1", "2", "3"])
  }

  @Test func aFigureMayKeepOutOfTheCommonLegend() throws {
    var quiet = curves(["hidden"], title: "quiet")
    quiet.legend = .none
    let document = try parsed(PanelFigure(title: "t", figures: [quiet, curves(["shown"], title: "loud")]))
    #expect(!document.labels.contains("hidden") && document.labels.contains("shown"))
  }
}
