import RLCore

extension Setting {
  /// This tree with another laid over it: objects are merged key by key, everything else is replaced. A string stands for an object with that id
  /// where the other side is an object.
  func merging(_ overlay: Setting) -> Setting {
    guard let mine = withID.fields, let theirs = overlay.fields ?? (isComponent ? overlay.withID.fields : nil) else {
      return overlay
    }
    var result = mine
    for field in theirs {
      if let index = result.firstIndex(where: { $0.key == field.key }) {
        result[index].value = result[index].value.merging(field.value)
      } else {
        result.append(field)
      }
    }
    return .object(result)
  }

  private var isComponent: Bool { self["id"] != nil }

  /// A bare string as the object with that id; everything else unchanged.
  var withID: Setting {
    if case .text(let id) = self { .table([.init("id", .text(id))]) } else { self }
  }

  /// This tree with one value set, by a dotted path; objects on the way are made.
  func setting(_ path: ArraySlice<String>, to value: Setting) -> Setting {
    guard let key = path.first else { return value }
    let base = withID.fields ?? []
    let old = base.first { $0.key == key }?.value ?? .table([])
    let new = path.count == 1 ? value : old.setting(path.dropFirst(), to: value)
    return .object(base.filter { $0.key != key } + [.init(key, new)])
  }

  /// The value at a dotted path.
  func value(at path: [String]) -> Setting? {
    var current = self
    for key in path {
      guard let next = current.withID[key] else { return nil }
      current = next
    }
    return current
  }

  /// The tree as JSON over several lines, two spaces a level; infinities and NaN become strings.
  func prettyJSON(indent: String = "") -> String {
    switch self {
    case .table(let fields) where !fields.isEmpty:
      let inner = indent + "  "
      let lines = fields.map { "\(inner)\(Setting.text($0.key)): \($0.value.prettyJSON(indent: inner))" }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    case .list(let elements) where elements.contains { $0.fields != nil }:
      let inner = indent + "  "
      return "[\n" + elements.map { inner + $0.prettyJSON(indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
    default: return json
    }
  }

  /// The tree as compact JSON; infinities and NaN become strings, which JSON has no numbers for.
  var json: String {
    switch self {
    case .real(let x) where !x.isFinite: "\"\(x.isNaN ? "nan" : x < 0 ? "-inf" : "inf")\""
    case .list(let elements): "[" + elements.map(\.json).joined(separator: ", ") + "]"
    case .table(let fields):
      "{" + fields.map { "\(Setting.text($0.key)): \($0.value.json)" }.joined(separator: ", ") + "}"
    default: description
    }
  }
}
