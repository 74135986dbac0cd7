/// Builds CSV as bytes: numbers so that reading them back gives the same bits, text quoted as RFC 4180 asks.
struct CSVBuffer {
  /// What has been written.
  private(set) var bytes: [UInt8] = []

  init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  /// Forgets what has been written, and keeps the room.
  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  mutating func comma() { bytes.append(UInt8(ascii: ",")) }

  mutating func newline() { bytes.append(UInt8(ascii: "\n")) }

  /// Appends bytes as they are.
  mutating func append(raw: [UInt8]) { bytes.append(contentsOf: raw) }

  /// Appends text, in quotes where it needs them.
  mutating func append(_ text: String) {
    if text.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) {
      bytes.append(0x22)
      for byte in text.utf8 {
        if byte == 0x22 { bytes.append(0x22) }
        bytes.append(byte)
      }
      bytes.append(0x22)
    } else {
      bytes.append(contentsOf: text.utf8)
    }
  }

  /// Appends a whole number.
  mutating func append(_ number: Int) {
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    append(magnitude: UInt64(number.magnitude))
  }

  private mutating func append(magnitude: UInt64, atLeast digits: Int = 1) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { buffer in
      var rest = magnitude
      var place = 24
      repeat {
        let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
        place -= 1
        buffer[place] = UInt8(truncatingIfNeeded: 48 + remainder)
        rest = quotient
      } while rest > 0 || 24 - place < digits
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[place...]))
    }
  }

  /// Appends a number; NaN, which marks a missing one, as nothing, infinities as `inf` and `-inf`.
  mutating func append(_ number: Double) {
    if number.isNaN { return }
    if number.isInfinite {
      append(raw: number < 0 ? Array("-inf".utf8) : Array("inf".utf8))
      return
    }
    let magnitude = abs(number)
    if magnitude < 1e15 {
      // With m and 10^k exact, m / 10^k is the double nearest to that decimal: printing the decimal gives the same bits back.
      var power = 1.0
      for digits in 0...5 {
        let scaled = (magnitude * power).rounded()
        if scaled >= 0x1p53 { break }
        if scaled / power == magnitude && (scaled != 0 || magnitude == 0) {
          if number.sign == .minus { bytes.append(UInt8(ascii: "-")) }
          let (whole, fraction) = UInt64(scaled).quotientAndRemainder(dividingBy: UInt64(power))
          append(magnitude: whole)
          if digits > 0 {
            bytes.append(UInt8(ascii: "."))
            append(magnitude: fraction, atLeast: digits)
          }
          return
        }
        power *= 10
      }
    }
    bytes.append(contentsOf: number.description.utf8)
  }
}
