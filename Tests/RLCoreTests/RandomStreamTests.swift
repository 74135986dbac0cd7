import Foundation
import RLCore
import Testing

/// Reference vectors: xoshiro256++ of OpenJDK 17, SplitMix64 of OpenJDK's `SplittableRandom`.
@Suite struct RandomStreamTests {
  private struct Fixture: Decodable {
    struct Xoshiro: Decodable {
      let splitmix64_seed: String?
      let state: [String]
      let outputs: [String]
    }
    struct Mixer: Decodable {
      let seed: String
      let outputs: [String]
    }
    let splitmix64: [Mixer]
    let xoshiro256plusplus: [Xoshiro]
  }

  private func fixture() throws -> Fixture {
    let url = Bundle.module.url(forResource: "Fixtures/random-streams", withExtension: "json")!
    return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
  }

  private func word(_ text: String) -> UInt64 {
    text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16)! : UInt64(bitPattern: Int64(text) ?? 0)
  }

  @Test func matchesReferenceVectors() throws {
    let fixture = try fixture()
    #expect(!fixture.xoshiro256plusplus.isEmpty)
    for entry in fixture.xoshiro256plusplus {
      let s = entry.state.map(word)
      var stream = RandomStream(state: (s[0], s[1], s[2], s[3]))
      #expect(entry.outputs.map(word) == entry.outputs.map { _ in stream.next() })
      if let seed = entry.splitmix64_seed.flatMap({ UInt64($0) }) {
        let seeded = RandomStream(seed: seed)
        #expect(seeded.state == (s[0], s[1], s[2], s[3]))
      }
    }
    for entry in fixture.splitmix64 {
      guard let seed = UInt64(entry.seed) else { continue }
      var mixer = SplitMix64(state: seed)
      #expect(entry.outputs.map(word) == entry.outputs.map { _ in mixer.next() })
    }
  }

  @Test func componentsAndSeedsHaveStreamsOfTheirOwn() {
    let a = RandomStream(root: 0, index: 0, component: "environment")
    #expect(a == RandomStream(root: 0, index: 0, component: "environment"))
    #expect(a != RandomStream(root: 0, index: 0, component: "exploration"))
    #expect(a != RandomStream(root: 0, index: 1, component: "environment"))
    #expect(a != RandomStream(root: 1, index: 0, component: "environment"))
  }

  /// Each share of a uniform integer lies within 4.5 standard errors of 1/n.
  @Test(arguments: [1, 2, 3, 7, 10, 1000]) func integersAreUniform(bound: Int) {
    var stream = RandomStream(seed: 7)
    let draws = 200_000
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<draws { counts[stream.uniform(below: bound)] += 1 }
    let p = 1 / Double(bound)
    let error = 4.5 * (p * (1 - p) / Double(draws)).squareRoot()
    for count in counts { #expect(abs(Double(count) / Double(draws) - p) <= error + 1e-12) }
  }

  /// Moments of N(0, 1) within 4 standard errors: mean 0 (1/√n), variance 1 (√2/√n), fourth moment 3 (√96/√n).
  @Test func normalsHaveTheMomentsOfTheNormal() {
    var stream = RandomStream(seed: 11)
    let n = 400_000
    var sums = (0.0, 0.0, 0.0)
    for _ in 0..<n {
      let x = stream.normal()
      sums.0 += x
      sums.1 += x * x
      sums.2 += x * x * x * x
    }
    let root = Double(n).squareRoot()
    #expect(abs(sums.0 / Double(n)) < 4 / root)
    #expect(abs(sums.1 / Double(n) - 1) < 4 * 2.0.squareRoot() / root)
    #expect(abs(sums.2 / Double(n) - 3) < 4 * 96.0.squareRoot() / root)
  }

  @Test func chancesAreExactAtTheEnds() {
    #expect(!Chance(0).contains(0))
    #expect(Chance(1).contains(.max))
    #expect(Chance(0.5).contains(1 << 63 - 1))
    #expect(!Chance(0.5).contains(1 << 63))
  }
}
