import RLCore

/// What has been published of one figure or table, as `experiments/expected/NAME.json` holds it beside `experiments/NAME.json5`.
///
///     {
///       "title": "Figure 2.2: ...",
///       "sources": {"code": "where these numbers come from"},
///       "checks": [
///         {"source": "code", "metric": "reward", "numbers": [
///           {"variant": "greedy", "from": 901, "to": 1000, "mean": 1.047, "se": 0.0138, "runs": 2000}]},
///         {"source": "code", "variant": "direct", "tolerance": 1e-8, "values": [-14, null, -20]}
///       ]
///     }
///
/// A number is a mean over the window `from` to `to` (or `at` one point) of the budget's unit, published with its standard error `se` or with
/// the number of `runs` alone; or it `equals` something within a `tolerance`. Beside numbers there are tables: `values` state by state,
/// `action_values` and `actions` (the actions taken with a positive probability) state by state and action by action, null where nothing was
/// published, and a `constant` of the experiment. With `"squared_error": {"state": 191, "value": -0.277}` in place of a metric, numbers
/// are means over the runs of the squared error of V of that state at the end.
struct PublishedNumbers {
  /// What the figure shows.
  let title: String
  /// The checks, in the order of the file.
  let checks: [Check]

  /// One number or one table.
  struct Check {
    /// Where it was published.
    let source: String
    /// Whose it is.
    let variant: String
    let content: Content
  }

  /// What is compared.
  enum Content {
    /// A mean of a column over a window.
    case number(Window, Expectation)
    /// The mean squared error of V of a state against its true value, at the end.
    case squaredError(state: Int, truth: Double, Expectation)
    /// V, state by state.
    case values([Double?], Spread)
    /// Q, state by state and action by action.
    case actionValues([[Double?]?], Spread)
    /// The actions taken with a positive probability, state by state.
    case actions([[Int]?])
    /// A constant of `experiment.json`.
    case constant(String, Double, tolerance: Double)
  }

  /// Which rows of a curve count.
  struct Window: Equatable {
    let metric: String
    let from: Int
    let to: Int
    /// Whether the total of the window is meant, and not its mean.
    var isTotal = false
  }

  /// What was published of a number.
  struct Expectation: Equatable {
    let mean: Double
    let spread: Spread
  }

  /// How far from a published number ours may be.
  enum Spread: Equatable {
    /// It is exact to within so much.
    case tolerance(Double)
    /// It is a mean over runs with a standard error (nil: of runs like ours); `rounding` is half a unit of its last digit. With many numbers
    /// (a table) five standard errors are allowed, otherwise four.
    case runs(count: Int, standardError: Double?, rounding: Double, isTable: Bool)
    /// It is exact, and ours is a mean over runs.
    case exact(rounding: Double, isTable: Bool)
  }
}

extension PublishedNumbers {
  /// Reads a file.
  ///
  /// - Throws: ``LabError`` that says the place and what is wrong there.
  init(file: String) throws(LabError) {
    try self.init(ConfigurationFile.read(file).root, name: ConfigurationFile.displayName(file))
  }

  /// Reads the content of a file.
  ///
  /// - Parameter name: The file's name, for messages.
  init(_ root: Setting, name: String) throws(LabError) {
    let reader = Reader(name: name)
    title = try reader.text(root, "title", at: "")
    guard let elements = root["checks"]?.elements, !elements.isEmpty else {
      throw reader.fail("checks", "there are none; give a list")
    }
    var checks: [Check] = []
    for (index, element) in elements.enumerated() {
      let place = "checks[\(index)]"
      let key = try reader.text(element, "source", at: place)
      guard let source = root["sources"]?[key]?.text else {
        throw reader.fail(place + ".source", "\"\(key)\" does not stand among the sources")
      }
      checks += try reader.checks(element, source: source, at: place)
    }
    self.checks = checks
  }

  /// Reads parts of a file, and says where it cannot.
  private struct Reader {
    let name: String

    func fail(_ place: String, _ message: String) -> LabError { LabError(.data, "\(name): \(place): \(message)") }

    func text(_ tree: Setting, _ key: String, at place: String) throws(LabError) -> String {
      guard let text = tree[key]?.text else {
        throw fail(place.isEmpty ? key : "\(place).\(key)", "a string is missing here")
      }
      return text
    }

    func number(_ setting: Setting?, at place: String) throws(LabError) -> Double {
      guard let number = setting?.number else { throw fail(place, "a number is missing here") }
      return number
    }

    func optionalNumber(_ setting: Setting?, at place: String) throws(LabError) -> Double? {
      guard let setting, setting != .null else { return nil }
      return try number(setting, at: place)
    }

    func whole(_ setting: Setting?, at place: String) throws(LabError) -> Int {
      guard let whole = setting?.whole else { throw fail(place, "a whole number is missing here") }
      return whole
    }

    func flag(_ setting: Setting?, at place: String) throws(LabError) -> Bool {
      switch setting {
      case nil: return false
      case .boolean(let flag): return flag
      default: throw fail(place, "write true or false")
      }
    }

    private static let keys = [
      "source", "metric", "numbers", "variant", "tolerance", "values", "action_values", "actions", "constant", "equals",
      "table", "total", "rounding", "runs", "squared_error",
    ]

    func checks(_ tree: Setting, source: String, at place: String) throws(LabError) -> [Check] {
      for field in tree.fields ?? [] where !Self.keys.contains(field.key) {
        throw fail("\(place).\(field.key)", "a check has no \"\(field.key)\"")
      }
      if let numbers = tree["numbers"]?.elements {
        var checks: [Check] = []
        for (index, element) in numbers.enumerated() {
          checks.append(try number(element, in: tree, source: source, at: "\(place).numbers[\(index)]"))
        }
        return checks
      }
      let variant = try text(tree, "variant", at: place)
      let content: Content
      if let values = tree["values"]?.elements {
        content = .values(try list(values, at: "\(place).values"), try spread(tree, in: tree, at: place))
      } else if let rows = tree["action_values"]?.elements {
        var table: [[Double?]?] = []
        for (state, row) in rows.enumerated() {
          let place = "\(place).action_values[\(state)]"
          table.append(try row.elements.map { elements throws(LabError) in try list(elements, at: place) })
        }
        content = .actionValues(table, try spread(tree, in: tree, at: place))
      } else if let rows = tree["actions"]?.elements {
        var table: [[Int]?] = []
        for (state, row) in rows.enumerated() {
          let place = "\(place).actions[\(state)]"
          guard let elements = row.elements else {
            table.append(nil)
            continue
          }
          var actions: [Int] = []
          for element in elements { actions.append(try whole(element, at: place)) }
          table.append(actions)
        }
        content = .actions(table)
      } else if let constant = tree["constant"]?.text {
        content = .constant(
          constant, try number(tree["equals"], at: "\(place).equals"),
          tolerance: try number(tree["tolerance"], at: "\(place).tolerance"))
      } else {
        throw fail(place, "give numbers, values, action_values, actions or constant")
      }
      return [Check(source: source, variant: variant, content: content)]
    }

    private func list(_ elements: [Setting], at place: String) throws(LabError) -> [Double?] {
      var numbers: [Double?] = []
      for (index, element) in elements.enumerated() {
        numbers.append(try optionalNumber(element, at: "\(place)[\(index)]"))
      }
      return numbers
    }

    private static let numberKeys = [
      "variant", "metric", "from", "to", "at", "mean", "se", "runs", "rounding", "equals", "tolerance",
    ]

    private func number(
      _ tree: Setting, in group: Setting, source: String, at place: String
    ) throws(LabError) -> Check {
      for field in tree.fields ?? [] where !Self.numberKeys.contains(field.key) {
        throw fail("\(place).\(field.key)", "a number has no \"\(field.key)\"")
      }
      let variant = try text(tree["variant"] == nil ? group : tree, "variant", at: place)
      let mean = try number(tree["equals"] ?? tree["mean"], at: place + ".mean")
      let expectation = Expectation(mean: mean, spread: try spread(tree, in: group, at: place))
      if let error = group["squared_error"] {
        let content = Content.squaredError(
          state: try whole(error["state"], at: place + ".state"),
          truth: try number(error["value"], at: place + ".value"), expectation)
        return Check(source: source, variant: variant, content: content)
      }
      let from = try whole(tree["at"] ?? tree["from"], at: place + ".from")
      let to = try whole(tree["at"] ?? tree["to"], at: place + ".to")
      if from > to { throw fail(place, "the window ends before it begins") }
      let metric = try text(tree["metric"] == nil ? group : tree, "metric", at: place)
      let window = Window(
        metric: metric, from: from, to: to, isTotal: try flag(group["total"], at: place + ".total"))
      return Check(source: source, variant: variant, content: .number(window, expectation))
    }

    private func spread(_ tree: Setting, in group: Setting, at place: String) throws(LabError) -> Spread {
      if let tolerance = try optionalNumber(tree["tolerance"] ?? group["tolerance"], at: place + ".tolerance") {
        return .tolerance(tolerance)
      }
      let rounding = try optionalNumber(tree["rounding"] ?? group["rounding"], at: place + ".rounding") ?? 0
      let isTable = try flag(group["table"], at: place + ".table")
      guard let runs = tree["runs"] ?? group["runs"] else { return .exact(rounding: rounding, isTable: isTable) }
      return .runs(
        count: try whole(runs, at: place + ".runs"),
        standardError: try optionalNumber(tree["se"], at: place + ".se"), rounding: rounding, isTable: isTable)
    }
  }
}
