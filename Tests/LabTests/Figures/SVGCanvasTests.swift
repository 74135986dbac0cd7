import Testing

@testable import Lab

@Suite struct SVGCanvasTests {
  @Test(arguments: [
    (0.0, "0"), (-0.001, "0"), (1, "1"), (1.5, "1.5"), (1.25, "1.25"), (-3.456, "-3.46"), (0.05, "0.05"),
    (1234.5678, "1234.57"), (99.999, "100"), (.nan, "0"), (.infinity, "1000000000"), (-1e300, "-1000000000"),
    (10.01, "10.01"),
  ])
  func numbersHaveTwoDecimals(value: Double, expected: String) {
    var bytes: [UInt8] = []
    SVGNumber.append(value, to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == expected)
  }

  @Test func textIsEscapedAndComesBackWhole() throws {
    let text = "a < b & c > \"d\" 'e' ε 中 🙂 <script>"
    var canvas = SVGCanvas(theme: .light)
    canvas.beginDocument(width: 10, height: 10, title: text, description: text)
    canvas.text(text, 1, 2)
    canvas.endDocument()
    let document = try #require(SVGDocument(String(decoding: canvas.bytes, as: UTF8.self)))
    #expect(document.elements[1].text == text)
    #expect(document.labels == [text])
    #expect(document.all("script").isEmpty)
  }

  @Test func forbiddenCharactersAreReplaced() throws {
    var canvas = SVGCanvas(theme: .light)
    canvas.beginDocument(width: 10, height: 10, title: "\u{0}\u{1}\u{B}\u{FFFE}\n\t", description: "")
    canvas.endDocument()
    let document = try #require(SVGDocument(String(decoding: canvas.bytes, as: UTF8.self)))
    #expect(document.elements[1].text == "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}  ")
  }

  @Test func palettesOfBothThemesDifferInEachPairOfStyles() {
    let styles = (0..<28).map { SeriesStyle(index: $0) }
    let looks = Set(styles.map { "\($0.paint) \($0.dash)" })
    #expect(looks.count == 28)
    // Where the colour is the same, the marker is another one.
    for a in styles {
      for b in styles where a.index < b.index && a.paint == b.paint {
        #expect(a.marker != b.marker && a.dash != b.dash)
      }
    }
    for theme in [\(light: FigureColor, dark: FigureColor).light, \.dark] {
      let colors = SeriesStyle.palette.map { $0[keyPath: theme] }
      for (i, a) in colors.enumerated() {
        for b in colors[(i + 1)...] { #expect(a != b) }
      }
    }
  }

  @Test func cellTextIsReadable() {
    #expect(FigureColor(0xFFFFFF).isLight && FigureColor(0xFDE725).isLight && FigureColor(0x9A9A9A).isLight)
    #expect(
      !FigureColor(0x000000).isLight && !FigureColor(0x440154).isLight && !FigureColor(0x0072B2).isLight)
  }

  @Test func colorsRunFromEndToEnd() {
    let colors = ValueColors(axis: FigureAxis("v"), map: .sequential, values: [0, 10])
    #expect(colors.color(of: 0) == FigureColor(0x440154))
    #expect(colors.color(of: 10) == FigureColor(0xFDE725))
    #expect(colors.color(of: 1e9) == FigureColor(0xFDE725))
    #expect(colors.color(of: .nan) == nil && colors.color(of: .infinity) == nil)
    let around = ValueColors(axis: FigureAxis("v"), map: .diverging(around: 2), values: [0, 10])
    #expect(around.color(of: 2) == FigureColor(0xF7F7F7))
    #expect(around.color(of: 10) == FigureColor(0xD55E00))
    let log = ValueColors(axis: FigureAxis("v", scale: .log10), map: .sequential, values: [1, 100])
    let linear = ValueColors(axis: FigureAxis("v"), map: .sequential, values: [0, 2])
    #expect(log.color(of: 10) == linear.color(of: 1))
    #expect(log.color(of: -1) == nil)
  }
}
