/// What Foundation's decoder does not tell of a JSON5 text: where its first syntax error is, the order of the keys of an object, and keys
/// that come twice. The values themselves come from the decoder.
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

  /// Walks through a whole text.
  ///
  /// - Throws: The first fault.
  init(_ bytes: [UInt8]) throws(Fault) {
    text = bytes
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    try skipSpace()
    if position == text.count { throw fault("the file is empty; write an object { ... }") }
    try value(at: "", depth: 0)
    try skipSpace()
    if position < text.count { throw fault("unexpected \(here) after the end of the value") }
  }

  private var here: String {
    if position >= text.count { return "end of file" }
    let byte = text[position]
    return byte > 0x20 && byte < 0x7F ? "\"\(Character(Unicode.Scalar(byte)))\"" : "character"
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

  private mutating func skipSpace() throws(Fault) {
    while position < text.count {
      let byte = text[position]
      if byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) {
        position += 1
      } else if byte == 0xC2 && position + 1 < text.count && text[position + 1] == 0xA0 {
        position += 2
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

  private mutating func value(at path: String, depth: Int) throws(Fault) {
    if depth > 200 { throw fault("more than 200 values inside each other") }
    try skipSpace()
    guard position < text.count else { throw fault("the file ends where a value belongs") }
    switch text[position] {
    case 0x7B: try object(at: path, depth: depth)
    case 0x5B: try array(at: path, depth: depth)
    case 0x22, 0x27: _ = try string()
    default: try word()
    }
  }

  private mutating func object(at path: String, depth: Int) throws(Fault) {
    let start = position
    position += 1
    var seen: [String] = []
    while true {
      try skipSpace()
      guard position < text.count else { throw fault("the object that begins here has no end; write }", at: start) }
      if text[position] == 0x7D {
        position += 1
        keys[path] = seen
        return
      }
      let place = position
      let key = try self.key()
      if seen.contains(key) { throw fault("the key \"\(key)\" comes twice in one object; keep one", at: place) }
      seen.append(key)
      try skipSpace()
      guard position < text.count, text[position] == 0x3A else {
        throw fault("unexpected \(here) after the key \"\(key)\"; write a colon")
      }
      position += 1
      try value(at: path.isEmpty ? key : path + "." + key, depth: depth + 1)
      try skipSpace()
      if position < text.count && text[position] == 0x2C {
        position += 1
      } else if position < text.count && text[position] != 0x7D {
        throw fault("unexpected \(here); write a comma or }")
      }
    }
  }

  private mutating func array(at path: String, depth: Int) throws(Fault) {
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
      try value(at: "\(path)[\(index)]", depth: depth + 1)
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
    while position < text.count, isWordByte(text[position]) { position += 1 }
    if start == position { throw fault("unexpected \(here); write a key or }") }
    return String(decoding: text[start..<position], as: UTF8.self)
  }

  private func isWordByte(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == 0x24 || byte == 0x5F || (byte >= 0x30 && byte <= 0x39)
      || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
  }

  private mutating func string() throws(Fault) -> String {
    let start = position
    let quote = text[position]
    position += 1
    while position < text.count && text[position] != quote {
      if text[position] == 0x0A { throw fault("the string that begins here has no end on its line", at: start) }
      position += text[position] == 0x5C ? 2 : 1
    }
    guard position < text.count else { throw fault("the string that begins here has no end", at: start) }
    position += 1
    return String(decoding: text[(start + 1)..<(position - 1)], as: UTF8.self)
  }

  private mutating func word() throws(Fault) {
    let start = position
    while position < text.count,
      isWordByte(text[position]) || text[position] == 0x2B || text[position] == 0x2D || text[position] == 0x2E
    {
      position += 1
    }
    if start == position { throw fault("unexpected \(here) where a value belongs") }
    let word = String(decoding: text[start..<position], as: UTF8.self)
    let bare = word.hasPrefix("+") || word.hasPrefix("-") ? String(word.dropFirst()) : word
    if ["true", "false", "null"].contains(word) || ["Infinity", "NaN"].contains(bare) { return }
    let isHex = bare.lowercased().hasPrefix("0x") && Int(bare.dropFirst(2), radix: 16) != nil
    let isDecimal = bare.first.map { $0.isNumber || $0 == "." } == true && Double(fixed(bare)) != nil
    let hasLeadingZero = bare.count > 1 && bare.hasPrefix("0") && bare.dropFirst().first?.isNumber == true
    if !isHex && (!isDecimal || hasLeadingZero) {
      throw fault("\"\(word)\" is no value; write a number, true, false, null, or a string in quotes", at: start)
    }
  }

  /// JSON5 writes `.5` and `5.`; Swift's own reader wants digits on both sides.
  private func fixed(_ number: String) -> String {
    var text = number.hasPrefix(".") ? "0" + number : number
    if text.hasSuffix(".") { text += "0" }
    return text.replacing(".e", with: ".0e").replacing(".E", with: ".0E")
  }
}
