import Foundation
import Testing

@testable import Lab

/// The files in `experiments/`: all of them are understood, and all published numbers belong to one of their variants.
@Suite struct ShippedExperimentsTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("experiments").path

  private static let names: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .filter { $0.hasSuffix(".json5") }.map { String($0.dropLast(6)) }.sorted()

  private static let reproduction = Reproduction(lab: .standard, folder: folder, jobs: 1)

  @Test func thereAreExperiments() { #expect(Self.names.contains("sutton-barto-2-2")) }

  @Test(arguments: names)
  func isUnderstoodAndSaysItsSource(name: String) throws {
    let path = "\(Self.folder)/\(name).json5"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.hasPrefix("// "))
    #expect(text.contains("should see") || text.contains("Prediction"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 150 })
    let figure = Reproduction.Figure(name: name, experimentPath: path, expectedPath: "")
    let experiment = try Self.reproduction.experiment(figure)
    #expect(experiment.name == name)
    let expected = "\(Self.folder)/expected/\(name).json"
    guard FileManager.default.fileExists(atPath: expected) else { return }
    let variants = Set(experiment.variants.map(\.name))
    let published = try PublishedNumbers(file: expected)
    for check in published.checks where !variants.contains(check.variant) {
      Issue.record("\(name) has no variant \"\(check.variant)\"")
    }
  }

  @Test func everyFigureHasItsExperiment() throws {
    for figure in try Self.reproduction.figures() { #expect(Self.names.contains(figure.name)) }
  }
}
