import RLCore

/// Parameters that say what linear methods see of their task.
public enum FeatureParameters {
  /// What is made of an observation.
  public enum Choice: Sendable, Equatable {
    /// One-hot for numbered states, tiles for vectors.
    case automatic
    /// A kind, by its name.
    case named(String)
    /// A row of numbers for each state.
    case matrix([[Double]])
  }

  private static let words = ["one-hot", "aggregation", "tile-coding", "polynomial", "fourier", "baird"]

  /// What features are made of.
  public static let features = Parameter<Choice>(
    "features", symbol: "x(s)", type: "word, rows of numbers, or null", default: .null,
    range: words.map { "\"\($0)\"" }.joined(separator: ", ") + ", or one row of numbers a state",
    "what values are linear in; null for one-hot where states are numbered and tile-coding where they are vectors"
  ) { setting throws(SettingProblem) in try choice(setting) }
  /// How many groups an aggregation has.
  public static let groups = Parameter<Int>.integer(
    "groups", default: 10, in: 1...1_000_000, "aggregation: how many groups of neighbours in each dimension")
  /// How many grids of tiles.
  public static let tilings = Parameter<Int>.integer(
    "tilings", default: 8, in: 1...100_000, "tile-coding: how many grids lie over each other")
  /// How many tiles a grid has in each dimension.
  public static let tiles = Parameter<Int>.integer(
    "tiles", default: 8, in: 1...1_000_000, "tile-coding: how many tiles fill the range of each dimension")
  /// The order of polynomials and Fourier features.
  public static let order = Parameter<Int>.integer(
    "order", symbol: "n", default: 5, in: 0...10_000, "polynomial and fourier: the greatest factor in each dimension")
  /// The bounds of observations.
  public static let ranges = Parameter<[ClosedRange<Double>]?>(
    "ranges", type: "list of pairs or null", default: .null, range: "[[low, high], ...], low < high",
    "between which bounds each number of an observation is looked at; null for the task's own"
  ) { setting throws(SettingProblem) in try bounds(setting) }
  /// Where weights begin.
  public static let initialWeights = Parameter<[Double]>(
    "initial_weights", symbol: "w₀", type: "number or list of numbers", default: .integer(0), range: "(-∞, ∞)",
    "what weights begin with: all the same, or one number a feature"
  ) { setting throws(SettingProblem) in
    guard let elements = setting.elements else { return [try Interval.finite.number(setting)] }
    if elements.isEmpty { throw SettingProblem("the list has no numbers; give one a feature") }
    return try elements.read(Interval.finite.number)
  }
  /// The step size.
  public static let alpha = Parameter<Schedule>.schedule(
    "alpha", symbol: "α", default: 0.01, in: .positive,
    "step size of the weights, as it is: with tile-coding one divides it by the tilings")
  /// The behaviour of off-policy prediction.
  public static let behavior = Parameter<PolicySpecification?>(
    "behavior", symbol: "b", type: "word, rows of probabilities, actions, or null", default: .null,
    range: "\"uniform\", one row a state, or one action number a state",
    "the policy that acts, which takes every action that the policy may take; null for the policy itself"
  ) { setting throws(SettingProblem) in setting == .null ? nil : try PolicySpecification(setting) }

  /// What every linear method declares.
  public static let declarations = [
    features.declaration, groups.declaration, tilings.declaration, tiles.declaration, order.declaration,
    ranges.declaration, initialWeights.declaration,
  ]

  private static func choice(_ setting: Setting) throws(SettingProblem) -> Choice {
    if setting == .null { return .automatic }
    if let text = setting.text {
      guard words.contains(text) else {
        let hint = Spelling.hint(for: text, among: words, otherwise: "write one of them")
        throw SettingProblem("\"\(text)\" is none of \(words.map { "\"\($0)\"" }.joined(separator: ", ")); \(hint)")
      }
      return .named(text)
    }
    guard let rows = setting.elements, !rows.isEmpty else {
      throw SettingProblem("\(setting) is \(setting.kind); write a word or a list of rows of numbers")
    }
    var numbers: [[Double]] = []
    for (index, row) in rows.enumerated() {
      guard let elements = row.elements, !elements.isEmpty else {
        throw SettingProblem("\(row) is \(row.kind); write a list of numbers", at: "[\(index)]")
      }
      guard elements.count == rows[0].elements?.count else {
        throw SettingProblem("the row has \(elements.count) numbers, the first one another number", at: "[\(index)]")
      }
      numbers.append(
        try SettingProblem.at("[\(index)]") { () throws(SettingProblem) in try elements.read(Interval.finite.number) })
    }
    return .matrix(numbers)
  }

  private static func bounds(_ setting: Setting) throws(SettingProblem) -> [ClosedRange<Double>]? {
    if setting == .null { return nil }
    guard let pairs = setting.elements, !pairs.isEmpty else {
      throw SettingProblem("\(setting) is \(setting.kind); write [[low, high], ...] or null")
    }
    var ranges: [ClosedRange<Double>] = []
    for (index, pair) in pairs.enumerated() {
      guard let ends = pair.elements, ends.count == 2, let low = ends[0].number, let high = ends[1].number,
        low.isFinite, high.isFinite, low < high, (high - low).isFinite
      else { throw SettingProblem("\(pair) is no range; write [low, high] with low < high", at: "[\(index)]") }
      ranges.append(low...high)
    }
    return ranges
  }

  /// What features are made of, for a task.
  ///
  /// - Parameters:
  ///   - settings: Those declared here.
  ///   - states: How many numbered states there are; nil for vectors.
  ///   - bounds: The bounds of what is observed.
  public static func basis(
    _ settings: Settings, states: Int?, bounds: [ClosedRange<Double>]
  ) throws(SettingProblem) -> FeatureBasis {
    var ranges = bounds
    if let given = settings[ranges_] {
      if states != nil { throw SettingProblem("states are numbered here; leave this out", at: ".ranges") }
      if !bounds.isEmpty && given.count != bounds.count {
        throw SettingProblem("there are \(given.count) ranges for \(bounds.count) numbers", at: ".ranges")
      }
      ranges = given
    }
    let name: String
    switch settings[features] {
    case .automatic: name = states == nil ? "tile-coding" : "one-hot"
    case .named(let word): name = word
    case .matrix(let rows):
      guard let states else {
        throw SettingProblem("a row a state needs numbered states; write \"tile-coding\"", at: ".features")
      }
      return try FeatureBasis(.matrix(rows), ranges: [0...Double(states - 1)], isNumbered: true)
    }
    if name == "one-hot" || name == "baird" {
      guard let states else {
        throw SettingProblem("\"\(name)\" is for numbered states; write \"tile-coding\"", at: ".features")
      }
      return try FeatureBasis(name == "baird" ? .baird : .oneHot, ranges: [0...Double(states - 1)], isNumbered: true)
    }
    if ranges.isEmpty || ranges.contains(where: { !$0.upperBound.isFinite || !$0.lowerBound.isFinite }) {
      throw SettingProblem("the task gives no bounds of its observations; write [[low, high], ...]", at: ".ranges")
    }
    let kind: FeatureBasis.Kind =
      switch name {
      case "aggregation": .aggregation(groups: settings[groups])
      case "tile-coding": .tileCoding(tilings: settings[tilings], tiles: settings[tiles])
      case "polynomial": .polynomial(order: settings[order])
      default: .fourier(order: settings[order])
      }
    return try FeatureBasis(kind, ranges: ranges, isNumbered: states != nil)
  }

  private static var ranges_: Parameter<[ClosedRange<Double>]?> { ranges }
}

extension LearnerContext {
  /// The features of the task.
  ///
  /// - Throws: ``SettingProblem`` where it has none.
  func requiredFeatures() throws(SettingProblem) -> FeatureTable {
    guard let features else { throw SettingProblem("the method needs features, and the task gives none") }
    return features
  }
}

extension Settings {
  /// The weights that a method begins with.
  func initialWeights(_ features: FeatureTable, vectors: Int = 1) throws(SettingProblem) -> Table<Double> {
    let given = self[FeatureParameters.initialWeights]
    guard given.count == 1 || given.count == features.featureCount else {
      throw SettingProblem(
        "there are \(given.count) weights for \(features.featureCount) features; give as many, or one number",
        at: ".initial_weights")
    }
    let weights = Table(features.featureCount * vectors, repeating: given[0])
    if given.count > 1 {
      for vector in 0..<vectors {
        for (k, number) in given.enumerated() { weights[vector * given.count + k] = number }
      }
    }
    return weights
  }
}
