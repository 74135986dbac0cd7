// The loops of the optimizers that take a root, for floats. A scalar `squareRoot()` is a call guarded by a branch, which keeps a loop from
// being vectorised; the root by Newton's method is a few multiplications in all lanes.

/// The square root of numbers that are not negative, to about one unit in the last place: `x · r` with `r` near `1/√x` from a
/// guess by its exponent and three of Newton's steps `r ← r (3 − x r²) / 2`, each of which squares the guess's error of 3.5 %.
@inline(__always)
func squareRoot(_ x: Lanes) -> Lanes {
  let half = x * 0.5
  let bits = SIMD16<UInt32>(repeating: 0x5f37_59df) &- (unsafeBitCast(x, to: SIMD16<UInt32>.self) &>> 1)
  var r = unsafeBitCast(bits, to: Lanes.self)
  r = r * (1.5 - half * r * r)
  r = r * (1.5 - half * r * r)
  r = r * (1.5 - half * r * r)
  // Above, half · r · r has not overflowed only while x is finite.
  return (x * r).replacing(with: x, where: x .> Float.greatestFiniteMagnitude)
}

/// The constants of a step of Adam, with the corrections for the start in them.
@usableFromInline
struct AdamConstants {
  var memory: (mean: Float, square: Float)
  var share: (mean: Float, square: Float)
  var rate: Float
  var correction: Float
  var epsilon: Float
  var addedDecay: Float
  var kept: Float

  @usableFromInline
  init(
    memory: (mean: Float, square: Float), share: (mean: Float, square: Float), rate: Float,
    correction: Float, epsilon: Float, addedDecay: Float, kept: Float
  ) {
    self.memory = memory
    self.share = share
    self.rate = rate
    self.correction = correction
    self.epsilon = epsilon
    self.addedDecay = addedDecay
    self.kept = kept
  }
}

extension AdamConstants {
  /// The new parameters of sixteen, and their new averages.
  @inline(__always)
  func move(_ parameter: Lanes, _ gradient: Lanes, _ mean: inout Lanes, _ square: inout Lanes) -> Lanes {
    let gradient = gradient + addedDecay * parameter
    mean = memory.mean * mean + share.mean * gradient
    square = memory.square * square + share.square * (gradient * gradient)
    return parameter * kept - rate * mean / (squareRoot(square) * correction + epsilon)
  }
}

/// A step of Adam; see `Adam`.
@usableFromInline
func adamStep(
  _ p: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>, _ m: UnsafeMutablePointer<Float>,
  _ v: UnsafeMutablePointer<Float>, count: Int, _ constants: AdamConstants
) {
  var k = 0
  while k + laneCount <= count {
    var (mean, square) = (loadLanes(m + k), loadLanes(v + k))
    let moved = constants.move(loadLanes(p + k), loadLanes(g + k), &mean, &square)
    storeLanes(mean, m + k)
    storeLanes(square, v + k)
    storeLanes(moved, p + k)
    k += laneCount
  }
  let rest = count - k
  var mean = gatherLanes(m + k, step: 1, count: rest)
  var square = gatherLanes(v + k, step: 1, count: rest)
  let moved = constants.move(
    gatherLanes(p + k, step: 1, count: rest), gatherLanes(g + k, step: 1, count: rest), &mean, &square)
  scatterLanes(mean, m + k, step: 1, count: rest)
  scatterLanes(square, v + k, step: 1, count: rest)
  scatterLanes(moved, p + k, step: 1, count: rest)
}

/// The constants of a step of RMSProp.
@usableFromInline
struct RMSPropConstants {
  var memory: Float
  var share: Float
  var rate: Float
  var momentum: Float
  var inside: Float
  var outside: Float

  @usableFromInline
  init(memory: Float, share: Float, rate: Float, momentum: Float, inside: Float, outside: Float) {
    self.memory = memory
    self.share = share
    self.rate = rate
    self.momentum = momentum
    self.inside = inside
    self.outside = outside
  }

  /// The new parameters of sixteen, and their new average and momentum.
  @inline(__always)
  func move(_ parameter: Lanes, _ gradient: Lanes, _ square: inout Lanes, _ buffer: inout Lanes) -> Lanes {
    square = memory * square + share * (gradient * gradient)
    buffer = momentum * buffer + gradient / (squareRoot(square + inside) + outside)
    return parameter - rate * buffer
  }
}

/// A step of RMSProp; see `RMSProp`.
///
/// - Parameter b: The momentum's buffer, or nil without momentum.
@usableFromInline
func rmsPropStep(
  _ p: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>, _ v: UnsafeMutablePointer<Float>,
  _ b: UnsafeMutablePointer<Float>?, count: Int, _ constants: RMSPropConstants
) {
  var k = 0
  while k + laneCount <= count {
    var square = loadLanes(v + k)
    var buffer = b.map { loadLanes($0 + k) } ?? Lanes(repeating: 0)
    let moved = constants.move(loadLanes(p + k), loadLanes(g + k), &square, &buffer)
    storeLanes(square, v + k)
    if let b { storeLanes(buffer, b + k) }
    storeLanes(moved, p + k)
    k += laneCount
  }
  let rest = count - k
  var square = gatherLanes(v + k, step: 1, count: rest)
  var buffer = b.map { gatherLanes($0 + k, step: 1, count: rest) } ?? Lanes(repeating: 0)
  let moved = constants.move(
    gatherLanes(p + k, step: 1, count: rest), gatherLanes(g + k, step: 1, count: rest), &square, &buffer)
  scatterLanes(square, v + k, step: 1, count: rest)
  if let b { scatterLanes(buffer, b + k, step: 1, count: rest) }
  scatterLanes(moved, p + k, step: 1, count: rest)
}
