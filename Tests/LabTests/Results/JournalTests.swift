import Foundation
import Testing

@testable import Lab

@Suite struct JournalTests {
  private func folder() throws -> String {
    let path = NSTemporaryDirectory() + "journal-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  private func record(_ k: Int) -> TrialRecord {
    TrialRecord(
      metrics: ["return", "length"], rows: (0..<10 * (k + 1)).map { Double($0) / 3 + Double(k) },
      tables: k % 2 == 0 ? .init(actionValues: [1, 2, Double(k)], probabilities: [], stateValues: [0.5]) : nil)
  }

  @Test func givesBackWhatWasStored() throws {
    let path = try folder()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let journal = try Journal(folder: path)
    for k in 0..<5 { try journal.append(record(k), for: .init(variant: 7, seed: UInt64(k))) }
    let again = try Journal(folder: path)
    for k in 0..<5 {
      #expect(try journal.record(.init(variant: 7, seed: UInt64(k))) == record(k))
      #expect(try again.record(.init(variant: 7, seed: UInt64(k))) == record(k))
      let total = record(k).rows.count
      #expect(
        try again.numbers(of: .init(variant: 7, seed: UInt64(k)), in: 5..<10, of: total)
          == Array(record(k).rows[5..<10]))
    }
    #expect(!again.contains(.init(variant: 8, seed: 0)))
  }

  /// Whatever a killed process leaves of its last record, the records before it stay whole.
  @Test func passesOverATornTail() throws {
    let path = try folder()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let journal = try Journal(folder: path)
    for k in 0..<3 { try journal.append(record(k), for: .init(variant: 1, seed: UInt64(k))) }
    let name = try #require(FileManager.default.contentsOfDirectory(atPath: path).first { $0.hasSuffix(".journal") })
    let bytes = try #require(FileManager.default.contents(atPath: path + "/" + name))
    for cut in stride(from: 0, to: bytes.count, by: 7) {
      let other = try folder()
      defer { try? FileManager.default.removeItem(atPath: other) }
      _ = FileManager.default.createFile(atPath: other + "/torn.journal", contents: bytes.prefix(cut))
      let torn = try Journal(folder: other)
      for k in 0..<3 {
        let key = Journal.Key(variant: 1, seed: UInt64(k))
        if torn.contains(key) { #expect(try torn.record(key) == record(k)) }
      }
      #expect(!torn.contains(.init(variant: 1, seed: 2)))
    }
    var damaged = bytes
    damaged[damaged.count - 3] ^= 0x40
    let other = try folder()
    defer { try? FileManager.default.removeItem(atPath: other) }
    _ = FileManager.default.createFile(atPath: other + "/damaged.journal", contents: damaged)
    let rest = try Journal(folder: other)
    #expect(rest.contains(.init(variant: 1, seed: 1)) && !rest.contains(.init(variant: 1, seed: 2)))
  }
}
