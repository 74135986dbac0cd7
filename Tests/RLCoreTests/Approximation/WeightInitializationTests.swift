import RLCore
import Testing

@Suite struct WeightInitializationTests {
  /// Rows (or columns) have length 1 and right angles to 1e-12.
  @Test(arguments: [(64, 64), (2, 64), (64, 4), (1, 1), (5, 5)]) func matricesAreOrthogonal(rows: Int, columns: Int) {
    var stream = RandomStream(seed: 1)
    let matrix = orthogonalMatrix(rows: rows, columns: columns, using: &stream)
    for i in 0..<min(rows, columns) {
      for j in 0...i {
        var product = 0.0
        for k in 0..<max(rows, columns) {
          product +=
            rows <= columns
            ? matrix[i * columns + k] * matrix[j * columns + k] : matrix[k * columns + i] * matrix[k * columns + j]
        }
        #expect(abs(product - (i == j ? 1 : 0)) < 1e-12)
      }
    }
  }

  /// An entry x of a uniform 4 × 4 orthogonal matrix has mean 0 and variance 1/4, and x² is Beta(1/2, 3/2) with variance 1/16:
  /// both means of 4000 within 4 standard errors.
  @Test func matricesAreUniform() {
    var stream = RandomStream(seed: 2)
    var (sum, square) = (0.0, 0.0)
    for _ in 0..<4000 {
      let x = orthogonalMatrix(rows: 4, columns: 4, using: &stream)[0]
      sum += x
      square += x * x
    }
    #expect(abs(sum / 4000) < 4 * (0.25 / 4000).squareRoot())
    #expect(abs(square / 4000 - 0.25) < 4 * (1.0 / 16 / 4000).squareRoot())
  }

  @Test func gainsAndBiases() {
    let shape = PerceptronShape(inputs: 4, hidden: [8], outputs: 2)
    var stream = RandomStream(seed: 3)
    var parameters = [Float](repeating: 7, count: shape.parameterCount + 2)
    WeightInitialization.orthogonal(outputGain: 0.01).apply(to: &parameters, at: 1, shape: shape, using: &stream)
    #expect(parameters[0] == 7 && parameters[shape.parameterCount + 1] == 7)
    func squares(_ range: Range<Int>) -> Float { range.reduce(0) { $0 + parameters[$1 + 1] * parameters[$1 + 1] } }
    // Four orthonormal columns times √2; two orthonormal rows times 0.01.
    #expect(abs(squares(shape.weights(0)) - 8) < 1e-5)
    #expect(abs(squares(shape.weights(1)) - 2e-4) < 1e-9)
    #expect(squares(shape.biases(0)) == 0 && squares(shape.biases(1)) == 0)

    WeightInitialization.uniform.apply(to: &parameters, at: 1, shape: shape, using: &stream)
    let hidden = parameters[1..<41]
    #expect(hidden.allSatisfy { abs($0) <= 0.5 } && hidden.contains { abs($0) > 0.4 })
    #expect(Set(hidden).count == 40)
  }
}
