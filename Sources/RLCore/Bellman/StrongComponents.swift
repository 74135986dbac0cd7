/// A directed graph in compressed rows.
struct Graph {
  /// Where each vertex' successors begin; one entry more than there are vertices.
  var offsets: [Int32]
  /// The successors.
  var targets: [Int32]

  var count: Int { offsets.count - 1 }

  func successors(of vertex: Int) -> Range<Int> { Int(offsets[vertex])..<Int(offsets[vertex + 1]) }

  /// The same graph with every arc turned round.
  func reversed() -> Graph {
    var starts = [Int32](repeating: 0, count: count + 1)
    for target in targets { starts[Int(target) + 1] += 1 }
    for v in 0..<count { starts[v + 1] += starts[v] }
    var fill = starts
    var sources = [Int32](repeating: 0, count: targets.count)
    for v in 0..<count {
      for k in successors(of: v) {
        let target = Int(targets[k])
        sources[Int(fill[target])] = Int32(v)
        fill[target] += 1
      }
    }
    return Graph(offsets: starts, targets: sources)
  }

  /// The strongly connected components, each after all that it leads to (Tarjan, 1972).
  ///
  /// - Returns: The vertices component by component, where each begins (one entry more than there are), and each vertex' component.
  /// - Complexity: O(vertices + arcs), without recursion.
  func strongComponents() -> (vertices: [Int32], offsets: [Int32], component: [Int32]) {
    var index = [Int32](repeating: -1, count: count)
    var low = [Int32](repeating: 0, count: count)
    var component = [Int32](repeating: -1, count: count)
    var vertices: [Int32] = []
    vertices.reserveCapacity(count)
    var starts: [Int32] = [0]
    var stack: [Int32] = []
    var path: [(vertex: Int32, next: Int32)] = []
    var counter: Int32 = 0
    for root in 0..<count where index[root] < 0 {
      path.append((Int32(root), offsets[root]))
      while let (v32, next) = path.last {
        let v = Int(v32)
        if next == offsets[v] && index[v] < 0 {
          index[v] = counter
          low[v] = counter
          counter += 1
          stack.append(v32)
        }
        var position = next
        var descended = false
        while position < offsets[v + 1] {
          let w = Int(targets[Int(position)])
          position += 1
          if index[w] < 0 {
            path[path.count - 1].next = position
            path.append((Int32(w), offsets[w]))
            descended = true
            break
          } else if component[w] < 0 {
            low[v] = min(low[v], index[w])
          }
        }
        if descended { continue }
        path.removeLast()
        if let parent = path.last { low[Int(parent.vertex)] = min(low[Int(parent.vertex)], low[v]) }
        if low[v] == index[v] {
          let number = Int32(starts.count - 1)
          while true {
            let w = stack.removeLast()
            component[Int(w)] = number
            vertices.append(w)
            if Int(w) == v { break }
          }
          starts.append(Int32(vertices.count))
        }
      }
    }
    return (vertices, starts, component)
  }
}
