import RLCore

/// What a search draws its configurations from: for each path a list, a grid (`{log: [a, b, n]}`), or a law (`{log: [a, b]}`), independently of
/// each other. Every path has a random stream of its own, so that another parameter more, or more configurations, leave the draws as they are.
struct SearchSpace: Sendable {
  /// One path, and where its values come from.
  struct Dimension: Sendable {
    let path: String
    /// What is drawn from: a law, or the values of a list or grid, each with the same chance.
    let law: AxisLaw?
    let values: [Setting]
    let isLogarithmic: Bool
    let condition: [(path: String, allowed: [Setting])]

    func axis(_ values: [Setting]) -> SweepAxes.Axis {
      .init(path: path, values: values, isLogarithmic: isLogarithmic, condition: condition)
    }

    fileprivate func draw(using stream: inout RandomStream) -> Setting {
      law?.draw(using: &stream) ?? values[stream.uniform(below: values.count)]
    }
  }

  let dimensions: [Dimension]
  private let root: UInt64

  /// Reads the `parameters` of a search.
  ///
  /// - Parameters:
  ///   - keys: Its keys in the order of the file.
  ///   - root: The root seed.
  init(_ setting: Setting?, keys: [String], root: UInt64) throws(SettingProblem) {
    guard let fields = setting?.fields, !fields.isEmpty else {
      throw SettingProblem(
        "a search needs parameters to draw; write {\"algorithm.alpha\": {log: [0.01, 1]}}", at: ".parameters")
    }
    let order = fields.map(\.key).sorted { a, b in
      (keys.firstIndex(of: a) ?? .max, a) < (keys.firstIndex(of: b) ?? .max, b)
    }
    var dimensions: [Dimension] = []
    for key in order {
      dimensions.append(
        try SettingProblem.at(".parameters") { () throws(SettingProblem) in
          try Self.dimension(key, fields.first { $0.key == key }!.value, root: root)
        })
    }
    self.dimensions = dimensions
    self.root = root
  }

  private static func dimension(
    _ path: String, _ setting: Setting, root: UInt64
  ) throws(SettingProblem) -> Dimension {
    if path.hasPrefix("budget.") || path.hasPrefix("record.") {
      throw SettingProblem(
        "a search draws what an algorithm or an environment is made of; begin with \"algorithm.\" or \"environment.\"",
        at: ".\(path)")
    }
    let inner = setting["values"] ?? setting
    var law: AxisLaw?
    var checked = setting
    if let fields = inner.fields, fields.count == 1, fields[0].value.elements?.count == 2 {
      let place = setting["values"] == nil ? ".\(path)" : ".\(path).values"
      law = try SettingProblem.at(place) { () throws(SettingProblem) in try AxisLaw(inner) }
      // An axis of one value has the same path and the same condition.
      let drawn = Setting.object([.init("random", inner), .init("n", .integer(1))])
      checked = setting["values"] == nil ? drawn : setting.setting(["values"], to: drawn)
    }
    let axis = try SweepAxes.axis(path, checked, root: root)
    return Dimension(
      path: path, law: law, values: axis.values, isLogarithmic: axis.isLogarithmic, condition: axis.condition)
  }

  /// Draws configurations, laid over a base, each different from all before; fewer where there are not as many.
  func draw(_ count: Int, over base: Setting) -> [(tree: Setting, values: [Setting?])] {
    var streams = dimensions.map {
      RandomStream(root: root ^ Fingerprint.hash($0.path), index: 0, component: "search")
    }
    var points: [(tree: Setting, values: [Setting?])] = []
    var seen: Set<String> = []
    var misses = 0
    while points.count < count && misses < 1000 + 10 * count {
      let groups = dimensions.indices.map { [dimensions[$0].axis([dimensions[$0].draw(using: &streams[$0])])] }
      let point = SweepAxes(groups: groups).points(over: base)[0]
      if seen.insert(point.tree.description).inserted {
        points.append(point)
      } else {
        misses += 1
      }
    }
    return points
  }
}
