import RLCore
import Testing

@testable import Lab

/// The schema keeps up with what configurations may hold.
@Suite struct ConfigurationSchemaTests {
  private let schema = ConfigurationSchema(lab: .standard).schema

  @Test func everyKeyOfAConfigurationIsKnown() {
    #expect(Set(schema["properties"]?.fields?.map(\.key) ?? []) == Set(Resolver.keys))
  }

  @Test func defaultsAreOfAKindThatTheirSchemaAllows() {
    for about in Laboratory.standard.algorithms.map(\.about) + Laboratory.standard.environments.map(\.about) {
      for parameter in about.parameters {
        guard let value = parameter.defaultSetting else { continue }
        let schema = ConfigurationSchema.schema(of: parameter)
        let kinds = schema["anyOf"]?.elements ?? [schema]
        #expect(kinds.contains { allows($0, value) }, "\(about.id).\(parameter.name): \(value) by \(schema)")
      }
    }
  }

  /// Whether a schema without references allows a value, by its kind and bounds.
  private func allows(_ schema: Setting, _ value: Setting) -> Bool {
    if let words = schema["enum"]?.elements { return words.contains(value) }
    if let constant = schema["const"] { return constant == value }
    if schema["anyOf"] != nil { return value.fields != nil }
    guard let type = schema["type"] else { return true }
    let types = type.text.map { [$0] } ?? (type.elements ?? []).compactMap(\.text)
    if let x = value.number {
      let isInside =
        x >= schema["minimum"]?.number ?? -.infinity && x <= schema["maximum"]?.number ?? .infinity
        && x > schema["exclusiveMinimum"]?.number ?? -.infinity && x < schema["exclusiveMaximum"]?.number ?? .infinity
      return isInside && (types.contains("number") || types.contains("integer") && value.whole != nil)
    }
    let kinds = [
      "null": "null", "a boolean": "boolean", "a string": "string", "a list": "array", "an object": "object",
    ]
    return types.contains(kinds[value.kind] ?? "")
  }
}
