import Lab
import Testing

@Suite struct TTestsTests {
  private func check(
    _ result: Statistics.TestResult?, _ reference: RandomStatistics.T, _ label: Comment
  ) {
    #expect(agrees(result?.statistic, reference.t), label)
    #expect(agrees(result?.degreesOfFreedom, reference.df), label)
    #expect(agrees(result?.pValue, reference.p, 1e-8), label)
    #expect(agrees(result?.interval, reference.ci90), label)
  }

  @Test func agreesWithReferences() throws {
    for pair in try ReferenceStatistics.load().two_sample {
      let welch = Statistics.welchTTest(pair.a, pair.b)
      #expect(agrees(welch?.statistic, pair.welch.t))
      #expect(agrees(welch?.degreesOfFreedom, pair.welch.df))
      #expect(agrees(welch?.pValue, pair.welch.p_two_sided, 1e-8))
      #expect(agrees(welch?.interval, try #require(pair.welch.ci95_mean_difference)))
      let student = Statistics.studentTTest(pair.a, pair.b)
      #expect(agrees(student?.statistic, pair.student.t))
      #expect(agrees(student?.degreesOfFreedom, pair.student.df))
      #expect(agrees(student?.pValue, pair.student.p_two_sided, 1e-8))
    }
  }

  @Test(arguments: Statistics.Alternative.allCases) func agreesWithReferencesOnRandomData(
    alternative: Statistics.Alternative
  ) throws {
    for pair in try RandomStatistics.load().pairs {
      let tests = try #require(pair.tests[alternative.rawValue])
      let label = Comment("\(pair.kind) \(pair.a.count) \(pair.b.count)")
      check(
        Statistics.welchTTest(pair.a, pair.b, alternative: alternative, level: 0.9), tests.welch, label)
      check(
        Statistics.studentTTest(pair.a, pair.b, alternative: alternative, level: 0.9), tests.student, label)
      if let paired = tests.paired {
        check(
          Statistics.pairedTTest(pair.a, pair.b, alternative: alternative, level: 0.9), paired, label)
      }
    }
  }

  @Test func edges() {
    for test in [Statistics.welchTTest, Statistics.studentTTest] {
      #expect(test([1], [1, 2], .twoSided, 0.95) == nil)
      #expect(test([1, .infinity], [1, 2], .twoSided, 0.95) == nil)
      #expect(test([1, .nan], [1, 2], .twoSided, 0.95) == nil)
      #expect(test([3, 3], [3, 3, 3], .twoSided, 0.95) == nil)
      let constant = test([4, 4], [3, 3, 3], .greater, 0.95)
      #expect(constant?.statistic == .infinity && constant?.pValue == 0 && constant?.difference == 1)
      #expect(test([4, 4], [3, 3, 3], .less, 0.95)?.pValue == 1)
    }
    #expect(Statistics.pairedTTest([1, 2], [1, 2]) == nil)
    #expect(Statistics.pairedTTest([1], [2]) == nil)
    #expect(Statistics.pairedTTest([], []) == nil)
  }

  /// Welch's test does not know units: samples scaled to the ends of the range give the same t, degrees and
  /// p.
  @Test(arguments: [1e-200, 1e200]) func unitsDoNotMatter(unit: Double) throws {
    let (x, y) = ([1.0, 2, 4, 8], [3.0, 5, 9])
    let plain = try #require(Statistics.welchTTest(x, y))
    let scaled = try #require(Statistics.welchTTest(x.map { $0 * unit }, y.map { $0 * unit }))
    #expect(agrees(scaled.statistic, plain.statistic, 1e-13))
    #expect(agrees(scaled.degreesOfFreedom, try #require(plain.degreesOfFreedom), 1e-13))
    #expect(agrees(scaled.pValue, plain.pValue, 1e-13))
  }
}
