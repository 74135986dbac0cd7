import Foundation
import RLCore
import Testing

@testable import Environments

/// A transition table that another program made, from `Fixtures/mdp`.
struct ReferenceTable {
  /// What an outcome is, its probability apart.
  struct Event: Hashable, Comparable, CustomStringConvertible {
    let next: Int
    let reward: Double
    let terminated: Bool

    static func < (a: Event, b: Event) -> Bool {
      (a.next, a.reward, a.terminated ? 1 : 0) < (b.next, b.reward, b.terminated ? 1 : 0)
    }

    var description: String { "(\(next), \(reward), \(terminated))" }
  }

  struct Pair: Hashable {
    let state: Int
    let action: Int
  }

  private struct Description: Decodable {
    let n_states: Int
    let n_actions: Int
    let actions: [String]?
    let initial_distribution: [String: Double]
    let reachable_nonterminal_states: [Int]
  }

  let stateCount: Int
  let actionCount: Int
  let actionLabels: [String]?
  var initial: [Int: Double]
  var rows: [Pair: [Event: Double]] = [:]

  /// Reads `mdp/NAME.csv` and `mdp/NAME.json`; only the states in which one can act are kept.
  init(_ name: String) throws {
    let description = try JSONDecoder().decode(Description.self, from: Fixture.data("mdp/\(name).json"))
    stateCount = description.n_states
    actionCount = description.n_actions
    actionLabels = description.actions
    initial = [:]
    for (state, probability) in description.initial_distribution { initial[Int(state)!] = probability }
    let relevant = Set(description.reachable_nonterminal_states)
    for line in try Fixture.lines("mdp/\(name).csv").dropFirst() {
      let cells = line.split(separator: ",")
      let pair = Pair(state: Int(cells[0])!, action: Int(cells[1])!)
      let event = Event(next: Int(cells[3])!, reward: Double(cells[4])!, terminated: cells[5] == "1")
      if relevant.contains(pair.state), Double(cells[2])! > 0 {
        rows[pair, default: [:]][event, default: 0] += Double(cells[2])!
      }
    }
  }

  /// Checks that a model says the same, outcomes that coincide being added up.
  func check(_ model: FiniteMDP, labels: Bool = true) {
    #expect(model.stateCount == stateCount)
    #expect(model.actionCount == actionCount)
    if labels, let actionLabels { #expect(model.actionLabels == actionLabels) }
    #expect(Set(model.initial.map(\.state)) == Set(initial.keys))
    for start in model.initial { #expect(abs(start.probability - initial[start.state, default: 0]) <= 1e-15) }
    #expect(!rows.isEmpty)
    var checked = 0
    for state in 0..<model.stateCount {
      for pair in model.pairs(of: state) {
        let action = Int(model.pairActions[pair])
        guard let expected = rows[Pair(state: state, action: action)] else { continue }
        let found = Self.events(of: pair, in: model)
        #expect(found.keys.sorted() == expected.keys.sorted(), "state \(state), action \(action)")
        for (event, probability) in expected {
          let difference = abs(found[event, default: 0] - probability)
          #expect(difference <= 1e-12, "state \(state), action \(action), \(event)")
        }
        checked += 1
      }
    }
    #expect(checked == rows.count)
  }

  /// The outcomes of a pair, those that coincide added up.
  static func events(of pair: Int, in model: FiniteMDP) -> [Event: Double] {
    var found: [Event: Double] = [:]
    for k in model.outcomes(of: pair) {
      let outcome = model.outcome(k)
      let event = Event(next: outcome.next, reward: outcome.reward, terminated: outcome.terminated)
      found[event, default: 0] += outcome.probability
    }
    return found
  }
}

/// Files of `Fixtures`.
enum Fixture {
  static func data(_ path: String) throws -> Data {
    try Data(contentsOf: Bundle.module.bundleURL.appendingPathComponent("Fixtures/\(path)"))
  }

  static func lines(_ path: String) throws -> [Substring] {
    String(decoding: try data(path), as: UTF8.self).split(whereSeparator: \.isNewline)
  }

  static func json<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
    try JSONDecoder().decode(type, from: data(path))
  }
}

extension FiniteEnvironment {
  /// The task with some settings replaced.
  static func task(with changes: [String: Setting] = [:]) throws -> FiniteTask {
    try task(Settings(defaultsOf: Self.self, changes))
  }

  /// What is wrong with settings, as "place: message", or nil where they make a task.
  static func problem(with changes: [String: Setting]) -> String? {
    do {
      _ = try task(with: changes)
      return nil
    } catch let problem as SettingProblem {
      return "\(problem.place): \(problem.message)"
    } catch { return "\(error)" }
  }
}

extension Setting {
  /// A list of strings.
  static func rows(_ rows: String...) -> Setting { .list(rows.map(Setting.text)) }
  /// A list of whole numbers.
  static func numbers(_ numbers: Int...) -> Setting { .list(numbers.map(Setting.integer)) }
}
