import RLCore
import Testing

@testable import Lab

@Suite struct DecimalNumberTests {
  private func value(_ text: String) -> Double? {
    let bytes = Array(("x," + text + ",y").utf8)
    return DecimalNumber.value(bytes.span, 2..<(bytes.count - 2))
  }

  @Test(arguments: [
    "0", "-0", "1", "-13", "0.1", "601", "1.25", "-21.58", "1e300", "-2.5e-7", "1e-05", "0.30000000000000004",
    "9007199254740993", "9007199254740992", "123456789012345678901234567890", "0.000001", "4.9e-324",
    "1.7976931348623157e+308", "00012.50", "999999999999999999", "0.1234567890123456789", "+5",
  ])
  func agreesWithTheStandardLibrary(_ text: String) {
    #expect(value(text)?.bitPattern == Double(text)!.bitPattern)
  }

  @Test func readsWhatCSVBufferWrites() {
    var stream = RandomStream(seed: 3)
    for k in 0..<20_000 {
      let number =
        switch k % 4 {
        case 0: Double(bitPattern: stream.next())
        case 1: Double(Int(truncatingIfNeeded: stream.next()) % 100_000) / 100
        case 2: stream.uniform() - 0.5
        default: Double(stream.uniform(below: 1 << 60))
        }
      if number.isNaN { continue }
      var buffer = CSVBuffer()
      buffer.append(number)
      #expect(DecimalNumber.value(buffer.bytes.span, 0..<buffer.bytes.count)?.bitPattern == number.bitPattern)
    }
  }

  @Test func emptyIsMissingAndInfinitiesAreNumbers() {
    #expect(value("")!.isNaN)
    #expect(value("inf") == .infinity)
    #expect(value("-inf") == -.infinity)
    #expect(value("nan")!.isNaN)
  }

  @Test(arguments: ["-", ".", "1.2.3", "1,2", "abc", "1 ", " 1", "--1", "1e", "é"])
  func refusesWhatIsNoNumber(_ text: String) { #expect(value(text) == nil) }
}
