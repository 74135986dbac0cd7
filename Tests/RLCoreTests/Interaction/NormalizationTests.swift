import Foundation
import RLCore
import Testing

@Suite struct NormalizationTests {
  /// Mean 2 and variance 2/3 of 1, 2, 3; then 4, 4 join: mean 14/5, variance (1 + 4 + 9 + 16 + 16)/5 − (14/5)².
  @Test func momentsOfTwoBatchesByHand() {
    var moments = RunningMoments(width: 2, weight: 0)
    moments.update([1, 0, 2, 0, 3, 0] as [Double], rows: 3)
    #expect(moments.mean == [2, 0])
    #expect(abs(moments.variance[0] - 2.0 / 3) < 1e-15)
    moments.update([4, 5, 4, 5] as [Float], rows: 2)
    #expect(abs(moments.mean[0] - 2.8) < 1e-15)
    #expect(abs(moments.variance[0] - (46.0 / 5 - 2.8 * 2.8)) < 1e-14)
    #expect(abs(moments.mean[1] - 2) < 1e-15 && abs(moments.variance[1] - 6) < 1e-14)
    #expect(moments.count == 5)
  }

  @Test func theStartCountsForATenThousandthOfARow() {
    var moments = RunningMoments(width: 1)
    #expect(moments.mean == [0] && moments.variance == [1] && moments.count == 1e-4)
    moments.update([3] as [Double], rows: 1)
    // mean w·0 + 1·3 over 1 + w; variance (w·1 + 0 + 9 w / (1 + w)) / (1 + w).
    let w = 1e-4
    #expect(abs(moments.mean[0] - 3 / (1 + w)) < 1e-14)
    #expect(abs(moments.variance[0] - (w + 9 * w / (1 + w)) / (1 + w)) < 1e-16)
  }

  /// However rows are cut into batches, the moments are the same but for rounding, and those of all rows at once.
  @Test func batchesJoinToTheWhole() {
    var stream = RandomStream(seed: 1)
    let rows = (0..<600).map { k in k % 3 == 0 ? 1000 + stream.normal() : 1e-3 * stream.normal() }
    var whole = RunningMoments(width: 3, weight: 0)
    whole.update(rows, rows: 200)
    var parts = RunningMoments(width: 3, weight: 0)
    var row = 0
    while row < 200 {
      let count = min(1 + row % 7, 200 - row)
      rows.withUnsafeBufferPointer { parts.update($0.baseAddress! + 3 * row, rows: count) }
      row += count
    }
    parts.update(rows, rows: 0)
    for column in 0..<3 {
      let values = (0..<200).map { rows[3 * $0 + column] }
      let mean = values.reduce(0, +) / 200
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 200
      #expect(abs(whole.variance[column] / variance - 1) < 1e-12)
      // A mean near 1000 with deviations near 1 leaves 2⁻⁵³ · 1000 / 1 ≈ 1e-13 a joining.
      #expect(abs(parts.mean[column] - mean) < 1e-11 * max(1, abs(mean)))
      #expect(abs(parts.variance[column] / variance - 1) < 1e-10)
    }
  }

  @Test func observationsAreShiftedScaledAndClipped() {
    var normalizer = ObservationNormalizer(width: 2, clip: 1.5, epsilon: 1)
    normalizer.update([1, 10, 3, 10], rows: 2)
    // Means 2 and 10, variances 1 and 0 but for the weight of the start.
    var result = [Float](repeating: 0, count: 8)
    normalizer.normalize([3, 10.5, 1, 9, .nan, 100, -50, .infinity], rows: 4, into: &result)
    #expect(abs(result[0] - Float(0.5).squareRoot()) < 1e-3 && abs(result[1] - 0.5) < 1e-2)
    #expect(abs(result[2] + Float(0.5).squareRoot()) < 1e-3 && abs(result[3] + 1) < 1e-2)
    #expect(result[4].isNaN)
    #expect(result[5...] == [1.5, -1.5, 1.5])
  }

  /// γ = 1/2, rewards 1 and 3, then 2 and −1 with the second environment's episode over, then 1 and 1.
  @Test func rewardsAreScaledByTheDeviationOfTheReturn() {
    var normalizer = RewardNormalizer(environments: 2, gamma: 0.5, clip: 2, epsilon: 0)
    normalizer.update([1, 3], terminated: [false, false], truncated: [false, false])
    #expect(normalizer.returns == [1, 3])
    normalizer.update([2, -1], terminated: [false, true], truncated: [false, false])
    #expect(normalizer.returns == [2.5, 0])
    normalizer.update([1, 1], terminated: [false, false], truncated: [true, false])
    #expect(normalizer.returns == [0, 1])
    var moments = RunningMoments(width: 1)
    for batch in [[1, 3], [2.5, 0.5], [2.25, 1]] { moments.update(batch, rows: 2) }
    #expect(normalizer.moments == moments)
    var result = [0.0, 0, 0]
    normalizer.normalize([0.5, -50, .nan], count: 3, into: &result)
    #expect(abs(result[0] - 0.5 / moments.variance[0].squareRoot()) < 1e-15)
    #expect(result[1] == -2 && result[2].isNaN)
    normalizer.reset()
    #expect(normalizer.returns == [0, 0] && normalizer.moments == moments)
  }

  private struct Recording: Decodable {
    struct Step: Decodable {
      let training: Bool
      let observations: [Float]
      let rewards: [Double]
      let dones: [Bool]
      let final_observations: [Float]
      let normalized: [Float]
      let normalized_rewards: [Double]
      let normalized_final: [Float]
    }
    let clip_obs: Double
    let clip_reward: Double
    let gamma: Double
    let environments: Int
    let width: Int
    let first: [Float]
    let normalized_first: [Float]
    let steps: [Step]
    let mean: [Double]
    let variance: [Double]
    let count: Double
    let return_mean: Double
    let return_variance: Double
    let return_count: Double
  }

  /// `vecnormalize.json`: 40 steps of stable-baselines3's class, made by the script beside it, the last ten without
  /// training.
  ///
  /// Its observations' batch means are in single precision, so a mean may be off by 6e-8 of its size and a normalised
  /// number by that over the deviation. Rewards are in double precision throughout, but given out in single.
  @Test func followsStableBaselines() throws {
    let url = Bundle.module.url(forResource: "Fixtures/normalization/vecnormalize", withExtension: "json")!
    let recording = try JSONDecoder().decode(Recording.self, from: Data(contentsOf: url))
    let (copies, width) = (recording.environments, recording.width)
    var observations = ObservationNormalizer(width: width, clip: recording.clip_obs)
    var rewards = RewardNormalizer(environments: copies, gamma: recording.gamma, clip: recording.clip_reward)
    var result = [Float](repeating: 0, count: copies * width)
    func check(_ expected: [Float], row: Int) {
      for column in 0..<width {
        let k = row * width + column
        // A mean that is off by 2⁻²⁴ of its size, twice for the two roundings of a batch mean and a value.
        let slack = 2 * 0x1p-24 * abs(observations.moments.mean[column])
        let deviation = (observations.moments.variance[column] + observations.epsilon).squareRoot()
        #expect(abs(Double(result[k] - expected[k])) <= slack / deviation + 1e-6, "row \(row), column \(column)")
      }
    }
    observations.update(recording.first, rows: copies)
    observations.normalize(recording.first, rows: copies, into: &result)
    for row in 0..<copies { check(recording.normalized_first, row: row) }
    var scaled = [Double](repeating: 0, count: copies)
    let never = [Bool](repeating: false, count: copies)
    for step in recording.steps {
      if step.training {
        observations.update(step.observations, rows: copies)
        rewards.update(step.rewards, terminated: step.dones, truncated: never)
      }
      observations.normalize(step.observations, rows: copies, into: &result)
      for row in 0..<copies { check(step.normalized, row: row) }
      observations.normalize(step.final_observations, rows: copies, into: &result)
      for row in 0..<copies where step.dones[row] { check(step.normalized_final, row: row) }
      rewards.normalize(step.rewards, count: copies, into: &scaled)
      for (found, expected) in zip(scaled, step.normalized_rewards) { #expect(abs(found - expected) <= 0x1p-23) }
    }
    for column in 0..<width {
      let (mean, variance) = (recording.mean[column], recording.variance[column])
      #expect(abs(observations.moments.mean[column] - mean) <= 2 * 0x1p-24 * abs(mean) + 1e-7)
      #expect(abs(observations.moments.variance[column] - variance) <= 1e-5 * variance)
    }
    #expect(abs(observations.moments.count - recording.count) < 1e-9)
    #expect(abs(rewards.moments.mean[0] - recording.return_mean) < 1e-12)
    #expect(abs(rewards.moments.variance[0] / recording.return_variance - 1) < 1e-12)
    #expect(abs(rewards.moments.count - recording.return_count) < 1e-9)
  }

  @Test func checkpointsGoOnToTheBit() throws {
    var stream = RandomStream(seed: 2)
    var observations = ObservationNormalizer(width: 3)
    var rewards = RewardNormalizer(environments: 2, gamma: 0.9)
    func feed(_ observations: inout ObservationNormalizer, _ rewards: inout RewardNormalizer) {
      let rows = (0..<6).map { _ in Float(stream.normal()) }
      observations.update(rows, rows: 2)
      rewards.update([stream.normal(), stream.normal()], terminated: [false, true], truncated: [false, false])
    }
    for _ in 0..<5 { feed(&observations, &rewards) }
    var writer = StateWriter()
    observations.save(to: &writer)
    rewards.save(to: &writer)
    var otherObservations = ObservationNormalizer(width: 3)
    var otherRewards = RewardNormalizer(environments: 2, gamma: 0.9)
    var reader = StateReader(writer.bytes)
    try otherObservations.restore(from: &reader)
    try otherRewards.restore(from: &reader)
    #expect(reader.isAtEnd)
    #expect(otherObservations == observations && otherRewards == rewards)
    var narrow = ObservationNormalizer(width: 2)
    reader = StateReader(writer.bytes)
    #expect(throws: StateError.self) { try narrow.restore(from: &reader) }
    #expect(narrow == ObservationNormalizer(width: 2))
  }
}
