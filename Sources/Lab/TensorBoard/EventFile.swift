/// A file of scalars that TensorBoard reads: records in TFRecord framing, each an `Event` in protocol-buffer encoding.
///
///     length (8) · masked crc32c of length (4) · event · masked crc32c of event (4)      tensorflow/core/lib/io/record_writer.h
///
/// Times are 0, so that the same results give the same bytes; scalars are 32-bit floats, as TensorBoard keeps them.
struct EventFile {
  private(set) var bytes: [UInt8] = []

  /// A file with its version in the first record.
  init() {
    var event = Message()
    event.double(1, 0)
    event.text(3, "brain.Event:2")
    append(event.bytes)
  }

  /// Adds scalars of one step.
  ///
  /// - Parameters:
  ///   - step: Where on the axis.
  ///   - scalars: Names with their values.
  mutating func append(step: Int, _ scalars: [(tag: String, value: Double)]) {
    var summary = Message()
    for scalar in scalars {
      var value = Message()
      value.text(1, scalar.tag)
      value.float(2, Float(scalar.value))
      summary.message(1, value)
    }
    var event = Message()
    event.double(1, 0)
    event.integer(2, step)
    event.message(5, summary)
    append(event.bytes)
  }

  private mutating func append(_ record: [UInt8]) {
    var length: [UInt8] = []
    for shift in stride(from: 0, to: 64, by: 8) {
      length.append(UInt8(truncatingIfNeeded: UInt64(record.count) >> UInt64(shift)))
    }
    bytes += length
    append(checksum: length)
    bytes += record
    append(checksum: record)
  }

  private mutating func append(checksum of: [UInt8]) {
    let crc = Self.crc32c(of)
    let masked = (crc >> 15 | crc << 17) &+ 0xA282_EAD8
    for shift in stride(from: 0, to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: masked >> UInt32(shift))) }
  }

  /// The cyclic redundancy check of Castagnoli (RFC 3720, appendix B.4).
  static func crc32c(_ bytes: [UInt8]) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes { crc = table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ crc >> 8 }
    return ~crc
  }

  private static let table: [UInt32] = (0..<256).map { index in
    var crc = UInt32(index)
    for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
    return crc
  }

  /// Fields in the encoding of protocol buffers.
  private struct Message {
    var bytes: [UInt8] = []

    private mutating func varint(_ number: UInt64) {
      var rest = number
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }

    private mutating func key(_ field: Int, _ kind: Int) { varint(UInt64(field << 3 | kind)) }

    mutating func integer(_ field: Int, _ number: Int) {
      key(field, 0)
      varint(UInt64(bitPattern: Int64(number)))
    }

    mutating func double(_ field: Int, _ number: Double) {
      key(field, 1)
      for shift in stride(from: 0, to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: number.bitPattern >> UInt64(shift)))
      }
    }

    mutating func float(_ field: Int, _ number: Float) {
      key(field, 5)
      for shift in stride(from: 0, to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: number.bitPattern >> UInt32(shift)))
      }
    }

    mutating func text(_ field: Int, _ text: String) {
      key(field, 2)
      varint(UInt64(text.utf8.count))
      bytes += Array(text.utf8)
    }

    mutating func message(_ field: Int, _ message: Message) {
      key(field, 2)
      varint(UInt64(message.bytes.count))
      bytes += message.bytes
    }
  }
}
