/// The order in which the states of one strongly connected component are eliminated, and the fill that this makes.
///
/// Minimum degree with the quotient graph and approximate degrees (Amestoy, Davis & Duff, 1996, "An approximate minimum degree
/// ordering algorithm"), without supervariables; ties go to the vertex that was seen last, so that the order repeats.
struct MinimumDegree {
  /// The vertices in the order of their elimination.
  var order: [Int32] = []
  /// Where each eliminated vertex' row begins in ``pattern``; one entry more than there are vertices.
  var rowOffsets: [Int] = [0]
  /// The vertices that each vertex is still joined to when it is eliminated, row by row.
  var pattern: [Int32] = []

  /// Orders a symmetric graph without loops.
  ///
  /// - Returns: nil where the rows would hold more than `entryLimit` entries or the elimination more than `operationLimit`
  ///   multiplications.
  init?(_ graph: Graph, entryLimit: Int, operationLimit: Double) {
    let n = graph.count
    var space = graph.targets  // of vertex i: elements first, then vertices
    let starts = graph.offsets
    var elementCount = [Int32](repeating: 0, count: n)
    var vertexCount = [Int32](repeating: 0, count: n)
    var degree = [Int32](repeating: 0, count: n)
    var elementSize = [Int32](repeating: 0, count: n)  // by the vertex whose elimination made the element
    var elementRow = [Int32](repeating: -1, count: n)  // its row in `pattern`
    var isAbsorbed = [Bool](repeating: false, count: n)
    var isEliminated = [Bool](repeating: false, count: n)
    var mark = [Int32](repeating: -1, count: n)
    var outside = [Int32](repeating: 0, count: n)
    var outsideMark = [Int32](repeating: -1, count: n)
    var buckets = DegreeBuckets(count: n)
    for i in 0..<n {
      vertexCount[i] = starts[i + 1] - starts[i]
      degree[i] = vertexCount[i]
    }
    for i in (0..<n).reversed() { buckets.insert(Int32(i), degree: degree[i]) }

    order.reserveCapacity(n)
    var operations = 0.0
    for step in 0..<n {
      let p = Int(buckets.takeMinimum())
      let stamp = Int32(step)
      isEliminated[p] = true
      order.append(Int32(p))
      let rowStart = pattern.count
      mark[p] = stamp
      let base = Int(starts[p])
      for k in base..<base + Int(elementCount[p]) {
        let e = Int(space[k])
        if isAbsorbed[e] { continue }
        let row = Int(elementRow[e])
        for m in rowOffsets[row]..<rowOffsets[row + 1] {
          let i = Int(pattern[m])
          if !isEliminated[i] && mark[i] != stamp {
            mark[i] = stamp
            pattern.append(Int32(i))
          }
        }
        isAbsorbed[e] = true
      }
      for k in base + Int(elementCount[p])..<base + Int(elementCount[p] + vertexCount[p]) {
        let i = Int(space[k])
        if !isEliminated[i] && mark[i] != stamp {
          mark[i] = stamp
          pattern.append(Int32(i))
        }
      }
      rowOffsets.append(pattern.count)
      let size = pattern.count - rowStart
      operations += Double(size) * Double(size)
      if pattern.count > entryLimit || operations > operationLimit { return nil }
      elementRow[p] = stamp
      elementSize[p] = Int32(size)
      let remaining = n - step - 1
      if size == remaining && remaining > 1 {
        // What is left is a clique: any order makes the same fill.
        let total = Double(remaining)
        let entries = remaining * (remaining - 1) / 2
        if pattern.count + entries > entryLimit || operations + total * total * total / 3 > operationLimit {
          return nil
        }
        let rest = pattern[rowStart...].sorted()
        for (k, vertex) in rest.enumerated() {
          order.append(vertex)
          pattern.append(contentsOf: rest[(k + 1)...])
          rowOffsets.append(pattern.count)
        }
        return
      }

      for m in rowStart..<pattern.count {
        let i = Int(pattern[m])
        for k in Int(starts[i])..<Int(starts[i] + elementCount[i]) {
          let e = Int(space[k])
          if isAbsorbed[e] { continue }
          if outsideMark[e] != stamp {
            outsideMark[e] = stamp
            outside[e] = elementSize[e]
          }
          outside[e] -= 1
        }
      }
      for m in rowStart..<pattern.count {
        let i = Int(pattern[m])
        let begin = Int(starts[i])
        let firstVertex = begin + Int(elementCount[i])
        let end = firstVertex + Int(vertexCount[i])
        var bound = Int32(size - 1)
        var kept: [Int32] = []
        for k in begin..<firstVertex {
          let e = Int(space[k])
          if isAbsorbed[e] { continue }
          if outside[e] == 0 {
            isAbsorbed[e] = true
          } else {
            kept.append(Int32(e))
            bound += outside[e]
          }
        }
        kept.append(Int32(p))
        elementCount[i] = Int32(kept.count)
        for k in firstVertex..<end {
          let j = Int(space[k])
          if isEliminated[j] || mark[j] == stamp { continue }
          kept.append(Int32(j))
          bound += 1
        }
        vertexCount[i] = Int32(kept.count) - elementCount[i]
        for k in 0..<kept.count { space[begin + k] = kept[k] }
        let new = min(Int32(remaining - 1), degree[i] + Int32(size - 1), bound)
        if new != degree[i] {
          buckets.remove(Int32(i), degree: degree[i])
          degree[i] = new
          buckets.insert(Int32(i), degree: new)
        }
      }
    }
  }
}

/// Vertices by degree, in doubly linked lists.
private struct DegreeBuckets {
  private var heads: [Int32]
  private var next: [Int32]
  private var previous: [Int32]
  private var lowest = 0

  init(count: Int) {
    heads = [Int32](repeating: -1, count: count + 1)
    next = [Int32](repeating: -1, count: count)
    previous = [Int32](repeating: -1, count: count)
  }

  mutating func insert(_ vertex: Int32, degree: Int32) {
    let head = heads[Int(degree)]
    next[Int(vertex)] = head
    previous[Int(vertex)] = -1
    if head >= 0 { previous[Int(head)] = vertex }
    heads[Int(degree)] = vertex
    lowest = min(lowest, Int(degree))
  }

  mutating func remove(_ vertex: Int32, degree: Int32) {
    let (before, after) = (previous[Int(vertex)], next[Int(vertex)])
    if before >= 0 { next[Int(before)] = after } else { heads[Int(degree)] = after }
    if after >= 0 { previous[Int(after)] = before }
  }

  mutating func takeMinimum() -> Int32 {
    while heads[lowest] < 0 { lowest += 1 }
    let vertex = heads[lowest]
    remove(vertex, degree: Int32(lowest))
    return vertex
  }
}
