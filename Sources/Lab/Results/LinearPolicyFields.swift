import Algorithms
import RLCore

/// What a policy file says of a linear policy: see docs/policy-file.md.
extension PolicyFile {
  private static let kinds = ["aggregation", "tile-coding", "polynomial", "fourier"]

  /// The file's keys and what stands there.
  static func fields(of archive: LinearArchive) -> [(String, String)] {
    let numbers: [(String, Int)]
    let kind: String
    switch archive.basis.kind {
    case .aggregation(let groups): (kind, numbers) = ("aggregation", [("groups", groups)])
    case .tileCoding(let tilings, let tiles):
      (kind, numbers) = ("tile-coding", [("tilings", tilings), ("tiles", tiles)])
    case .polynomial(let order): (kind, numbers) = ("polynomial", [("order", order)])
    case .fourier(let order): (kind, numbers) = ("fourier", [("order", order)])
    case .oneHot, .baird, .matrix: preconditionFailure("features of numbered states on a task that is a vector")
    }
    let ranges = rows(archive.basis.ranges.flatMap { [$0.lowerBound, $0.upperBound] }, width: 2)
    let basis =
      ["\"kind\": \"\(kind)\""] + numbers.map { "\"\($0.0)\": \($0.1)" } + ["\"ranges\": \(ranges)"]
    return [
      ("kind", "\"linear\""), ("head", Setting.text(archive.head.rawValue).json),
      ("actions", "{\"discrete\": \(archive.actionCount)}"), ("basis", "{\(basis.joined(separator: ", "))}"),
      ("epsilon", "\(archive.epsilon)"), ("temperature", archive.temperature.map { "\($0)" } ?? "null"),
      ("weights", weights(of: archive)),
    ]
  }

  /// A row of numbers for each action; where most are the same, that number, and the places and numbers of the others.
  private static func weights(of archive: LinearArchive) -> String {
    let width = archive.basis.featureCount
    guard let usual = majority(archive.weights) else { return rows(archive.weights, width: width) }
    let lines = stride(from: 0, to: archive.weights.count, by: width).map { first -> String in
      let others = (0..<width).filter { archive.weights[first + $0] != usual }
      let places = others.map(String.init).joined(separator: ", ")
      let numbers = others.map { "\(archive.weights[first + $0])" }.joined(separator: ", ")
      return "{\"usual\": \(usual), \"places\": [\(places)], \"numbers\": [\(numbers)]}"
    }
    return "[" + lines.joined(separator: ",\n    ") + "]"
  }

  /// The number that most entries are, if more than three of four are the same.
  private static func majority(_ numbers: [Double]) -> Double? {
    // Boyer & Moore's vote: the only number that can be more than half of them.
    var (candidate, votes) = (0.0, 0)
    for number in numbers {
      if votes == 0 { candidate = number }
      votes += number == candidate ? 1 : -1
    }
    return numbers.count { $0 == candidate } > numbers.count / 4 * 3 ? candidate : nil
  }

  private static func weights(_ tree: Setting, rows: Int, width: Int) throws(SettingProblem) -> [Double] {
    guard let lines = tree["weights"]?.elements, lines.first?["places"] != nil else {
      return try numbers(tree, "weights", rows: rows, width: width)
    }
    guard lines.count == rows else {
      throw SettingProblem("it has \(lines.count) rows; \(rows) belong here", at: ".weights")
    }
    var weights: [Double] = []
    for (row, line) in lines.enumerated() {
      try SettingProblem.at(".weights[\(row)]") { () throws(SettingProblem) in
        guard let usual = line["usual"]?.number, usual.isFinite else {
          throw SettingProblem("write what most weights are", at: ".usual")
        }
        let places = line["places"]?.elements ?? []
        let numbers = try numbers(line, "numbers", rows: 1, width: places.count)
        weights += [Double](repeating: usual, count: width)
        for (place, number) in zip(places, numbers) {
          let place = try SettingProblem.at(".places") { () throws(SettingProblem) in
            try Interval.whole(place, in: 0...width - 1)
          }
          weights[row * width + place] = number
        }
      }
    }
    return weights
  }

  /// The policy that a file holds.
  static func linear(_ tree: Setting) throws(SettingProblem) -> LinearArchive {
    let head = try word(tree, "head", LinearArchive.Head.allCases.map(\.rawValue))
    let actions = try whole(tree["actions"] ?? .null, "discrete", in: 1...1_000_000)
    let basis = try basis(tree["basis"] ?? .null)
    guard Double(actions) * Double(basis.featureCount) <= 1e8 else {
      throw SettingProblem("\(actions) actions with \(basis.featureCount) features each are too many", at: ".actions")
    }
    let weights = try weights(tree, rows: actions, width: basis.featureCount)
    let temperature = tree["temperature"]?.number
    return LinearArchive(
      head: .init(rawValue: head)!, basis: basis, actionCount: actions, weights: weights,
      epsilon: min(1, max(0, tree["epsilon"]?.number ?? 0)),
      temperature: temperature.flatMap { $0 > 0 && $0.isFinite ? $0 : nil })
  }

  private static func word(_ tree: Setting, _ key: String, _ words: [String]) throws(SettingProblem) -> String {
    guard let given = tree[key]?.text, words.contains(given) else {
      throw SettingProblem("write one of \(words.map { "\"\($0)\"" }.joined(separator: ", "))", at: ".\(key)")
    }
    return given
  }

  private static func basis(_ tree: Setting) throws(SettingProblem) -> FeatureBasis {
    try SettingProblem.at(".basis") { () throws(SettingProblem) in
      guard let pairs = tree["ranges"]?.elements, (1...100).contains(pairs.count) else {
        throw SettingProblem("write [[low, high], ...], one pair a number observed", at: ".ranges")
      }
      let ends = try numbers(tree, "ranges", rows: pairs.count, width: 2)
      let ranges = try (0..<pairs.count).map { k throws(SettingProblem) in
        guard ends[2 * k] < ends[2 * k + 1] else { throw SettingProblem("low is not below high", at: ".ranges[\(k)]") }
        return ends[2 * k]...ends[2 * k + 1]
      }
      let kind: FeatureBasis.Kind =
        switch try word(tree, "kind", kinds) {
        case "aggregation": .aggregation(groups: try whole(tree, "groups", in: 1...1_000_000))
        case "tile-coding":
          .tileCoding(
            tilings: try whole(tree, "tilings", in: 1...100_000), tiles: try whole(tree, "tiles", in: 1...1_000_000))
        case "polynomial": .polynomial(order: try whole(tree, "order", in: 0...10_000))
        default: .fourier(order: try whole(tree, "order", in: 0...10_000))
        }
      return try FeatureBasis(kind, ranges: ranges, isNumbered: false)
    }
  }
}
