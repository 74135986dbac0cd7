import RLCore
import Testing

@testable import Lab

/// The columns `target_bias` and `target_variance`.
@Suite struct TargetDiagnosisTests {
  private func variant(_ algorithm: String, _ environment: String = "'random-walk'") throws -> Variant {
    let text = """
      {environment: \(environment), algorithm: \(algorithm), budget: {episodes: 40}, record: {every: 10, values: 'none'}}
      """
    let document = try ConfigurationFile.parse(Array(text.utf8), name: "test.json5")
    let resolver = Resolver(
      lab: .standard, source: "test.json5", folder: "", overridden: [], outline: document.outline)
    return try resolver.experiment(document.root, defaultName: "test").variants[0]
  }

  private func column(_ metric: String, _ variant: Variant) throws -> [Double] {
    guard
      case .finished(let record) = try Trial(variant: variant, root: 0, seed: 0, wantsTables: false).run(
        checkpoint: nil, progress: { _ in })
    else { throw LabError(.interrupted, "") }
    let place = try #require(record.metrics.firstIndex(of: metric))
    return (0..<record.rowCount).map { record.rows[$0 * record.width + 3 + place] }
  }

  /// Before learning, with all values 1/2: state D (number 3, v = 2/3) has the two-step target 1/2, or 1 with probability 1/4.
  @Test func thePointBeforeLearning() throws {
    let td = try variant("{id: 'td', policy: 'uniform', n: 2, initial_value: 0.5, diagnose: [3]}")
    #expect(abs(try column("target_bias", td)[0] - (2.0 / 3 - 0.625)) < 1e-14)
    #expect(abs(try column("target_variance", td)[0] - 0.046875) < 1e-14)
    // Over all states: two-step targets have the means 1/4, 3/8, 1/2, 5/8, 3/4 for the values 1/6 … 5/6.
    let all = try variant("{id: 'td', policy: 'uniform', n: 2, initial_value: 0.5, diagnose: 'all'}")
    let squares = 2 * (1.0 / 12 * 1 / 12 + 1.0 / 24 * 1 / 24) / 5
    #expect(abs(try column("target_bias", all)[0] - squares.squareRoot()) < 1e-14)
    #expect(try column("target_bias", all).allSatisfy { $0 > 0 })
  }

  @Test(arguments: ["monte-carlo-prediction", "batch-monte-carlo"]) func returnsHaveNoBias(id: String) throws {
    let returns = try variant("{id: '\(id)', policy: 'uniform', diagnose: [2]}")
    #expect(try column("target_bias", returns).allSatisfy { $0 < 1e-14 })
    #expect(try column("target_variance", returns).allSatisfy { abs($0 - 0.25) < 1e-14 })
  }

  @Test func onlyWhereItIsAskedFor() throws {
    let plain = try variant("{id: 'td', policy: 'uniform'}")
    guard
      case .finished(let record) = try Trial(variant: plain, root: 0, seed: 0, wantsTables: false).run(
        checkpoint: nil, progress: { _ in })
    else { throw LabError(.interrupted, "") }
    #expect(record.metrics == ["return", "length", "value_error"])
  }

  @Test(arguments: [
    ("[9]", "'random-walk'", "algorithm.diagnose[0]: there is no state 9"),
    ("[1, 1]", "'random-walk'", "comes twice"), ("[]", "'random-walk'", "no list of states"),
    ("'some'", "'random-walk'", "no list of states"), ("[47]", "'cliff-walking'", "is terminal"),
    ("'all'", "'blocking-maze'", "no model"), ("'all'", "{id: 'random-walk', aggregate: 2}", "no model"),
  ])
  func whatDoesNotFitIsRefused(states: String, environment: String, message: String) {
    do {
      _ = try variant("{id: 'td', policy: 'uniform', diagnose: \(states)}", environment)
      Issue.record("accepted")
    } catch { #expect(((error as? LabError)?.message ?? "").contains(message)) }
  }
}
