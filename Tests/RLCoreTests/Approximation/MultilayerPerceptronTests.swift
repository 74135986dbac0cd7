import RLCore
import Testing

/// The largest relative error allowed in single precision, that of the project's reference data: the longest sums here have about
/// 130 terms, each rounded to 6e-8 of the partial sum, through at most five layers.
private let tolerance = 2e-5

@Suite struct MultilayerPerceptronTests {
  static let shapes = [
    PerceptronShape(inputs: 4, hidden: [64, 64], outputs: 2),
    PerceptronShape(inputs: 4, hidden: [64, 64], outputs: 1, activation: .relu),
    PerceptronShape(inputs: 20, hidden: [33, 17], outputs: 18),
    PerceptronShape(inputs: 5, hidden: [9, 8, 17, 6], outputs: 4, activation: .relu),
    PerceptronShape(inputs: 2, hidden: [1], outputs: 1),
    PerceptronShape(inputs: 16, hidden: [16], outputs: 16, activation: .identity),
    PerceptronShape(inputs: 7, hidden: [], outputs: 3),
    PerceptronShape(inputs: 1, hidden: [], outputs: 40),
  ]

  static func random(
    _ shape: PerceptronShape, seed: UInt64
  ) -> (network: MultilayerPerceptron, parameters: [Float], stream: RandomStream) {
    var stream = RandomStream(seed: seed)
    var parameters = [Float](repeating: 0, count: shape.parameterCount)
    WeightInitialization.uniform.apply(to: &parameters, shape: shape, using: &stream)
    // Twice torch's range, so that tanh bends.
    for k in parameters.indices { parameters[k] *= 2 }
    var network = MultilayerPerceptron(shape: shape)
    network.load(parameters)
    return (network, parameters, stream)
  }

  /// A layer by hand: z = (0.5·2 − 1·3 + 0.25, 2·2 + 1·3 − 1) = (−1.75, 6), relu (0, 6), output 3·0 − 0.5·6 + 1 = −2;
  /// with ∂/∂output = 2: ∂/∂W₂ = 2·(0, 6), ∂/∂b₂ = 2, δ₁ = (0, −1), ∂/∂W₁ = (0, 0; −2, −3), ∂/∂b₁ = (0, −1), ∂/∂x = (−2, −1).
  @Test func matchesNumbersByHand() {
    let shape = PerceptronShape(inputs: 2, hidden: [2], outputs: 1, activation: .relu)
    var network = MultilayerPerceptron(shape: shape)
    network.load([0.5, -1, 2, 1, 0.25, -1, 3, -0.5, 1])
    var output: [Float] = [0]
    network.forward([2, 3], rows: 1, into: &output)
    #expect(output == [-2])
    var gradients = [Float](repeating: 0, count: 9)
    var inputGradients: [Float] = [0, 0]
    network.backward([2], into: &gradients, inputGradients: &inputGradients)
    #expect(gradients == [0, 0, -2, -3, 0, -1, 0, 12, 2])
    #expect(inputGradients == [-2, -1])
  }

  /// The reference's gradients against central differences: error h²/6 · f‴ ≈ 1e-10 with h = 1e-5, and 1e-16 / h = 1e-11 of rounding.
  @Test(arguments: [Activation.tanh, .relu, .identity]) func referenceMatchesFiniteDifferences(activation: Activation) {
    let shape = PerceptronShape(inputs: 3, hidden: [5, 4], outputs: 2, activation: activation)
    var stream = RandomStream(seed: 3)
    var reference = ReferenceNetwork(
      shape: shape, parameters: (0..<shape.parameterCount).map { _ in stream.normal() })
    let input = (0..<3).map { _ in stream.normal() }
    let weights = [0.7, -1.3]
    func loss(_ reference: ReferenceNetwork, _ input: [Double]) -> Double {
      zip(reference.outputs(input), weights).reduce(0) { $0 + $1.0 * $1.1 }
    }
    var gradient = [Double](repeating: 0, count: shape.parameterCount)
    let inputGradient = reference.backward(input, weights, into: &gradient)
    let h = 1e-5
    for k in gradient.indices {
      let original = reference.parameters[k]
      reference.parameters[k] = original + h
      let above = loss(reference, input)
      reference.parameters[k] = original - h
      let below = loss(reference, input)
      reference.parameters[k] = original
      #expect(abs((above - below) / (2 * h) - gradient[k]) < 1e-8)
    }
    for k in input.indices {
      var (above, below) = (input, input)
      above[k] += h
      below[k] -= h
      #expect(abs((loss(reference, above) - loss(reference, below)) / (2 * h) - inputGradient[k]) < 1e-8)
    }
  }

  @Test(arguments: shapes, [1, 2, 5, 67]) func matchesTheReference(shape: PerceptronShape, rows: Int) {
    var (network, parameters, stream) = Self.random(shape, seed: 17)
    let reference = ReferenceNetwork(shape: shape, parameters: parameters.map(Double.init))
    let inputs = normals(rows * shape.inputs, &stream)
    let outputGradients = normals(rows * shape.outputs, &stream)
    var outputs = [Float](repeating: 0, count: rows * shape.outputs)
    network.forward(inputs, rows: rows, into: &outputs)
    var gradients = [Float](repeating: 0, count: shape.parameterCount)
    var inputGradients = [Float](repeating: 0, count: inputs.count)
    network.backward(outputGradients, into: &gradients, inputGradients: &inputGradients)

    var expectedOutputs: [Double] = []
    var expected = [Double](repeating: 0, count: shape.parameterCount)
    var expectedInputs: [Double] = []
    for row in 0..<rows {
      let x = inputs[row * shape.inputs..<(row + 1) * shape.inputs].map(Double.init)
      let d = outputGradients[row * shape.outputs..<(row + 1) * shape.outputs].map(Double.init)
      expectedOutputs += reference.outputs(x)
      expectedInputs += reference.backward(x, d, into: &expected)
    }
    #expect(relativeDifference(outputs, expectedOutputs) < tolerance)
    #expect(relativeDifference(inputGradients, expectedInputs) < tolerance)
    for layer in 0..<shape.layerCount {
      for range in [shape.weights(layer), shape.biases(layer)] {
        #expect(relativeDifference(gradients[range], expected[range]) < tolerance)
      }
    }
  }

  @Test(arguments: shapes) func aRowHasTheSameBitsInEveryBatch(shape: PerceptronShape) {
    var (network, _, stream) = Self.random(shape, seed: 5)
    let rows = 35
    let inputs = normals(rows * shape.inputs, &stream)
    var outputs = [Float](repeating: 0, count: rows * shape.outputs)
    network.forward(inputs, rows: rows, into: &outputs)
    for row in 0..<rows {
      var alone = [Float](repeating: 0, count: shape.outputs)
      network.forward(inputs, from: row, rows: 1, into: &alone)
      #expect(alone == Array(outputs[row * shape.outputs..<(row + 1) * shape.outputs]))
    }
  }

  /// A batch split in two gives the same gradient to the bit: every sum runs in the order of the rows.
  @Test(arguments: shapes) func gradientsAddUp(shape: PerceptronShape) {
    var (network, _, stream) = Self.random(shape, seed: 6)
    let (rows, first) = (70, 33)
    let inputs = normals(rows * shape.inputs, &stream)
    let d = normals(rows * shape.outputs, &stream)
    var outputs = [Float](repeating: 0, count: rows * shape.outputs)
    var whole = [Float](repeating: 0, count: shape.parameterCount + 3)
    network.forward(inputs, rows: rows, into: &outputs)
    network.backward(d, into: &whole, at: 2)
    var parts = [Float](repeating: 0, count: shape.parameterCount + 3)
    for part in [0..<first, first..<rows] {
      network.forward(inputs, from: part.lowerBound, rows: part.count, into: &outputs)
      let range = part.lowerBound * shape.outputs..<part.upperBound * shape.outputs
      network.backward(Array(d[range]), into: &parts, at: 2)
    }
    #expect(whole == parts)
    #expect(whole[0] == 0 && whole[1] == 0 && whole[shape.parameterCount + 2] == 0)
  }

  @Test(arguments: shapes) func statesAreOneHotVectors(shape: PerceptronShape) {
    var (network, _, stream) = Self.random(shape, seed: 8)
    let states = (0..<9).map { _ in stream.uniform(below: shape.inputs) }
    var inputs = [Float](repeating: 0, count: 9 * shape.inputs)
    for row in 0..<9 { inputs[row * shape.inputs + states[row]] = 1 }
    let d = normals(9 * shape.outputs, &stream)
    var (a, b) = (d, d)
    var gradients = [[Float]](repeating: [Float](repeating: 0, count: shape.parameterCount), count: 2)
    network.forward(inputs, rows: 9, into: &a)
    network.backward(d, into: &gradients[0])
    network.forward(states: states[...], into: &b)
    network.backward(d, into: &gradients[1])
    #expect(a == b)
    #expect(gradients[0] == gradients[1])
    // And back to vectors.
    network.forward(inputs, rows: 9, into: &b)
    network.backward(d, into: &gradients[1])
    for k in gradients[0].indices { gradients[0][k] *= 2 }
    #expect(relativeDifference(gradients[1], gradients[0].map(Double.init)) < tolerance)
  }

  @Test func chosenRowsAreThoseRows() {
    let shape = Self.shapes[0]
    var (network, _, stream) = Self.random(shape, seed: 9)
    let inputs = normals(10 * shape.inputs, &stream)
    let chosen = [7, 0, 0, 9]
    let gathered = chosen.flatMap { inputs[$0 * shape.inputs..<($0 + 1) * shape.inputs] }
    var (a, b) = ([Float](repeating: 0, count: 9), [Float](repeating: 0, count: 8))
    network.forward(inputs, choosing: chosen[...], into: &a, at: 1)
    network.forward(gathered, rows: 4, into: &b)
    #expect(Array(a[1...]) == b && a[0] == 0)
  }

  @Test func aCopyHasAStateOfItsOwn() {
    let shape = Self.shapes[0]
    var (network, parameters, stream) = Self.random(shape, seed: 10)
    let inputs = normals(3 * shape.inputs, &stream)
    let other = normals(3 * shape.inputs, &stream)
    let d = normals(3 * shape.outputs, &stream)
    var (before, after) = ([Float](repeating: 0, count: 6), [Float](repeating: 0, count: 6))
    network.forward(inputs, rows: 3, into: &before)
    var expected = [Float](repeating: 0, count: shape.parameterCount)
    network.backward(d, into: &expected)

    var copy = network
    for k in parameters.indices { parameters[k] += 1 }
    copy.load(parameters)
    copy.forward(other, rows: 3, into: &after)
    #expect(before != after)
    // The original still has its weights, and the values of its last pass.
    var gradients = [Float](repeating: 0, count: shape.parameterCount)
    network.backward(d, into: &gradients)
    #expect(gradients == expected)
    network.forward(inputs, rows: 3, into: &after)
    #expect(after == before)
  }

  @Test func growingKeepsTheWeights() {
    let shape = Self.shapes[2]
    var (network, parameters, stream) = Self.random(shape, seed: 11)
    let inputs = normals(50 * shape.inputs, &stream)
    var (a, b) = ([Float](repeating: 0, count: 900), [Float](repeating: 0, count: 900))
    network.forward(inputs, rows: 50, into: &a)
    var large = MultilayerPerceptron(shape: shape, capacity: 64)
    large.load(parameters)
    large.forward(inputs, rows: 50, into: &b)
    #expect(a == b)
    #expect(network.capacity == 50 && large.capacity == 64)
  }
}
