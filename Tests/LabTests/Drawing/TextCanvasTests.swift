import RLCore
import Testing

@testable import Lab

@Suite struct TextCanvasTests {
  /// Braille's dots are numbered 1, 2, 3, 7 down the left column and 4, 5, 6, 8 down the right one (Unicode 16, section 21.1).
  @Test func dotsStandWhereLinesGo() {
    var scene = Scene(horizontal: 0...3, vertical: 0...3)
    scene.line(.init(0, 3), .init(0, 0))
    // Four dots wide are two characters; 3 units are 3 dots at a scale of one.
    #expect(TextCanvas(scene, columns: 2, rows: 1).text == "⡇")
    scene.line(.init(0, 0), .init(3, 0))
    #expect(TextCanvas(scene, columns: 2, rows: 1).text == "⣇⣀")
    var diagonal = Scene(horizontal: 0...3, vertical: 0...3)
    diagonal.line(.init(0, 3), .init(3, 0))
    #expect(TextCanvas(diagonal, columns: 2, rows: 1).text == "⠑⢄")
  }

  @Test func scenesKeepTheirShape() {
    var wide = Scene(horizontal: -10...10, vertical: 0...0.8)
    wide.line(.init(-10, 0), .init(10, 0))
    let lines = TextCanvas(wide, columns: 40, rows: 20).text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 1 && lines[0].count == 40)
    var high = Scene(horizontal: 0...1, vertical: -10...10)
    high.line(.init(0, -10), .init(0, 10))
    #expect(TextCanvas(high, columns: 40, rows: 20).text.split(separator: "\n").count == 20)
  }

  @Test func whatIsOutsideIsNotDrawn() {
    var scene = Scene(horizontal: 0...1, vertical: 0...1)
    scene.line(.init(5, 5), .init(9, 9))
    scene.line(.init(.nan, 0), .init(1, 1))
    scene.line(.init(-1e300, 0), .init(1e300, 0))
    #expect(TextCanvas(scene, columns: 4, rows: 2).text.allSatisfy { $0 == "\n" })
    scene.line(.init(-3, 0), .init(4, 0))
    #expect(TextCanvas(scene, columns: 4, rows: 2).text.hasSuffix("\n⣀⣀⣀⣀"))
  }
}
