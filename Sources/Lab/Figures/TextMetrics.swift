/// Text widths without a font at hand: a per-character table, so that layout is the same everywhere.
///
/// The widths are the larger of DejaVu Sans's and Liberation Sans's (metrically Arial) advance, so that text keeps
/// within its estimate in either.
enum TextMetrics {
  /// Advance widths of U+0020 to U+007E in thousandths of the font size.
  private static let ascii: [Int] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636,
    636,
    636, 636, 636, 636, 337, 337, 838, 838, 838, 556, 1015, 684, 686, 722, 770, 667, 611, 778, 752, 295, 500,
    667,
    557, 863, 748, 787, 667, 787, 722, 667, 611, 732, 684, 989, 685, 667, 685, 390, 337, 390, 838, 556, 500,
    613,
    635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592,
    818,
    592, 592, 525, 636, 337, 636, 838,
  ]

  /// The estimated width of `string` in pixels at a font size in pixels.
  static func width(_ string: String, size: Double, bold: Bool = false) -> Double {
    var total = 0
    for scalar in string.unicodeScalars { total += advance(scalar) }
    return Double(total) / 1000 * size * (bold ? 1.12 : 1)
  }

  private static func advance(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x20...0x7E: ascii[Int(scalar.value) - 0x20]
    case 0x300...0x36F, 0x200B...0x200F, 0xFE00...0xFE0F: 0  // combining marks and joiners
    case 0x391...0x3A9: 770  // Greek capitals
    case 0x3B1...0x3C9: 660  // Greek letters
    case 0x2070...0x209F, 0xB2, 0xB3, 0xB9: 480  // super- and subscripts
    case 0x2190...0x22FF: 840  // arrows, minus, infinity, relations
    case 0x1100...0x11FF, 0x2E80...0xD7A3, 0xF900...0xFAFF, 0xFF00...0xFF60, 0x1F000...0x3FFFF: 1100
    case 0x2014, 0x2026: 1000
    default: 800
    }
  }

  /// Shortens `string` to at most `limit` pixels, with an ellipsis for what was left out.
  ///
  /// - Parameter keepsEnd: Cuts in the middle and keeps the last characters, where names differ at their end.
  static func truncate(
    _ string: String, to limit: Double, size: Double, keepsEnd: Bool = false
  ) -> String {
    if width(string, size: size) <= limit { return string }
    let characters = Array(string)
    // The longest count of kept characters that fits, by bisection: width grows with the count.
    func shortened(_ kept: Int) -> String {
      let tail = keepsEnd ? kept / 2 : 0
      return String(characters[..<(kept - tail)]) + "…" + String(characters[(characters.count - tail)...])
    }
    var fits = 0
    var fails = characters.count
    while fails - fits > 1 {
      let middle = (fits + fails) / 2
      if width(shortened(middle), size: size) <= limit { fits = middle } else { fails = middle }
    }
    return shortened(fits)
  }

  /// Shortens names so that each fits and those that differed still differ: cut at the end, else in the middle,
  /// else not at all.
  static func truncate(_ names: [String], to limit: Double, size: Double) -> [String] {
    let distinct = Set(names).count
    for keepsEnd in [false, true] {
      let short = names.map { truncate($0, to: limit, size: size, keepsEnd: keepsEnd) }
      if Set(short).count == distinct { return short }
    }
    return names
  }

  /// Breaks `string` at spaces into lines of at most `limit` pixels; a word that is too long is truncated.
  static func wrap(_ string: String, to limit: Double, size: Double, bold: Bool = false) -> [String] {
    let scale = bold ? 1.12 : 1.0
    var lines: [String] = []
    for word in string.split(whereSeparator: \.isWhitespace).map(String.init) {
      if let last = lines.last, width(last + " " + word, size: size, bold: bold) <= limit {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(truncate(word, to: limit / scale, size: size))
      }
    }
    return lines
  }
}
