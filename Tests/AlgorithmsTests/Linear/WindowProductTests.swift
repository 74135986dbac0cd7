import RLCore
import Testing

@testable import Algorithms

@Suite struct WindowProductTests {
  /// Against the product of the numbers themselves, with zeros among them, over windows of changing lengths.
  @Test func isTheProductOfTheWindow() {
    var stream = RandomStream(seed: 1)
    var window = WindowProduct()
    var numbers: [Double] = []
    for step in 0..<500 {
      let number = step % 37 == 0 ? 0 : 0.5 + stream.uniform()
      window.append(number)
      numbers.append(number)
      for _ in 0..<stream.uniform(below: 3) where !numbers.isEmpty {
        window.removeFirst()
        numbers.removeFirst()
      }
      let product = numbers.reduce(1, *)
      #expect(abs(window.product - product) <= 1e-12 * abs(product))
    }
  }

  @Test func goesOnAfterACheckpoint() throws {
    var window = WindowProduct()
    for k in 1...6 { window.append(Double(k)) }
    window.removeFirst()
    window.append(7)
    var writer = StateWriter()
    window.save(to: &writer)
    var copy = WindowProduct()
    var reader = StateReader(writer.bytes)
    try copy.restore(from: &reader)
    for _ in 0..<6 {
      #expect(copy.product == window.product)
      copy.removeFirst()
      window.removeFirst()
    }
    #expect(copy.product == 1)
  }
}
