/// The derivative of a network's outputs along a direction in the space of its parameters, for the batch of its last forward
/// pass: the product J v of the Jacobian with a vector, in one pass forward.
///
///     ẏ₀ = 0,   ż_l = W_l ẏ_{l−1} + V_l y_{l−1} + v_l,   ẏ_l = f′(z_l) ⊙ ż_l      (Pearlmutter, Neural Computation 6(1), 1994)
///
/// V and v are the direction's weights and biases. With `backward`, which gives Jᵀ u, a product with the Fisher matrix is
/// F v = Jᵀ (M (J v)), where M is the Fisher matrix of the distribution in its own parameters: what natural gradients and TRPO
/// solve with, without ever building F.
///
/// The workspace is kept here, so that a network that nobody asks for tangents does not carry it.
public struct OutputTangents: Sendable {
  private var direction: MultilayerPerceptron
  private var memory: AlignedFloats
  private var capacity = 0
  private let widest: Int

  /// - Parameter shape: The layers of the network to differentiate.
  public init(shape: PerceptronShape) {
    direction = MultilayerPerceptron(shape: shape)
    widest = shape.widths.reduce(0) { max($0, padded($1)) }
    memory = AlignedFloats(count: 0)
  }

  /// Computes J v.
  ///
  /// - Parameters:
  ///   - network: Has just run forward; its shape is the one given to `init`.
  ///   - vector: The direction v: `shape.parameterCount` numbers from `offset` on.
  ///   - tangents: Receives `network.rows` rows of `shape.outputs` numbers.
  public mutating func compute(
    _ network: MultilayerPerceptron, along vector: [Float], at offset: Int = 0, into tangents: inout [Float]
  ) {
    let shape = direction.shape
    let rows = network.rows
    precondition(network.shape == shape, "tangents of \(shape.widths) for a network of \(network.shape.widths)")
    precondition(
      tangents.count >= rows * shape.outputs,
      "\(tangents.count) tangents are not \(rows) rows of \(shape.outputs)")
    direction.load(vector, at: offset)
    if rows > capacity {
      capacity = rows
      memory = AlignedFloats(count: 3 * capacity * widest)
    }
    let size = capacity * widest
    let (layers, moves) = (network.layers, direction.layers)
    let states = network.lastStates
    network.memory.withPointer { network in
      direction.memory.withPointer { direction in
        memory.withMutablePointer { memory in
          memory.update(repeating: 0, count: 3 * size)
          let own = memory + size
          let passed = memory + 2 * size
          for l in layers.indices {
            let layer = layers[l]
            let count = rows * layer.outputStride
            if l == 0, let states {
              moves[0].pickColumns(direction, states: states, into: own)
            } else {
              moves[l].affine(direction, network + layer.input, rows: rows, into: own)
            }
            if l > 0 {
              layer.affine(network, memory, rows: rows, into: passed, addsBias: false)
              var k = 0
              while k < count {
                storeLanes(loadLanes(own + k) + loadLanes(passed + k), own + k)
                k += laneCount
              }
            }
            var k = 0
            while k < count {
              let value = loadLanes(network + layer.output + k)
              storeLanes(layer.activation.pullBack(loadLanes(own + k), value: value), memory + k)
              k += laneCount
            }
          }
          let last = layers[layers.count - 1]
          for row in 0..<rows {
            for k in 0..<last.outputs {
              tangents[row * last.outputs + k] = memory[row * last.outputStride + k]
            }
          }
        }
      }
    }
  }
}
