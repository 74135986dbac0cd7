import Foundation
import Testing

@testable import Lab

@Suite struct ReportTests {
  private let folder = TemporaryFolder()

  private func page(_ results: SyntheticResults, metrics: [String] = []) async throws -> String {
    let input = ComparisonInput(experiment: try results.write(to: folder))
    let report = try await Report(
      lab: .standard, inputs: [input], metrics: metrics, options: ComparisonOptions())
    return String(decoding: ReportPage(report: report).bytes, as: UTF8.self)
  }

  private var results: SyntheticResults {
    SyntheticResults(variants: [
      .init(name: "a <b> & c", curves: [0: [1, 2, 4], 1: [3, 2, 8]]),
      .init(name: "sarsa", curves: [0: [5, 6, 7], 1: [7, 6, 5]]),
    ])
  }

  /// The data of the page's script.
  private func data(_ page: String) throws -> [String: Any] {
    let start = try #require(page.range(of: "id=\"data\">"))
    let end = try #require(page.range(of: "</script>", range: start.upperBound..<page.endIndex))
    let json = Data(page[start.upperBound..<end.lowerBound].utf8)
    let tree = try JSONSerialization.jsonObject(with: json)
    return try #require(tree as? [String: Any])
  }

  @Test func standsAlone() async throws {
    let page = try await page(results)
    #expect(page.hasPrefix("<!DOCTYPE html>"))
    #expect(!page.contains("src=") && !page.contains("href=") && !page.contains("@import") && !page.contains("url("))
    #expect(
      page.components(separatedBy: "http").count == page.components(separatedBy: "http://www.w3.org/2000/svg").count)
    // Static figures and the table are there without the script.
    #expect(page.contains("class=\"static-curves wide\""))
    #expect(page.contains("<th scope=\"row\">sarsa</th>"))
    #expect(page.contains("-o results/again</pre>") && page.contains("rl-lab report results/again</pre>"))
  }

  /// Figures for readers without scripts are a small part of a page, however many points there are.
  @Test func staticFiguresAreThinned() async throws {
    let many = SyntheticResults(
      variants: (0..<20).map { .init(name: "v\($0)", curves: [0: (0..<500).map { Double($0 % 7) }]) })
    let input = ComparisonInput(experiment: try many.write(to: folder))
    let report = try await Report(lab: .standard, inputs: [input], metrics: ["return"], options: ComparisonOptions())
    let shown = report.panels.flatMap { $0.charts.map(\.figure) }
    let fixed = try #require(report.staticCurves[0] as? LineFigure)
    #expect(LineFigure.points(of: shown) == 20 * 500)
    #expect((1000...Report.mostStaticPoints + 20).contains(LineFigure.points(of: [fixed])))
    #expect(fixed.series.allSatisfy { $0.x.last == shown[0].series[0].x.last })
  }

  @Test func namesCannotBecomeMarkup() async throws {
    let page = try await page(results)
    #expect(!page.contains("<b>"))
    #expect(page.contains("a &lt;b&gt; &amp; c"))
    let tree = try data(page)
    let panels = try #require(tree["panels"] as? [[[String: Any]]])
    let series = try #require(panels[0][0]["series"] as? [[String: Any]])
    #expect(series.map { $0["name"] as? String } == ["a <b> & c", "sarsa"])
  }

  @Test func dataAreTheMeansOfTheCurves() async throws {
    let tree = try data(try await page(results))
    let panels = try #require(tree["panels"] as? [[[String: Any]]])
    let series = try #require(panels[0][0]["series"] as? [[String: Any]])
    func floats(_ text: Any?) throws -> [Float] {
      let encoded = try #require(text as? String)
      let bytes = try #require(Data(base64Encoded: encoded))
      return stride(from: 0, to: bytes.count, by: 4).map { at in
        Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) })
      }
    }
    #expect(try floats(series[0]["y"]) == [2, 2, 6])
    #expect(try floats(series[1]["y"]) == [6, 6, 6])
    // The places of the points are shared.
    #expect((tree["xs"] as? [String])?.count == 1)
    #expect(series.map { $0["x"] as? Int } == [0, 0])
  }

  @Test func theSameResultsGiveTheSameBytes() async throws {
    #expect(try await page(results) == page(results))
  }

  @Test func longCurvesAreThinnedAndThatIsSaid() async throws {
    var long = SyntheticResults(variants: [])
    let curve = (0..<4000).map { Double($0 % 7) }
    for k in 0..<60 { long.variants.append(.init(name: "v\(k)", episodes: 4000, curves: [0: curve])) }
    let page = try await page(long)
    #expect(page.contains("one recorded point in 2 is shown"))
    #expect(page.utf8.count < 8_000_000)
  }

  @Test func shellWordsAreQuoted() {
    #expect(ReportPage.quoted("cliff-walking.json5") == "cliff-walking.json5")
    #expect(ReportPage.quoted("it's.json5") == "'it'\\''s.json5'")
  }
}
