/// The greatest value of a row, and which actions have it, a bit each. Found without branches on values: with several learners in turn a
/// processor cannot foresee which action is best.
struct BestOfRow {
  let value: Double
  private let row: UnsafeMutablePointer<Double>
  private let isFourWide: Bool

  /// Of four actions.
  @inline(__always)
  init(four row: UnsafeMutablePointer<Double>) {
    let (a, b, c, d) = (row[0], row[1], row[2], row[3])
    var best = b > a ? b : a
    best = c > best ? c : best
    value = d > best ? d : best
    self.row = row
    isFourWide = true
  }

  /// Of any number of actions.
  @inline(__always)
  init(_ row: UnsafeMutablePointer<Double>, width: Int) {
    var best = row[0]
    for action in 1..<max(1, width) { best = row[action] > best ? row[action] : best }
    value = best
    self.row = row
    isFourWide = false
  }

  /// The actions of the greatest value, a bit each.
  @inline(__always)
  private func places(width: Int) -> UInt32 {
    if isFourWide {
      // A vector, because four comparisons of numbers would become branches; a mask is a vector of 0 and −1.
      let values = UnsafeRawPointer(row).loadUnaligned(as: SIMD4<Double>.self)
      let isBest = unsafeBitCast(values .>= SIMD4(repeating: value), to: SIMD4<Int64>.self)
      let bits = isBest & SIMD4(1, 2, 4, 8)
      let pairs = bits.lowHalf | bits.highHalf
      return UInt32(truncatingIfNeeded: pairs.x | pairs.y)
    }
    var places: UInt32 = 0
    for action in 0..<width { places |= (row[action] >= value ? 1 : 0) << UInt32(truncatingIfNeeded: action) }
    return places
  }

  /// An epsilon-greedy action, with the same words as ``Exploration/action(_:in:using:)``.
  @inline(__always)
  func action(_ threshold: UInt64, width: Int, _ lane: UnsafeMutablePointer<StepLane>) -> Int {
    let places = places(width: width)
    let word = lane.pointee.exploration.next()
    if word < threshold { return Self.any(width, lane) }
    if places & (places &- 1) != 0 { return isFourWide ? Self.one(ofFour: places, lane) : Self.one(of: places, lane) }
    // No bit is set where the first value is not a number: then it is the first action, as elsewhere.
    return Int(places.trailingZeroBitCount & 31)
  }

  @inline(never)
  private static func any(_ width: Int, _ lane: UnsafeMutablePointer<StepLane>) -> Int {
    lane.pointee.exploration.uniform(below: width)
  }

  /// One of up to four, without a loop whose length a processor cannot foresee.
  @inline(never)
  private static func one(ofFour places: UInt32, _ lane: UnsafeMutablePointer<StepLane>) -> Int {
    let left = lane.pointee.exploration.uniform(below: places.nonzeroBitCount)
    let second = places & (places &- 1)
    let third = second & (second &- 1)
    let fourth = third & (third &- 1)
    let early = left == 0 ? places : second
    let late = left == 2 ? third : fourth
    return (left < 2 ? early : late).trailingZeroBitCount
  }

  @inline(never)
  private static func one(of places: UInt32, _ lane: UnsafeMutablePointer<StepLane>) -> Int {
    var left = lane.pointee.exploration.uniform(below: places.nonzeroBitCount)
    var rest = places
    while left > 0 {
      rest &= rest &- 1
      left -= 1
    }
    return rest.trailingZeroBitCount
  }
}
