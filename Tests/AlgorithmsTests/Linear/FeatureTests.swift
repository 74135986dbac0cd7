import Algorithms
import RLCore
import Testing

@Suite struct FeatureTests {
  private func row(_ basis: FeatureBasis, _ point: [Double]) -> [Double] {
    let table = FeatureTable(rows: 1, features: basis.featureCount, active: basis.activeCount, isFixed: false)
    point.withUnsafeBufferPointer { basis.write($0.baseAddress!, into: table.row(0)) }
    var dense = [Double](repeating: 0, count: basis.featureCount)
    let row = table.row(0)
    for k in 0..<row.count { dense[Int(row.places[k])] += row.values[k] }
    return dense
  }

  /// Sutton & Barto (2018), Example 9.1: groups of 100 of 1000 states.
  @Test func aggregation() throws {
    let basis = try FeatureBasis(.aggregation(groups: 10), ranges: [0...999], isNumbered: true)
    #expect(basis.featureCount == 10)
    for (state, group) in [(0, 0), (99, 0), (100, 1), (499, 4), (500, 5), (999, 9)] {
      #expect(row(basis, [Double(state)]).firstIndex(of: 1) == group)
    }
  }

  /// One tile of each tiling; a move by a tile's width changes every tiling, one by an eighth of it about one of eight.
  @Test func tiles() throws {
    let basis = try FeatureBasis(.tileCoding(tilings: 8, tiles: 8), ranges: [0...8, 0...8], isNumbered: false)
    #expect(basis.featureCount == 8 * 81 && basis.activeCount == 8)
    let here = row(basis, [3.03, 4.03])
    #expect(here.filter { $0 == 1 }.count == 8 && here.reduce(0, +) == 8)
    func shared(_ point: [Double]) -> Int { zip(here, row(basis, point)).count { $0 == 1 && $1 == 1 } }
    #expect(shared([4.03, 4.03]) == 0 && shared([3.03, 5.03]) == 0)
    #expect(shared([3.155, 4.03]) == 7 && shared([3.03, 4.28]) == 6)
    #expect(shared([3.05, 4.05]) == 8)
    // Offsets are asymmetric: going along the diagonal changes more tilings than along an axis, but not all at once.
    #expect(shared([3.53, 4.53]) < shared([3.53, 4.03]))
    // What lies outside counts as the border, whatever it is.
    #expect(row(basis, [-5, .infinity]) == row(basis, [0, 8]))
    #expect(row(basis, [.nan, 8]) == row(basis, [0, 8]))
  }

  @Test func polynomialAndFourier() throws {
    let powers = try FeatureBasis(.polynomial(order: 2), ranges: [0...4], isNumbered: false)
    #expect(row(powers, [2]) == [1, 0.5, 0.25])
    let waves = try FeatureBasis(.fourier(order: 2), ranges: [0...4, 1...2], isNumbered: false)
    #expect(waves.featureCount == 9)
    let found = row(waves, [4, 1])
    for (a, b) in zip(found, [1.0, -1, 1, 1, -1, 1, 1, -1, 1]) { #expect(abs(a - b) < 1e-12) }
  }

  /// Sutton & Barto (2018), Figure 11.1.
  @Test func bairdsFeatures() throws {
    let basis = try FeatureBasis(.baird, ranges: [0...6], isNumbered: true)
    #expect(row(basis, [2]) == [0, 0, 2, 0, 0, 0, 0, 1])
    #expect(row(basis, [6]) == [0, 0, 0, 0, 0, 0, 1, 2])
  }

  @Test func tooManyFeaturesAreRefused() {
    #expect(throws: SettingProblem.self) {
      try FeatureBasis(.tileCoding(tilings: 8, tiles: 1000), ranges: [0...1, 0...1, 0...1], isNumbered: false)
    }
    #expect(throws: SettingProblem.self) {
      try FeatureBasis(.fourier(order: 100), ranges: [0...1, 0...1, 0...1, 0...1], isNumbered: false)
    }
  }
}
