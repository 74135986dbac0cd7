/// Selection in place: what medians, quantiles and interquartile means need of the order, at a fraction of a
/// sort's cost.
extension MutableSpan where Element == Double {
  /// Rearranges the elements `low..<high` so that the one of rank `k` stands at index `k`, with none greater
  /// before it and none smaller after it.
  ///
  /// Quickselect (Hoare, *Algorithm 65: Find*, CACM 4(7), 1961) with the median of a sample as pivot, and
  /// both partitions free of branches. Equal values leave together, so that data of few distinct values are
  /// no bad case; after too many rounds the rest is sorted, so that no data are.
  ///
  /// - Parameters:
  ///   - k: The wanted rank, in `low..<high`.
  ///   - low: The first index of the range.
  ///   - high: The index after the range.
  /// - Precondition: No element is NaN.
  /// - Complexity: O(n) on average, O(n log n) at worst.
  mutating func select(_ k: Int, low: Int, high: Int) {
    precondition(low >= 0 && low <= k && k < high && high <= count, "rank \(k) is not in \(low)..<\(high)")
    var low = low
    var high = high
    var rounds = 2 * (Int.bitWidth - (high - low).leadingZeroBitCount)
    while high - low > 12 && rounds > 0 {
      let pivot = pivot(low: low, high: high)
      let smaller = partition(low: low, high: high) { $0 < pivot }
      if k < smaller {
        high = smaller
      } else {
        let notGreater = partition(low: smaller, high: high) { $0 <= pivot }
        if k < notGreater { return }
        low = notGreater
      }
      rounds -= 1
    }
    if high - low > 12 {
      sort(low: low, high: high)
    } else {
      insertionSort(low: low, high: high)
    }
  }

  /// Moves the elements that satisfy `belongs` to the front of `low..<high`; returns the index after them.
  @inline(__always)
  private mutating func partition(low: Int, high: Int, _ belongs: (Double) -> Bool) -> Int {
    var end = low
    for i in low..<high {
      let value = self[i]
      self[i] = self[end]
      self[end] = value
      end += belongs(value) ? 1 : 0
    }
    return end
  }

  /// The median of three elements, or of three such medians in a long range.
  private func pivot(low: Int, high: Int) -> Double {
    let last = high - 1
    let middle = low + (high - low) / 2
    let step = (high - low) / 8
    if step < 8 { return median(self[low], self[middle], self[last]) }
    return median(
      median(self[low], self[low + step], self[low + 2 * step]),
      median(self[middle - step], self[middle], self[middle + step]),
      median(self[last - 2 * step], self[last - step], self[last]))
  }

  private func median(_ a: Double, _ b: Double, _ c: Double) -> Double {
    Swift.max(Swift.min(a, b), Swift.min(Swift.max(a, b), c))
  }

  private mutating func insertionSort(low: Int, high: Int) {
    guard high - low > 1 else { return }
    for i in (low + 1)..<high {
      let value = self[i]
      var hole = i
      while hole > low && self[hole - 1] > value {
        self[hole] = self[hole - 1]
        hole -= 1
      }
      self[hole] = value
    }
  }

  private mutating func sort(low: Int, high: Int) {
    let sorted = (low..<high).map { self[$0] }.sorted()
    for i in low..<high { self[i] = sorted[i - low] }
  }

  /// The median of the elements, which are rearranged: the middle one, or the mean of the two middle ones.
  ///
  /// Afterwards the lower half stands before index `count / 2`, the upper half from there on.
  ///
  /// - Precondition: At least one element, no NaN.
  mutating func selectMedian() -> Double? {
    let middle = count / 2
    select(middle, low: 0, high: count)
    if count % 2 == 1 { return self[middle] }
    return Statistics.midpoint(maximum(low: 0, high: middle), self[middle])
  }

  /// The quantile of order `p` by linear interpolation, as `Statistics.quantile(_:_:)` defines it; rearranges
  /// the elements.
  mutating func selectQuantile(_ p: Double) -> Double? {
    let position = Double(count - 1) * p
    let below = Swift.min(Int(position), count - 1)
    select(below, low: 0, high: count)
    if below == count - 1 { return self[below] }
    var next = self[below + 1]
    for i in (below + 1)..<count { next = Swift.min(next, self[i]) }
    return Statistics.interpolate(self[below], next, position - Double(below))
  }

  /// The greatest element of a range that is not empty.
  private func maximum(low: Int, high: Int) -> Double {
    var greatest = self[low]
    for i in low..<high { greatest = Swift.max(greatest, self[i]) }
    return greatest
  }
}

extension Statistics {
  /// The point at `fraction` in `[0, 1)` of the way from `a` to `b`, both ends exact; `nil` between −∞ and ∞.
  static func interpolate(_ a: Double, _ b: Double, _ fraction: Double) -> Double? {
    if fraction == 0 || a == b { return a }
    let difference = b - a
    if !difference.isFinite { return number(a * (1 - fraction) + b * fraction) }
    return fraction < 0.5 ? a + difference * fraction : b - difference * (1 - fraction)
  }

  /// `(a + b) / 2` without overflow; `nil` between −∞ and ∞.
  static func midpoint(_ a: Double, _ b: Double) -> Double? {
    let total = a + b
    return total.isFinite ? total / 2 : number(a / 2 + b / 2)
  }
}
