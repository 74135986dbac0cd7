/// Reads decimal numbers from bytes, to the nearest double.
///
/// Most numbers of a learning curve are short: at most 2⁵³ units of a power of ten no smaller than 10⁻²². Both are
/// exact as doubles then, so that one division rounds once, to the nearest (Clinger, *How to Read Floating Point
/// Numbers Accurately*, PLDI 1990). The rest is left to the standard library.
enum DecimalNumber {
  private static let powers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]

  /// The number that a range of bytes spells, `inf`, `-inf` and `nan` included; NaN of no bytes; nil where it is none.
  static func value(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Double? {
    var place = range.lowerBound
    let end = range.upperBound
    if place == end { return .nan }
    let isNegative = bytes[place] == UInt8(ascii: "-")
    if isNegative { place += 1 }
    var digits: UInt64 = 0
    var count = 0
    var exponent = 0
    var isFraction = false
    let first = place
    while place < end {
      let byte = bytes[place]
      if byte >= 48 && byte <= 57 {
        digits = digits &* 10 &+ UInt64(byte &- 48)
        if digits > 0 { count += 1 }
        if isFraction { exponent -= 1 }
      } else if byte == UInt8(ascii: ".") && !isFraction && place > first {
        isFraction = true
      } else {
        return general(bytes, range)
      }
      place += 1
    }
    guard place > first, count <= 18, digits <= 1 << 53, exponent >= -22, bytes[end - 1] != UInt8(ascii: ".") else {
      return general(bytes, range)
    }
    let magnitude = exponent == 0 ? Double(digits) : Double(digits) / powers[-exponent]
    return isNegative ? -magnitude : magnitude
  }

  private static func general(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Double? {
    var text = ""
    for place in range {
      let byte = bytes[place]
      if byte <= 0x20 || byte >= 0x7F { return nil }
      text.unicodeScalars.append(Unicode.Scalar(byte))
    }
    return Double(text)
  }
}
