import Testing

@testable import Lab

@Suite struct TextMetricsTests {
  @Test func widthsAddUp() {
    #expect(TextMetrics.width("", size: 12) == 0)
    // A digit is 0.636 of the size, in DejaVu Sans.
    #expect(abs(TextMetrics.width("1234567890", size: 10) - 63.6) < 1e-9)
    #expect(TextMetrics.width("W", size: 12) > TextMetrics.width("i", size: 12))
    #expect(TextMetrics.width("e\u{301}", size: 12) == TextMetrics.width("e", size: 12))
    #expect(TextMetrics.width("abc", size: 12, bold: true) > TextMetrics.width("abc", size: 12))
  }

  @Test func shortTextIsKept() {
    #expect(TextMetrics.truncate("sarsa", to: 100, size: 12) == "sarsa")
  }

  @Test func longTextIsCutAsLateAsPossible() {
    let name = "expected-sarsa alpha=0.5 epsilon=0.1"
    for limit in stride(from: 20.0, to: 200, by: 7) {
      for keepsEnd in [false, true] {
        let short = TextMetrics.truncate(name, to: limit, size: 12, keepsEnd: keepsEnd)
        #expect(short.contains("…") && TextMetrics.width(short, size: 12) <= limit)
        #expect(name.hasPrefix(short.prefix { $0 != "…" }))
        if keepsEnd { #expect(name.hasSuffix(short.drop { $0 != "…" }.dropFirst())) }
        // Three more of the widest characters would not have fitted.
        #expect(TextMetrics.width(short + "mmm", size: 12) > limit)
      }
    }
  }

  @Test func namesThatDifferStayDifferent() {
    let names = (0..<3).map { "a-very-long-algorithm-name with=parameters and=more seed=\($0)" }
    let short = TextMetrics.truncate(names, to: 150, size: 12)
    #expect(Set(short).count == 3)
    #expect(short.allSatisfy { TextMetrics.width($0, size: 12) <= 150 })
    // Where they differ in the middle only, nothing is cut.
    let middle = (0..<2).map {
      String(repeating: "x", count: 40) + "\($0)" + String(repeating: "y", count: 40)
    }
    #expect(TextMetrics.truncate(middle, to: 150, size: 12) == middle)
  }

  @Test func titlesAreWrapped() {
    let lines = TextMetrics.wrap("one two  three\nfour", to: 60, size: 12)
    #expect(lines.joined(separator: " ") == "one two three four")
    #expect(lines.count > 1 && lines.allSatisfy { TextMetrics.width($0, size: 12) <= 60 })
    #expect(TextMetrics.wrap("", to: 60, size: 12).isEmpty)
    let word = TextMetrics.wrap(String(repeating: "w", count: 80), to: 60, size: 12)
    #expect(word.count == 1 && word[0].hasSuffix("…"))
  }
}
