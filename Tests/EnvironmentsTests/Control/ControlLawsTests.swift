import Foundation
import RLCore
import Testing

@testable import Environments

/// What every control task must keep, and what its options do.
@Suite struct ControlLawsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let check: @Sendable () throws -> Void
  }

  static func task<E: StatefulEnvironment>(_ type: E.Type, _ changes: [String: Setting] = [:]) -> Case {
    Case(testDescription: "\(E.id) \(Setting.object(changes.map { .init($0.key, $0.value) }))") {
      try checkLaws(type, changes)
    }
  }

  static let cases: [Case] = [
    task(CartPole.self), task(CartPole.self, ["low": .integer(-1), "high": .real(1e308)]),
    task(MountainCar.self), task(MountainCar.self, ["edition": .text("sutton-barto")]),
    task(MountainCarContinuous.self), task(Acrobot.self),
    task(Acrobot.self, ["torque_noise_max": .real(0.5), "book_or_nips": .text("nips")]),
    task(Acrobot.self, ["torque_noise_max": .integer(100), "dt": .integer(1), "high": .real(1e300)]),
    task(Pendulum.self), task(Pendulum.self, ["g": .real(-1e308), "x_init": .real(1e308)]),
  ]

  @Test(arguments: cases) func keepsTheLaws(_ task: Case) throws { try task.check() }

  @Test func idsLimitsAndSpacesAreGymnasiums() throws {
    func check<E: SampledVectorEnvironment>(
      _ type: E.Type, _ id: String, limit: Int?, observations: Int, _ space: VectorActionSpace
    ) throws {
      let task = try E(Settings(defaultsOf: E.self))
      #expect(E.id == id)
      #expect(task.timeLimit == limit)
      #expect(task.observationCount == observations)
      #expect(task.actionSpace == space)
    }
    try check(CartPole.self, "cart-pole", limit: 500, observations: 4, .discrete(2))
    try check(MountainCar.self, "mountain-car", limit: 200, observations: 2, .discrete(3))
    try check(
      MountainCarContinuous.self, "mountain-car-continuous", limit: 999, observations: 2,
      .continuous(low: [-1], high: [1]))
    try check(Acrobot.self, "acrobot", limit: 500, observations: 6, .discrete(3))
    try check(Pendulum.self, "pendulum", limit: 200, observations: 3, .continuous(low: [-2], high: [2]))
  }

  /// Uniform starts: mean (a + b)/2, variance (b − a)²/12, within 4 standard errors, and the bounds are kept.
  @Test func startsAreUniform() throws {
    func check<E: StatefulEnvironment>(
      _ type: E.Type, _ bounds: [ClosedRange<Double>], _ changes: [String: Setting] = [:]
    ) throws {
      var task = try E(Settings(defaultsOf: E.self, changes))
      var stream = RandomStream(seed: 7)
      var starts = [[Double]](repeating: [], count: bounds.count)
      for _ in 0..<20_000 {
        task.reset(using: &stream)
        #expect(task.numbers.count == bounds.count)
        for (k, number) in task.numbers.enumerated() { starts[k].append(number) }
      }
      for (values, bounds) in zip(starts, bounds) {
        let (low, high) = (bounds.lowerBound, bounds.upperBound)
        // Half a unit in the last place of a single-precision number, to which the acrobot rounds.
        let slack = max(abs(low), abs(high)) * 0x1p-24
        #expect(values.allSatisfy { $0 >= low - slack && $0 <= high + slack })
        if low == high { continue }
        let middle = (low + high) / 2
        let variance = (high - low) * (high - low) / 12
        #expect(values.hasMean(middle, variance: variance))
        // Fourth central moment (b − a)⁴/80: the squares vary by (b − a)⁴ (1/80 − 1/144).
        let squares = values.map { ($0 - middle) * ($0 - middle) }
        #expect(squares.hasMean(variance, variance: variance * variance * 0.8))
      }
    }
    try check(CartPole.self, .init(repeating: -0.05...0.05, count: 4))
    try check(CartPole.self, .init(repeating: 0.1...0.3, count: 4), ["low": .real(0.1), "high": .real(0.3)])
    try check(MountainCar.self, [-0.6 ... -0.4, 0...0])
    try check(MountainCarContinuous.self, [-0.6 ... -0.4, 0...0])
    try check(Acrobot.self, .init(repeating: -0.1...0.1, count: 4))
    try check(Pendulum.self, [-Double.pi...Double.pi, -1...1])
    try check(Pendulum.self, [-0.5...0.5, 0...0], ["x_init": .real(0.5), "y_init": .integer(0)])
  }

  @Test func wrongSettingsSayWhere() {
    func problem<E: SampledVectorEnvironment>(_ type: E.Type, _ changes: [String: Setting]) -> String? {
      do throws(SettingProblem) {
        _ = try E(Settings(defaultsOf: E.self, changes))
        return nil
      } catch { return "\(error.place): \(error.message)" }
    }
    #expect(
      problem(CartPole.self, ["low": .real(0.2)])
        == ".low: 0.2 is above \"high\", 0.05; give a number of at most that")
    #expect(problem(MountainCar.self, ["high": .integer(2)])?.hasPrefix(".high: 2 is out of range") == true)
    #expect(
      problem(MountainCar.self, ["edition": .text("sutton-barto"), "goal_velocity": .real(0.01)])
        == ".goal_velocity: the book's car may arrive at any velocity; leave it out or choose \"gymnasium\""
    )
    #expect(problem(Acrobot.self, ["dt": .integer(0)])?.hasPrefix(".dt: ") == true)
    #expect(problem(Pendulum.self, ["g": .text("x")])?.hasPrefix(".g: ") == true)
  }

  /// Within a unit in the last place of the library's, on both sides of where the series ends.
  @Test func theSeriesOfSineAndCosineAreExact() {
    var stream = RandomStream(seed: 8)
    for k in 0..<20_000 {
      let x = k == 0 ? 0 : (2 * stream.uniform() - 1) * (k % 10 == 0 ? 100 : 0.26)
      let (sine, cosine) = CartPole.sineAndCosine(x)
      let (librarySine, libraryCosine) = (sin(x), cos(x))
      if abs(sine - librarySine) > librarySine.ulp || abs(cosine - libraryCosine) > libraryCosine.ulp {
        Issue.record("sine or cosine of \(x)")
      }
    }
  }

  /// The book's car is stopped at 0.5, Gymnasium's goes on to 0.6; 27 steps of coasting show that both ends hold.
  @Test func editionsOfTheMountainCarEndDifferently() throws {
    for (edition, end) in [("gymnasium", 0.55), ("sutton-barto", 0.5)] {
      var car = try MountainCar(Settings(defaultsOf: MountainCar.self, ["edition": .text(edition)]))
      var stream = RandomStream(seed: 1)
      (car.position, car.velocity) = (0.48, 0.069)
      let outcome = car.step(action: 2, using: &stream)
      #expect(outcome == VectorOutcome(reward: -1, terminated: true))
      #expect(abs(car.position - end) < 0.001)
      #expect(car.timeLimit == (edition == "gymnasium" ? 200 : nil))
    }
  }

  /// A throttle that is no number makes the state none, and nothing traps: whoever trains sees it in the observation.
  @Test func actionsThatAreNoNumbersAreSeen() throws {
    var stream = RandomStream(seed: 1)
    var pendulum = try Pendulum(Settings(defaultsOf: Pendulum.self))
    var car = try MountainCarContinuous(Settings(defaultsOf: MountainCarContinuous.self))
    for value in [Float.nan, .infinity] {
      pendulum.reset(using: &stream)
      car.reset(using: &stream)
      let rewards = withUnsafePointer(to: value) {
        [pendulum.step(values: $0, using: &stream).reward, car.step(values: $0, using: &stream).reward]
      }
      #expect(pendulum.observation[2].isNaN == value.isNaN)
      #expect(car.observation[1].isNaN == value.isNaN)
      #expect(rewards[0].isFinite == !value.isNaN && !rewards[1].isFinite)
    }
  }
}

/// The same seed gives the same bytes; a copy shares nothing; taken up in mid-episode, the same bytes after; actions
/// within the space are all taken.
private func checkLaws<E: StatefulEnvironment>(_ type: E.Type, _ changes: [String: Setting]) throws {
  func bytes(_ task: E) -> [UInt8] {
    var writer = StateWriter()
    task.save(to: &writer)
    return writer.bytes
  }
  func advance(_ task: inout E, _ stream: inout RandomStream, steps: Int) -> [Double] {
    var rewards: [Double] = []
    for _ in 0..<steps {
      let outcome: VectorOutcome
      switch task.actionSpace {
      case .discrete(let count):
        outcome = task.step(action: stream.uniform(below: count), using: &stream)
      case .continuous(let low, let high):
        var values: [Float] = []
        for (low, high) in zip(low, high) { values.append(low + (high - low) * Float(stream.uniform())) }
        outcome = task.step(values: values, using: &stream)
      }
      rewards.append(outcome.reward)
      if outcome.terminated { task.reset(using: &stream) }
    }
    return rewards
  }
  let settings = try Settings(defaultsOf: E.self, changes)
  var first = try E(settings)
  var stream = RandomStream(seed: 21)
  first.reset(using: &stream)
  let start = first
  let startStream = stream
  let rewards = advance(&first, &stream, steps: 333)
  #expect(bytes(first) != bytes(start))
  // A copy begins where the original was when it was made.
  var copy = start
  var copyStream = startStream
  let again = advance(&copy, &copyStream, steps: 333)
  #expect(again.map(\.bitPattern) == rewards.map(\.bitPattern))
  #expect(bytes(copy) == bytes(first) && copyStream == stream)
  var restored = try E(settings)
  var reader = StateReader(bytes(first))
  try restored.restore(from: &reader)
  #expect(reader.isAtEnd && bytes(restored) == bytes(first))
  let onward = advance(&first, &stream, steps: 100)
  #expect(advance(&restored, &copyStream, steps: 100).map(\.bitPattern) == onward.map(\.bitPattern))
  #expect(bytes(restored) == bytes(first))
  reader = StateReader([1, 2, 3])
  #expect(throws: StateError.self) { try restored.restore(from: &reader) }
}
