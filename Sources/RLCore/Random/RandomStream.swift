/// A reproducible stream of random bits: xoshiro256++ 1.0 (Blackman & Vigna, *Scrambled Linear Pseudorandom
/// Number Generators*, ACM TOMS 47(4), 2021), seeded through SplitMix64 as its authors advise.
///
/// The stream belongs to this project's promises: the same seed gives the same bits on every platform and in
/// every later version. Reference vectors stand in the tests.
public struct RandomStream: RandomNumberGenerator, Sendable, Equatable, BitwiseCopyable {
  /// The 256 bits of state, `s[0]` to `s[3]` of the publication. Never all zero.
  public var state: (UInt64, UInt64, UInt64, UInt64)

  /// Starts the stream whose state is the first four outputs of SplitMix64 from `seed`.
  public init(seed: UInt64) {
    var mixer = SplitMix64(state: seed)
    state = (mixer.next(), mixer.next(), mixer.next(), mixer.next())
  }

  /// Takes up a stream at a state that was stored earlier.
  public init(state: (UInt64, UInt64, UInt64, UInt64)) {
    precondition(state.0 | state.1 | state.2 | state.3 != 0, "the state of xoshiro256++ must not be all zero")
    self.state = state
  }

  /// The stream of one component of one trial.
  ///
  /// It depends on the root seed, the trial's seed index and the component's name, and on nothing else: variants are
  /// compared on common random numbers, and the order of execution cannot matter.
  ///
  /// - Parameters:
  ///   - root: The experiment's root seed.
  ///   - index: The trial's seed, as listed in the configuration.
  ///   - component: What draws from the stream: "environment", "exploration", "initialisation", "evaluation".
  public init(root: UInt64, index: UInt64, component: StaticString) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a, 64 bits
    component.withUTF8Buffer { bytes in
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    }
    var mixer = SplitMix64(state: root)
    mixer = SplitMix64(state: mixer.next() ^ index)
    mixer = SplitMix64(state: mixer.next() ^ hash)
    self.init(seed: mixer.next())
  }

  /// The next 64 bits.
  @inlinable @inline(__always)
  public mutating func next() -> UInt64 {
    let result = rotate(state.0 &+ state.3, 23) &+ state.0
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotate(state.3, 45)
    return result
  }

  @inlinable @inline(__always)
  func rotate(_ x: UInt64, _ k: UInt64) -> UInt64 { (x << k) | (x >> (64 - k)) }

  /// Two streams are equal when they will give the same bits.
  public static func == (a: RandomStream, b: RandomStream) -> Bool { a.state == b.state }
}

/// SplitMix64 (Steele, Lea & Flood, OOPSLA 2014): turns one word into a sequence of well-mixed words, for seeding.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  /// The counter; every value is valid.
  public var state: UInt64

  /// Starts the sequence at `state`.
  public init(state: UInt64) { self.state = state }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
