import Lab
import Testing

@Suite struct MannWhitneyTests {
  @Test func byHand() {
    // All of x below all of y: 1 of C(5, 2) = 10 orders, U = 0.
    let result = Statistics.mannWhitneyUTest([1, 2], [3, 4, 5], alternative: .less)
    #expect(result?.statistic == 0)
    #expect(agrees(result?.pValue, 0.1, 1e-15))
    #expect(agrees(Statistics.mannWhitneyUTest([1, 2], [3, 4, 5])?.pValue, 0.2, 1e-15))
    #expect(agrees(Statistics.mannWhitneyUTest([1, 2], [3, 4, 5], alternative: .greater)?.pValue, 1, 1e-15))
  }

  @Test func agreesWithReferences() throws {
    for pair in try ReferenceStatistics.load().two_sample {
      for (alternative, reference) in [
        (Statistics.Alternative.twoSided, pair.twoSided), (.greater, pair.greater), (.less, pair.less),
      ] {
        let asymptotic = Statistics.mannWhitneyUTest(
          pair.a, pair.b, alternative: alternative, method: .asymptotic)
        #expect(asymptotic?.statistic == reference.U)
        #expect(agrees(asymptotic?.pValue, reference.p_asymptotic_with_continuity, 1e-8))
        if let p = reference.p_exact {
          let exact = Statistics.mannWhitneyUTest(pair.a, pair.b, alternative: alternative, method: .exact)
          #expect(agrees(exact?.pValue, p, 1e-12))
        }
      }
    }
  }

  @Test(arguments: Statistics.Alternative.allCases) func agreesWithReferencesOnRandomData(
    alternative: Statistics.Alternative
  ) throws {
    for pair in try RandomStatistics.load().pairs {
      let tests = try #require(pair.tests[alternative.rawValue])
      let label = Comment("\(pair.kind) \(pair.a.count) \(pair.b.count)")
      let methods: [(Statistics.RankTestMethod, RandomStatistics.U?)] = [
        (.automatic, tests.mann_whitney), (.asymptotic, tests.mann_whitney_asymptotic),
        (.exact, tests.mann_whitney_exact),
      ]
      for (method, reference) in methods {
        guard let reference else { continue }
        let result = Statistics.mannWhitneyUTest(pair.a, pair.b, alternative: alternative, method: method)
        #expect(result?.statistic == reference.U, label)
        #expect(agrees(result?.pValue, reference.p, 1e-10), label)
      }
    }
  }

  @Test func edges() {
    #expect(Statistics.mannWhitneyUTest([], [1]) == nil)
    #expect(Statistics.mannWhitneyUTest([1], [.nan]) == nil)
    #expect(Statistics.mannWhitneyUTest([1, 1], [1, 1, 1])?.pValue == 1)
    #expect(Statistics.mannWhitneyUTest([1], [2])?.pValue == 1)
    #expect(agrees(Statistics.mannWhitneyUTest([.infinity], [1], alternative: .greater)?.pValue, 0.5, 1e-15))
  }
}
