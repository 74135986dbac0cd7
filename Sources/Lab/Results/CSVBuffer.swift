/// Builds CSV as bytes: numbers so that reading them back gives the same bits, text quoted as RFC 4180 asks.
///
/// It owns its memory, which only grows; numbers are written into it digit by digit.
struct CSVBuffer: ~Copyable {
  private var storage: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  /// How many bytes have been written.
  private(set) var count = 0

  init(capacity: Int = 1 << 12) {
    self.capacity = max(64, capacity)
    storage = .allocate(capacity: self.capacity)
  }

  deinit { storage.deallocate() }

  /// What has been written.
  var bytes: [UInt8] { Array(UnsafeBufferPointer(start: storage, count: count)) }

  /// What has been written, without a copy.
  func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try body(UnsafeRawBufferPointer(start: storage, count: count))
  }

  /// Forgets what has been written, and keeps the room.
  mutating func removeAll() { count = 0 }

  private mutating func reserve(_ more: Int) {
    if count + more <= capacity { return }
    capacity = max(2 * capacity, count + more)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    larger.update(from: storage, count: count)
    storage.deallocate()
    storage = larger
  }

  private mutating func put(_ byte: UInt8) {
    reserve(1)
    storage[count] = byte
    count += 1
  }

  mutating func comma() { put(UInt8(ascii: ",")) }

  mutating func newline() { put(UInt8(ascii: "\n")) }

  /// Appends bytes as they are.
  mutating func append(raw: [UInt8]) {
    reserve(raw.count)
    raw.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      (storage + count).update(from: base, count: source.count)
    }
    count += raw.count
  }

  private mutating func append(text: String) {
    var text = text
    text.withUTF8 { utf8 in
      reserve(utf8.count)
      if let base = utf8.baseAddress { (storage + count).update(from: base, count: utf8.count) }
      count += utf8.count
    }
  }

  /// Appends text, in quotes where it needs them.
  mutating func append(_ text: String) {
    if text.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) {
      put(0x22)
      for byte in text.utf8 {
        if byte == 0x22 { put(0x22) }
        put(byte)
      }
      put(0x22)
    } else {
      append(text: text)
    }
  }

  /// Appends a whole number.
  mutating func append(_ number: Int) {
    if number < 0 { put(UInt8(ascii: "-")) }
    append(magnitude: UInt64(number.magnitude), atLeast: 1)
  }

  private mutating func append(magnitude: UInt64, atLeast digits: Int) {
    var length = 1
    var bound: UInt64 = 10
    while length < 20 && magnitude >= bound {
      length += 1
      bound = length < 20 ? bound &* 10 : .max
    }
    length = max(length, digits)
    reserve(length)
    var rest = magnitude
    var place = count + length
    for _ in 0..<length {
      let quotient = rest / 10
      place -= 1
      storage[place] = UInt8(truncatingIfNeeded: 48 + rest - quotient * 10)
      rest = quotient
    }
    count += length
  }

  /// Appends a number; NaN, which marks a missing one, as nothing, infinities as `inf` and `-inf`.
  mutating func append(_ number: Double) {
    let magnitude = abs(number)
    if magnitude < 1e9 {
      // With m and 10^k exact, m / 10^k is the double nearest to that decimal: printing the decimal gives the same bits back.
      let whole = Int(number)
      if Double(whole) == number {
        if number == 0 && number.sign == .minus { put(UInt8(ascii: "-")) }
        append(whole)
        return
      }
      if appendShort(number, magnitude, power: 100, digits: 2) { return }
      if appendShort(number, magnitude, power: 100_000, digits: 5) { return }
    } else if number.isNaN {
      return
    } else if number.isInfinite {
      append(text: number < 0 ? "-inf" : "inf")
      return
    }
    append(text: number.description)
  }

  /// Appends a number that is a decimal with few digits behind the point; trailing zeros are left out.
  private mutating func appendShort(_ number: Double, _ magnitude: Double, power: Double, digits: Int) -> Bool {
    let scaled = (magnitude * power).rounded()
    guard scaled > 0, scaled / power == magnitude else { return false }
    let (whole, rest) = UInt64(scaled).quotientAndRemainder(dividingBy: UInt64(power))
    var fraction = rest
    var digits = digits
    while fraction % 10 == 0 && digits > 1 {
      fraction /= 10
      digits -= 1
    }
    if number < 0 { put(UInt8(ascii: "-")) }
    append(magnitude: whole, atLeast: 1)
    put(UInt8(ascii: "."))
    append(magnitude: fraction, atLeast: digits)
    return true
  }
}
