// The three products of a layer (forward, gradient of its input, gradient of its weights) are sums of scalar times vector.
// They all run through one register block of 2 × 16 numbers: eight accumulators of four lanes in SSE2, two of sixteen in
// AVX-512. Measured, it is the one shape that is good in both.
//
// Each number is a sum in a fixed order (along the depth, one term after the other), whatever the vector width, the number
// of rows or the way a batch is split: the result has the same bits in every build and for every batch size. That is also why
// a product and a sum are written apart: a fused multiply-add would round otherwise, and where the target has none, Swift's
// `addingProduct` calls a function for each lane.

/// The width of a register block, in floats; rows of matrices are padded to multiples of it.
let laneCount = 16

typealias Lanes = SIMD16<Float>

/// `count` rounded up to a multiple of `laneCount`.
@inline(__always)
func padded(_ count: Int) -> Int { (count + laneCount - 1) / laneCount * laneCount }

@inline(__always)
func loadLanes(_ pointer: UnsafePointer<Float>) -> Lanes {
  UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
}

@inline(__always)
func storeLanes(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: lanes, as: Lanes.self)
}

/// Adds `depth` outer products to two blocks of sixteen:
///
///     a ← a + Σ_t s₀[t·scalarStride] · v₀[t·vectorStride ..< +16]        b likewise with s₁ and v₁
@inline(__always)
func accumulate(
  _ a: inout Lanes, _ b: inout Lanes,
  _ s0: UnsafePointer<Float>, _ s1: UnsafePointer<Float>, scalarStride: Int,
  _ v0: UnsafePointer<Float>, _ v1: UnsafePointer<Float>, vectorStride: Int, depth: Int
) {
  var s0 = s0
  var s1 = s1
  var v0 = v0
  var v1 = v1
  for _ in 0..<depth {
    a = a + Lanes(repeating: s0.pointee) * loadLanes(v0)
    b = b + Lanes(repeating: s1.pointee) * loadLanes(v1)
    s0 += scalarStride
    s1 += scalarStride
    v0 += vectorStride
    v1 += vectorStride
  }
}

/// `y = x M + offset`, each sixteen of the result passed through `finish` on its way.
///
/// - Parameters:
///   - x: `rows` rows of `depth` numbers, `xStride` apart.
///   - matrix: `depth` rows of `width` numbers; `width` is a multiple of 16.
///   - offset: `width` numbers, or nil for zeros.
///   - y: `rows` rows of `width` numbers.
///   - finish: Receives sixteen sums and their place in `y`, and returns what is stored there.
@inline(__always)
func multiply(
  _ x: UnsafePointer<Float>, xStride: Int, rows: Int, depth: Int,
  _ matrix: UnsafePointer<Float>, width: Int, offset: UnsafePointer<Float>?,
  into y: UnsafeMutablePointer<Float>, finish: (Lanes, Int) -> Lanes
) {
  // Thirty-two rows of x and one panel of the matrix stay in the first-level cache, for depths up to a few hundred.
  var start = 0
  while start + 2 <= rows {
    let end = min(start + 32, rows)
    var panel = 0
    while panel < width {
      let initial = offset.map { loadLanes($0 + panel) } ?? Lanes(repeating: 0)
      let column = matrix + panel
      var row = start
      while row + 2 <= end {
        var a = initial
        var b = initial
        let s = x + row * xStride
        accumulate(
          &a, &b, s, s + xStride, scalarStride: 1, column, column, vectorStride: width, depth: depth)
        let place = row * width + panel
        storeLanes(finish(a, place), y + place)
        storeLanes(finish(b, place + width), y + place + width)
        row += 2
      }
      panel += laneCount
    }
    start = end
  }
  guard rows % 2 == 1 else { return }
  // A single row takes two panels at once, so that one addition need not wait for another.
  let s = x + (rows - 1) * xStride
  var panel = 0
  while panel < width {
    let second = panel + laneCount < width ? panel + laneCount : panel
    var a = offset.map { loadLanes($0 + panel) } ?? Lanes(repeating: 0)
    var b = offset.map { loadLanes($0 + second) } ?? Lanes(repeating: 0)
    accumulate(
      &a, &b, s, s, scalarStride: 1, matrix + panel, matrix + second, vectorStride: width, depth: depth)
    let row = (rows - 1) * width
    storeLanes(finish(a, row + panel), y + row + panel)
    if second > panel { storeLanes(finish(b, row + second), y + row + second) }
    panel += 2 * laneCount
  }
}

/// `y = x Rᵀ + offset` for a matrix of few rows: each result is a scalar product, summed in sixteen lanes that are added
/// at the end in halves.
///
/// - Parameters:
///   - x: `rows` rows of `stride` numbers, `stride` a multiple of 16.
///   - matrix: `outputs` rows of `stride` numbers; zeros (or finite numbers against zeros) beyond the true depth.
///   - offset: `outputs` numbers, or nil for zeros.
///   - y: `rows` rows of `yStride` numbers, of which the first `outputs` are set.
func multiplyNarrow(
  _ x: UnsafePointer<Float>, stride: Int, rows: Int,
  _ matrix: UnsafePointer<Float>, outputs: Int, offset: UnsafePointer<Float>?,
  into y: UnsafeMutablePointer<Float>, yStride: Int
) {
  for row in 0..<rows {
    let s = x + row * stride
    for output in 0..<outputs {
      let r = matrix + output * stride
      var sum = Lanes(repeating: 0)
      var k = 0
      while k < stride {
        sum = sum + loadLanes(s + k) * loadLanes(r + k)
        k += laneCount
      }
      y[row * yStride + output] = (offset.map { $0[output] } ?? 0) + sumOfLanes(sum)
    }
  }
}

/// The sum of sixteen lanes, in halves: lane `k` with lane `k + 8`, then `k + 4`, and so on.
@inline(__always)
func sumOfLanes(_ lanes: Lanes) -> Float {
  let eight = lanes.lowHalf + lanes.highHalf
  let four = eight.lowHalf + eight.highHalf
  let two = four.lowHalf + four.highHalf
  return two.x + two.y
}

/// `g[i·leftStep + j·rightStep] += Σ_b left[b, i] · right[b, j]`, the terms added one after the other in the order of the rows.
///
/// - Parameters:
///   - left: `rows` rows of `leftCount` numbers, `leftStride` apart.
///   - right: `rows` rows of `rightCount` numbers, `rightStride` (a multiple of 16, with readable padding) apart.
func addOuterProducts(
  _ left: UnsafePointer<Float>, leftStride: Int, leftCount: Int,
  _ right: UnsafePointer<Float>, rightStride: Int, rightCount: Int, rows: Int,
  into g: UnsafeMutablePointer<Float>, leftStep: Int, rightStep: Int
) {
  // Sixty-four rows of a panel are sixty-four cache lines at the same distance, which the first level still holds.
  var start = 0
  while start < rows {
    let depth = min(64, rows - start)
    var j = 0
    while j < rightCount {
      let valid = min(laneCount, rightCount - j)
      let contiguous = valid == laneCount && rightStep == 1
      let v = right + start * rightStride + j
      var i = 0
      while i < leftCount {
        // With an odd count the last row is computed twice, and stored once.
        let next = min(i + 1, leftCount - 1)
        let ga = g + i * leftStep + j * rightStep
        let gb = g + next * leftStep + j * rightStep
        var a = contiguous ? loadLanes(ga) : gatherLanes(ga, step: rightStep, count: valid)
        var b = contiguous ? loadLanes(gb) : gatherLanes(gb, step: rightStep, count: valid)
        let s = left + start * leftStride
        accumulate(
          &a, &b, s + i, s + next, scalarStride: leftStride, v, v, vectorStride: rightStride, depth: depth)
        if contiguous {
          storeLanes(b, gb)
          storeLanes(a, ga)
        } else {
          scatterLanes(b, gb, step: rightStep, count: valid)
          scatterLanes(a, ga, step: rightStep, count: valid)
        }
        i += 2
      }
      j += laneCount
    }
    start += depth
  }
}

/// Up to sixteen numbers, `step` apart; zeros in the other lanes.
func gatherLanes(_ pointer: UnsafePointer<Float>, step: Int, count: Int) -> Lanes {
  var lanes = Lanes(repeating: 0)
  for lane in 0..<count { lanes[lane] = pointer[lane * step] }
  return lanes
}

/// Stores the first `count` lanes, `step` apart.
func scatterLanes(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<Float>, step: Int, count: Int) {
  for lane in 0..<count { pointer[lane * step] = lanes[lane] }
}

/// `g[j] += Σ_b d[b, j]`, in the order of the rows.
///
/// - Parameter d: `rows` rows of `stride` numbers, of which `count` are summed.
func addColumnSums(
  _ d: UnsafePointer<Float>, stride: Int, count: Int, rows: Int, into g: UnsafeMutablePointer<Float>
) {
  var j = 0
  while j < count {
    let valid = min(laneCount, count - j)
    var sum = gatherLanes(g + j, step: 1, count: valid)
    var p = d + j
    for _ in 0..<rows {
      sum = sum + loadLanes(p)
      p += stride
    }
    scatterLanes(sum, g + j, step: 1, count: valid)
    j += laneCount
  }
}

/// Copies a matrix into rows of `stride` numbers with zeros behind.
///
/// - Parameter source: `rows` rows of `columns` numbers, without gaps.
func copyPadded(
  _ source: UnsafePointer<Float>, rows: Int, columns: Int,
  into target: UnsafeMutablePointer<Float>, stride: Int
) {
  for row in 0..<rows {
    let t = target + row * stride
    t.update(from: source + row * columns, count: columns)
    if stride > columns { (t + columns).update(repeating: 0, count: stride - columns) }
  }
}

/// Copies the transpose of a matrix into rows of `stride` numbers with zeros behind.
///
/// - Parameter source: `rows` rows of `columns` numbers, without gaps; it becomes `columns` rows of `rows` numbers.
func copyTransposed(
  _ source: UnsafePointer<Float>, rows: Int, columns: Int,
  into target: UnsafeMutablePointer<Float>, stride: Int
) {
  var row = 0
  while row + 4 <= rows {
    var column = 0
    while column + 4 <= columns {
      let s = source + row * columns + column
      let a = UnsafeRawPointer(s).loadUnaligned(as: SIMD4<Float>.self)
      let b = UnsafeRawPointer(s + columns).loadUnaligned(as: SIMD4<Float>.self)
      let c = UnsafeRawPointer(s + 2 * columns).loadUnaligned(as: SIMD4<Float>.self)
      let d = UnsafeRawPointer(s + 3 * columns).loadUnaligned(as: SIMD4<Float>.self)
      let t = UnsafeMutableRawPointer(target + column * stride + row)
      t.storeBytes(of: SIMD4(a.x, b.x, c.x, d.x), as: SIMD4<Float>.self)
      t.storeBytes(of: SIMD4(a.y, b.y, c.y, d.y), toByteOffset: 4 * stride, as: SIMD4<Float>.self)
      t.storeBytes(of: SIMD4(a.z, b.z, c.z, d.z), toByteOffset: 8 * stride, as: SIMD4<Float>.self)
      t.storeBytes(of: SIMD4(a.w, b.w, c.w, d.w), toByteOffset: 12 * stride, as: SIMD4<Float>.self)
      column += 4
    }
    while column < columns {
      for r in row..<row + 4 { target[column * stride + r] = source[r * columns + column] }
      column += 1
    }
    row += 4
  }
  for r in row..<rows {
    for column in 0..<columns { target[column * stride + r] = source[r * columns + column] }
  }
  if stride > rows {
    for column in 0..<columns {
      (target + column * stride + rows).update(repeating: 0, count: stride - rows)
    }
  }
}
