/// A value of a configuration, as it was written: the tree that a JSON5 file decodes into.
public indirect enum Setting: Sendable, Equatable {
  /// `null`: explicitly nothing.
  case null
  /// `true` or `false`.
  case boolean(Bool)
  /// A number without a fraction that fits 64 bits.
  case integer(Int)
  /// Any other number.
  case real(Double)
  /// A string.
  case text(String)
  /// A list.
  case list([Setting])
  /// An object; its fields in rising order of their keys.
  case table([Field])

  /// A key of an object, with its value.
  public struct Field: Sendable, Equatable {
    /// The key.
    public let key: String
    /// Its value.
    public var value: Setting

    /// A key of an object, with its value.
    public init(_ key: String, _ value: Setting) {
      self.key = key
      self.value = value
    }
  }

  /// An object from fields in any order.
  public static func object(_ fields: [Field]) -> Setting { .table(fields.sorted { $0.key < $1.key }) }

  /// The value as a number, if it is one.
  public var number: Double? {
    switch self {
    case .integer(let n): Double(n)
    case .real(let x): x
    default: nil
    }
  }

  /// The value as a whole number, if it is one (1e3 is).
  public var whole: Int? {
    switch self {
    case .integer(let n): n
    case .real(let x): Int(exactly: x)
    default: nil
    }
  }

  /// The value as a string, if it is one.
  public var text: String? {
    if case .text(let text) = self { text } else { nil }
  }

  /// The fields, if the value is an object.
  public var fields: [Field]? {
    if case .table(let fields) = self { fields } else { nil }
  }

  /// The elements, if the value is a list.
  public var elements: [Setting]? {
    if case .list(let elements) = self { elements } else { nil }
  }

  /// The value of a key, if this is an object that has it.
  public subscript(key: String) -> Setting? { fields?.first { $0.key == key }?.value }

  /// What kind of value this is, for messages: "a number", "a list", …
  public var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "a boolean"
    case .integer, .real: "a number"
    case .text: "a string"
    case .list: "a list"
    case .table: "an object"
    }
  }
}

extension Setting: CustomStringConvertible {
  /// The value as compact JSON with sorted keys; equal settings have equal text (infinities and NaN as JSON5 writes them).
  public var description: String {
    switch self {
    case .null: "null"
    case .boolean(let flag): flag ? "true" : "false"
    case .integer(let n): "\(n)"
    case .real(let x):
      if x.magnitude < 0x1p53, let n = Int(exactly: x) {
        "\(n)"
      } else {
        x.isNaN ? "NaN" : x.isInfinite ? (x < 0 ? "-Infinity" : "Infinity") : "\(x)"
      }
    case .text(let text): Setting.quote(text)
    case .list(let elements): "[" + elements.map(\.description).joined(separator: ",") + "]"
    case .table(let fields):
      "{" + fields.map { Setting.quote($0.key) + ":" + $0.value.description }.joined(separator: ",") + "}"
    }
  }

  private static func quote(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
