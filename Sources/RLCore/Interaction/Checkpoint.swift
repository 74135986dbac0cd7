/// Something whose whole state can be stored and taken up again, so that what follows is the same to the bit.
public protocol Checkpointable: ~Copyable {
  /// Appends the state that changes while a trial runs; what the settings determine is left out.
  func save(to writer: inout StateWriter)

  /// Takes up a state stored by ``save(to:)`` of a value made from the same settings.
  ///
  /// - Throws: ``StateError`` where the bytes are too few or do not fit.
  mutating func restore(from reader: inout StateReader) throws(StateError)
}

/// The bytes of a checkpoint did not fit what reads them.
public struct StateError: Error, Sendable, Equatable {
  /// What did not fit.
  public let message: String

  /// Says what did not fit.
  public init(_ message: String) { self.message = message }
}

/// Collects the bytes of a checkpoint, little-endian.
public struct StateWriter: Sendable {
  /// What has been written.
  public private(set) var bytes: [UInt8] = []

  /// An empty collection, with room for so many bytes.
  public init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  /// Puts a word in the place of one written before.
  public mutating func overwrite(_ word: UInt64, at offset: Int) {
    withUnsafeBytes(of: word.littleEndian) { source in
      bytes.withUnsafeMutableBytes {
        UnsafeMutableRawBufferPointer(rebasing: $0[offset..<offset + 8]).copyMemory(from: source)
      }
    }
  }

  /// Appends a word.
  public mutating func write(_ word: UInt64) {
    withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Appends a whole number.
  public mutating func write(_ number: Int) { write(UInt64(bitPattern: Int64(number))) }

  /// Appends a number, bit by bit.
  public mutating func write(_ number: Double) { write(number.bitPattern) }

  /// Appends a boolean.
  public mutating func write(_ flag: Bool) { write(flag ? 1 as UInt64 : 0) }

  /// Appends a stream's state.
  public mutating func write(_ stream: RandomStream) {
    write(stream.state.0)
    write(stream.state.1)
    write(stream.state.2)
    write(stream.state.3)
  }

  /// Appends a count and the raw memory of as many trivial elements.
  public mutating func write<T: BitwiseCopyable>(_ elements: UnsafeBufferPointer<T>) {
    write(elements.count)
    bytes.append(contentsOf: UnsafeRawBufferPointer(elements))
  }

  /// Appends a count and the raw memory of as many trivial elements.
  public mutating func write<T: BitwiseCopyable>(_ elements: [T]) {
    elements.withUnsafeBufferPointer { write($0) }
  }
}

/// Reads the bytes of a checkpoint in the order in which they were written.
public struct StateReader: Sendable {
  private let bytes: [UInt8]
  private var position = 0

  /// Reads from the beginning.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Whether everything has been read.
  public var isAtEnd: Bool { position == bytes.count }

  /// How many bytes are left.
  public var remaining: Int { bytes.count - position }

  private mutating func take(_ count: Int) throws(StateError) -> Range<Int> {
    guard count >= 0, count <= bytes.count - position else {
      throw StateError("the checkpoint ends at byte \(bytes.count), \(count) more are needed at \(position)")
    }
    position += count
    return position - count..<position
  }

  /// Reads a word.
  public mutating func word() throws(StateError) -> UInt64 {
    let range = try take(8)
    return bytes.withUnsafeBytes {
      UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: range.lowerBound, as: UInt64.self))
    }
  }

  /// Reads a whole number.
  public mutating func integer() throws(StateError) -> Int { Int(Int64(bitPattern: try word())) }

  /// Reads a number.
  public mutating func number() throws(StateError) -> Double { Double(bitPattern: try word()) }

  /// Reads a boolean.
  public mutating func flag() throws(StateError) -> Bool { try word() != 0 }

  /// Reads a stream's state.
  public mutating func stream() throws(StateError) -> RandomStream {
    let state = (try word(), try word(), try word(), try word())
    guard state.0 | state.1 | state.2 | state.3 != 0 else { throw StateError("a stream's state is all zero") }
    return RandomStream(state: state)
  }

  /// Reads as many elements as a table has, into it.
  public mutating func read<T: BitwiseCopyable>(into elements: UnsafeMutableBufferPointer<T>) throws(StateError) {
    let count = try integer()
    guard count == elements.count else {
      throw StateError("the checkpoint has \(count) elements where \(elements.count) belong")
    }
    let range = try take(count * MemoryLayout<T>.stride)
    bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(elements).copyMemory(from: .init(rebasing: $0[range])) }
  }

  /// Reads a list of any length; `zero` only names the kind of its elements.
  public mutating func list<T: BitwiseCopyable>(of zero: T) throws(StateError) -> [T] {
    let count = try integer()
    guard count >= 0, count <= bytes.count else { throw StateError("a list of \(count) elements cannot be") }
    let range = try take(count * MemoryLayout<T>.stride)
    return [T](unsafeUninitializedCapacity: count) { elements, initialized in
      bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(elements).copyMemory(from: .init(rebasing: $0[range])) }
      initialized = count
    }
  }
}
