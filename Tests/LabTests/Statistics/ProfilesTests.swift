import Lab
import RLCore
import Testing

@Suite struct ProfilesTests {
  @Test func byHand() throws {
    let table = try #require(Statistics.TaskScores([[0, 1], [0.5, 3]]))
    #expect(table.performanceProfile([-1, 0, 0.5, 1, 3, 2]) == [1, 0.75, 0.5, 0.25, 0, 0.25])
    #expect(table.meanScoreProfile([0, 0.25, 1, 2]) == [1, 0.5, 0.5, 0])
    #expect(table.performanceProfile([]) == [])
  }

  @Test func agreesWithReferences() throws {
    for reference in try ReferenceStatistics.load().rliable {
      let x = try #require(Statistics.TaskScores(reference.scores_x))
      let thresholds = reference.performance_profile_thresholds
      for (value, expected) in zip(x.performanceProfile(thresholds), reference.run_score_profile_x) {
        #expect(agrees(value, expected))
      }
      for (value, expected) in zip(x.meanScoreProfile(thresholds), reference.mean_score_profile_x) {
        #expect(agrees(value, expected))
      }
    }
  }

  /// Ends of bands move in steps of one score; two sets of 4000 resamples may lie one step apart.
  @Test func agreesWithReferencesOnRandomData() throws {
    for reference in try RandomStatistics.load().scores {
      let x = try #require(Statistics.TaskScores(reference.x))
      #expect(reference.profile.count == reference.thresholds.count)
      for (value, expected) in zip(x.performanceProfile(reference.thresholds), reference.profile) {
        #expect(agrees(value, expected))
      }
      for (value, expected) in zip(x.meanScoreProfile(reference.thresholds), reference.mean_profile) {
        #expect(agrees(value, expected))
      }
      var stream = RandomStream(seed: 3)
      let bands = try #require(
        x.performanceProfileBands(reference.thresholds, resamples: 4000, using: &stream))
      let step = 1.0001 / Double(x.runs * x.tasks)
      for (k, band) in bands.enumerated() {
        #expect(abs(band.low - reference.bands[0][k]) <= step, "\(k) \(band)")
        #expect(abs(band.high - reference.bands[1][k]) <= step, "\(k) \(band)")
      }
    }
  }

  @Test func bandsFollowTheOrderOfTheThresholds() throws {
    let table = try #require(Statistics.TaskScores([[0, 1], [0.5, 3], [2, 2]]))
    var a = RandomStream(seed: 1)
    var b = RandomStream(seed: 1)
    let upwards = try #require(table.performanceProfileBands([0, 1, 2], resamples: 200, using: &a))
    let mixed = try #require(table.performanceProfileBands([2, 0, 1], resamples: 200, using: &b))
    #expect(mixed == [upwards[2], upwards[0], upwards[1]])
    let single = try #require(Statistics.TaskScores([[1, 2]]))
    #expect(single.performanceProfileBands([0], using: &a) == nil)
  }
}
