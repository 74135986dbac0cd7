import Testing

@testable import Lab

/// Event files byte by byte.
@Suite struct EventFileTests {
  @Test func checksumsAreThoseOfTheStandard() {
    // RFC 3720, appendix B.4.
    #expect(EventFile.crc32c([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(EventFile.crc32c([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(EventFile.crc32c(Array(0..<32)) == 0x46DD_794E)
    #expect(EventFile.crc32c(Array("123456789".utf8)) == 0xE306_9283)
  }

  @Test func aScalarIsAnEventWithASummary() {
    var file = EventFile()
    let version = file.bytes.count
    file.append(step: 300, [("a", 1.5)])
    let record = Array(file.bytes[(version + 12)..<(file.bytes.count - 4)])
    // wall_time 0, step 300 as a varint, and a summary with one value: tag "a", 1.5 as a 32-bit float.
    let value: [UInt8] = [0x0A, 1, 0x61, 0x15, 0, 0, 0xC0, 0x3F]
    #expect(record == [0x09] + [UInt8](repeating: 0, count: 8) + [0x10, 0xAC, 0x02, 0x2A, 10, 0x0A, 8] + value)
  }

  @Test func namesOfVariantsBecomeFolders() {
    #expect(EventFolder.name("q-learning alpha=0.5") == "q-learning alpha=0.5")
    #expect(EventFolder.name("a/b:c") == "a-b-c")
    #expect(EventFolder.name("..") == "variant")
  }
}
