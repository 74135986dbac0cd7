#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What features are made of, for points between bounds; a point outside counts as the nearest one inside.
public struct FeatureBasis: Sendable {
  /// A kind of features.
  public enum Kind: Sendable {
    /// One feature for each state: a table.
    case oneHot
    /// As many groups of neighbouring points, in each dimension; one feature a group (Sutton & Barto, 2018, section 9.3).
    case aggregation(groups: Int)
    /// Grids of tiles laid over each other, each shifted by another fraction of a tile; one tile of each is 1 (section 9.5.4). The k-th
    /// grid is shifted by `k (1 + 2 i) / tilings` of a tile in dimension `i`, the asymmetric offsets of Sutton's software.
    case tileCoding(tilings: Int, tiles: Int)
    /// `Π_i s_i^{c_i}` for all `c` with entries up to the order, points scaled to `[0, 1]` (section 9.5.1).
    case polynomial(order: Int)
    /// `cos(π cᵀs)` for the same `c` (section 9.5.2; Konidaris et al., 2011).
    case fourier(order: Int)
    /// Those of Baird's counterexample: twice an own feature and once a common one, in the last state the reverse (Figure 11.1).
    case baird
    /// A row of numbers for each state.
    case matrix([[Double]])
  }

  /// The kind.
  public let kind: Kind
  /// The bounds of points.
  public let ranges: [ClosedRange<Double>]
  /// How many features there are.
  public let featureCount: Int
  /// How many of them may differ from 0 at one point.
  public let activeCount: Int
  private let exponents: [[Int]]
  private let isNumbered: Bool

  /// How many numbers a point has.
  public var dimensions: Int { ranges.count }

  /// Features of a kind.
  ///
  /// - Parameters:
  ///   - kind: The kind.
  ///   - ranges: The bounds of points, at least one; for one-hot features, Baird's and a matrix a single one, `0...states - 1`.
  ///   - isNumbered: Whether points are whole numbers, of which `n` neighbours are as wide as `n` of them.
  /// - Throws: ``SettingProblem`` where there would be more than 10⁸ features, or a matrix does not fit.
  public init(_ kind: Kind, ranges: [ClosedRange<Double>], isNumbered: Bool) throws(SettingProblem) {
    precondition(!ranges.isEmpty, "features of points without numbers")
    self.kind = kind
    self.ranges = ranges
    self.isNumbered = isNumbered
    func power(_ base: Int, _ limit: Double = 1e8) throws(SettingProblem) -> Int {
      var count = 1.0
      for _ in ranges { count *= Double(base) }
      guard count <= limit else {
        throw SettingProblem("these would be more than \(Int(limit)) features; give fewer", at: ".features")
      }
      return Int(count)
    }
    let states = Int(ranges[0].upperBound) + 1
    var exponents: [[Int]] = []
    switch kind {
    case .oneHot:
      featureCount = states
      activeCount = 1
    case .aggregation(let groups):
      featureCount = try power(groups)
      activeCount = 1
    case .tileCoding(let tilings, let tiles):
      featureCount = try power(tiles + 1, 1e8 / Double(tilings)) * tilings
      activeCount = tilings
    case .polynomial(let order), .fourier(let order):
      let count = try power(order + 1, 1e5)
      for number in 0..<count {
        var rest = number
        exponents.append(
          ranges.map { _ in
            defer { rest /= order + 1 }
            return rest % (order + 1)
          })
      }
      featureCount = count
      activeCount = count
    case .baird:
      featureCount = states + 1
      activeCount = 2
    case .matrix(let rows):
      guard rows.count == states else {
        throw SettingProblem("there are \(rows.count) rows; give \(states), one a state", at: ".features")
      }
      featureCount = rows[0].count
      activeCount = rows[0].count
    }
    self.exponents = exponents
  }

  /// Writes the features of a point.
  ///
  /// - Parameters:
  ///   - point: ``dimensions`` numbers.
  ///   - row: Takes ``activeCount`` places and values.
  public func write(_ point: UnsafePointer<Double>, into row: FeatureRow) {
    switch kind {
    case .oneHot:
      row.places[0] = Int32(point[0])
      row.values[0] = 1
    case .aggregation(let groups):
      var place = 0
      for i in 0..<dimensions {
        place = place * groups + min(groups - 1, Int(scaled(point[i], i, isWide: true) * Double(groups)))
      }
      row.places[0] = Int32(place)
      row.values[0] = 1
    case .tileCoding(let tilings, let tiles):
      for tiling in 0..<tilings {
        var place = tiling
        for i in 0..<dimensions {
          let shift = Double(tiling * (1 + 2 * i) % tilings) / Double(tilings)
          let tile = Int(scaled(point[i], i, isWide: true) * Double(tiles) + shift)
          place = place * (tiles + 1) + min(tile, tiles)
        }
        row.places[tiling] = Int32(place)
        row.values[tiling] = 1
      }
    case .polynomial:
      for (k, powers) in exponents.enumerated() {
        var product = 1.0
        for i in 0..<dimensions {
          let s = scaled(point[i], i)
          for _ in 0..<powers[i] { product *= s }
        }
        row.places[k] = Int32(k)
        row.values[k] = product
      }
    case .fourier:
      for (k, factors) in exponents.enumerated() {
        var sum = 0.0
        for i in 0..<dimensions { sum += Double(factors[i]) * scaled(point[i], i) }
        row.places[k] = Int32(k)
        row.values[k] = cos(Double.pi * sum)
      }
    case .baird:
      let state = Int(point[0])
      let isLast = state == featureCount - 2
      row.places[0] = Int32(state)
      row.values[0] = isLast ? 1 : 2
      row.places[1] = Int32(featureCount - 1)
      row.values[1] = isLast ? 2 : 1
    case .matrix(let rows):
      for (k, value) in rows[Int(point[0])].enumerated() {
        row.places[k] = Int32(k)
        row.values[k] = value
      }
    }
  }

  /// A coordinate in `[0, 1]`.
  ///
  /// - Parameter isWide: Whether a numbered point fills a part of `[0, 1)`, instead of the first being 0 and the last 1.
  private func scaled(_ x: Double, _ i: Int, isWide: Bool = false) -> Double {
    let range = ranges[i]
    // What is no number counts as the lower end.
    let inside = x >= range.lowerBound ? min(x, range.upperBound) : range.lowerBound
    let length = range.upperBound - range.lowerBound + (isWide && isNumbered ? 1 : 0)
    return length > 0 ? (inside - range.lowerBound) / length : 0
  }
}
