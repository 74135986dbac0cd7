#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import RLCore

/// The axes of a sweep, and the points of their product.
///
/// An axis is a dotted path with its values: a list, `{linear: [a, b, n]}`, `{log: [a, b, n]}`, `{random: {log: [a, b]}, n: 20}` (or `linear`,
/// or `integer`), or `{values: AXIS, when: {path: value or list}}` for an axis that applies only where another has a given value. Under the
/// key `zip` stands an object of axes of equal length that move together, or a list of such objects.
struct SweepAxes {
  /// The most parts of a dotted path.
  static let deepestPath = 50

  /// One path with its values.
  struct Axis: Sendable {
    let path: String
    let values: [Setting]
    let isLogarithmic: Bool
    let condition: [(path: String, allowed: [Setting])]
  }

  /// Axes that move together; most have one member.
  let groups: [[Axis]]

  /// Axes that were made elsewhere.
  init(groups: [[Axis]]) { self.groups = groups }

  /// The points of the product, or more where an axis does not apply everywhere.
  var pointCount: Double { groups.reduce(1) { $0 * Double($1[0].values.count) } }

  /// All axes, in the order in which they stand.
  var axes: [Axis] { groups.flatMap { $0 } }

  /// The columns that the axes fill, each under the last part of its path where that says enough.
  var columns: [Experiment.SweptColumn] {
    let axes = self.axes.filter { $0.path != "algorithm.id" && $0.path != "environment.id" }
    func last(_ axis: Axis) -> String { axis.path.split(separator: ".").last.map(String.init)! }
    return axes.map { axis in
      let name = last(axis)
      let clashes = axes.filter { last($0) == name }.count > 1
      let isReserved =
        ["variant", "environment", "algorithm", "seed", "iteration", "episode", "step", "metric"].contains(name)
        || Metric(rawValue: name) != nil
      return Experiment.SweptColumn(
        path: axis.path, name: clashes || isReserved ? axis.path : name, isLogarithmic: axis.isLogarithmic)
    }
  }

  /// Reads the `sweep` object.
  ///
  /// - Parameters:
  ///   - setting: The object.
  ///   - keys: Its keys in the order of the file.
  ///   - root: The root seed, from which random axes draw.
  init(_ setting: Setting, keys: [String], root: UInt64) throws(SettingProblem) {
    guard let fields = setting.fields else {
      throw SettingProblem("\(setting) is \(setting.kind); write an object of axes: {\"algorithm.alpha\": [0.1, 0.5]}")
    }
    var groups: [[Axis]] = []
    let order = fields.map(\.key).sorted { a, b in
      (keys.firstIndex(of: a) ?? .max, a) < (keys.firstIndex(of: b) ?? .max, b)
    }
    for key in order {
      let value = setting[key]!
      if key == "zip" {
        for (index, bundle) in (value.elements ?? [value]).enumerated() {
          groups.append(try Self.zipped(bundle, at: value.elements == nil ? ".zip" : ".zip[\(index)]", root: root))
        }
      } else {
        groups.append([try Self.axis(key, value, root: root)])
      }
    }
    self.groups = groups
    var seen: Set<String> = []
    for axis in axes where !seen.insert(axis.path).inserted {
      throw SettingProblem("the path stands in two axes; keep one", at: ".\(axis.path)")
    }
  }

  private static func zipped(_ setting: Setting, at place: String, root: UInt64) throws(SettingProblem) -> [Axis] {
    guard let fields = setting.fields, !fields.isEmpty else {
      let what = setting.fields == nil ? "\(setting) is \(setting.kind)" : "the object is empty"
      throw SettingProblem("\(what); write an object of axes of equal length", at: place)
    }
    var axes: [Axis] = []
    for field in fields { axes.append(try axis(field.key, field.value, root: root, place: place, mayRepeat: true)) }
    for axis in axes where axis.values.count != axes[0].values.count {
      throw SettingProblem(
        "\"\(axes[0].path)\" has \(axes[0].values.count) values and \"\(axis.path)\" has \(axis.values.count); zip needs equally many; give as many of each",
        at: place)
    }
    // A value may come again on one axis, beside another value on another: what may not come again is the whole.
    var seen: Set<[String]> = []
    for index in 0..<axes[0].values.count where !seen.insert(axes.map { $0.values[index].description }).inserted {
      throw SettingProblem("the values at [\(index)] come twice; keep one", at: place)
    }
    return axes
  }

  /// Reads one axis.
  static func axis(
    _ path: String, _ setting: Setting, root: UInt64, place: String = "", mayRepeat: Bool = false
  ) throws(SettingProblem) -> Axis {
    let place = place + "." + path
    let parts = path.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 2, parts.count <= SweepAxes.deepestPath, !parts.contains(""), let first = parts.first,
      ["environment", "algorithm", "budget", "record"].contains(first)
    else {
      throw SettingProblem(
        "\"\(path)\" is no path that can be swept; begin with \"environment.\", \"algorithm.\", \"budget.\" or \"record.\"",
        at: place)
    }
    do throws(SettingProblem) {
      if setting["values"] != nil || setting["when"] != nil {
        for field in setting.fields! where field.key != "values" && field.key != "when" {
          throw SettingProblem("a conditional axis has no \"\(field.key)\"; it has: values, when", at: ".\(field.key)")
        }
        guard let values = setting["values"], let condition = setting["when"]?.fields else {
          throw SettingProblem(
            "a conditional axis needs \"values\" and \"when\"; write {values: [...], when: {path: value}}")
        }
        let (list, isLogarithmic) = try self.values(values, path: path, root: root, mayRepeat: mayRepeat)
        return Axis(
          path: path, values: list, isLogarithmic: isLogarithmic,
          condition: condition.map { ($0.key, $0.value.elements ?? [$0.value]) })
      }
      let (list, isLogarithmic) = try self.values(setting, path: path, root: root, mayRepeat: mayRepeat)
      return Axis(path: path, values: list, isLogarithmic: isLogarithmic, condition: [])
    } catch { throw SettingProblem(error.message, at: place + error.place) }
  }

  private static func values(
    _ setting: Setting, path: String, root: UInt64, mayRepeat: Bool
  ) throws(SettingProblem) -> (values: [Setting], isLogarithmic: Bool) {
    if let elements = setting.elements {
      if elements.isEmpty { throw SettingProblem("the list is empty; give at least one value") }
      var seen: Set<String> = []
      for (index, element) in elements.enumerated() where !mayRepeat && !seen.insert(element.description).inserted {
        throw SettingProblem("\(element) comes twice; keep one", at: "[\(index)]")
      }
      return (elements, false)
    }
    let help = "write a list, {linear: [a, b, n]}, {log: [a, b, n]} or {random: {log: [a, b]}, n: 20}"
    guard let fields = setting.fields else { throw SettingProblem("\(setting) is \(setting.kind); \(help)") }
    if let random = setting["random"] {
      for field in fields where field.key != "random" && field.key != "n" {
        throw SettingProblem("a random axis has no \"\(field.key)\"; it has: random, n", at: ".\(field.key)")
      }
      guard let count = setting["n"] else {
        throw SettingProblem("a random axis needs \"n\", how many values to draw; add n: 20")
      }
      let n = try Interval.whole(count, in: 1...100_000)
      return try randomValues(random, count: n, path: path, root: root)
    }
    guard fields.count == 1, fields[0].key == "linear" || fields[0].key == "log" else {
      let hint = fields.first.flatMap {
        Spelling.suggestion(for: $0.key, among: ["linear", "log", "random", "values"])
      }
      throw SettingProblem(
        "\(setting) is no axis; " + (hint.map { $0 != fields[0].key ? "did you mean \"\($0)\"? " : "" } ?? "") + help)
    }
    let isLogarithmic = fields[0].key == "log"
    guard let ends = fields[0].value.elements, ends.count == 3, let a = ends[0].number, let b = ends[1].number,
      a.isFinite, b.isFinite
    else {
      throw SettingProblem(
        "\(fields[0].value) does not span an axis; write {\(fields[0].key): [first, last, how many]}")
    }
    let n = try Interval.whole(ends[2], in: 1...100_000)
    if max(a.magnitude, b.magnitude) > 1e300 {
      throw SettingProblem("the ends \(a) and \(b) are too far out; give smaller ones")
    }
    if isLogarithmic && !(a > 0 && b > 0) {
      throw SettingProblem("a log axis needs ends above 0; it has \(a) and \(b)")
    }
    if n == 1 && a != b { throw SettingProblem("one value cannot reach from \(a) to \(b); give at least 2") }
    let values = (0..<n).map { k -> Setting in
      if k == 0 { return AxisLaw.simplified(a) }
      if k == n - 1 { return AxisLaw.simplified(b) }
      let t = Double(k) / Double(n - 1)
      return AxisLaw.simplified(
        isLogarithmic ? AxisLaw.rounded(exp(log(a) + (log(b) - log(a)) * t)) : AxisLaw.rounded(a + (b - a) * t))
    }
    return (values, isLogarithmic)
  }

  private static func randomValues(
    _ setting: Setting, count: Int, path: String, root: UInt64
  ) throws(SettingProblem) -> (values: [Setting], isLogarithmic: Bool) {
    let law = try AxisLaw(setting)
    var stream = RandomStream(root: root ^ Fingerprint.hash(path), index: 0, component: "sweep")
    var values: [Setting] = []
    var seen: Set<String> = []
    var tries = 0
    while values.count < count {
      let value = law.draw(using: &stream)
      tries += 1
      if seen.insert(value.description).inserted { values.append(value) }
      if tries > 100 * count {
        throw SettingProblem(
          "there are fewer than \(count) different values in [\(law.low), \(law.high)]; give a smaller n")
      }
    }
    return (values, law.kind == .log)
  }

  /// Every point of the product over a base configuration: the values of the axes (nil where one does not apply), laid over the base.
  func points(over base: Setting) -> [(tree: Setting, values: [Setting?])] {
    var points: [(tree: Setting, values: [Setting?])] = [(base, [])]
    for group in groups {
      var next: [(tree: Setting, values: [Setting?])] = []
      for point in points {
        let applies = group.map { axis in
          axis.condition.allSatisfy { condition in
            point.tree.value(at: condition.path.split(separator: ".").map(String.init)).map { value in
              condition.allowed.contains { $0.description == value.description }
            } ?? false
          }
        }
        if !applies.contains(true) {
          next.append((point.tree, point.values + group.map { _ in nil }))
          continue
        }
        for index in 0..<group[0].values.count {
          var tree = point.tree
          var values = point.values
          for (axis, applies) in zip(group, applies) {
            if applies {
              tree = tree.setting(axis.path.split(separator: ".").map(String.init)[...], to: axis.values[index])
            }
            values.append(applies ? axis.values[index] : nil)
          }
          next.append((tree, values))
        }
      }
      points = next
    }
    return points
  }
}
