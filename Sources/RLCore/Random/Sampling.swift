#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How numbers are drawn from a stream. Each rule is exact for the distribution it names, and part of the promise of
/// reproducibility: it consumes the words that its comment says.
extension RandomStream {
  /// A number in `[0, 1)`: the upper 53 bits of one word, times 2⁻⁵³.
  @inlinable @inline(__always)
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// An integer in `[0, bound)` without bias (Lemire, *Fast Random Integer Generation in an Interval*, ACM TOMACS 29(1),
  /// 2019). One word, and one more with probability below `bound / 2⁶⁴`.
  @inlinable @inline(__always)
  public mutating func uniform(below bound: Int) -> Int {
    assert(bound > 0, "the bound \(bound) must be positive")
    let n = UInt64(truncatingIfNeeded: bound)
    var (high, low) = n.multipliedFullWidth(by: next())
    if low < n {
      let threshold = (0 &- n) % n
      while low < threshold { (high, low) = n.multipliedFullWidth(by: next()) }
    }
    return Int(truncatingIfNeeded: high)
  }

  /// True with the given chance. One word.
  @inlinable @inline(__always)
  public mutating func happens(_ chance: Chance) -> Bool { chance.contains(next()) }

  /// A number from N(0, 1) by Marsaglia's polar method (Marsaglia & Bray, SIAM Review 6(3), 1964). The second number of each pair
  /// is not kept, so that the stream's state is all there is. Two words a try, 4/π tries on average.
  @inlinable
  public mutating func normal() -> Double {
    while true {
      let x = 2 * uniform() - 1
      let y = 2 * uniform() - 1
      let square = x * x + y * y
      if square > 0 && square < 1 { return x * (-2 * log(square) / square).squareRoot() }
    }
  }

  /// A number from the exponential distribution with mean 1, by inversion. One word.
  @inlinable
  public mutating func exponential() -> Double { -log(1 - uniform()) }

  /// An index in `[0, weights.count)` with probability proportional to its weight, by inversion of the running sum. One word.
  ///
  /// - Parameter weights: Not negative, with a positive and finite sum.
  @inlinable
  public mutating func index(weights: UnsafeBufferPointer<Double>) -> Int {
    var total = 0.0
    for weight in weights { total += weight }
    let target = uniform() * total
    var sum = 0.0
    var last = 0
    for k in 0..<weights.count where weights[k] > 0 {
      sum += weights[k]
      last = k
      if target < sum { return k }
    }
    return last
  }

  /// The same for an array of weights.
  @inlinable
  public mutating func index(weights: [Double]) -> Int {
    weights.withUnsafeBufferPointer { index(weights: $0) }
  }
}

/// A probability made ready for a test against random words: `p` rounded to a multiple of 2⁻⁶⁴.
public struct Chance: Sendable, Equatable {
  @usableFromInline let threshold: UInt64
  @usableFromInline let isCertain: Bool

  /// - Parameter probability: In `[0, 1]`.
  @inlinable
  public init(_ probability: Double) {
    precondition(probability >= 0 && probability <= 1, "the probability \(probability) is not in [0, 1]")
    isCertain = probability >= 1
    threshold = isCertain ? .max : UInt64(probability * 0x1p64)
  }

  /// Whether the event happens for this random word.
  @inlinable @inline(__always)
  public func contains(_ word: UInt64) -> Bool { word < threshold || isCertain }
}
