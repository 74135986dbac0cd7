import Foundation
import RLCore

/// Copies of a Gymnasium environment in an interpreter of their own, which take their steps together: one question and one answer a step.
///
/// One trial uses it, from one thread at a time. A fault ends it for good: from then on every episode is over at once and ``failure`` says why, so that whoever waits for an end of an
/// episode gets one.
final class GymnasiumSession: BatchExchange, @unchecked Sendable {
  /// What is asked for.
  struct Request: Sendable {
    var id: String
    var kwargs: Setting = .table([])
    var python: String
    var copies = 1
    /// After how many steps an episode is truncated; nil for never.
    var timeLimit: Int?
    /// Whether the time limit is the environment's own, whatever `timeLimit` says.
    var hasOwnTimeLimit = false
    /// From which the generators are seeded that Python's modules share.
    var seed = 0

    var line: String {
      let limit: Setting = hasOwnTimeLimit ? .text("default") : timeLimit.map(Setting.integer) ?? .null
      return Setting.object([
        .init("id", .text(id)), .init("kwargs", kwargs), .init("copies", .integer(copies)),
        .init("time_limit", limit), .init("seed", .integer(seed)),
      ]).description + "\n"
    }
  }

  /// How many copies there are.
  let count: Int
  let spaces: GymnasiumSpaces
  /// Why it cannot go on; nil while it can.
  private(set) var failure: String?
  private var process: BridgeProcess?
  private var isClaimed = 0
  /// Words of 32 bits that one observation takes.
  private let width: Int
  private let reach: Int
  private let question: UnsafeMutableRawBufferPointer
  private let answer: UnsafeMutableRawBufferPointer
  /// Where the rows of observations begin in an answer.
  private let first: Int
  /// The latest observation of each copy, ``width`` words each.
  private let current: UnsafeMutableRawBufferPointer
  /// For each copy whose episode ended in the last step, which of the final rows is its.
  private var finalRow: [Int]
  /// How many steps each copy has taken.
  private var steps: [Int]

  /// Makes the copies.
  ///
  /// - Throws: ``BridgeFault``.
  init(_ request: Request) throws(BridgeFault) {
    let (process, spaces) = try Self.begin(request)
    self.process = process
    self.spaces = spaces
    count = request.copies
    width = spaces.isNumbered ? 1 : spaces.observationCount
    reach = spaces.actions.isDiscrete ? 1 : spaces.actions.count
    first = 8 + (10 * count + 3) / 4 * 4
    question = .allocate(byteCount: max(32, 1 + count + 4 * count * reach), alignment: 8)
    answer = .allocate(byteCount: first + 8 * count * width, alignment: 8)
    current = .allocate(byteCount: 4 * count * width, alignment: 8)
    answer.initializeMemory(as: UInt8.self, repeating: 0)
    current.initializeMemory(as: UInt8.self, repeating: 0)
    finalRow = [Int](repeating: 0, count: count)
    steps = finalRow
  }

  deinit {
    if let process, failure == nil { BridgePool.give(process) }
    question.deallocate()
    answer.deallocate()
    current.deallocate()
  }

  /// Hands a request to an interpreter; to a new one where an idle one has died meanwhile.
  private static func begin(_ request: Request) throws(BridgeFault) -> (BridgeProcess, GymnasiumSpaces) {
    let (process, isNew) = try BridgePool.take(request.python)
    do throws(BridgeFault) {
      return (process, try spaces(request, process))
    } catch {
      if error.kind != .died || isNew {
        if error.kind != .died && error.kind != .missing { BridgePool.give(process) }
        throw error
      }
      return try begin(request)
    }
  }

  private static func spaces(_ request: Request, _ process: BridgeProcess) throws(BridgeFault) -> GymnasiumSpaces {
    let line = [UInt8](request.line.utf8)
    do {
      try line.withUnsafeBytes { try process.send($0) }
    } catch let fault as BridgeFault { throw fault } catch {}
    let answer = String(decoding: try process.receiveLine(), as: UTF8.self)
    process.settle()
    return try GymnasiumSpaces(answer: ConfigurationFile.value(answer))
  }

  // MARK: Questions

  /// The number of a copy that nobody has claimed yet.
  func claim() -> Int {
    precondition(isClaimed < count, "more copies than the \(count) that were asked for")
    isClaimed += 1
    return isClaimed - 1
  }

  /// Begins an episode in one copy.
  ///
  /// - Parameter seed: What its generator is seeded with; nil to go on with it.
  func reset(_ copy: Int, seed: Int?) {
    question.storeBytes(of: UInt8(ascii: "R"), toByteOffset: 0, as: UInt8.self)
    question.storeBytes(of: UInt32(copy), toByteOffset: 1, as: UInt32.self)
    question.storeBytes(of: Int64(seed ?? -1), toByteOffset: 5, as: Int64.self)
    let row = UnsafeMutableRawBufferPointer(rebasing: current[4 * width * copy..<4 * width * (copy + 1)])
    ask(13) { process throws(BridgeFault) in
      _ = try self.header(process)
      try process.receive(into: row)
      try self.checkObservation(UnsafeRawPointer(row.baseAddress!), of: copy)
    }
  }

  /// Makes one copy the same as another, in the midst of its episode.
  ///
  /// - Parameter seed: What the generator of the first is seeded with.
  func become(_ copy: Int, other: Int, seed: Int) {
    question.storeBytes(of: UInt8(ascii: "C"), toByteOffset: 0, as: UInt8.self)
    question.storeBytes(of: UInt32(copy), toByteOffset: 1, as: UInt32.self)
    question.storeBytes(of: UInt32(other), toByteOffset: 5, as: UInt32.self)
    question.storeBytes(of: Int64(seed), toByteOffset: 9, as: Int64.self)
    ask(17) { process throws(BridgeFault) in _ = try self.header(process) }
    (current.baseAddress! + 4 * width * copy).copyMemory(
      from: current.baseAddress! + 4 * width * other, byteCount: 4 * width)
  }

  /// Takes a step in every copy, or in those that move.
  func exchange(actions: UnsafePointer<Int32>, moves: UnsafePointer<Bool>?) {
    step(UnsafeRawPointer(actions), moves: moves)
  }

  /// Takes a step in every copy, or in those that move.
  func exchange(values: UnsafePointer<Float>, moves: UnsafePointer<Bool>?) {
    step(UnsafeRawPointer(values), moves: moves)
  }

  private func step(_ actions: UnsafeRawPointer, moves: UnsafePointer<Bool>?) {
    var size = 1
    question[0] = UInt8(ascii: moves == nil ? "S" : "M")
    if let moves {
      for copy in 0..<count { question[1 + copy] = moves[copy] ? 1 : 0 }
      size += count
    }
    (question.baseAddress! + size).copyMemory(from: actions, byteCount: 4 * count * reach)
    size += 4 * count * reach
    ask(size) { process throws(BridgeFault) in
      let endings = try self.header(process)
      let garbled = BridgeFault(
        kind: .died, message: "\(process.python) answered something else than it was asked")
      guard endings <= self.count else { throw garbled }
      let end = self.first + 4 * self.width * (self.count + endings)
      try process.receive(into: UnsafeMutableRawBufferPointer(rebasing: self.answer[8..<end]))
      var row = 0
      for copy in 0..<self.count where moves == nil || moves![copy] {
        self.steps[copy] += 1
        try self.checkReward(of: copy)
        try self.checkObservation(
          UnsafeRawPointer(self.answer.baseAddress!) + self.first + 4 * self.width * copy, of: copy)
        (self.current.baseAddress! + 4 * self.width * copy).copyMemory(
          from: self.answer.baseAddress! + self.first + 4 * self.width * copy, byteCount: 4 * self.width)
        if self.outcome(copy).terminated || self.outcome(copy).truncated {
          guard row < endings else { throw garbled }
          self.finalRow[copy] = row
          try self.checkObservation(self.row(copy, isFinal: true), of: copy)
          row += 1
        }
      }
      guard row == endings else { throw garbled }
    }
  }

  /// Sends the first bytes of the question and lets the answer be read; a fault ends everything.
  private func ask(_ size: Int, _ read: (BridgeProcess) throws(BridgeFault) -> Void) {
    guard let process, failure == nil else { return }
    do throws(BridgeFault) {
      try process.send(UnsafeRawBufferPointer(rebasing: question[..<size]))
      try read(process)
      process.settle()
    } catch {
      failure = error.message
      self.process = nil
      // Nobody gets to see numbers that are none.
      UnsafeMutableRawBufferPointer(rebasing: answer[8...]).initializeMemory(as: UInt8.self, repeating: 0)
      current.initializeMemory(as: UInt8.self, repeating: 0)
      for copy in 0..<count {
        answer[8 + 8 * count + copy] = 1
        finalRow[copy] = 0
      }
    }
  }

  /// Reads the header of an answer.
  ///
  /// - Returns: How many episodes have ended.
  private func header(_ process: BridgeProcess) throws(BridgeFault) -> Int {
    try process.receive(into: UnsafeMutableRawBufferPointer(rebasing: answer[..<8]))
    let size = Int(answer.load(fromByteOffset: 4, as: UInt32.self))
    if answer.load(as: UInt32.self) == 0 { return size }
    let message = UnsafeMutableRawBufferPointer.allocate(byteCount: min(size, 1 << 16), alignment: 1)
    defer { message.deallocate() }
    try process.receive(into: message)
    throw BridgeFault(kind: .died, message: String(decoding: message, as: UTF8.self))
  }

  // MARK: Checks

  /// - Throws: ``BridgeFault`` where the reward of the last step of a copy is not finite.
  private func checkReward(of copy: Int) throws(BridgeFault) {
    let reward = outcome(copy).reward
    if !reward.isFinite { throw unusable("a reward", reward, "", copy) }
  }

  /// - Throws: ``BridgeFault`` where a number of an observation is not finite: no weight can be learned for it.
  private func checkObservation(_ row: UnsafeRawPointer, of copy: Int) throws(BridgeFault) {
    if spaces.isNumbered { return }
    let numbers = row.assumingMemoryBound(to: Float.self)
    for index in 0..<width where !numbers[index].isFinite {
      throw unusable("an observation", Double(numbers[index]), " in place \(index + 1) of \(width)", copy)
    }
  }

  private func unusable(_ what: String, _ number: Double, _ place: String, _ copy: Int) -> BridgeFault {
    let kind = number.isNaN ? "not a number (nan" : number > 0 ? "infinite (inf" : "infinite (-inf"
    let whose = count == 1 ? "" : " of copy \(copy + 1)"
    return BridgeFault(
      kind: .died, message: "the environment gave \(what) that is \(kind)\(place)) at step \(steps[copy])\(whose)")
  }

  // MARK: Answers

  /// What the last step of a copy gave.
  func outcome(_ copy: Int) -> VectorOutcome {
    VectorOutcome(
      reward: answer.load(fromByteOffset: 8 + 8 * copy, as: Double.self),
      terminated: answer[8 + 8 * count + copy] != 0, truncated: answer[8 + 9 * count + copy] != 0)
  }

  /// The observation of a copy: the latest, or the one that its episode ended in.
  func row(_ copy: Int, isFinal: Bool) -> UnsafeRawPointer {
    isFinal
      ? UnsafeRawPointer(answer.baseAddress!) + first + 4 * width * (count + finalRow[copy])
      : UnsafeRawPointer(current.baseAddress!) + 4 * width * copy
  }
}
