/// A block of floats that starts on a cache line, with the semantics of a value: a copy shares the memory until one of the
/// two is written to.
///
/// An array would do, were it not that its elements start 32 bytes after an allocation's start, so that every
/// 64-byte load of a matrix would touch two cache lines.
struct AlignedFloats: @unchecked Sendable {
  private final class Block {
    let base: UnsafeMutablePointer<Float>
    let count: Int

    init(count: Int) {
      self.count = count
      let bytes = max(count, 1) * MemoryLayout<Float>.stride
      base = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        .bindMemory(to: Float.self, capacity: max(count, 1))
      base.initialize(repeating: 0, count: count)
    }

    deinit { UnsafeMutableRawPointer(base).deallocate() }
  }

  private var block: Block

  /// A block of zeros.
  init(count: Int) { block = Block(count: count) }

  var count: Int { block.count }

  /// The memory for reading. Valid as long as this value is alive and not written to.
  @inline(__always)
  func withPointer<Result>(_ body: (UnsafePointer<Float>) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(block) { try body(UnsafePointer(block.base)) }
  }

  /// The memory for writing; copied first if another value shares it.
  @inline(__always)
  mutating func withMutablePointer<Result>(
    _ body: (UnsafeMutablePointer<Float>) throws -> Result
  ) rethrows -> Result {
    if !isKnownUniquelyReferenced(&block) {
      let copy = Block(count: block.count)
      copy.base.update(from: block.base, count: block.count)
      block = copy
    }
    return try withExtendedLifetime(block) { try body(block.base) }
  }
}
