import RLCore
import Testing

@testable import Lab

@Suite struct PublishedNumbersTests {
  private func parse(_ checks: String) throws -> PublishedNumbers {
    let text = "{title: 'Figure', sources: {code: 'the code'}, checks: [\(checks)]}"
    return try PublishedNumbers(ConfigurationFile.parse(Array(text.utf8), name: "f.json").root, name: "f.json")
  }

  private func problem(_ checks: String) -> String {
    do {
      _ = try parse(checks)
      return "none"
    } catch { return (error as? LabError)?.message ?? "\(error)" }
  }

  @Test func numbersInheritFromTheirGroup() throws {
    let checks = try parse(
      """
      {source: "code", metric: "return", runs: 50, rounding: 0.05, numbers: [
        {variant: "a", from: 1, to: 10, mean: -3.5, se: 0.25, runs: 20}, {variant: "b", at: 7, mean: 2}]},
      {source: "code", metric: "length", variant: "c", table: true, total: true, numbers: [{from: 2, to: 3, mean: 9}]},
      {source: "code", metric: "states_changed", tolerance: 0, variant: "c", numbers: [{at: 1, equals: 318}]}
      """
    ).checks
    #expect(checks.map(\.variant) == ["a", "b", "c", "c"])
    #expect(checks.allSatisfy { $0.source == "the code" })
    let expectations = checks.map { check -> (PublishedNumbers.Window, PublishedNumbers.Expectation)? in
      if case .number(let window, let expectation) = check.content { (window, expectation) } else { nil }
    }
    #expect(expectations[0]?.0 == .init(metric: "return", from: 1, to: 10))
    #expect(
      expectations[0]?.1
        == .init(mean: -3.5, spread: .runs(count: 20, standardError: 0.25, rounding: 0.05, isTable: false)))
    #expect(expectations[1]?.0 == .init(metric: "return", from: 7, to: 7))
    #expect(expectations[1]?.1.spread == .runs(count: 50, standardError: nil, rounding: 0.05, isTable: false))
    #expect(expectations[2]?.0 == .init(metric: "length", from: 2, to: 3, isTotal: true))
    #expect(expectations[2]?.1.spread == .exact(rounding: 0, isTable: true))
    #expect(expectations[3]?.1 == .init(mean: 318, spread: .tolerance(0)))
  }

  @Test func tables() throws {
    let checks = try parse(
      """
      {source: "code", variant: "a", tolerance: 0.5, values: [1, null, -2.5]},
      {source: "code", variant: "a", tolerance: 0.5, action_values: [[1, 2], null, [null, 3]]},
      {source: "code", variant: "a", actions: [[0, 1], null, [2]]},
      {source: "code", variant: "a", constant: "optimal_return", equals: -13, tolerance: 1e-9},
      {source: "code", squared_error: {state: 3, value: 0.5}, numbers: [{variant: "a", mean: 2}]}
      """
    ).checks
    #expect(checks.count == 5)
    guard case .values(let values, .tolerance(0.5)) = checks[0].content,
      case .actionValues(let rows, .tolerance(0.5)) = checks[1].content,
      case .actions(let actions) = checks[2].content,
      case .constant("optimal_return", -13, tolerance: 1e-9) = checks[3].content,
      case .squaredError(state: 3, truth: 0.5, let error) = checks[4].content
    else {
      Issue.record("other kinds of checks")
      return
    }
    #expect(values == [1, nil, -2.5])
    #expect(rows == [[1, 2], nil, [nil, 3]])
    #expect(actions == [[0, 1], nil, [2]])
    #expect(error == .init(mean: 2, spread: .exact(rounding: 0, isTable: false)))
  }

  @Test func whatIsWrongIsSaidWithItsPlace() {
    #expect(problem("").hasPrefix("f.json: checks: there are none"))
    #expect(problem("{source: 'book'}").hasPrefix("f.json: checks[0].source: \"book\" does not stand"))
    #expect(problem("{source: 'code', variant: 'a'}").hasPrefix("f.json: checks[0]: give numbers"))
    #expect(problem("{source: 'code', valuse: []}").hasPrefix("f.json: checks[0].valuse: a check has no"))
    let number = "source: 'code', metric: 'return', variant: 'a'"
    #expect(problem("{\(number), numbers: [{at: 1}]}").hasPrefix("f.json: checks[0].numbers[0].mean: a number is"))
    #expect(problem("{\(number), numbers: [{mean: 1, to: 2}]}").hasPrefix("f.json: checks[0].numbers[0].from: "))
    #expect(problem("{\(number), numbers: [{mean: 1, from: 3, to: 2}]}").contains("ends before it begins"))
    #expect(problem("{\(number), numbers: [{mean: 1, at: 2, sd: 1}]}").contains("numbers[0].sd: a number has no"))
    #expect(problem("{\(number), numbers: [{mean: 1, at: 2, runs: 0.5}]}").contains("numbers[0].runs: a whole number"))
    #expect(problem("{\(number), table: 1, numbers: [{mean: 1, at: 2}]}").contains("table: write true or false"))
    #expect(problem("{source: 'code', variant: 'a', values: ['x']}").contains("values[0]: a number is missing"))
    #expect(problem("{source: 'code', variant: 'a', actions: [[0.5]]}").contains("actions[0]: a whole number"))
  }
}
