import Foundation
import RLCore

/// Reads configurations and data files in JSON5 into trees of settings.
enum ConfigurationFile {
  /// A file's tree, and what it says about the order of its keys.
  struct Document {
    let root: Setting
    let outline: JSON5Outline
  }

  /// Reads a file.
  ///
  /// - Throws: ``LabError`` where it is not there, cannot be read, or is not JSON5 (with line and column).
  static func read(_ path: String) throws(LabError) -> Document {
    try parse(try bytes(path), name: displayName(path))
  }

  /// The name by which messages call a file.
  static func displayName(_ path: String) -> String { URL(fileURLWithPath: path).lastPathComponent }

  /// The bytes of a file, or of whatever else can be read to its end: a pipe, `/dev/stdin`.
  static func bytes(_ path: String, atMost limit: Int = 1 << 30) throws(LabError) -> [UInt8] {
    if path.isEmpty { throw LabError(.noInput, "the path is empty; name a file") }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw LabError(.noInput, "\(path): there is no such file; check the path")
    }
    if isFolder.boolValue { throw LabError(.noInput, "\(path): this is a folder; name a file") }
    let file = open(path, O_RDONLY | O_CLOEXEC)
    if file < 0 { throw unreadable(path) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let got = piece.withUnsafeMutableBytes { Foundation.read(file, $0.baseAddress!, $0.count) }
      if got < 0 && errno == EINTR { continue }
      if got < 0 { throw unreadable(path) }
      if got == 0 { return bytes }
      if bytes.count + got > limit {
        throw LabError(.data, "\(path): the file has more than \(limit) bytes; give a smaller one")
      }
      bytes += piece[..<got]
      if got == piece.count && piece.count < 1 << 22 { piece = [UInt8](repeating: 0, count: 2 * piece.count) }
    }
  }

  private static func unreadable(_ path: String) -> LabError {
    let reason = String(cString: strerror(errno)).lowercased()
    return LabError(.noInput, "\(path): the file cannot be read (\(reason)); check the path and its permissions")
  }

  /// Reads a text in JSON5.
  static func parse(_ bytes: [UInt8], name: String) throws(LabError) -> Document {
    let outline: JSON5Outline
    do throws(JSON5Outline.Fault) {
      outline = try JSON5Outline(bytes)
    } catch { throw LabError(.data, "\(name): line \(error.line), column \(error.column): \(error.message)") }
    return Document(root: try decode(bytes, name: name), outline: outline)
  }

  /// Reads the value of a `--set` flag: JSON5 if it is that, a string otherwise.
  static func value(_ text: String) -> Setting {
    let bytes = [UInt8](text.utf8)
    guard (try? JSON5Outline(bytes)) != nil, let setting = try? decode(bytes, name: "") else { return .text(text) }
    return setting
  }

  private static func decode(_ bytes: [UInt8], name: String) throws(LabError) -> Setting {
    let decoder = JSONDecoder()
    decoder.allowsJSON5 = true
    // Foundation looks at what stands behind a number, and where the number is all there is, that is anybody's memory: it traps now and then.
    // Within a list something of ours stands there.
    let first = bytes.first { $0 > 0x20 }
    let isAlone = first != UInt8(ascii: "{") && first != UInt8(ascii: "[")
    let text = isAlone ? [UInt8(ascii: "[")] + bytes + [UInt8(ascii: "\n"), UInt8(ascii: "]")] : bytes
    do {
      let setting = try decoder.decode(Tree.self, from: Data(text)).setting
      return isAlone ? setting.elements?.first ?? .null : setting
    } catch {
      // The outline knows of nothing: only a decoder that has become stricter comes here.
      throw LabError(.data, "\(name): the file is not valid JSON5; check quotes, commas and brackets")
    }
  }
}

/// Decodes any JSON into a ``Setting``.
private struct Tree: Decodable {
  let setting: Setting

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Numbers and lists come first: an attempt that fails costs a microsecond, and files of models are made of these.
  init(from decoder: any Decoder) throws {
    let single = try decoder.singleValueContainer()
    if single.decodeNil() {
      setting = .null
    } else if let number = try? single.decode(Double.self) {
      if number.magnitude < 0x1p53, let whole = Int(exactly: number) {
        setting = number.sign == .minus && whole == 0 ? .real(number) : .integer(whole)
      } else if let whole = try? single.decode(Int.self) {
        setting = .integer(whole)
      } else {
        setting = .real(number)
      }
    } else if var list = try? decoder.unkeyedContainer() {
      var elements: [Setting] = []
      elements.reserveCapacity(list.count ?? 0)
      while !list.isAtEnd { elements.append(try list.decode(Tree.self).setting) }
      setting = .list(elements)
    } else if let flag = try? single.decode(Bool.self) {
      setting = .boolean(flag)
    } else if let text = try? single.decode(String.self) {
      setting = .text(text)
    } else if let whole = try? single.decode(Int.self) {
      // Hexadecimal, and with more digits than a Double holds.
      setting = .integer(whole)
    } else {
      let table = try decoder.container(keyedBy: Key.self)
      let fields = try table.allKeys.map {
        Setting.Field($0.stringValue, try table.decode(Tree.self, forKey: $0).setting)
      }
      setting = .object(fields)
    }
  }
}
