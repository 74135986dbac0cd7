import Foundation
import RLCore
import Synchronization

/// Where finished trials are kept: files that only ever grow at their end, one for each process that works on the folder.
///
/// A record is a header (magic, variant's hash, seed, length, checksum of the content) and its content, appended by a single write. Whatever a killed
/// process left half-written does not match its checksum and is passed over; the trial is simply run again.
final class Journal: Sendable {
  /// Where a record's content stands.
  struct Place: Sendable {
    let file: Int
    let offset: Int
    let length: Int
  }

  /// Which trial a record belongs to.
  struct Key: Hashable, Sendable {
    let variant: UInt64
    let seed: UInt64
  }

  private struct State: ~Copyable {
    var places: [Key: Place] = [:]
    /// What failed trials had recorded. They are not finished, and run again.
    var failed: [Key: Place] = [:]
    var files: [Int32] = []
    var writer: Int32 = -1
    var writerIndex = -1
    var length = 0
  }

  private static let magic: UInt64 = 0x726c_6c61_6274_7231
  private static let failedMagic: UInt64 = 0x726c_6c61_6274_7266
  private static let headerSize = 40
  private let folder: String
  private let state = Mutex(State())

  /// Opens the journal of a results folder, and finds what it holds.
  init(folder: String) throws(LabError) {
    self.folder = folder
    try refresh()
  }

  deinit {
    state.withLock { state in
      for file in state.files { close(file) }
    }
  }

  /// Whether a trial has been finished.
  func contains(_ key: Key) -> Bool { state.withLock { $0.places[key] != nil } }

  /// Whether a trial has failed, and left what it had recorded.
  func holdsFailed(_ key: Key) -> Bool { state.withLock { $0.places[key] == nil && $0.failed[key] != nil } }

  /// The trials that have been finished.
  var keys: Set<Key> { state.withLock { Set($0.places.keys) } }

  /// Looks for records that other processes have added.
  func refresh() throws(LabError) {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .filter { $0.hasSuffix(".journal") }.sorted()
    state.withLock { state in
      let own = state.writerIndex
      for (index, file) in state.files.enumerated() where index != own { close(file) }
      var files: [Int32] = own >= 0 ? [state.writer] : []
      var places = state.places.filter { own >= 0 && $0.value.file == own }.mapValues {
        Place(file: 0, offset: $0.offset, length: $0.length)
      }
      var failed = state.failed.filter { own >= 0 && $0.value.file == own }.mapValues {
        Place(file: 0, offset: $0.offset, length: $0.length)
      }
      if own >= 0 { state.writerIndex = 0 }
      for name in names where own < 0 || name != Self.ownName {
        let file = open(folder + "/" + name, O_RDONLY | O_CLOEXEC)
        if file < 0 { continue }
        files.append(file)
        for record in Self.scan(file, index: files.count - 1) {
          if record.isFailed {
            failed[record.key] = record.place
          } else if places[record.key] == nil {
            places[record.key] = record.place
          }
        }
      }
      state.files = files
      state.places = places
      state.failed = failed
    }
  }

  private static let ownName: String = {
    let host = ProcessInfo.processInfo.hostName.filter { $0.isLetter || $0.isNumber }.prefix(24)
    return "\(host)-\(getpid())-\(UInt64.random(in: 0 ... .max)).journal"
  }()

  /// The records of a file, up to the first that is not whole.
  private static func scan(_ file: Int32, index: Int) -> [(key: Key, place: Place, isFailed: Bool)] {
    var records: [(key: Key, place: Place, isFailed: Bool)] = []
    let size = Int(lseek(file, 0, SEEK_END))
    var offset = 0
    while offset + headerSize <= size, let header = read(file, offset, headerSize) {
      var reader = StateReader(header)
      guard let magic = try? reader.word(), magic == Self.magic || magic == failedMagic,
        let variant = try? reader.word(),
        let seed = try? reader.word(), let length = try? reader.integer(), let checksum = try? reader.word(),
        length >= 0,
        offset + headerSize + length <= size
      else { break }
      let start = offset + headerSize
      guard Self.checksum(of: file, from: start, length: length) == checksum else { break }
      let place = Place(file: index, offset: start, length: length)
      records.append((Key(variant: variant, seed: seed), place, magic == failedMagic))
      offset = start + length
    }
    return records
  }

  private static func read(_ file: Int32, _ offset: Int, _ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = bytes.withUnsafeMutableBytes { pread(file, $0.baseAddress! + done, count - done, off_t(offset + done)) }
      if got <= 0 { return nil }
      done += got
    }
    return bytes
  }

  private static func checksum(of file: Int32, from offset: Int, length: Int) -> UInt64? {
    var checksum = Checksum()
    var done = 0
    while done < length {
      guard let bytes = read(file, offset + done, min(1 << 20, length - done)) else { return nil }
      bytes.withUnsafeBytes { checksum.add($0) }
      done += bytes.count
    }
    return checksum.value
  }

  private static func put(_ bytes: UnsafeRawBufferPointer, into file: Int32, at offset: inout Int, code: inout Int32) {
    var done = 0
    while done < bytes.count && code == 0 {
      let put = pwrite(file, bytes.baseAddress! + done, bytes.count - done, off_t(offset))
      if put < 0 && errno == EINTR { continue }
      if put <= 0 {
        code = errno
      } else {
        done += put
        offset += put
      }
    }
  }

  /// Adds a finished trial.
  ///
  /// - Parameter isFailed: Whether the trial has failed, so that the record is only what it had come to.
  /// - Throws: ``LabError`` (exit code 73) where the disk does not take it; what was there before stays whole.
  func append(_ record: TrialRecord, for key: Key, isFailed: Bool = false) throws(LabError) {
    var length = 0
    var checksum = Checksum()
    record.forEachPiece {
      length += $0.count
      checksum.add($0)
    }
    var header = StateWriter()
    for word in [isFailed ? Self.failedMagic : Self.magic, key.variant, key.seed, UInt64(length), checksum.value] {
      header.write(word)
    }
    let start = header.bytes
    let failure: Int32? = state.withLock { state in
      if state.writer < 0 {
        state.writer = open(folder + "/" + Self.ownName, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        if state.writer < 0 { return errno }
        state.files.append(state.writer)
        state.writerIndex = state.files.count - 1
        state.length = Int(lseek(state.writer, 0, SEEK_END))
      }
      var offset = state.length
      var code: Int32 = 0
      if length < 1 << 16 {
        // A small record is one write; the pieces of a large one are written as they lie.
        var whole = start
        whole.reserveCapacity(Self.headerSize + length)
        record.forEachPiece { whole.append(contentsOf: $0) }
        whole.withUnsafeBytes { Self.put($0, into: state.writer, at: &offset, code: &code) }
      } else {
        start.withUnsafeBytes { Self.put($0, into: state.writer, at: &offset, code: &code) }
        record.forEachPiece { Self.put($0, into: state.writer, at: &offset, code: &code) }
      }
      if code != 0 {
        ftruncate(state.writer, off_t(state.length))
        return code
      }
      let place = Place(file: state.writerIndex, offset: state.length + Self.headerSize, length: length)
      if isFailed { state.failed[key] = place } else { state.places[key] = place }
      state.length += Self.headerSize + length
      return nil
    }
    if let failure { throw Output.failure(folder, code: failure) }
  }

  /// Reads a finished trial.
  func record(_ key: Key) throws(LabError) -> TrialRecord {
    let cursor = state.withLock { state in
      (state.places[key] ?? state.failed[key]).map {
        FileCursor(file: state.files[$0.file], offset: $0.offset, end: $0.offset + $0.length)
      }
    }
    guard var cursor else {
      throw LabError(.software, "\(folder): a finished trial cannot be read again; run the command again")
    }
    do throws(StateError) {
      return try TrialRecord(from: &cursor)
    } catch { throw LabError(.software, "\(folder): \(error.message)") }
  }

  /// Reads some of a finished trial's numbers, which stand at the end of its record.
  func numbers(of key: Key, in range: Range<Int>, of total: Int) throws(LabError) -> [Double] {
    let bytes: [UInt8]? = state.withLock { state in
      guard let place = state.places[key] else { return nil }
      let offset = place.offset + place.length - 8 * total + 8 * range.lowerBound
      return Self.read(state.files[place.file], offset, 8 * range.count)
    }
    guard let bytes else {
      throw LabError(.software, "\(folder): a finished trial cannot be read again; run the command again")
    }
    return bytes.withUnsafeBytes { raw in
      (0..<range.count).map { raw.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) }
    }
  }
}

/// Reads lists from a part of a file, one after another.
struct FileCursor {
  let file: Int32
  var offset: Int
  let end: Int

  /// Reads a whole number.
  mutating func integer() throws(StateError) -> Int {
    var number: Int64 = 0
    try withUnsafeMutableBytes(of: &number) { raw throws(StateError) in try fill(raw) }
    return Int(Int64(littleEndian: number))
  }

  /// Reads a count and as many elements.
  mutating func list<T: BitwiseCopyable>(of type: T.Type) throws(StateError) -> [T] {
    let count = try integer()
    guard count >= 0, count <= (end - offset) / MemoryLayout<T>.stride else {
      throw StateError("a list of \(count) elements cannot be")
    }
    var failure: StateError?
    let elements = [T](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(StateError) {
        try fill(UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<count])))
        initialized = count
      } catch { failure = error }
    }
    if let failure { throw failure }
    return elements
  }

  private mutating func fill(_ raw: UnsafeMutableRawBufferPointer) throws(StateError) {
    guard raw.count <= end - offset else { throw StateError("a record ends before its content") }
    var done = 0
    while done < raw.count {
      let got = pread(file, raw.baseAddress! + done, raw.count - done, off_t(offset + done))
      if got < 0 && errno == EINTR { continue }
      if got <= 0 { throw StateError("a record cannot be read") }
      done += got
    }
    offset += raw.count
  }
}

/// A checksum of bytes that come in pieces, eight at a time, so that it keeps up with the disk; how the bytes are cut does not matter.
private struct Checksum {
  private var hash: UInt64 = 0x9e37_79b9_7f4a_7c15
  private var rest: UInt64 = 0
  private var restCount = 0

  mutating func add(_ raw: UnsafeRawBufferPointer) {
    var place = 0
    while restCount > 0 && place < raw.count { take(raw[place], &place) }
    while place + 8 <= raw.count {
      mix(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
      place += 8
    }
    while place < raw.count { take(raw[place], &place) }
  }

  private mutating func take(_ byte: UInt8, _ place: inout Int) {
    rest |= UInt64(byte) << (8 * UInt64(restCount))
    restCount += 1
    place += 1
    if restCount == 8 {
      mix(rest)
      rest = 0
      restCount = 0
    }
  }

  private mutating func mix(_ word: UInt64) {
    hash = (hash ^ word) &* 0xff51_afd7_ed55_8ccd
    hash ^= hash >> 32
  }

  var value: UInt64 {
    var copy = self
    copy.mix(rest ^ UInt64(restCount))
    return copy.hash
  }
}
