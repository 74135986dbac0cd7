import Testing

@testable import Lab

@Suite struct LineFigureTests {
  private func figure(
    _ series: [LineFigure.Series], kind: LineFigure.Kind = .curves, y: FigureAxis = FigureAxis("return")
  ) -> LineFigure {
    LineFigure(title: "t", kind: kind, xAxis: FigureAxis("episode"), yAxis: y, series: series)
  }

  private func line(_ name: String, _ y: [Double]) -> LineFigure.Series {
    LineFigure.Series(name: name, x: y.indices.map(Double.init), y: y)
  }

  private func parsed(_ figure: some Figure) throws -> SVGDocument {
    try #require(SVGDocument(figure.svg(theme: .light)))
  }

  @Test(arguments: [1, 2, 14, 15, 20, 60])
  func everyVariantIsInTheLegendOnce(count: Int) throws {
    let names = (0..<count).map { "variant \($0)" }
    let document = try parsed(figure(names.map { line($0, [1, 2, 3]) }))
    for name in names { #expect(document.labels.filter { $0 == name }.count == 1) }
  }

  @Test func legendGoesBesideOrBelow() {
    func legend(_ count: Int, _ placement: LegendPlacement) -> (FigureRect, FigureRect) {
      var figure = figure((0..<count).map { line("variant \($0)", [1, 2]) })
      figure.legend = placement
      let composition = FigureComposition(of: figure)
      return (composition.legend.frame, composition.panels[0].frame)
    }
    for (count, placement, beside) in [
      (2, LegendPlacement.automatic, true), (14, .automatic, true), (15, .automatic, false),
      (1, .automatic, false), (40, .right, true), (3, .below, false),
    ] {
      let (legend, panel) = legend(count, placement)
      #expect(beside ? legend.x >= panel.right : legend.y >= panel.bottom, "\(count) \(placement)")
    }
    // The panel keeps its size however many entries there are.
    #expect(legend(60, .automatic).1 == legend(15, .automatic).1)
    #expect(legend(60, .automatic).0.height > legend(15, .automatic).0.height)
    #expect(legend(5, .none).0.height == 0)
  }

  @Test func longNamesAreShortenedInTheLegendAndWholeInTheTitle() throws {
    let name = "q-learning " + String(repeating: "parameter=value ", count: 10) + "end"
    let document = try parsed(figure([line(name, [1, 2])]))
    #expect(!document.labels.contains(name))
    #expect(document.labels.contains { $0.hasPrefix("q-learning") && $0.hasSuffix("…") })
    #expect(document.all("title").contains { $0.text == name && $0.parents.last == "text" })
  }

  @Test func firstEpisodesDoNotFlattenTheRest() throws {
    let returns = cliffReturns(level: -50)
    let document = try parsed(figure([line("q-learning", returns)]))
    #expect(document.labels.contains { $0.hasPrefix("Clipped: 10 of 500 values lie below −") })
    #expect(document.labels.contains("−40") && !document.labels.contains("−1000"))
    let whole = try parsed(figure([line("q-learning", returns)], y: FigureAxis("return", limits: .data)))
    #expect(whole.labels.contains("−1000") && !whole.labels.contains { $0.hasPrefix("Clipped") })
    let fixed = FigureAxis("return", limits: .fixed(from: -100, to: 0))
    let chosen = try parsed(figure([line("q-learning", returns)], y: fixed))
    #expect(chosen.labels.contains("−100") && chosen.labels.contains("0"))
  }

  @Test func infiniteValuesAreReported() throws {
    let document = try parsed(figure([line("a", [.infinity, .infinity, 3, 2])]))
    #expect(document.labels.contains("Not shown: 2 of 4 values are infinite."))
  }

  @Test func noDataIsSaid() throws {
    #expect(try parsed(figure([])).labels.contains("no data"))
    #expect(try parsed(figure([line("a", [])])).labels.contains("no data"))
    #expect(try parsed(figure([line("a", [.nan, .nan])])).labels.contains("no data"))
    #expect(try !parsed(figure([line("a", [.nan, 1])])).labels.contains("no data"))
  }

  @Test func aPointAloneIsADotWithItsInterval() throws {
    let series = LineFigure.Series(name: "a", x: [3], y: [-7], low: [-9], high: [-5])
    let document = try parsed(figure([series]))
    let dot = try #require(document.all("circle").first)
    let interval = document.all("line").filter {
      $0.number("x1") == dot.number("cx") && $0.number("x2") == dot.number("cx")
        && $0.attributes["stroke"] == dot.attributes["fill"]
    }
    #expect(interval.count == 1)
  }

  @Test func unsortedPointsAreDrawnFromLeftToRight() throws {
    let shuffled = LineFigure.Series(name: "a", x: [2, .nan, 0, 1], y: [4, 9, 0, 1])
    let sorted = LineFigure.Series(name: "a", x: [0, 1, 2], y: [0, 1, 4])
    #expect(shuffled.sorted() == sorted)
    #expect(figure([shuffled]).svg() == figure([sorted]).svg())
  }

  @Test func manyPointsMakeNoLongPath() throws {
    let document = try parsed(FigureGallery.dense(points: 60_000))
    let width = document.canvas.width
    for path in document.all("path") { #expect(Double(path.points.count) <= 2 * width + 4) }
  }

  @Test func studiesRingTheBestPoint() throws {
    var study = figure([line("a", [1, 5, 5, 2]), line("b", [0, -3, .nan, .infinity])], kind: .study)
    study.best = .highest
    #expect(try parsed(study).all("circle").filter { $0.number("r") == 7 }.count == 2)
    #expect(BestMark.highest.index(in: [1, 5, 5, 2]) == 1)
    #expect(BestMark.lowest.index(in: [.nan, -3, -3, .infinity]) == 1)
    #expect(BestMark.highest.index(in: [.nan, .infinity]) == nil)
    #expect(BestMark.none.index(in: [1, 2]) == nil)
  }

  @Test func profilesSpanZeroToOne() throws {
    let document = try parsed(figure([line("a", [0.6, 0.5, 0.4])], kind: .profile))
    #expect(document.labels.contains("0") && document.labels.contains("1.0"))
  }

  @Test func logarithmicAxesShowDecades() throws {
    let series = LineFigure.Series(name: "a", x: [0.001, 0.01, 0.1, 1], y: [1, 2, 3, 4])
    let study = LineFigure(
      title: "t", kind: .study, xAxis: FigureAxis("alpha", scale: .log10), yAxis: FigureAxis("y"),
      series: [series])
    let document = try parsed(study)
    for label in ["0.001", "0.01", "0.1", "1"] { #expect(document.labels.contains(label)) }
    // Equal ratios are equal distances.
    let places = ["0.001", "0.01", "0.1", "1"].compactMap { label in
      document.all("text").first { $0.text == label && $0.attributes["text-anchor"] == "middle" }?.number("x")
    }
    try #require(places.count == 4)
    #expect(abs((places[1] - places[0]) - (places[3] - places[2])) < 0.03)
  }

  @Test func unitsStandInBrackets() throws {
    #expect(try parsed(FigureGallery.residuals).labels.contains("iteration (sweeps)"))
  }

  @Test func studiesShowEveryPointBesideItsNeighbours() throws {
    let x = [0.0, 0.5, 1]
    let series = (0..<6).map {
      LineFigure.Series(name: "v\($0)", x: x, y: [1, 2, 3], low: [0, 1, 2], high: [2, 3, 4])
    }
    var study = figure(series, kind: .study)
    study.legend = .none
    // Markers are circles or closed paths with a rim, and crosses wider than error bars.
    let marks = try parsed(study).elements.filter {
      $0.name == "circle" || $0.attributes["stroke-width"] == "0.6"
        || $0.attributes["d"] != nil
          && $0.attributes["stroke-width"] == "1.8" && $0.points.count == 4
    }
    #expect(marks.count == 6 * 3)
  }

  @Test(arguments: [Double.nan, -5, 0, 1, .infinity])
  func impossibleSizesAreHeldWithinReason(length: Double) throws {
    var odd = figure([line("a", [1, 2])])
    odd.size = (length, length)
    let canvas = try parsed(odd).canvas
    #expect(canvas.width >= 120 && canvas.width < 21_000 && canvas.height >= 100 && canvas.height < 21_000)
  }

  @Test func studiesThinTheirErrorBars() throws {
    let x = (0..<50_000).map(Double.init)
    let dense = LineFigure.Series(name: "a", x: x, y: x, low: x.map { $0 - 1 }, high: x.map { $0 + 1 })
    #expect(figure([dense], kind: .study).svgBytes().count < 200_000)
  }

  @Test func seriesOfOneNameAreTwo() throws {
    let document = try parsed(figure([line("a", [1, 2]), line("a", [2, 1])]))
    let strokes = document.all("path").compactMap { $0.attributes["stroke"] }
    #expect(Set(strokes).count == 2)
  }
}
