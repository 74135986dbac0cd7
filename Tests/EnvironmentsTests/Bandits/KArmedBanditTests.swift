import Environments
import RLCore
import Testing

@Suite struct KArmedBanditTests {
  private func bandit(_ changes: [String: Setting] = [:]) throws -> KArmedBandit {
    try KArmedBandit(Settings(defaultsOf: KArmedBandit.self, changes))
  }

  private func list(_ numbers: Double...) -> Setting { .list(numbers.map(Setting.real)) }

  /// Means of 2000 trials: N(offset, 1), whose greatest of ten has mean 1.53875 and variance 0.34434; 4 standard errors.
  @Test func meansAreDrawnAnewForEachTrial() throws {
    var bandit = try bandit(["mean_offset": .integer(4)])
    #expect(bandit.space == ActionSpace(states: 1, actions: 10))
    var stream = RandomStream(seed: 1)
    var deviations: [Double] = []
    var greatest: [Double] = []
    for _ in 0..<2000 {
      bandit.prepare(using: &stream)
      deviations += bandit.means.map { $0 - 4 }
      greatest.append(bandit.means.max()! - 4)
    }
    #expect(deviations.haveStandardMoments)
    #expect(greatest.hasMean(1.53875, variance: 0.34434))
  }

  @Test func gaussianRewardsHaveTheirMeanAndUnitVariance() throws {
    var bandit = try bandit(["means": list(-1, 2.5)])
    #expect(bandit.space.width == 2)
    var stream = RandomStream(seed: 2)
    bandit.prepare(using: &stream)
    for (arm, mean) in [-1, 2.5].enumerated() {
      var deviations: [Double] = []
      for _ in 0..<100_000 {
        let start = bandit.reset(using: &stream)
        let outcome = bandit.step(arm, using: &stream)
        if start != 0 || !outcome.terminated || outcome.truncated || outcome.observation != 0 {
          Issue.record("not one step")
        }
        deviations.append(outcome.reward - mean)
      }
      #expect(deviations.haveStandardMoments)
    }
  }

  @Test func bernoulliRewardsAreZeroOrOne() throws {
    var bandit = try bandit(["reward": .text("bernoulli"), "means": list(0, 0.3, 1)])
    var stream = RandomStream(seed: 3)
    bandit.prepare(using: &stream)
    for (arm, chance) in [0, 0.3, 1].enumerated() {
      let rewards = (0..<100_000).map { _ in bandit.step(arm, using: &stream).reward }
      #expect(rewards.allSatisfy { $0 == 0 || $0 == 1 })
      #expect(rewards.hasMean(chance, variance: chance * (1 - chance)))
    }
    // Drawn chances are uniform in [0, 1).
    var drawn = try self.bandit(["reward": .text("bernoulli"), "arms": .integer(10_000)])
    drawn.prepare(using: &stream)
    #expect(drawn.means.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(drawn.means.hasMean(0.5, variance: 1 / 12))
  }

  @Test func countsOptimalChoicesAndRegret() throws {
    var bandit = try bandit(["means": list(0.5, 2, 2, -1)])
    var stream = RandomStream(seed: 4)
    bandit.prepare(using: &stream)
    for arm in [0, 1, 2, 3] { _ = bandit.step(arm, using: &stream) }
    #expect(bandit.takeStatistics() == BanditStatistics(choices: 4, optimal: 2, regret: 4.5))
    for arm in [1, 0] { _ = bandit.step(arm, using: &stream) }
    #expect(bandit.takeStatistics() == BanditStatistics(choices: 2, optimal: 1, regret: 6))
    #expect(bandit.takeStatistics() == BanditStatistics(choices: 0, optimal: 0, regret: 6))
    bandit.prepare(using: &stream)
    #expect(bandit.takeStatistics() == BanditStatistics(choices: 0, optimal: 0, regret: 0))
  }

  /// After T pulls each mean is N(start, T σ²); 1000 arms are as many samples.
  @Test func meansWalk() throws {
    var bandit = try bandit([
      "arms": .integer(1000), "walk": .real(0.1), "equal_start": .boolean(true), "mean_offset": .integer(3),
    ])
    var stream = RandomStream(seed: 5)
    bandit.prepare(using: &stream)
    #expect(bandit.means.allSatisfy { $0 == 3 })
    let pulls = 100
    for _ in 0..<pulls { _ = bandit.step(0, using: &stream) }
    let scale = 0.1 * Double(pulls).squareRoot()
    #expect(bandit.means.map { ($0 - 3) / scale }.haveStandardMoments)
    // The best arm is the best of now, not of the beginning.
    let best = bandit.means.firstIndex(of: bandit.means.max()!)!
    let before = bandit.takeStatistics().regret
    let gap = bandit.means.max()! - bandit.means[0]
    _ = bandit.step(best, using: &stream)
    #expect(bandit.takeStatistics() == BanditStatistics(choices: 1, optimal: 1, regret: before))
    #expect(gap > 0)
  }

  @Test func aCheckpointGoesOnToTheBit() throws {
    var bandit = try bandit(["walk": .real(0.01)])
    var stream = RandomStream(seed: 6)
    bandit.prepare(using: &stream)
    for pull in 0..<50 { _ = bandit.step(pull % 10, using: &stream) }
    var writer = StateWriter()
    bandit.save(to: &writer)
    var other = try self.bandit(["walk": .real(0.01)])
    var reader = StateReader(writer.bytes)
    try other.restore(from: &reader)
    #expect(reader.isAtEnd)
    var same = stream
    for pull in 0..<50 {
      #expect(bandit.step(pull % 10, using: &stream).reward == other.step(pull % 10, using: &same).reward)
    }
    #expect(bandit.means == other.means)
    #expect(bandit.takeStatistics() == other.takeStatistics())
    var smaller = try self.bandit(["arms": .integer(3)])
    var again = StateReader(writer.bytes)
    #expect(throws: StateError.self) { try smaller.restore(from: &again) }
  }

  @Test func wrongSettingsSayWhatIsWrong() {
    func problem(_ changes: [String: Setting]) -> String {
      do throws(SettingProblem) {
        _ = try KArmedBandit(Settings(defaultsOf: KArmedBandit.self, changes))
        return "none"
      } catch { return "\(error.place): \(error.message)" }
    }
    #expect(problem(["means": list(1, 2, 3)]) == "none")
    #expect(problem(["arms": .integer(0)]).hasPrefix(".arms: "))
    #expect(problem(["arms": .integer(5), "means": list(1, 2)]).hasPrefix(".means: there are 2 means for 5 arms"))
    #expect(problem(["means": .list([])]).hasPrefix(".means: the list has no numbers"))
    #expect(problem(["means": .text("drawn")]).hasPrefix(".means: "))
    #expect(problem(["means": .list([.integer(1), .null])]).hasPrefix(".means[1]: "))
    #expect(problem(["means": list(1), "mean_offset": .integer(4)]).hasPrefix(".mean_offset: means are given"))
    #expect(problem(["means": list(1), "equal_start": .boolean(true)]).hasPrefix(".equal_start: "))
    #expect(problem(["reward": .text("bernoulli"), "means": list(0.5, 1.5)]).hasPrefix(".means[1]: 1.5 is no prob"))
    #expect(problem(["reward": .text("bernoulli"), "mean_offset": .real(0.1)]).hasPrefix(".mean_offset: "))
    #expect(problem(["reward": .text("bernoulli"), "walk": .real(0.1)]).hasPrefix(".walk: "))
    #expect(problem(["reward": .text("gausian")]).contains("did you mean \"gaussian\"?"))
    #expect(problem(["walk": .real(-1)]).hasPrefix(".walk: "))
    #expect(problem(["mean_offset": .real(.nan)]).hasPrefix(".mean_offset: "))
    #expect(problem(["equal_start": .integer(1)]).hasPrefix(".equal_start: "))
  }
}
