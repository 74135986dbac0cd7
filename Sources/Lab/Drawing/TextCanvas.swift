import RLCore

/// A scene in characters: each is two dots wide and four high, of Unicode's Braille patterns.
struct TextCanvas {
  private let columns: Int
  private let rows: Int
  private var dots: [Bool]

  /// Draws a scene as large as it can be within so many characters.
  init(_ scene: Scene, columns widest: Int = 60, rows highest: Int = 16) {
    let (width, height) = (scene.horizontal.length, scene.vertical.length)
    let scale = min(Double(2 * widest - 1) / width, Double(4 * highest - 1) / height)
    columns = Int((width * scale).rounded()) / 2 + 1
    rows = Int((height * scale).rounded()) / 4 + 1
    dots = [Bool](repeating: false, count: 2 * columns * 4 * rows)
    for line in scene.lines {
      let points = line.map {
        Scene.Point(
          ($0.x - scene.horizontal.lowerBound) * scale, (scene.vertical.upperBound - $0.y) * scale)
      }
      for (start, end) in zip(points, points.dropFirst()) { draw(from: start, to: end) }
    }
  }

  private mutating func draw(from start: Scene.Point, to end: Scene.Point) {
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    // Beyond a few thousand dots nothing is seen anyway; what is no number is nowhere.
    let length = max(dx.magnitude, dy.magnitude)
    guard length < 10_000 else { return }
    let parts = max(1, Int(length.rounded(.up)))
    for part in 0...parts {
      let share = Double(part) / Double(parts)
      let (x, y) = ((start.x + share * dx).rounded(), (start.y + share * dy).rounded())
      guard x >= 0, y >= 0, x < Double(2 * columns), y < Double(4 * rows) else { continue }
      dots[Int(y) * 2 * columns + Int(x)] = true
    }
  }

  /// The lines of characters, without spaces at their ends.
  var text: String {
    (0..<rows).map { row in
      let cells = (0..<columns).map { column -> Character in
        // Bits of a pattern, row by row: dots 1 and 4, 2 and 5, 3 and 6, 7 and 8.
        let bits: [UInt32] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]
        var pattern: UInt32 = 0
        for k in 0..<8 where dots[(4 * row + k / 2) * 2 * columns + 2 * column + k % 2] { pattern |= bits[k] }
        return pattern == 0 ? " " : Character(Unicode.Scalar(0x2800 + pattern)!)
      }
      let end = cells.lastIndex { $0 != " " }.map { $0 + 1 } ?? 0
      return String(cells[..<end])
    }.joined(separator: "\n")
  }
}

extension ClosedRange<Double> {
  fileprivate var length: Double { upperBound - lowerBound }
}
