import Foundation
import RLCore

/// A validator of the part of JSON Schema (draft 2020-12) that this program writes; a word that it does not know is an error.
/// Nothing in it changes once a schema is read.
final class SchemaValidator: @unchecked Sendable {
  private final class Node {
    var types: Set<String>?
    var allowed: Set<String>?
    var bounds: [(word: String, number: Double)] = []
    var sizes: [(word: String, count: Int)] = []
    var pattern: NSRegularExpression?
    var required: [String] = []
    var isUnique = false
    var children: [String: Node] = [:]
    var lists: [String: [Node]] = [:]
    var tables: [String: [String: Node]] = [:]
    var patterns: [(NSRegularExpression, Node)] = []
    var reference: String?
    /// What `true` and `false` say.
    var constant: Bool?
  }

  /// A schema that cannot be read.
  struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  private var definitions: [String: Node] = [:]
  private var root = Node()

  /// Reads a schema, and follows every reference once.
  init(_ schema: Setting) throws {
    for field in schema["$defs"]?.fields ?? [] { definitions["#/$defs/\(field.key)"] = try node(field.value) }
    root = try node(schema)
    if let lost = lost.first(where: { definitions[$0] == nil }) { throw Fault(description: "no definition \(lost)") }
  }

  /// Whether a value is what the schema describes.
  func accepts(_ value: Setting) -> Bool { accepts(value, root) }

  /// Whether a value is what one of the schema's definitions describes.
  func accepts(_ value: Setting, as definition: String) -> Bool {
    definitions["#/$defs/\(definition)"].map { accepts(value, $0) } ?? false
  }

  // MARK: Reading

  private var lost: Set<String> = []

  private func node(_ schema: Setting) throws -> Node {
    let node = Node()
    if case .boolean(let flag) = schema {
      node.constant = flag
      return node
    }
    guard let fields = schema.fields else { throw Fault(description: "\(schema) is no schema") }
    for field in fields {
      let value = field.value
      switch field.key {
      case "$schema", "$defs", "title", "description", "default": break
      case "$ref":
        node.reference = value.text!
        lost.insert(value.text!)
      case "type": node.types = Set(value.text.map { [$0] } ?? value.elements!.map { $0.text! })
      case "const": node.allowed = [value.description]
      case "enum": node.allowed = Set(value.elements!.map(\.description))
      case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf":
        node.bounds.append((field.key, value.number!))
      case "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains",
        "maxContains":
        node.sizes.append((field.key, value.whole!))
      case "pattern": node.pattern = try NSRegularExpression(pattern: value.text!)
      case "required": node.required = value.elements!.map { $0.text! }
      case "uniqueItems": node.isUnique = value == .boolean(true)
      case "items", "contains", "additionalProperties", "propertyNames", "not", "if", "then":
        node.children[field.key] = try self.node(value)
      case "anyOf", "allOf", "prefixItems": node.lists[field.key] = try value.elements!.map(self.node)
      case "properties", "dependentSchemas":
        node.tables[field.key] = Dictionary(
          uniqueKeysWithValues: try value.fields!.map { ($0.key, try self.node($0.value)) })
      case "patternProperties":
        node.patterns = try value.fields!.map { (try NSRegularExpression(pattern: $0.key), try self.node($0.value)) }
      default: throw Fault(description: "an unknown word, \(field.key)")
      }
    }
    return node
  }

  // MARK: Judging

  private func accepts(_ value: Setting, _ node: Node) -> Bool {
    if let constant = node.constant { return constant }
    if let types = node.types, !isOf(types, value) { return false }
    if let allowed = node.allowed, !allowed.contains(value.description) { return false }
    if let reference = node.reference, !accepts(value, definitions[reference]!) { return false }
    if let number = value.number, !node.bounds.allSatisfy({ holds($0, number) }) { return false }
    switch value {
    case .text(let text):
      if !fits(node, text.unicodeScalars.count, "Length") { return false }
      if let pattern = node.pattern, !matches(pattern, text) { return false }
    case .list(let elements): if !acceptsList(elements, node) { return false }
    case .table(let fields): if !acceptsTable(fields, node) { return false }
    default: break
    }
    if let others = node.lists["anyOf"], !others.contains(where: { accepts(value, $0) }) { return false }
    if let others = node.lists["allOf"], !others.allSatisfy({ accepts(value, $0) }) { return false }
    if let other = node.children["not"], accepts(value, other) { return false }
    if let given = node.children["if"], let then = node.children["then"], accepts(value, given) {
      return accepts(value, then)
    }
    return true
  }

  private func isOf(_ types: Set<String>, _ value: Setting) -> Bool {
    switch value {
    case .null: types.contains("null")
    case .boolean: types.contains("boolean")
    case .text: types.contains("string")
    case .list: types.contains("array")
    case .table: types.contains("object")
    case .integer: types.contains("number") || types.contains("integer")
    case .real(let x): types.contains("number") || types.contains("integer") && x == x.rounded() && x.isFinite
    }
  }

  /// NaN is neither less nor more than anything.
  private func holds(_ bound: (word: String, number: Double), _ x: Double) -> Bool {
    switch bound.word {
    case "minimum": !(x < bound.number)
    case "maximum": !(x > bound.number)
    case "exclusiveMinimum": !(x <= bound.number)
    case "exclusiveMaximum": !(x >= bound.number)
    default: x.remainder(dividingBy: bound.number) == 0
    }
  }

  private func matches(_ pattern: NSRegularExpression, _ text: String) -> Bool {
    pattern.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
  }

  private func fits(_ node: Node, _ count: Int, _ unit: String) -> Bool {
    node.sizes.allSatisfy { size in
      size.word == "min" + unit ? count >= size.count : size.word == "max" + unit ? count <= size.count : true
    }
  }

  private func acceptsList(_ elements: [Setting], _ node: Node) -> Bool {
    if !fits(node, elements.count, "Items") { return false }
    let first = node.lists["prefixItems"] ?? []
    for (element, schema) in zip(elements, first) where !accepts(element, schema) { return false }
    if let items = node.children["items"] {
      for element in elements.dropFirst(first.count) where !accepts(element, items) { return false }
    }
    if let contained = node.children["contains"] {
      let count = elements.count { accepts($0, contained) }
      let least = node.sizes.first { $0.word == "minContains" }?.count ?? 1
      if count < least || !fits(node, count, "Contains") { return false }
    }
    return !node.isUnique || Set(elements.map(\.description)).count == elements.count
  }

  private func acceptsTable(_ fields: [Setting.Field], _ node: Node) -> Bool {
    if !fits(node, fields.count, "Properties") { return false }
    for key in node.required where !fields.contains(where: { $0.key == key }) { return false }
    let properties = node.tables["properties"]
    let others = node.children["additionalProperties"]
    let names = node.children["propertyNames"]
    for field in fields {
      if let names, !accepts(.text(field.key), names) { return false }
      var isKnown = false
      if let schema = properties?[field.key] {
        isKnown = true
        if !accepts(field.value, schema) { return false }
      }
      for (pattern, schema) in node.patterns where matches(pattern, field.key) {
        isKnown = true
        if !accepts(field.value, schema) { return false }
      }
      if let others, !isKnown, !accepts(field.value, others) { return false }
      if let schema = node.tables["dependentSchemas"]?[field.key], !accepts(.table(fields), schema) { return false }
    }
    return true
  }
}
