/// What Foundation's decoder does not tell of a JSON5 text: where its first syntax error is, the order of the keys of an object, and keys
/// that come twice. The values themselves come from the decoder; what it does not take of JSON5 (a few escapes and blanks) is refused here, with
/// its place.
struct JSON5Outline {
  /// A place in the text, and what is wrong there.
  struct Fault: Error, Equatable {
    let line: Int
    let column: Int
    let message: String
  }

  /// The keys of each object in the order of the text, by the object's dotted path.
  private(set) var keys: [String: [String]] = [:]
  private let text: [UInt8]
  private var position = 0
  /// The keys and places that lead to where the walk is: "sweep", "[0]".
  private var path: [Part] = []

  private enum Part {
    case key(String)
    case place(Int)
  }

  /// Walks through a whole text.
  ///
  /// - Throws: The first fault.
  init(_ bytes: [UInt8]) throws(Fault) {
    text = bytes
    if let place = Self.firstInvalidByte(bytes) {
      throw fault("the byte \(Self.hex(bytes[place])) is not UTF-8 text; save the file as UTF-8", at: place)
    }
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    try skipSpace()
    if position == text.count { throw fault("the file is empty; write an object { ... }") }
    try value()
    try skipSpace()
    if position < text.count { throw fault("unexpected \(here) after the end of the value; remove it") }
  }

  private var here: String {
    guard let scalar = scalarHere else { return "end of file" }
    switch scalar.properties.generalCategory {
    case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator:
      let digits = String(scalar.value, radix: 16, uppercase: true)
      return "character U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    default: return "\"\(scalar)\""
    }
  }

  private func fault(_ message: String, at place: Int? = nil) -> Fault {
    var line = 1
    var column = 1
    for byte in text[..<min(place ?? position, text.count)] {
      if byte == 0x0A {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return Fault(line: line, column: column, message: message)
  }

  // MARK: Characters

  private static func firstInvalidByte(_ bytes: [UInt8]) -> Int? {
    if String(validating: bytes, as: UTF8.self) != nil { return nil }
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var place = 0
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let encoded): place += encoded.count
      case .error: return place
      case .emptyInput: return nil
      }
    }
  }

  private static func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.count < 2 ? "0x0" + digits : "0x" + digits
  }

  private mutating func skipSpace() throws(Fault) {
    while position < text.count {
      let byte = text[position]
      if byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) {
        position += 1
      } else if byte == 0x2F && position + 1 < text.count && text[position + 1] == 0x2F {
        while position < text.count && text[position] != 0x0A { position += 1 }
      } else if byte == 0x2F && position + 1 < text.count && text[position + 1] == 0x2A {
        let start = position
        position += 2
        while position + 1 < text.count && !(text[position] == 0x2A && text[position + 1] == 0x2F) { position += 1 }
        if position + 1 >= text.count { throw fault("the comment that begins here has no end; write */", at: start) }
        position += 2
      } else {
        return
      }
    }
  }

  // MARK: Values

  private var dottedPath: String {
    var result = ""
    for part in path {
      switch part {
      case .key(let key): result += result.isEmpty ? key : "." + key
      case .place(let place): result += "[\(place)]"
      }
    }
    return result
  }

  private mutating func value() throws(Fault) {
    if path.count > 200 { throw fault("more than 200 values inside each other; write a flatter one") }
    try skipSpace()
    guard position < text.count else { throw fault("the file ends where a value belongs; write one") }
    switch text[position] {
    case 0x7B: try object()
    case 0x5B: try array()
    case 0x22, 0x27: _ = try string()
    default: try word()
    }
  }

  private mutating func object() throws(Fault) {
    let start = position
    position += 1
    var seen: [String] = []
    var isSeen: Set<String> = []
    while true {
      try skipSpace()
      guard position < text.count else { throw fault("the object that begins here has no end; write }", at: start) }
      if text[position] == 0x7D {
        position += 1
        keys[dottedPath] = seen
        return
      }
      let place = position
      let key = try self.key()
      if !isSeen.insert(key).inserted {
        throw fault("the key \"\(key)\" comes twice in one object; keep one", at: place)
      }
      seen.append(key)
      try skipSpace()
      guard position < text.count, text[position] == 0x3A else {
        throw fault("unexpected \(here) after the key \"\(key)\"; write a colon")
      }
      position += 1
      path.append(.key(key))
      try value()
      path.removeLast()
      try skipSpace()
      if position < text.count && text[position] == 0x2C {
        position += 1
      } else if position < text.count && text[position] != 0x7D {
        throw fault("unexpected \(here); write a comma or }")
      }
    }
  }

  private mutating func array() throws(Fault) {
    let start = position
    position += 1
    var index = 0
    while true {
      try skipSpace()
      guard position < text.count else { throw fault("the list that begins here has no end; write ]", at: start) }
      if text[position] == 0x5D {
        position += 1
        return
      }
      path.append(.place(index))
      try value()
      path.removeLast()
      index += 1
      try skipSpace()
      if position < text.count && text[position] == 0x2C {
        position += 1
      } else if position < text.count && text[position] != 0x5D {
        throw fault("unexpected \(here); write a comma or ]")
      }
    }
  }

  private mutating func key() throws(Fault) -> String {
    if text[position] == 0x22 || text[position] == 0x27 { return try string() }
    let start = position
    while isInWord { position += 1 }
    if start == position { throw fault("unexpected \(here); write a key or }") }
    if (0x30...0x39).contains(text[start]) {
      throw fault("a key cannot begin with a digit; write it in quotes", at: start)
    }
    return String(decoding: text[start..<position], as: UTF8.self)
  }

  /// Whether a letter, a digit, `$` or `_` stands here, or the rest of one.
  private var isInWord: Bool {
    guard position < text.count else { return false }
    switch text[position] {
    case 0x24, 0x5F, 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...0xBF: return true
    case 0xC0...0xFF: return scalarHere?.properties.isXIDContinue ?? false
    default: return false
    }
  }

  private var isSignOrPoint: Bool {
    position < text.count && (text[position] == 0x2B || text[position] == 0x2D || text[position] == 0x2E)
  }

  private var scalarHere: Unicode.Scalar? {
    String(decoding: text[position...].prefix(4), as: UTF8.self).unicodeScalars.first
  }

  private mutating func word() throws(Fault) {
    let start = position
    while isInWord || isSignOrPoint { position += 1 }
    if start == position { throw fault("unexpected \(here) where a value belongs; write a value") }
    let word = String(decoding: text[start..<position], as: UTF8.self)
    let bare = word.hasPrefix("+") || word.hasPrefix("-") ? String(word.dropFirst()) : word
    if ["true", "false", "null"].contains(word) || ["Infinity", "NaN"].contains(bare) { return }
    let isHex = bare.lowercased().hasPrefix("0x") && bare.count > 2 && bare.dropFirst(2).allSatisfy(\.isHexDigit)
    let number = bare.first.map { $0.isNumber || $0 == "." } == true ? Double(fixed(bare)) : nil
    let hasLeadingZero = bare.count > 1 && bare.hasPrefix("0") && bare.dropFirst().first?.isNumber == true
    if !isHex && (number == nil || hasLeadingZero) {
      throw fault("\"\(word)\" is no value; write a number, true, false, null, or a string in quotes", at: start)
    }
    if isHex ? Int(bare.dropFirst(2), radix: 16) == nil : number!.isInfinite {
      throw fault("the number \(word) is too large; write a smaller one", at: start)
    }
    if !isHex && number == 0
      && bare.prefix(while: { $0 != "e" && $0 != "E" }).contains(where: { "123456789".contains($0) })
    {
      throw fault("the number \(word) is too small; write 0", at: start)
    }
  }

  /// JSON5 writes `.5` and `5.`; Swift's own reader wants digits on both sides.
  private func fixed(_ number: String) -> String {
    var text = number.hasPrefix(".") ? "0" + number : number
    if text.hasSuffix(".") { text += "0" }
    return text.replacing(".e", with: ".0e").replacing(".E", with: ".0E")
  }
}

// MARK: Strings

extension JSON5Outline {
  /// Reads a string in either kind of quotes.
  private mutating func string() throws(Fault) -> String {
    let start = position
    let quote = text[position]
    position += 1
    var content: [UInt8] = []
    while position < text.count && text[position] != quote {
      let byte = text[position]
      switch byte {
      case 0x0A, 0x0D: throw fault("the string that begins here has no end on its line; write a quote", at: start)
      case 0..<0x20:
        throw fault("the character \(Self.hex(byte)) cannot stand in a string; write \\u00\(Self.hex(byte).suffix(2))")
      case 0x5C: try escape(into: &content)
      default:
        content.append(byte)
        position += 1
      }
    }
    guard position < text.count else { throw fault("the string that begins here has no end; write a quote", at: start) }
    position += 1
    return String(decoding: content, as: UTF8.self)
  }

  /// Reads a backslash and what belongs to it.
  private mutating func escape(into content: inout [UInt8]) throws(Fault) {
    let start = position
    position += 1
    guard position < text.count else { return }
    let byte = text[position]
    position += 1
    switch byte {
    case 0x75: content += try unicodeEscape(from: start).utf8
    case 0x78: content += String(Unicode.Scalar(UInt8(try codeUnit(digits: 2, from: start)))).utf8
    case 0x0D: if position < text.count && text[position] == 0x0A { position += 1 }
    case 0x0A: break
    case 0x62: content.append(0x08)
    case 0x66: content.append(0x0C)
    case 0x6E: content.append(0x0A)
    case 0x72: content.append(0x0D)
    case 0x74: content.append(0x09)
    case 0x22, 0x27, 0x2F, 0x5C: content.append(byte)
    default: throw fault("this escape is none; write the character itself, or \\u and four digits", at: start)
    }
  }

  /// Reads what follows `\u`: four digits, or twice four for a character beyond them.
  private mutating func unicodeEscape(from start: Int) throws(Fault) -> String {
    let unit = try codeUnit(digits: 4, from: start)
    if let scalar = Unicode.Scalar(unit) { return String(scalar) }
    if unit < 0xDC00, position + 1 < text.count, text[position] == 0x5C, text[position + 1] == 0x75 {
      position += 2
      let second = try codeUnit(digits: 4, from: start)
      if (0xDC00...0xDFFF).contains(second),
        let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + second - 0xDC00)
      {
        return String(scalar)
      }
    }
    throw fault("this escape is half of a character; write both halves, \\ud83d\\ude00", at: start)
  }

  private mutating func codeUnit(digits: Int, from start: Int) throws(Fault) -> UInt32 {
    let word = text[position...].prefix(digits).prefix { Unicode.Scalar($0).properties.isASCIIHexDigit }
    guard word.count == digits, let unit = UInt32(String(decoding: word, as: UTF8.self), radix: 16) else {
      throw fault("this escape needs \(digits) hexadecimal digits; write them", at: start)
    }
    position += digits
    return unit
  }
}
