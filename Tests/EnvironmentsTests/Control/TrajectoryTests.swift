import Environments
import Foundation
import RLCore
import Testing

/// Episodes of Gymnasium 1.4.0, taken step by step with the same actions from the same states.
///
/// `control/trajectories.json` has plain episodes and one of the book's mountain car, without options;
/// `control/variants.json`, made by `variants.py` beside it, has options, starts from the whole distribution, and the
/// continuous mountain car.
@Suite struct TrajectoryTests {
  private struct Plain: Decodable {
    let environments: [String: [Episode]]
  }

  private struct Variants: Decodable {
    let episodes: [Episode]
  }

  /// One recorded episode.
  struct Episode: Decodable, CustomTestStringConvertible {
    var environment: String?
    var settings: [String: Value]?
    var every: Int?
    let initial_state: [Double]
    var initial_observation: [Float]?
    let actions: [Double]
    let states: [[Double]]
    var observations: [[Float]]?
    var observations_float32: [[Float]]?
    let rewards: [Double]
    let terminated_at_step: Int?

    var testDescription: String { "\(environment ?? "") \(settings ?? [:]), \(actions.count) steps" }

    /// The number of each recorded step, from 1.
    var recorded: [Int] {
      (1...actions.count).filter { $0 % (every ?? 1) == 0 || $0 == actions.count }
    }
  }

  /// A value of an option.
  enum Value: Decodable, CustomStringConvertible {
    case flag(Bool)
    case number(Double)
    case text(String)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        self = .flag(flag)
      } else if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }

    var setting: Setting {
      switch self {
      case .flag(let flag): .boolean(flag)
      case .number(let number): .real(number)
      case .text(let text): .text(text)
      }
    }

    var description: String { setting.description }
  }

  private static let episodes: [Episode] = {
    var result: [Episode] = []
    do {
      let plain = try Fixture.json(Plain.self, "control/trajectories.json").environments
      for name in plain.keys.sorted() {
        for var episode in plain[name]! {
          episode.environment = name.hasPrefix("SuttonBarto") ? "SuttonBarto" : name
          result.append(episode)
        }
      }
      result += try Fixture.json(Variants.self, "control/variants.json").episodes
    } catch { Issue.record(error) }
    return result
  }()

  @Test func everyKindOfEpisodeIsThere() {
    let names = Set(Self.episodes.map { $0.environment ?? "" })
    #expect(
      names == [
        "CartPole-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Acrobot-v1", "Pendulum-v1", "SuttonBarto",
      ])
    #expect(Self.episodes.count == 39)
  }

  @Test(arguments: episodes) func followsGymnasium(_ episode: Episode) throws {
    switch episode.environment {
    case "CartPole-v1": try check(CartPole.self, episode)
    case "MountainCar-v0": try check(MountainCar.self, episode)
    // The book's actions are -1, 0 and 1.
    case "SuttonBarto":
      try check(MountainCar.self, episode, adding: ["edition": .text("sutton-barto")], firstAction: -1)
    // Single-precision numbers by the same promotions: the same bits.
    case "MountainCarContinuous-v0": try check(MountainCarContinuous.self, episode, tolerance: 0)
    case "Acrobot-v1": try check(Acrobot.self, episode)
    case "Pendulum-v1": try check(Pendulum.self, episode, rewardTolerance: 1e-9)
    default: Issue.record("no environment is called \(episode.environment ?? "nil")")
    }
  }

  /// 1e-6 on states leaves room for another library's sines: a change of 1e-15 at the start grows to 4e-12 at most in
  /// these episodes, the chaotic acrobot's too (to 1e-2 in the longest that were tried: no tolerance would hold there).
  /// Observations may round to the neighbour in single precision.
  private func check<E: StatefulEnvironment>(
    _ type: E.Type, _ episode: Episode, adding changes: [String: Setting] = [:], firstAction: Double = 0,
    tolerance: Double = 1e-6, rewardTolerance: Double = 0
  ) throws {
    let settings = (episode.settings ?? [:]).mapValues(\.setting).merging(changes) { $1 }
    var environment = try E(Settings(defaultsOf: E.self, settings))
    var stream = RandomStream(seed: 0)
    environment.reset(using: &stream)
    environment.numbers = episode.initial_state
    let untouched = stream
    if let expected = episode.initial_observation {
      for (seen, expected) in zip(environment.observation, expected) { #expect(abs(seen - expected) <= 1.2e-7) }
    }
    var row = 0
    let recorded = episode.recorded
    #expect(recorded.count == episode.states.count)
    for (index, action) in episode.actions.enumerated() {
      var outcome = VectorOutcome(reward: 0, terminated: false)
      if environment.actionSpace.isDiscrete {
        outcome = environment.step(action: Int(action - firstAction), using: &stream)
      } else {
        withUnsafePointer(to: Float(action)) { outcome = environment.step(values: $0, using: &stream) }
      }
      let step = index + 1
      guard outcome.terminated == (step == episode.terminated_at_step) else {
        Issue.record("step \(step): terminated \(outcome.terminated)")
        return
      }
      if row >= recorded.count || step != recorded[row] { continue }
      var errors: [Double] = []
      for (found, expected) in zip(environment.numbers, episode.states[row]) { errors.append(abs(found - expected)) }
      guard errors.allSatisfy({ $0 <= tolerance }), errors.count == environment.numbers.count else {
        Issue.record("step \(step): state \(environment.numbers) for \(episode.states[row])")
        return
      }
      if let observations = episode.observations ?? episode.observations_float32 {
        let seen = environment.observation
        #expect(seen.count == observations[row].count)
        for (found, expected) in zip(seen, observations[row]) {
          #expect(abs(Double(found) - Double(expected)) <= tolerance + Double(expected.ulp), "step \(step)")
        }
      }
      #expect(abs(outcome.reward - episode.rewards[row]) <= rewardTolerance, "step \(step)")
      row += 1
    }
    #expect(row == recorded.count)
    #expect(stream == untouched)
  }
}

/// An environment whose state can be read and set as a list of numbers.
protocol StatefulEnvironment: SampledVectorEnvironment {
  var numbers: [Double] { get set }
}

extension CartPole: StatefulEnvironment {
  var numbers: [Double] {
    get { [position, velocity, angle, angularVelocity] }
    set { (position, velocity, angle, angularVelocity) = (newValue[0], newValue[1], newValue[2], newValue[3]) }
  }
}

extension MountainCar: StatefulEnvironment {
  var numbers: [Double] {
    get { [position, velocity] }
    set { (position, velocity) = (newValue[0], newValue[1]) }
  }
}

extension MountainCarContinuous: StatefulEnvironment {
  var numbers: [Double] {
    get { [position, velocity] }
    set { (position, velocity) = (newValue[0], newValue[1]) }
  }
}

extension Acrobot: StatefulEnvironment {
  var numbers: [Double] {
    get { (0..<4).map { state[$0] } }
    set { state = SIMD4(newValue) }
  }
}

extension Pendulum: StatefulEnvironment {
  var numbers: [Double] {
    get { [angle, angularVelocity] }
    set { (angle, angularVelocity) = (newValue[0], newValue[1]) }
  }
}
