/// The settings of one environment or algorithm: every declared parameter with a checked value.
public struct Settings: Sendable {
  private let values: [String: Setting]
  private let attachments: [String: Setting]
  private let marks: [Setting.Field]

  /// Takes what a configuration gives, fills in the defaults, and checks everything against the declarations.
  ///
  /// - Parameters:
  ///   - given: The values that were written.
  ///   - declarations: The parameters of the type that will read them.
  ///   - attachments: The contents of the files that file parameters name.
  ///   - owner: Whose parameters they are, for messages: "q-learning".
  ///   - marks: Fingerprints of the attachments, which ``resolved`` shows beside the values.
  /// - Throws: ``SettingProblem`` at ".name": unknown keys, missing values, wrong types, numbers out of range.
  public init(
    _ given: [Setting.Field], for declarations: [ParameterDeclaration], attachments: [String: Setting] = [:],
    owner: String, marks: [Setting.Field] = []
  ) throws(SettingProblem) {
    self.marks = marks
    var values: [String: Setting] = [:]
    for field in given {
      if !declarations.contains(where: { $0.name == field.key }) {
        let names = declarations.map(\.name)
        let hint =
          Spelling.hint(for: field.key, among: names)
        throw SettingProblem("\"\(owner)\" has no parameter \"\(field.key)\"; \(hint)", at: ".\(field.key)")
      }
      values[field.key] = field.value
    }
    for declaration in declarations {
      guard let setting = values[declaration.name] ?? declaration.defaultSetting else {
        let range = declaration.range.map { " in \($0)" } ?? ""
        throw SettingProblem(
          "\"\(owner)\" needs \"\(declaration.name)\" (\(declaration.meaning)); give \(declaration.type)\(range)",
          at: ".\(declaration.name)")
      }
      if attachments[declaration.name] == nil, let problem = declaration.problem(setting) {
        throw SettingProblem(problem.message, at: ".\(declaration.name)\(problem.place)")
      }
      values[declaration.name] = setting
    }
    self.values = values
    self.attachments = attachments
  }

  /// Settings for tests and programs: the defaults of a type, with some values replaced.
  public init(defaultsOf type: any (Configurable & ~Copyable).Type, _ changes: [String: Setting] = [:])
    throws(SettingProblem)
  {
    let fields = changes.keys.sorted().map { Setting.Field($0, changes[$0]!) }
    try self.init(fields, for: type.about.parameters, owner: type.about.id)
  }

  /// The value of a parameter.
  public subscript<Value>(parameter: Parameter<Value>) -> Value {
    guard let setting = values[parameter.declaration.name] else {
      preconditionFailure("the parameter \"\(parameter.declaration.name)\" is not declared by its type")
    }
    do throws(SettingProblem) {
      return try parameter.decode(setting)
    } catch { preconditionFailure("\(parameter.declaration.name): \(error.message)") }
  }

  /// The content of the file that a file parameter names, where it names one: an object for JSON, a string otherwise.
  public func attachment(_ name: String) -> Setting? { attachments[name] }

  /// All values, defaults included, in rising order of their names.
  public var resolved: [Setting.Field] {
    (values.map { Setting.Field($0.key, $0.value) } + marks).sorted { $0.key < $1.key }
  }
}

/// A type that configurations name.
public protocol Configurable: ~Copyable, SendableMetatype {
  /// What it is called, what it is, where it comes from, and every parameter.
  static var about: About { get }
}

/// What configurations and readers see of an environment or an algorithm.
public struct About: Sendable {
  /// The name in configurations, kebab-case.
  public let id: String
  /// One line that says what it is.
  public let summary: String
  /// Book or paper, with the place.
  public let source: String
  /// The update or defining equation in plain text, where there is one.
  public let equation: String?
  /// Every parameter, in the order in which readers want them.
  public let parameters: [ParameterDeclaration]
  /// What parameters ask of each other.
  public let relations: [Relation]
  /// Of an environment: whether no episode ends by itself, whatever the options.
  public let neverEnds: Bool

  /// What configurations and readers see.
  public init(
    id: String, summary: String, source: String, equation: String? = nil, parameters: [ParameterDeclaration] = [],
    relations: [Relation] = [], neverEnds: Bool = false
  ) {
    self.id = id
    self.summary = summary
    self.source = source
    self.equation = equation
    self.parameters = parameters
    self.relations = relations
    self.neverEnds = neverEnds
  }
}

extension Configurable where Self: ~Copyable {
  /// The name in configurations.
  public static var id: String { about.id }
}
