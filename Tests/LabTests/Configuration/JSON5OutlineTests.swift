import Testing

@testable import Lab

@Suite struct JSON5OutlineTests {
  @Test func tellsTheOrderOfKeys() throws {
    let outline = try JSON5Outline(Array("{b: 1, 'a': {z: [1, {k: 2}], y: 2,}, \"c\": 'x', /* no */ // end\n}".utf8))
    #expect(outline.keys[""] == ["b", "a", "c"])
    #expect(outline.keys["a"] == ["z", "y"])
    #expect(outline.keys["a.z[1]"] == ["k"])
  }

  @Test(arguments: [
    "{}", "[1, 2.5e3, .5, 5., +1, -0x1F, Infinity, -Infinity, NaN]", "null", "'it\\'s'", "\u{FEFF}{a: 1}",
    "{ $a_1: true }",
  ]) func acceptsJSON5(text: String) {
    #expect(throws: Never.self) { try JSON5Outline(Array(text.utf8)) }
  }

  @Test(arguments: [
    ("", 1, 1), ("{a: 1\n b: 2}", 2, 2), ("{a: }", 1, 5), ("[1, 2", 1, 1), ("{a: tru}", 1, 5), ("{a: 'x\n'}", 1, 5),
    ("{a: 1} x", 1, 8),
    ("{a: 1,\n  a: 2}", 2, 3), ("{a: 01}", 1, 5), ("{a 1}", 1, 4), ("{\n  // é\n  a: /* x\n}", 3, 6),
    ("{a: 1,, }", 1, 7),
  ]) func findsTheFault(text: String, line: Int, column: Int) {
    let fault = #expect(throws: JSON5Outline.Fault.self) { try JSON5Outline(Array(text.utf8)) }
    #expect(fault?.line == line)
    #expect(fault?.column == column)
  }
}
