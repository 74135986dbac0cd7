import Foundation
import RLCore

/// The folder of one experiment: who may write into it, and what stands in it.
struct ResultsFolder {
  let path: String
  let experiment: Experiment

  /// Where unfinished business is kept.
  var trialsPath: String { path + "/.trials" }

  /// The files that belong to an experiment.
  static let files = ["experiment.json", "curves.csv", "summary.csv", "values.csv"]

  private static let schema = "rl-lab-experiment/1"

  /// Takes the folder for the experiment.
  ///
  /// - Parameters:
  ///   - overwrite: Whether results of another configuration are thrown away.
  ///   - isPartOfSearch: Whether what is held may be more of the same configuration.
  /// - Throws: ``LabError`` (73) where it holds another configuration's results or cannot be written.
  func claim(overwrite: Bool, start: Date, isPartOfSearch: Bool = false) throws(LabError) -> Journal {
    try Output.makeFolder(path)
    if let held = try heldVariants() {
      let planned = Set(experiment.variants.map(\.hash))
      let seeds = Set(experiment.seeds.map { Int($0) })
      let isSame = isPartOfSearch && held.configuration == experiment.configuration.description
      let isExtension = (isSame || held.variants.isSubset(of: planned)) && held.seeds.isSubset(of: seeds)
      if !isExtension {
        if !overwrite {
          throw LabError(
            .cannotWrite,
            "\(path): the folder holds results of another configuration; choose another with -o, or throw them away with --overwrite"
          )
        }
        try clear()
      } else if overwrite {
        try clear()
      }
    } else if FileManager.default.fileExists(atPath: path + "/curves.csv") && !overwrite {
      throw LabError(
        .cannotWrite,
        "\(path): the folder holds files that are not this program's; choose another with -o, or replace them with --overwrite"
      )
    }
    try Output.makeFolder(trialsPath)
    let journal = try Journal(folder: trialsPath)
    try writeDescription(start: start, wallTime: nil)
    return journal
  }

  private func heldVariants() throws(LabError) -> (variants: Set<String>, seeds: Set<Int>, configuration: String)? {
    let file = path + "/experiment.json"
    guard FileManager.default.fileExists(atPath: file) else { return nil }
    guard let document = try? ConfigurationFile.read(file), document.root["schema"]?.text == Self.schema,
      let variants = document.root["variants"]?.elements,
      let seeds = document.root["seeds"]?.elements
    else { return (["unreadable"], [], "") }
    return (
      Set(variants.compactMap { $0["hash"]?.text }), Set(seeds.compactMap(\.whole)),
      document.root["configuration"]?.description ?? ""
    )
  }

  private func clear() throws(LabError) {
    let folders = [".trials", SlurmLauncher.folder, PolicyFiles.folder, EventFolder.folder, Confirmation.folder]
    for name in Self.files + SearchReport.files + folders {
      let item = path + "/" + name
      guard FileManager.default.fileExists(atPath: item) else { continue }
      do {
        try FileManager.default.removeItem(atPath: item)
      } catch { throw LabError(.cannotWrite, "\(item): cannot be removed; check its permissions") }
    }
  }

  /// Writes `experiment.json`.
  ///
  /// - Parameter failures: The trials that have failed.
  func writeDescription(start: Date, wallTime: Double?, failures: [Engine.Failure] = []) throws(LabError) {
    let formatter = ISO8601DateFormatter()
    let variants = experiment.variants.map { variant -> Setting in
      .object([
        .init("name", .text(variant.name)), .init("hash", .text(variant.hash)),
        .init("environment", variant.environment.resolved), .init("algorithm", variant.algorithm.resolved),
        .init("kind", .text(variant.entry.kind.rawValue)),
        .init("budget", .object([.init(variant.budget.unit.rawValue, .integer(variant.budget.count))])),
        .init("record", variant.record.resolved), .init("constants", variant.truth.constants(for: variant)),
      ])
    }
    let swept = experiment.columns.map { column -> Setting in
      .object([
        .init("path", .text(column.path)), .init("column", .text(column.name)),
        .init("scale", .text(column.isLogarithmic ? "log" : "linear")),
      ])
    }
    let failed = failures.map { failure -> Setting in
      .object([
        .init("variant", .text(failure.variant)), .init("seed", .integer(Int(failure.seed))),
        .init("message", .text(failure.message)),
      ])
    }
    let description = Setting.object([
      .init("failures", .list(failed)),
      .init("schema", .text(Self.schema)), .init("name", .text(experiment.name)),
      .init("configuration", experiment.configuration), .init("seed", .integer(Int(experiment.root))),
      .init("seeds", .list(experiment.seeds.map { .integer(Int($0)) })), .init("variants", .list(variants)),
      .init("swept", .list(swept)), .init("version", .text(Version.program)),
      .init("compiler", .text(Version.compiler)),
      .init("platform", .text(Version.platform)), .init("start", .text(formatter.string(from: start))),
      .init("wall_time", wallTime.map(Setting.real) ?? .null),
    ])
    try Output.write(description.prettyJSON() + "\n", to: path + "/experiment.json")
  }
}

/// What made the results.
public enum Version {
  /// This program's version.
  public static let program = "0.1.0"

  /// The compiler that built it.
  static var compiler: String {
    #if swift(>=6.4)
      "Swift 6.4 or later"
    #elseif swift(>=6.3)
      "Swift 6.3"
    #else
      "Swift 6"
    #endif
  }

  /// The machine's kind.
  static var platform: String {
    #if os(Linux)
      let system = "Linux"
    #elseif os(macOS)
      let system = "macOS"
    #else
      let system = "other"
    #endif
    #if arch(x86_64)
      return system + " x86_64"
    #elseif arch(arm64)
      return system + " arm64"
    #else
      return system
    #endif
  }
}
