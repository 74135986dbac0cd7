import Testing

@testable import Lab

/// Arrays of NumPy.
@Suite struct NumPyFileTests {
  @Test func arraysComeBack() throws {
    let numbers = [0.1, -2, .infinity, 5e-324, 7, .nan]
    let file = NumPyFile(shape: [3, 2], numbers: numbers)
    #expect(file.bytes.count == 128 + 48)
    let again = try NumPyFile(file.bytes, name: "x")
    #expect(again.shape == [3, 2] && !again.isWhole)
    #expect(again.numbers.map(\.bitPattern) == numbers.map(\.bitPattern))
    let whole = try NumPyFile(NumPyFile(shape: [2], numbers: [-3, 9], isWhole: true).bytes, name: "x")
    #expect(whole.isWhole && whole.numbers == [-3, 9] && whole.shape == [2])
  }

  private func file(_ descr: String, _ order: String, _ shape: String, _ data: [UInt8]) -> [UInt8] {
    let header = "{'descr': '\(descr)', 'fortran_order': \(order), 'shape': \(shape), }\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + data
  }

  @Test func otherTypesAreRead() throws {
    #expect(try NumPyFile(file("<f4", "False", "(1,)", [0, 0, 0xC0, 0xBF]), name: "x").numbers == [-1.5])
    #expect(try NumPyFile(file("<i2", "False", "(2,)", [0xFF, 0xFF, 2, 0]), name: "x").numbers == [-1, 2])
    #expect(try NumPyFile(file("|u1", "True", "(2, 2)", [1, 2, 3, 4]), name: "x").numbers == [1, 3, 2, 4])
  }

  @Test func whatIsNoArrayIsRefused() {
    let wrong: [[UInt8]] = [
      [], Array("hello, this is text".utf8), file(">f8", "False", "(1,)", [0, 0, 0, 0, 0, 0, 0, 0]),
      file("<f8", "False", "(2,)", [0]), file("<U8", "False", "(1,)", [0]), file("<f8", "False", "(-1,)", []),
      file("<f8", "False", "(9223372036854775807, 9)", []), Array(file("<f8", "False", "(1,)", []).prefix(20)),
    ]
    for bytes in wrong { #expect(throws: LabError.self) { _ = try NumPyFile(bytes, name: "x") } }
  }
}
