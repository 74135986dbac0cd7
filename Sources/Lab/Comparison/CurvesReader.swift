import Foundation

/// Reads `curves.csv`, whoever wrote it: piece by piece, several pieces side by side, and only the columns that are
/// wanted.
///
/// Rows of one trial begin with the same bytes up to their seed. A row is compared with the one before as bytes, and
/// its text is taken apart only where it differs.
struct CurvesReader {
  /// The rows of one trial.
  struct Trial: Sendable, Equatable {
    /// The columns before `seed`: variant, environment, algorithm, swept values.
    let labels: [String]
    let seed: UInt64
    /// The wanted columns, number by number; NaN where a field is empty.
    var columns: [[Double]]
  }

  let path: String
  /// The names of all columns.
  let header: [String]
  /// How many columns stand before `seed`.
  let labelCount: Int
  private let start: Int
  private let size: Int
  private static let pieceSize = 1 << 20

  /// Reads the header.
  ///
  /// - Throws: ``LabError``: 66 without the file, 65 where its header is not that of learning curves.
  init(_ path: String) throws(LabError) {
    self.path = path
    let file = try PieceFile(path)
    var bytes: [UInt8] = []
    while !bytes.contains(0x0A) {
      let piece = try file.read(at: bytes.count, count: 1 << 14)
      if piece.isEmpty { break }
      bytes += piece
    }
    let end = bytes.firstIndex(of: 0x0A) ?? bytes.count
    var place = 0
    var names: [String] = []
    while place <= end {
      guard let name = CSVField.text(bytes.span, from: &place, end: end) else { break }
      names.append(name)
      place += 1
    }
    guard let seed = names.firstIndex(of: "seed"), names.first == "variant",
      Array(names.dropFirst(seed + 1).prefix(3)) == ["iteration", "episode", "step"]
    else {
      throw LabError(
        .data, "\(path): line 1: this is no file of learning curves; it begins variant,environment,algorithm,...")
    }
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      throw LabError(.data, "\(path): line 1: the column \"\(name)\" comes twice; keep one")
    }
    header = names
    labelCount = seed
    start = min(end + 1, file.size)
    size = file.size
  }

  /// The columns behind the counters: the metrics.
  var metrics: [String] { Array(header.dropFirst(labelCount + 4)) }

  /// Reads the rows of all trials, in the order of the file.
  ///
  /// - Parameters:
  ///   - wanted: Which columns, by name; all must be there.
  ///   - workers: How many pieces are read side by side, at least 1.
  /// - Throws: ``LabError`` (65) at the first line that is no row of this table.
  func trials(_ wanted: [String], workers: Int) async throws(LabError) -> [Trial] {
    let columns = wanted.map { name in
      guard let column = header.firstIndex(of: name) else { preconditionFailure("there is no column \"\(name)\"") }
      return column
    }
    let length = max(1 << 16, (size - start + workers - 1) / max(1, workers))
    let pieces = stride(from: start, to: size, by: length).map { $0..<min(size, $0 + length) }
    let results = await parallel(pieces.count) { index -> Result<[Trial], LabError> in
      Result { () throws(LabError) in try self.read(pieces[index], columns: columns) }
    }
    var trials: [Trial] = []
    for result in results {
      var part = try result.get()[...]
      // The trial that goes over the border of two pieces.
      if let head = part.first, let last = trials.last, last.seed == head.seed && last.labels == head.labels {
        for column in columns.indices { trials[trials.count - 1].columns[column] += head.columns[column] }
        part = part.dropFirst()
      }
      trials += part
    }
    return trials
  }

  /// The rows that begin in a range of the file.
  private func read(_ range: Range<Int>, columns: [Int]) throws(LabError) -> [Trial] {
    let file = try PieceFile(path)
    var parser = RowParser(header: header, labelCount: labelCount, columns: columns)
    // A piece that does not begin behind a line's end leaves its first line to the piece before.
    var isInside = range.lowerBound > start
    var offset = isInside ? range.lowerBound - 1 : range.lowerBound
    var buffer: [UInt8] = []
    var bufferStart = offset
    while true {
      let piece = try file.read(at: offset, count: Self.pieceSize)
      offset += piece.count
      let isLast = piece.isEmpty
      if isLast && buffer.isEmpty { return parser.trials }
      buffer += piece
      if isLast && buffer.last != 0x0A { buffer.append(0x0A) }
      var lineStart = 0
      do {
        let span = buffer.span
        var quotes = false
        for place in 0..<span.count {
          let byte = span[place]
          if byte == 0x22 { quotes.toggle() }
          if byte != 0x0A || quotes { continue }
          let line = lineStart..<place
          lineStart = place + 1
          if isInside {
            isInside = false
          } else if bufferStart + line.lowerBound >= range.upperBound {
            return parser.trials
          } else if !line.isEmpty, let fault = parser.add(span, line) {
            let number = try lineNumber(bufferStart + line.lowerBound)
            throw LabError(.data, "\(path): line \(number): \(fault); run the experiment again")
          }
        }
      }
      if isLast {
        if lineStart < buffer.count {
          let number = try lineNumber(bufferStart + lineStart)
          throw LabError(.data, "\(path): line \(number): quotes are not closed; run the experiment again")
        }
        return parser.trials
      }
      bufferStart += lineStart
      buffer.removeFirst(lineStart)
    }
  }

  private func lineNumber(_ position: Int) throws(LabError) -> Int {
    let file = try PieceFile(path)
    var line = 1
    var offset = 0
    while offset < position {
      let piece = try file.read(at: offset, count: min(Self.pieceSize, position - offset))
      if piece.isEmpty { break }
      line += piece.count { $0 == 0x0A }
      offset += piece.count
    }
    return line
  }
}

/// Takes the rows of a table of learning curves apart, one after the other.
private struct RowParser {
  private(set) var trials: [CurvesReader.Trial] = []
  private let columnCount: Int
  private let labelCount: Int
  /// For each column of the file, where its numbers go; −1 for nowhere.
  private let targets: [Int]
  private let wantedCount: Int
  /// The bytes of the last row up to its seed.
  private var prefix: [UInt8] = []
  private var labels: [String] = []

  init(header: [String], labelCount: Int, columns: [Int]) {
    columnCount = header.count
    self.labelCount = labelCount
    targets = header.indices.map { columns.firstIndex(of: $0) ?? -1 }
    wantedCount = columns.count
  }

  /// Adds a row; says what is wrong with it, if something is.
  mutating func add(_ bytes: Span<UInt8>, _ line: Range<Int>) -> String? {
    var end = line.upperBound
    if end > line.lowerBound && bytes[end - 1] == 0x0D { end -= 1 }
    var place = line.lowerBound
    var isNew = trials.isEmpty
    if !prefix.isEmpty && repeatsPrefix(bytes, at: place, end: end) {
      place += prefix.count
    } else {
      isNew = true
      labels = []
      while labels.count < labelCount {
        guard let text = CSVField.text(bytes, from: &place, end: end), place < end else {
          return "the row ends before its seed"
        }
        labels.append(text)
        place += 1
      }
      prefix = (line.lowerBound..<place).map { bytes[$0] }
    }
    let seedStart = place
    var seed: UInt64 = 0
    while place < end, bytes[place] != UInt8(ascii: ",") {
      let digit = bytes[place] &- 48
      let (product, overflow) = seed.multipliedReportingOverflow(by: 10)
      if digit > 9 || overflow { return "its seed is no whole number" }
      seed = product &+ UInt64(digit)
      place += 1
    }
    if place == seedStart { return "its seed is missing" }
    if isNew || trials[trials.count - 1].seed != seed {
      trials.append(.init(labels: labels, seed: seed, columns: .init(repeating: [], count: wantedCount)))
    }
    return addNumbers(bytes, place..<end)
  }

  private func repeatsPrefix(_ bytes: Span<UInt8>, at start: Int, end: Int) -> Bool {
    if end - start <= prefix.count { return false }
    let known = prefix.span
    for i in 0..<known.count where bytes[start + i] != known[i] { return false }
    return true
  }

  /// Adds the numbers behind the seed; `range` begins at the comma before the first.
  private mutating func addNumbers(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String? {
    var place = range.lowerBound
    var column = labelCount + 1
    while column < columnCount && place < range.upperBound {
      place += 1
      let fieldStart = place
      while place < range.upperBound && bytes[place] != UInt8(ascii: ",") { place += 1 }
      let target = targets[column]
      if target >= 0 {
        guard let number = DecimalNumber.value(bytes, fieldStart..<place) else { return "a field is no number" }
        trials[trials.count - 1].columns[target].append(number)
      }
      column += 1
    }
    if column < columnCount || place < range.upperBound { return "it does not have \(columnCount) fields" }
    return nil
  }
}

/// Fields of CSV as RFC 4180 writes them.
enum CSVField {
  /// The text of the field at a place, which moves on to the comma behind it or to the end of the line.
  ///
  /// - Returns: nil where quotes are not closed.
  static func text(_ bytes: Span<UInt8>, from place: inout Int, end: Int) -> String? {
    var content: [UInt8] = []
    guard place < end, bytes[place] == 0x22 else {
      while place < end && bytes[place] != UInt8(ascii: ",") {
        if bytes[place] != 0x0D || place + 1 < end { content.append(bytes[place]) }
        place += 1
      }
      return String(decoding: content, as: UTF8.self)
    }
    place += 1
    while place < end {
      if bytes[place] == 0x22 {
        place += 1
        if place == end || bytes[place] != 0x22 { return String(decoding: content, as: UTF8.self) }
      }
      content.append(bytes[place])
      place += 1
    }
    return nil
  }
}

/// A file that is read piece by piece.
final class PieceFile {
  private let file: Int32
  private let path: String
  /// Its length in bytes.
  let size: Int

  /// Opens the file.
  init(_ path: String) throws(LabError) {
    self.path = path
    file = open(path, O_RDONLY | O_CLOEXEC)
    if file < 0 {
      let code = errno
      throw code == ENOENT
        ? LabError(.noInput, "\(path): there is no such file; check the path")
        : LabError(.noInput, "\(path): the file cannot be read (\(String(cString: strerror(code)).lowercased()))")
    }
    size = Int(lseek(file, 0, SEEK_END))
  }

  deinit { close(file) }

  /// Reads at most `count` bytes at an offset; none at the end.
  func read(at offset: Int, count: Int) throws(LabError) -> [UInt8] {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = pread(file, buffer.baseAddress! + filled, count - filled, off_t(offset + filled))
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failed = true }
        if got <= 0 { return }
        filled += got
      }
    }
    if failed { throw LabError(.noInput, "\(path): the file cannot be read; check the disk") }
    return bytes
  }
}
