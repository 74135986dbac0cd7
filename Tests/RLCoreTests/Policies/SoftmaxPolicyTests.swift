import Foundation
import RLCore
import Testing

@Suite struct SoftmaxPolicyTests {
  private let space = ActionSpace(counts: [2, 3, 0])

  private func make(
    _ initial: InitialPreferences = .same(0), minimum: Double = 0, space: ActionSpace
  ) throws -> SoftmaxPolicy {
    SoftmaxPolicy(try SoftmaxPolicy.Start(initial, minimum: minimum, space: space))
  }

  private func row(_ policy: borrowing SoftmaxPolicy, _ state: Int, _ count: Int) -> [Double] {
    (0..<count).map { policy[state, $0] }
  }

  @Test func probabilitiesFollowThePreferences() throws {
    var policy = try make(.table([[0, log(3)], [1000, 1000, -1000], []]), space: space)
    #expect(abs(policy[0, 0] - 0.25) < 1e-15 && abs(policy[0, 1] - 0.75) < 1e-15)
    #expect(row(policy, 1, 3) == [0.5, 0.5, 0])
    // H(0, ·) + 2 (1 − π), by hand.
    policy.ascend(0, 0, by: 2)
    #expect(abs(policy.preferences[0, 0] - 1.5) < 1e-15 && abs(policy.preferences[0, 1] - (log(3) - 1.5)) < 1e-15)
    #expect(abs(policy[0, 0] - 1 / (1 + exp(log(3) - 3))) < 1e-15)
    #expect(policy.array.count == 9 && policy.array[2] == 0 && policy.updates == 1 && policy.failure == nil)
    policy.ascend(0, 1, by: .infinity)
    #expect(policy.failure?.contains("update 2") == true)
  }

  @Test func noProbabilityFallsBelowTheMinimum() throws {
    let two = try make(.actions([5, -5]), minimum: 0.05, space: ActionSpace(states: 1, actions: 2))
    #expect(two[0, 0] == 0.95 && two[0, 1] == 0.05)
    // exp: 0.5, 0.48, 0.02; the last is raised to 0.33, which pushes the second below it.
    let logs = [log(0.5), log(0.48), log(0.02)]
    let three = try make(.actions(logs), minimum: 0.33, space: ActionSpace(states: 1, actions: 3))
    #expect(abs(row(three, 0, 3).reduce(0, +) - 1) < 1e-15)
    #expect(abs(three[0, 0] - 0.34) < 1e-12 && three[0, 1] == 0.33 && three[0, 2] == 0.33)
    #expect(throws: SettingProblem.self) {
      _ = try SoftmaxPolicy.Start(minimum: 0.4, space: ActionSpace(states: 1, actions: 3))
    }
  }

  @Test func actionsComeAsOftenAsTheyShould() throws {
    let policy = try make(.table([[0, 0], [log(1), log(2), log(5)]]), space: ActionSpace(counts: [2, 3]))
    var stream = RandomStream(seed: 8)
    var counts = [0, 0, 0]
    for _ in 0..<40_000 { counts[policy.action(in: 1, using: &stream)] += 1 }
    for (count, p) in zip(counts, [0.125, 0.25, 0.625]) {
      #expect(abs(Double(count) - 40_000 * p) <= 4 * (40_000 * p * (1 - p)).squareRoot())
    }
  }

  @Test func storedPoliciesComeBack() throws {
    var policy = try make(space: space)
    policy.ascend(1, 2, by: 0.3)
    var writer = StateWriter()
    policy.save(to: &writer)
    var other = try make(space: space)
    _ = other[1, 0]
    var reader = StateReader(writer.bytes)
    try other.restore(from: &reader)
    #expect(other.array == policy.array && other.updates == 1)
  }

  private struct Owner: Configurable {
    static let about = About(id: "owner", summary: "", source: "", parameters: SoftmaxPolicy.parameters)
  }

  private func problem(_ preferences: Setting) -> String? {
    do throws(SettingProblem) {
      let settings = try Settings(defaultsOf: Owner.self, ["initial_preferences": preferences])
      _ = try SoftmaxPolicy.Start(settings, space: space)
      return nil
    } catch { return error.place + ": " + error.message }
  }

  @Test func wrongPreferencesAreNamed() {
    #expect(problem(.real(0.5)) == nil && problem(.list([.integer(1), .integer(2), .integer(3)])) == nil)
    #expect(problem(.list([.list([.integer(1), .integer(2)]), .null, .null])) == nil)
    #expect(problem(.text("zero"))?.contains("write a number") == true)
    #expect(problem(.list([]))?.contains("empty") == true)
    #expect(problem(.list([.integer(1)]))?.hasPrefix(".initial_preferences: 1 preferences are given; give 3") == true)
    #expect(problem(.list([.list([.integer(1)])]))?.contains("give 3, one a state") == true)
    #expect(problem(.list([.list([.integer(1)]), .null, .null]))?.hasPrefix(".initial_preferences[0]") == true)
    #expect(problem(.list([.list([.real(.nan)]), .null, .null]))?.hasPrefix(".initial_preferences[0][0]") == true)
    #expect(problem(.real(1e9))?.contains("out of range") == true)
  }
}
