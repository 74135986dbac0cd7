import RLCore
import Testing

@Suite struct NetworkBundleTests {
  private func bundle(seed: UInt64) -> NetworkBundle {
    var stream = RandomStream(seed: seed)
    var bundle = NetworkBundle(
      [
        PerceptronShape(inputs: 3, hidden: [20], outputs: 2),
        PerceptronShape(inputs: 3, hidden: [16, 16], outputs: 1),
      ], freeParameterCount: 2)
    bundle.initialize(0, .orthogonal(outputGain: 0.01), using: &stream)
    bundle.initialize(1, .orthogonal(outputGain: 1), using: &stream)
    return bundle
  }

  private let inputs: [Float] = [0.5, -1, 2, 0, 1, 0.25]

  private func outputs(_ bundle: inout NetworkBundle) -> [Float] {
    var result = [Float](repeating: 0, count: 6)
    bundle.forward(0, inputs, rows: 2, into: &result)
    bundle.forward(1, inputs, rows: 2, into: &result, at: 4)
    return result
  }

  @Test func gradientsLieWhereTheParametersDo() {
    var bundle = bundle(seed: 1)
    #expect(bundle.ranges == [0..<122, 122..<475] && bundle.freeParameters == 475..<477)
    _ = outputs(&bundle)
    bundle.backward(1, [1, -1])
    #expect(bundle.gradients[..<122].allSatisfy { $0 == 0 } && bundle.gradients[122..<475].contains { $0 != 0 })
    bundle.addFreeGradients([3, 4])
    bundle.addFreeGradients([3, 4])
    #expect(Array(bundle.gradients[475...]) == [6, 8])
    bundle.zeroGradients()
    #expect(bundle.gradients.allSatisfy { $0 == 0 })
  }

  /// The new parameters reach the networks, and a copy keeps the old ones.
  @Test func updatesReachTheNetworksAndNoCopy() {
    var bundle = bundle(seed: 2)
    let before = outputs(&bundle)
    var target = bundle
    // The bias of the second network's only output is its last parameter.
    bundle.update { parameters, _ in parameters[474] += 1 }
    let after = outputs(&bundle)
    #expect(Array(after[..<4]) == Array(before[..<4]))
    #expect(abs(after[4] - before[4] - 1) < 1e-6 && abs(after[5] - before[5] - 1) < 1e-6)
    #expect(outputs(&target) == before)
    let parameters = bundle.parameters
    target.update { own, _ in own = parameters }
    #expect(outputs(&target) == after)
  }

  @Test func headsStartWithGainsOfTheirOwn() {
    var stream = RandomStream(seed: 4)
    let shape = PerceptronShape(inputs: 3, hidden: [16], outputs: 3)
    var bundle = NetworkBundle([shape])
    bundle.initialize(0, .orthogonal(outputGain: 0.01), using: &stream)
    bundle.initializeOutputs(0, 2..<3, gain: 1, using: &stream)
    let weights = shape.weights(1).lowerBound
    for (row, gain) in [(0, 0.01), (1, 0.01), (2, 1.0)] {
      let squares = (0..<16).reduce(0.0) { $0 + pow2(bundle.parameters[weights + row * 16 + $1]) }
      #expect(abs(squares.squareRoot() / gain - 1) < 1e-5)
    }
  }

  private func pow2(_ x: Float) -> Double { Double(x) * Double(x) }

  @Test func checkpointsRestoreTheParameters() throws {
    var original = bundle(seed: 5)
    let expected = outputs(&original)
    var writer = StateWriter()
    original.save(to: &writer)
    var other = bundle(seed: 6)
    var reader = StateReader(writer.bytes)
    try other.restore(from: &reader)
    #expect(reader.isAtEnd && outputs(&other) == expected)
    var short = StateReader(Array(writer.bytes.dropLast(4)))
    #expect(throws: StateError.self) { try other.restore(from: &short) }
    var foreign = NetworkBundle([PerceptronShape(inputs: 1, hidden: [], outputs: 1)])
    var again = StateReader(writer.bytes)
    #expect(throws: StateError.self) { try foreign.restore(from: &again) }
  }
}
