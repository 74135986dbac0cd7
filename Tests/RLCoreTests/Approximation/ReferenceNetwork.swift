import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A perceptron in double precision in the plainest form, against which the fast one is held. Its own gradients are
/// held against finite differences in `MultilayerPerceptronTests`.
struct ReferenceNetwork {
  let shape: PerceptronShape
  var parameters: [Double]

  /// The outputs of each layer, the input first.
  func values(_ input: [Double]) -> [[Double]] {
    var values = [input]
    for layer in 0..<shape.layerCount {
      let (inputs, outputs) = (shape.widths[layer], shape.widths[layer + 1])
      let (w, b) = (shape.weights(layer).lowerBound, shape.biases(layer).lowerBound)
      var next: [Double] = []
      for j in 0..<outputs {
        var z = parameters[b + j]
        for k in 0..<inputs { z += parameters[w + j * inputs + k] * values[layer][k] }
        if layer + 1 < shape.layerCount {
          switch shape.activation {
          case .tanh: z = tanh(z)
          case .relu: z = max(z, 0)
          case .identity: break
          }
        }
        next.append(z)
      }
      values.append(next)
    }
    return values
  }

  func outputs(_ input: [Double]) -> [Double] { values(input)[shape.layerCount] }

  /// Adds to the gradient with respect to the parameters; returns that with respect to the input.
  func backward(_ input: [Double], _ outputGradient: [Double], into gradient: inout [Double]) -> [Double] {
    let values = values(input)
    var delta = outputGradient
    for layer in (0..<shape.layerCount).reversed() {
      let (inputs, outputs) = (shape.widths[layer], shape.widths[layer + 1])
      let (w, b) = (shape.weights(layer).lowerBound, shape.biases(layer).lowerBound)
      if layer + 1 < shape.layerCount {
        for j in 0..<outputs {
          let y = values[layer + 1][j]
          switch shape.activation {
          case .tanh: delta[j] *= 1 - y * y
          case .relu: delta[j] *= y > 0 ? 1 : 0
          case .identity: break
          }
        }
      }
      var before = [Double](repeating: 0, count: inputs)
      for j in 0..<outputs {
        gradient[b + j] += delta[j]
        for k in 0..<inputs {
          gradient[w + j * inputs + k] += delta[j] * values[layer][k]
          before[k] += parameters[w + j * inputs + k] * delta[j]
        }
      }
      delta = before
    }
    return delta
  }
}

/// The largest difference of two vectors, over the largest number of the second.
func relativeDifference(_ a: some Collection<Float>, _ b: some Collection<Double>) -> Double {
  precondition(a.count == b.count)
  let scale = b.reduce(1e-30) { max($0, abs($1)) }
  return zip(a, b).reduce(0) { max($0, abs(Double($1.0) - $1.1)) } / scale
}

/// Normal numbers.
func normals(_ count: Int, _ stream: inout RandomStream) -> [Float] {
  (0..<count).map { _ in Float(stream.normal()) }
}
