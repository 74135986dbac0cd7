import RLCore
import Testing

@testable import Lab

@Suite struct CSVBufferTests {
  private func text(_ number: Double) -> String {
    var buffer = CSVBuffer()
    buffer.append(number)
    return String(decoding: buffer.bytes, as: UTF8.self)
  }

  @Test(arguments: [
    (0.0, "0"), (-0.0, "-0"), (1.0, "1"), (-13.0, "-13"), (0.5, "0.5"), (-48.25, "-48.25"), (0.1, "0.1"),
    (100.05, "100.05"),
    (123456789.0, "123456789"), (0.00001, "0.00001"), (.infinity, "inf"), (-.infinity, "-inf"), (.nan, ""),
  ]) func writesNumbersShortly(number: Double, expected: String) {
    #expect(text(number) == expected)
  }

  @Test func numbersReadBackToTheSameBits() {
    var stream = RandomStream(seed: 3)
    for k in 0..<200_000 {
      let number: Double
      switch k % 5 {
      case 0: number = Double(bitPattern: stream.next())
      case 1: number = stream.normal() * 1000
      case 2: number = Double(stream.uniform(below: 1_000_000)) / 100
      case 3: number = Double(stream.uniform(below: 1 << 30)) / Double(1 + stream.uniform(below: 100_000))
      default: number = (stream.normal() * 1e5).rounded() / 1e5
      }
      if !number.isFinite { continue }
      #expect(Double(text(number))?.bitPattern == number.bitPattern)
    }
  }

  @Test(arguments: [
    ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""), ("two\nlines", "\"two\nlines\""),
  ])
  func quotesTextWhereItMust(text: String, expected: String) {
    var buffer = CSVBuffer()
    buffer.append(text)
    #expect(String(decoding: buffer.bytes, as: UTF8.self) == expected)
  }
}
