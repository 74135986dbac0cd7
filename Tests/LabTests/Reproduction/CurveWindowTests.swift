import Testing

@testable import Lab

@Suite struct CurveWindowTests {
  /// Rows of (iteration, episode, step, return, reward, value_error): recorded every two episodes, of 3, 5 and 2 steps an episode pair.
  private let record = TrialRecord(
    metrics: ["return", "reward", "value_error"],
    rows: [
      .nan, 0, 0, .nan, .nan, 1,
      .nan, 2, 3, -10, 0.5, 0.5,
      .nan, 4, 8, -6, 0.1, 0.25,
      .nan, 6, 10, -2, 1, 0.125,
    ])

  private func value(
    _ metric: String, _ from: Int, _ to: Int, total: Bool = false, unit: Budget.Unit = .episodes
  ) throws -> Double {
    let window = PublishedNumbers.Window(metric: metric, from: from, to: to, isTotal: total)
    return try window.value(in: record, unit: unit)
  }

  @Test func columnsAreWeightedByWhatTheyAverage() throws {
    #expect(try value("return", 1, 2) == -10)
    #expect(try value("return", 1, 4) == -8)
    #expect(try value("return", 3, 6, total: true) == -16)
    // Rewards a step: (3 · 0.5 + 5 · 0.1) / 8, counted in episodes or in steps.
    #expect(abs(try value("reward", 1, 4) - 0.25) < 1e-15)
    #expect(abs(try value("reward", 1, 8, unit: .steps) - 0.25) < 1e-15)
    #expect(abs(try value("reward", 1, 10, total: true, unit: .steps) - 4) < 1e-15)
  }

  /// Two steps in which no episode ends, then two that end one of return 3.
  @Test func rowsWithoutAnEpisodeCountNothing() throws {
    let record = TrialRecord(
      metrics: ["return"], rows: [.nan, 0, 0, .nan, .nan, 0, 2, .nan, .nan, 1, 4, 3])
    func value(_ from: Int, _ to: Int, total: Bool) throws -> Double {
      try PublishedNumbers.Window(metric: "return", from: from, to: to, isTotal: total).value(in: record, unit: .steps)
    }
    #expect(try value(1, 2, total: true) == 0)
    #expect(try value(1, 4, total: true) == 3)
    #expect(try value(1, 4, total: false) == 3)
    #expect(throws: LabError.self) { try value(1, 2, total: false) }
  }

  @Test func columnsOfAStateAreTakenPointByPoint() throws {
    #expect(try value("value_error", 0, 0) == 1)
    #expect(try value("value_error", 4, 4) == 0.25)
    let dense = TrialRecord(
      metrics: ["value_error"], rows: [.nan, 0, 0, 4, .nan, 1, 2, 2, .nan, 2, 5, 1, .nan, 3, 6, 0])
    let window = PublishedNumbers.Window(metric: "value_error", from: 1, to: 3)
    #expect(try window.value(in: dense, unit: .episodes) == 1)
  }

  @Test(arguments: [
    ("return", 2, 4), ("return", 1, 3), ("return", 0, 2), ("return", 5, 8), ("value_error", 1, 4),
    ("value_error", 3, 3),
    ("length", 1, 2),
  ])
  func rowsThatDoNotFillTheWindowAreRefused(metric: String, from: Int, to: Int) {
    #expect(throws: LabError.self) { try value(metric, from, to) }
  }
}
