import Foundation
import Testing

/// A run that is stopped keeps what was finished, and goes on to the bytes that it would have had.
@Suite struct SignalTests {
  private let folder = TemporaryFolder()
  private let run = ["run", "-e", "cliff-walking", "-a", "sarsa", "--episodes", "1000", "--seeds", "60", "--jobs", "2"]

  /// The bytes in the journal of a results folder.
  private func journalSize(_ place: String) -> Int {
    folder.snapshot().filter { $0.key.hasPrefix(place) && $0.key.hasSuffix(".journal") }.values.reduce(0) {
      $0 + $1.count
    }
  }

  /// Starts the run, and waits until some trials are in the journal.
  private func started(_ arguments: [String], place: String) throws -> Program.Running {
    let running = try Program.start(arguments + ["-o", place], in: folder.path)
    for _ in 0..<4000 where running.isRunning && journalSize(place) == 0 { usleep(5000) }
    return running
  }

  private func expectSameAsUndisturbed(_ arguments: [String], place: String) throws {
    let again = try Program.run(arguments + ["-o", place, "--quiet"], in: folder.path)
    #expect(again.code == 0, "\(again.errors)")
    try Program.run(arguments + ["-o", "undisturbed", "--quiet"], in: folder.path)
    #expect(folder.tables(place) == folder.tables("undisturbed"))
  }

  @Test(arguments: [SIGINT, SIGTERM]) func aSignalKeepsWhatIsFinished(number: Int32) throws {
    let running = try started(run, place: "stopped")
    running.signal(number)
    let result = running.wait()
    #expect(result.code == 130)
    #expect(result.errors == "error: stopped: interrupted; run the same command again to go on\n")
    // Whole lines of whole trials.
    let lines = folder.read("stopped/curves.csv").split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.last == "" && lines.count > 1002 && (lines.count - 2) % 1001 == 0, "\(lines.count) lines")
    #expect(lines.count < 2 + 60 * 1001)
    let size = journalSize("stopped")
    let more = try Program.run(run + ["-o", "stopped", "--json"], in: folder.path)
    #expect(!more.output.contains("\"held\": 0"))
    #expect(journalSize("stopped") > size)
    try expectSameAsUndisturbed(run, place: "stopped")
  }

  @Test func aKilledRunLosesNothing() throws {
    let running = try started(run, place: "killed")
    running.signal(SIGKILL)
    #expect(running.wait().code == -SIGKILL)
    // Tables appear when they are whole.
    #expect(!folder.exists("killed/curves.csv"))
    try expectSameAsUndisturbed(run, place: "killed")
  }

  @Test func aHalfWrittenTrialIsRunAgain() throws {
    let running = try started(run, place: "torn")
    running.signal(SIGKILL)
    _ = running.wait()
    let name = try #require(folder.snapshot().keys.first { $0.hasSuffix(".journal") })
    let bytes = Array(try #require(folder.snapshot()[name]))
    try folder.write(Array(bytes.dropLast(bytes.count / 3)), to: name)
    try expectSameAsUndisturbed(run, place: "torn")
  }

  @Test func aLongTrialGoesOnInsideItself() throws {
    let long = ["run", "-e", "cliff-walking", "-a", "q-learning", "--steps", "6000000", "--set", "record.every=500000"]
    let running = try Program.start(long + ["-o", "long"], in: folder.path)
    for _ in 0..<4000 where running.isRunning && !folder.exists("long/experiment.json") { usleep(5000) }
    usleep(200_000)
    running.signal(SIGINT)
    #expect(running.wait().code == 130)
    #expect(folder.snapshot().keys.contains { $0.hasPrefix("long/.trials/checkpoint-") })
    try expectSameAsUndisturbed(long, place: "long")
    #expect(!folder.snapshot().keys.contains { $0.hasPrefix("long/.trials/checkpoint-") })
  }
}
