/// How the weights of a network start.
public enum WeightInitialization: Sendable, Equatable {
  /// Orthogonal weights with a gain, biases 0 (Saxe, McClelland & Ganguli, ICLR 2014), as the policy-gradient field uses
  /// them: gain √2 in hidden layers, 0.01 for the outputs of a policy, 1 for a value.
  case orthogonal(hiddenGain: Float, outputGain: Float)

  /// Weights and biases uniform in ±1/√inputs: what torch's `Linear` starts with, and so DQN in most libraries.
  case uniform
}

extension WeightInitialization {
  /// Orthogonal with the hidden layers' customary gain √2.
  public static func orthogonal(outputGain: Float) -> WeightInitialization {
    .orthogonal(hiddenGain: Float(2).squareRoot(), outputGain: outputGain)
  }

  /// Sets all the parameters of a network.
  ///
  /// - Parameters:
  ///   - parameters: `shape.parameterCount` numbers from `offset` on.
  ///   - stream: Layer by layer, weights before biases: the normal numbers of each orthogonal matrix, or one word a parameter.
  public func apply(
    to parameters: inout [Float], at offset: Int = 0, shape: PerceptronShape, using stream: inout RandomStream
  ) {
    for layer in 0..<shape.layerCount {
      let (columns, rows) = (shape.widths[layer], shape.widths[layer + 1])
      let weights = shape.weights(layer)
      switch self {
      case .orthogonal(let hiddenGain, let outputGain):
        let gain = layer + 1 < shape.layerCount ? hiddenGain : outputGain
        let matrix = orthogonalMatrix(rows: rows, columns: columns, using: &stream)
        for k in matrix.indices { parameters[offset + weights.lowerBound + k] = gain * Float(matrix[k]) }
        for k in shape.biases(layer) { parameters[offset + k] = 0 }
      case .uniform:
        let bound = 1 / Double(columns).squareRoot()
        for k in weights.lowerBound..<shape.biases(layer).upperBound {
          parameters[offset + k] = Float(bound * (2 * stream.uniform() - 1))
        }
      }
    }
  }
}

/// A matrix with orthonormal rows, or columns where it has more rows than columns, uniformly distributed among all such
/// (Haar measure): the Gram–Schmidt process on normal numbers, which is the QR decomposition with a positive diagonal.
///
/// - Parameter stream: `rows · columns` normal numbers, and more in the (practically impossible) case of dependent ones.
/// - Returns: The rows, one after the other.
public func orthogonalMatrix(rows: Int, columns: Int, using stream: inout RandomStream) -> [Double] {
  precondition(rows > 0 && columns > 0, "a matrix of \(rows) × \(columns) is empty")
  let (count, length) = (min(rows, columns), max(rows, columns))
  var vectors: [[Double]] = []
  while vectors.count < count {
    var vector = (0..<length).map { _ in stream.normal() }
    // Twice is enough (Giraud, Langou & Rozložník, 2005) for orthogonality to working precision.
    for _ in 0..<2 {
      for other in vectors {
        var product = 0.0
        for k in 0..<length { product += other[k] * vector[k] }
        for k in 0..<length { vector[k] -= product * other[k] }
      }
    }
    var square = 0.0
    for x in vector { square += x * x }
    guard square > 1e-16 else { continue }
    let scale = 1 / square.squareRoot()
    vectors.append(vector.map { $0 * scale })
  }
  if rows <= columns { return vectors.flatMap { $0 } }
  var result = [Double](repeating: 0, count: rows * columns)
  for row in 0..<rows {
    for column in 0..<columns { result[row * columns + column] = vectors[column][row] }
  }
  return result
}
