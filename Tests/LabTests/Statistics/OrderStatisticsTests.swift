import RLCore
import Testing

@testable import Lab

/// Selection against a full sort, over sizes, shapes and ranks.
@Suite struct OrderStatisticsTests {
  static let shapes = [
    "random", "few values", "one value", "ascending", "descending", "organ pipe", "infinite",
  ]

  static func data(_ shape: String, _ count: Int, _ stream: inout RandomStream) -> [Double] {
    (0..<count).map { i in
      switch shape {
      case "random": stream.normal()
      case "few values": Double(stream.uniform(below: 3))
      case "one value": 7
      case "ascending": Double(i)
      case "descending": Double(-i)
      case "organ pipe": Double(min(i, count - i))
      default: [-Double.infinity, 0, 1, .infinity][stream.uniform(below: 4)]
      }
    }
  }

  @Test(arguments: shapes) func selectionSeparatesAsASortDoes(shape: String) {
    var stream = RandomStream(seed: 3)
    for count in [1, 2, 3, 12, 13, 14, 50, 99, 400, 2000] {
      let x = Self.data(shape, count, &stream)
      let sorted = x.sorted()
      for k in Set([0, 1, count / 4, count / 2, count - 1]).sorted() where k < count {
        var scratch = x
        var span = scratch.mutableSpan
        span.select(k, low: 0, high: count)
        #expect(scratch[k] == sorted[k])
        #expect(scratch[..<k].allSatisfy { $0 <= sorted[k] })
        #expect(scratch[k...].allSatisfy { $0 >= sorted[k] })
        #expect(scratch.sorted() == sorted)
      }
    }
  }

  @Test func selectionLeavesTheRestAlone() {
    var stream = RandomStream(seed: 4)
    let x = Self.data("random", 300, &stream)
    var scratch = x
    var span = scratch.mutableSpan
    span.select(120, low: 100, high: 200)
    #expect(scratch[..<100] == x[..<100])
    #expect(scratch[200...] == x[200...])
    #expect(scratch[120] == x[100..<200].sorted()[20])
  }

  @Test(arguments: shapes) func mediansAndQuantilesAreThoseOfASort(shape: String) {
    var stream = RandomStream(seed: 5)
    for count in [1, 2, 3, 4, 13, 100, 101, 1000] {
      let x = Self.data(shape, count, &stream)
      let sorted = x.sorted()
      let (a, b) = (sorted[(count - 1) / 2], sorted[count / 2])
      let middle = a == b ? a : (a + b) / 2
      #expect(Statistics.median(x) == (middle.isNaN ? nil : middle))
      for p in [0, 0.1, 0.5, 0.77, 1] {
        let position = Double(count - 1) * p
        let below = Int(position)
        let above = min(below + 1, count - 1)
        guard sorted[below].isFinite && sorted[above].isFinite else { continue }
        let expected = sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
        #expect(agrees(Statistics.quantile(x, p), expected, 1e-15))
      }
    }
  }
}
