import RLCore
import Testing

@Suite struct EpisodeRecordTests {
  @Test func onlyFirstVisitsCount() {
    var record = EpisodeRecord(entries: 3, firstOnly: true)
    for (entry, reward) in [(2, 1.0), (0, 2.0), (2, 3.0)] { record.append(entry, reward: reward) }
    #expect((0..<3).map { record[$0].entry } == [2, 0, 2])
    #expect((0..<3).map { record[$0].counts } == [true, true, false])
    record.removeAll()
    record.append(2, reward: 4)
    #expect(record.count == 1 && record[0].counts)
  }

  /// An episode without an end fills the record and no more, and says so for good.
  @Test func anEndlessEpisodeIsReported() {
    var record = EpisodeRecord(entries: 2, firstOnly: false, limit: 5)
    for step in 0..<5 { record.append(step % 2, reward: Double(step)) }
    #expect(record.failure == nil)
    for _ in 0..<10 { record.append(1, reward: 0) }
    #expect(record.count == 5)
    #expect(record.failure == "an episode has lasted more than 5 steps without an end; set environment.time_limit")
    record.removeAll()
    #expect(record.count == 0 && record.failure != nil)
  }
}
