import Testing

@testable import Lab

@Suite struct CurvesReaderTests {
  private let folder = TemporaryFolder()
  private static let header = "variant,environment,algorithm,seed,iteration,episode,step,return,length\n"

  private func reader(_ text: String) throws -> CurvesReader {
    try folder.write(text, to: "curves.csv")
    return try CurvesReader(folder.path + "/curves.csv")
  }

  @Test func readsTheWantedColumnsOfEachTrial() async throws {
    let reader = try reader(
      Self.header + "a,cliff,sarsa,0,,0,0,,\na,cliff,sarsa,0,,1,17,-17.5,17\na,cliff,sarsa,3,,1,13,inf,13\n"
        + "b,cliff,sarsa,3,,1,13,-13,13\n")
    #expect(reader.metrics == ["return", "length"])
    let trials = try await reader.trials(["return", "episode"], workers: 1)
    #expect(trials.map(\.labels) == [["a", "cliff", "sarsa"], ["a", "cliff", "sarsa"], ["b", "cliff", "sarsa"]])
    #expect(trials.map(\.seed) == [0, 3, 3])
    #expect(trials[0].columns[0][0].isNaN && trials[0].columns[0][1] == -17.5)
    #expect(trials[0].columns[1] == [0, 1])
    #expect(trials[1].columns[0] == [.infinity])
  }

  @Test func readsQuotesBreaksAndForeignLineEnds() async throws {
    let reader = try reader(
      Self.header + "\"a, \"\"b\"\"\",cliff,sarsa,0,,1,2,3,4\r\n\"two\nlines\",cliff,sarsa,1,,1,2,5,6")
    let trials = try await reader.trials(["return"], workers: 1)
    #expect(trials.map { $0.labels[0] } == ["a, \"b\"", "two\nlines"])
    #expect(trials.map { $0.columns[0] } == [[3], [5]])
  }

  /// Pieces are no shorter than 64 KiB, so that this file has several.
  @Test(arguments: [1, 2, 3, 7])
  func piecesGiveTheSameAsTheWhole(workers: Int) async throws {
    var text = Self.header
    var expected: [[Double]] = []
    for seed in 0..<97 {
      var values: [Double] = []
      for episode in 0...150 {
        let value = Double(seed * 1000 + episode) / 8
        values.append(value)
        text += "variant \(seed / 10),cliff-walking,sarsa,\(seed),,\(episode),\(episode * 17),\(value),1\n"
      }
      expected.append(values)
    }
    #expect(text.utf8.count > 7 << 16)
    let trials = try await reader(text).trials(["return"], workers: workers)
    #expect(trials.map { Int($0.seed) } == Array(0..<97))
    #expect(trials.map { $0.columns[0] } == expected)
  }

  @Test(arguments: [
    ("a,cliff,sarsa,0,,1,2,3\n", "line 3: it does not have 9 fields"),
    ("a,cliff,sarsa,0,,1,2,3,4,5\n", "line 3: it does not have 9 fields"),
    ("a,cliff,sarsa,zero,,1,2,3,4\n", "line 3: its seed is no whole number"),
    ("a,cliff,sarsa,,,1,2,3,4\n", "line 3: its seed is missing"),
    ("a,cliff,sarsa,0,,1,2,three,4\n", "line 3: a field is no number"),
    ("a,cliff\n", "line 3: the row ends before its seed"),
    ("\"a,cliff,sarsa,0,,1,2,3,4\n", "line 3: quotes are not closed"),
  ])
  func namesTheLineThatIsWrong(row: String, message: String) async throws {
    let reader = try reader(Self.header + "a,cliff,sarsa,0,,0,0,,\n" + row)
    let error = await #expect(throws: LabError.self) { try await reader.trials(["return"], workers: 2) }
    #expect(error?.kind == .data)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test func refusesOtherTables() throws {
    #expect(throws: LabError.self) { try reader("variant,seed,state,label\n") }
    #expect(throws: LabError.self) { try reader("") }
    #expect(throws: LabError.self) {
      try reader("variant,environment,algorithm,seed,iteration,episode,step,return,return\n")
    }
  }

  @Test func aTableWithoutRowsHasNoTrials() async throws {
    #expect(try await reader(Self.header).trials(["return"], workers: 3).isEmpty)
  }
}
