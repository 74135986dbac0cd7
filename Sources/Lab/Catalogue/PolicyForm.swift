import Algorithms
import RLCore

/// In which form a method is used that has several.
enum PolicyForm: String, CaseIterable, Sendable {
  /// By the task.
  case automatic
  /// A table.
  case tabular
  /// Linear in features.
  case linear
  /// A multi-layer perceptron.
  case mlp

  static let parameter = Parameter<PolicyForm>.choice(
    "policy", default: .automatic,
    "a table, linear in features, or a network; automatic: a table where states are numbered, a network where they are vectors, and linear where \"features\" says of what"
  )

  /// The forms of methods without networks.
  enum WithoutNetwork: String, CaseIterable, Sendable {
    /// By the task.
    case automatic
    /// A table.
    case tabular
    /// Linear in features.
    case linear
  }

  static let withoutNetwork = Parameter<WithoutNetwork>.choice(
    "policy", default: .automatic,
    "a table, or linear in features; automatic: a table where states are numbered and \"features\" is not given"
  )

  /// The features of a linear form or of a network, whichever is meant.
  static let features = Parameter<Void>(
    "features", type: "word, rows of numbers, or null", default: .null,
    range: "of \"linear\": \(FeatureParameters.features.declaration.range!); of a network: "
      + StateFeatures.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "),
    "what is seen of a state; null for tiles of vectors and one-hot states"
  ) { setting throws(SettingProblem) in
    guard let problem = FeatureParameters.features.declaration.problem(setting) else { return }
    if NetworkParameters.features.declaration.problem(setting) != nil { throw problem }
  }

  /// Which parameters belong to which form.
  struct Names: Sendable {
    let id: String
    let tabular: [String]
    let linear: [String]
    /// nil where there is no such form.
    let network: [String]?

    init(tabular: About, linear: About, network: About?) {
      id = tabular.id
      self.tabular = tabular.parameters.map(\.name)
      self.linear = linear.parameters.map(\.name)
      self.network = network.map { $0.parameters.map(\.name) }
    }

    /// The parameters of a form that has been decided on.
    func parameters(of form: PolicyForm) -> [String] {
      switch form {
      case .mlp: network ?? []
      case .linear: linear
      case .tabular, .automatic: tabular
      }
    }

    /// Decides on the form, and refuses what it does not know.
    ///
    /// - Parameter isVector: Whether the task is observed as a vector.
    func settle(_ given: [Setting.Field], isVector: Bool) throws(SettingProblem) -> [Setting.Field] {
      let key = PolicyForm.parameter.declaration.name
      let wanted = given.first { $0.key == key }
      var form = PolicyForm.automatic
      if let wanted {
        guard let choice = wanted.value.text.flatMap(PolicyForm.init(rawValue:)), choice != .mlp || network != nil
        else { return given }
        form = choice
      }
      let features = given.first { $0.key == PolicyForm.features.declaration.name }?.value
      let isLinear = features.map { $0 != .null && FeatureParameters.features.declaration.problem($0) == nil } ?? false
      if form == .automatic {
        form = isLinear ? .linear : isVector ? (network == nil ? .linear : .mlp) : .tabular
      }
      let known = parameters(of: form)
      let (name, declaration) =
        switch form {
        case .mlp: ("a network", NetworkParameters.features.declaration)
        case .linear: ("a linear policy", FeatureParameters.features.declaration)
        default: ("a table", FeatureParameters.features.declaration)
        }
      let all = tabular + linear + (network ?? [])
      for field in given where field.key != key && !known.contains(field.key) && all.contains(field.key) {
        throw SettingProblem(
          "\"\(id)\" with \(name) has no \"\(field.key)\"; leave it out, or set policy", at: ".\(field.key)")
      }
      if let features, form != .tabular, features != .null, let problem = declaration.problem(features) {
        throw SettingProblem(problem.message, at: ".features\(problem.place)")
      }
      return given.filter { $0.key != key } + [.init(key, .text(form.rawValue))]
    }
  }
}
