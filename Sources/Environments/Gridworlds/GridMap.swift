import RLCore

/// A map of cells, read from rows of characters.
struct GridMap {
  let rows: Int
  let columns: Int
  let cells: [GridLayout.Cell]

  /// What the characters of a map mean.
  struct Legend {
    let characters: [(character: Character, cell: GridLayout.Cell, meaning: String)]

    /// "S (start), G (goal)".
    var description: String { characters.map { "\($0.character) (\($0.meaning))" }.joined(separator: ", ") }
  }

  /// The most cells that a map may have; a model of as many with nine stochastic moves takes about 2 GB.
  static let maximumCells = 4_000_000

  /// A map from cells, row by row.
  init(rows: Int, columns: Int, cells: [GridLayout.Cell]) {
    precondition(cells.count == rows * columns, "\(cells.count) cells for \(rows) × \(columns)")
    self.rows = rows
    self.columns = columns
    self.cells = cells
  }

  /// An open map with its start above left and its goal below right.
  init(openRows rows: Int, columns: Int) {
    var cells = [GridLayout.Cell](repeating: .free, count: rows * columns)
    cells[0] = .start
    cells[cells.count - 1] = .goal
    self.init(rows: rows, columns: columns, cells: cells)
  }

  /// Reads a map from a list of strings, one a row.
  ///
  /// - Throws: ``SettingProblem`` at "[i]", counted from 0, where a row is wrong; its message counts rows and columns
  ///   from 1.
  init(_ list: [Setting], legend: Legend) throws(SettingProblem) {
    var reader = Reader(legend: legend)
    for (index, element) in list.enumerated() {
      guard let row = element.text else {
        throw SettingProblem(
          "row \(index + 1) is \(element.kind); write a row as a string of \(legend.description)", at: "[\(index)]")
      }
      do throws(SettingProblem) {
        try reader.read(row[...])
      } catch { throw SettingProblem(error.message, at: "[\(index)]") }
    }
    self = try reader.finished()
  }

  /// Reads a map from a text, one row a line. The end of a line may be `\n` or `\r\n`; empty lines at the end do not
  /// count.
  init(_ text: String, legend: Legend) throws(SettingProblem) {
    var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
      Substring(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    // A byte-order mark, as some editors put it before a text.
    if let first = lines.first, first.unicodeScalars.first == "\u{FEFF}" {
      lines[0] = Substring(first.unicodeScalars.dropFirst())
    }
    var reader = Reader(legend: legend)
    for line in lines { try reader.read(line) }
    self = try reader.finished()
  }

  /// The cells marked as starts, in rising order.
  var starts: [Int] { cells.indices.filter { cells[$0] == .start } }

  /// Refuses a size that no machine would hold.
  static func check(rows: Int, columns: Int) throws(SettingProblem) {
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    if overflow || count > maximumCells {
      throw SettingProblem(
        "\(rows) × \(columns) cells are too many; at most \(maximumCells) fit: choose a smaller grid")
    }
  }

  /// Collects rows into cells, byte by byte.
  private struct Reader {
    let legend: Legend
    /// For each byte its cell.
    private let meaning: [GridLayout.Cell?]
    private var cells: [GridLayout.Cell] = []
    private var rows = 0
    private var columns = 0

    init(legend: Legend) {
      self.legend = legend
      var meaning = [GridLayout.Cell?](repeating: nil, count: 256)
      for entry in legend.characters { meaning[Int(entry.character.asciiValue!)] = entry.cell }
      self.meaning = meaning
    }

    mutating func read(_ row: Substring) throws(SettingProblem) {
      rows += 1
      let before = cells.count
      for byte in row.utf8 {
        guard let cell = meaning[Int(byte)] else { throw unknown(at: cells.count - before, in: row) }
        cells.append(cell)
      }
      let length = cells.count - before
      if length == 0 { throw SettingProblem("row \(rows) is empty; write its cells: \(legend.description)") }
      if rows == 1 { columns = length }
      if length != columns {
        throw SettingProblem(
          "row \(rows) has \(length) cells but row 1 has \(columns); give every row the same length")
      }
      if cells.count > GridMap.maximumCells {
        throw SettingProblem(
          "the map has more than \(GridMap.maximumCells) cells, more than fit; choose a smaller map")
      }
    }

    private func unknown(at column: Int, in row: Substring) -> SettingProblem {
      // All before it are known, hence one byte and one scalar each.
      let scalars = row.unicodeScalars
      let character = Character(scalars[scalars.index(scalars.startIndex, offsetBy: column)])
      let upper = character.uppercased()
      let meant = legend.characters.contains { String($0.character) == upper }
      return SettingProblem(
        "row \(rows), column \(column + 1): \(Setting.text(String(character))) is no cell; "
          + (meant ? "did you mean \"\(upper)\"?" : "use \(legend.description)"))
    }

    func finished() throws(SettingProblem) -> GridMap {
      if rows == 0 { throw SettingProblem("the map has no rows; give at least one, made of \(legend.description)") }
      let map = GridMap(rows: rows, columns: columns, cells: cells)
      if !cells.contains(.start) {
        let mark = legend.characters.first { $0.cell == .start }?.character ?? "S"
        throw SettingProblem("the map has no start; mark at least one cell with \(mark)")
      }
      return map
    }
  }
}
