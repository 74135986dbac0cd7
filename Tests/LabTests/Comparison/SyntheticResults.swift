import Foundation
import RLCore

@testable import Lab

/// A folder in the temporary directory that goes away with its owner.
final class TemporaryFolder {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "/rl-lab-tests-\(UInt64.random(in: 0 ... .max))"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to name: String) throws {
    let file = path + "/" + name
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try text.write(toFile: file, atomically: true, encoding: .utf8)
  }

  func read(_ name: String) throws -> String { try String(contentsOfFile: path + "/" + name, encoding: .utf8) }
}

/// A results folder with curves made up for a test.
struct SyntheticResults {
  struct Variant {
    var name: String
    var environment = "cliff-walking"
    var algorithm = "sarsa"
    var alpha = 0.5
    var gamma = 1.0
    var episodes = 10
    var optimum: Double?
    var uniform: Double?
    /// For each seed, the values at the episodes 1, 2, ...
    var curves: [UInt64: [Double]]
  }

  var variants: [Variant]
  var root = 0
  var seeds: [UInt64] = []
  var metric = "return"
  /// Whether `algorithm.alpha` is an axis.
  var sweepsAlpha = false
  var configuration = "{}"

  /// Writes `experiment.json` and `curves.csv`, and reads what is there as a stored experiment.
  @discardableResult
  func write(to folder: TemporaryFolder, _ name: String = "results") throws -> StoredExperiment {
    let planned = seeds.isEmpty ? Set(variants.flatMap(\.curves.keys)).sorted() : seeds
    let described = variants.map { variant in
      """
      {"name": "\(variant.name)", "hash": "\(Fingerprint.hex(Fingerprint.hash(variant.name)))",
       "environment": {"id": "\(variant.environment)"},
       "algorithm": {"id": "\(variant.algorithm)", "alpha": \(variant.alpha), "gamma": \(variant.gamma)},
       "budget": {"episodes": \(variant.episodes)},
       "constants": {"optimal_return": \(variant.optimum.map { "\($0)" } ?? "null"),
                     "uniform_policy_return": \(variant.uniform.map { "\($0)" } ?? "null")}}
      """
    }
    let swept = sweepsAlpha ? #"{"path": "algorithm.alpha", "column": "alpha", "scale": "linear"}"# : ""
    try folder.write(
      """
      {"schema": "rl-lab-experiment/1", "name": "\(name)", "seed": \(root), "seeds": \(planned),
       "configuration": \(configuration), "swept": [\(swept)], "version": "0.1.0", "wall_time": 1.5,
       "variants": [\(described.joined(separator: ",\n"))]}
      """, to: name + "/experiment.json")
    var lines = ["variant,environment,algorithm,\(sweepsAlpha ? "alpha," : "")seed,iteration,episode,step,\(metric)"]
    for variant in variants {
      for seed in variant.curves.keys.sorted() {
        let head =
          "\(variant.name),\(variant.environment),\(variant.algorithm),\(sweepsAlpha ? "\(variant.alpha)," : "")\(seed)"
        lines.append("\(head),,0,0,")
        for (index, value) in variant.curves[seed]!.enumerated() {
          lines.append("\(head),,\(index + 1),\(10 * (index + 1)),\(value)")
        }
      }
    }
    try folder.write(lines.joined(separator: "\n") + "\n", to: name + "/curves.csv")
    return try StoredExperiment(folder.path + "/" + name)
  }
}
