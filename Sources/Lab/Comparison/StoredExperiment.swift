import Foundation
import RLCore

/// A results folder as it stands on disk, made by this version of the program or an older one.
struct StoredExperiment: Sendable {
  /// One variant as `experiment.json` describes it.
  struct Variant: Sendable {
    let name: String
    let hash: String
    let environment: Setting
    let algorithm: Setting
    let budget: Budget?
    /// J* and the return of the uniformly random policy, discounted by the algorithm's `gamma`; nil where unknown.
    let optimalReturn: Double?
    let uniformReturn: Double?
    /// The name that the configuration's list of variants gives it, if it has one.
    let givenName: String?
    /// What its algorithm is for; nil in folders that do not say it.
    let kind: AlgorithmEntry.Kind?

    var algorithmID: String { algorithm["id"]?.text ?? "" }
    var environmentID: String { environment["id"]?.text ?? "" }
    var gamma: Double? { algorithm["gamma"]?.number }

    /// The value of a swept path, if the path leads anywhere.
    func value(at path: String) -> Setting? {
      let parts = path.split(separator: ".").map(String.init)
      switch parts.first {
      case "environment": return environment.value(at: Array(parts.dropFirst()))
      case "algorithm": return algorithm.value(at: Array(parts.dropFirst()))
      case "budget": return parts.count == 2 && parts[1] == budget?.unit.rawValue ? .integer(budget!.count) : nil
      default: return nil
      }
    }
  }

  /// A trial that failed.
  struct FailedTrial: Sendable, Hashable {
    let variant: String
    let seed: UInt64
  }

  /// One trial's curve of one metric. Points without a value are left out.
  struct Curve: Sendable, Equatable {
    let seed: UInt64
    let x: [Double]
    let y: [Double]
  }

  let path: String
  let name: String
  let root: Int?
  /// The seeds that were planned.
  let seeds: [UInt64]
  let variants: [Variant]
  let columns: [Experiment.SweptColumn]
  let configuration: Setting
  let program: String?
  /// The trials that failed: their curves break off, and count nowhere.
  let failed: Set<FailedTrial>
  /// Whether the folder was finished when it was last written.
  let isComplete: Bool

  /// Reads `experiment.json` of a folder.
  ///
  /// - Throws: ``LabError``: 66 where there is no such folder, 65 where it holds no results.
  init(_ path: String) throws(LabError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw LabError(.noInput, "\(path): there is no such folder or file; check the path")
    }
    let file = path + "/experiment.json"
    guard isFolder.boolValue, FileManager.default.fileExists(atPath: file) else {
      throw LabError(.data, "\(path): this is no results folder, experiment.json is missing; name what -o named")
    }
    let tree: Setting
    do throws(LabError) {
      tree = try ConfigurationFile.read(file).root
    } catch { throw LabError(error.kind, "\(path): \(error.message)") }
    guard let elements = tree["variants"]?.elements, let seeds = tree["seeds"]?.elements else {
      throw LabError(
        .data, "\(file): this describes no experiment, \"variants\" or \"seeds\" are missing; run it again")
    }
    self.path = path
    configuration = tree["configuration"] ?? .table([])
    name = tree["name"]?.text ?? URL(fileURLWithPath: path).lastPathComponent
    root = tree["seed"]?.whole
    self.seeds = seeds.compactMap { $0.whole.flatMap { UInt64(exactly: $0) } }
    program = tree["version"]?.text
    isComplete = tree["wall_time"]?.number != nil
    failed = Set(
      (tree["failures"]?.elements ?? []).compactMap { entry in
        guard let variant = entry["variant"]?.text, let seed = entry["seed"]?.whole else { return nil }
        return UInt64(exactly: seed).map { FailedTrial(variant: variant, seed: $0) }
      })
    columns = (tree["swept"]?.elements ?? []).compactMap { entry in
      guard let path = entry["path"]?.text, let column = entry["column"]?.text else { return nil }
      return .init(path: path, name: column, isLogarithmic: entry["scale"]?.text == "log")
    }
    let givenNames = (configuration["variants"]?.elements ?? []).compactMap { $0["name"]?.text }
    var variants: [Variant] = []
    for (index, element) in elements.enumerated() {
      guard let variant = Variant(element, givenNames: givenNames) else {
        throw LabError(.data, "\(file): variants[\(index)]: name, environment or algorithm is missing; run it again")
      }
      variants.append(variant)
    }
    self.variants = variants
  }

  var curvesPath: String { path + "/curves.csv" }

  /// What can be read of the curves without reading them: the columns of the file.
  func reader() throws(LabError) -> CurvesReader {
    guard FileManager.default.fileExists(atPath: curvesPath) else {
      throw LabError(.data, "\(path): this is no results folder, curves.csv is missing; run the experiment again")
    }
    return try CurvesReader(curvesPath)
  }

  /// The curves of one metric: for each variant its trials, in the order of the file.
  ///
  /// - Parameters:
  ///   - metric: A column of the file.
  ///   - axis: `iteration`, `episode` or `step`; nil for what each variant's budget counts.
  ///   - workers: How many pieces of the file are read side by side.
  func curves(_ metric: String, axis: String? = nil, workers: Int) async throws(LabError) -> [[Curve]] {
    let reader = try reader()
    let axes = variants.map { axis ?? $0.budget?.axis ?? "step" }
    let wanted = ["iteration", "episode", "step"].filter(axes.contains)
    // A line break inside a name would look like the end of a row to a reader that begins in the middle.
    let isPlain = !variants.contains { $0.name.contains("\n") || $0.name.contains("\"") }
    var places: [String: Int] = [:]
    for (index, variant) in variants.enumerated() { places[variant.name] = index }
    var curves = [[Curve]](repeating: [], count: variants.count)
    var seen = [Set<UInt64>](repeating: [], count: variants.count)
    for trial in try await reader.trials(wanted + [metric], workers: isPlain ? workers : 1) {
      guard let index = places[trial.labels[0]] else {
        throw LabError(
          .data,
          "\(curvesPath): experiment.json has no variant \"\(trial.labels[0])\"; the files belong to different runs")
      }
      if !seen[index].insert(trial.seed).inserted {
        throw LabError(
          .data, "\(curvesPath): \(trial.labels[0]), seed \(trial.seed) comes twice; keep one of its curves")
      }
      if failed.contains(.init(variant: trial.labels[0], seed: trial.seed)) { continue }
      let x = trial.columns[wanted.firstIndex(of: axes[index])!]
      let y = trial.columns[wanted.count]
      let present = y.indices.filter { !y[$0].isNaN && !x[$0].isNaN }
      let curve =
        present.count == y.count
        ? Curve(seed: trial.seed, x: x, y: y)
        : Curve(seed: trial.seed, x: present.map { x[$0] }, y: present.map { y[$0] })
      curves[index].append(curve)
    }
    return curves
  }

  /// The swept values of a variant, by column; a column whose path means nothing to it is left out.
  func sweptText(_ variant: Variant) -> [(column: String, text: String)] {
    columns.compactMap { column in
      guard let value = variant.value(at: column.path) else { return nil }
      return (column.name, value.text ?? value.description)
    }
  }
}

extension StoredExperiment.Variant {
  init?(_ element: Setting, givenNames: [String]) {
    guard let name = element["name"]?.text, let environment = element["environment"],
      let algorithm = element["algorithm"]
    else { return nil }
    self.name = name
    hash = element["hash"]?.text ?? ""
    self.environment = environment.withID
    self.algorithm = algorithm.withID
    budget =
      Budget.Unit.allCases.compactMap { unit in
        element["budget"]?[unit.rawValue]?.whole.map { Budget(unit, $0) }
      }.first
    kind = element["kind"]?.text.flatMap(AlgorithmEntry.Kind.init(rawValue:))
    optimalReturn = element["constants"]?["optimal_return"]?.number
    uniformReturn = element["constants"]?["uniform_policy_return"]?.number
    givenName = givenNames.filter { name == $0 || name.hasPrefix($0 + " ") }.max { $0.count < $1.count }
  }
}

extension Budget {
  /// The column of `curves.csv` that counts the budget's unit.
  var axis: String {
    switch unit {
    case .iterations: "iteration"
    case .episodes: "episode"
    case .steps: "step"
    }
  }
}
