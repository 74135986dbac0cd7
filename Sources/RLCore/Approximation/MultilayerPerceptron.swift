/// A fully connected network in single precision, with hand-derived derivatives.
///
///     y₀ = x,   z_l = W_l y_{l−1} + b_l,   y_l = f(z_l),   output = z_L
///
/// The network computes with the weights that were last given to `load`; it keeps them laid out for its kernels, beside the values
/// of the last forward pass, which `backward` needs. The parameters themselves live outside, in one flat vector (see
/// `NetworkBundle`), so that an optimizer, a clipping rule or a file sees one array.
///
/// It is a value: a copy has weights and workspace of its own (the memory is shared until one of the two writes). Nothing is
/// allocated in `forward` or `backward` unless a batch is larger than any before.
///
/// - Note: A row's result has the same bits whether it comes alone or in a batch, and in every build; see `MatrixKernels.swift`.
public struct MultilayerPerceptron: Sendable {
  /// The layers.
  public let shape: PerceptronShape

  /// The number of rows that fit into the workspace.
  public private(set) var capacity: Int

  /// The number of rows of the last forward pass.
  public private(set) var rows = 0

  var layers: [Layer] = []
  var memory: AlignedFloats
  private var deltas = (0, 0)
  private var states: [Int] = []
  private var hasStates = false

  /// A layer's sizes and where its parts lie in the memory. Rows are padded to multiples of sixteen, with zeros.
  struct Layer: Sendable {
    let inputs: Int
    let outputs: Int
    let inputStride: Int
    let outputStride: Int
    let activation: Activation
    /// The offset of the layer's weights, and of its biases, in the vector of parameters.
    let parameters: (weights: Int, biases: Int)
    /// `outputs` rows of `inputStride`: W. Serves the gradient of the input, and the forward pass of a narrow layer.
    var byOutput = 0
    /// `inputs` rows of `outputStride`: Wᵀ. Serves the forward pass of a wide layer.
    var byInput = 0
    var bias = 0
    /// `capacity` rows of `inputStride`: what comes in.
    var input = 0
    /// `capacity` rows of `outputStride`: what goes out.
    var output = 0

    /// Whether the outputs are too few to fill a vector.
    var isNarrow: Bool { outputs < laneCount }
  }

  /// A network whose weights are all zero until `load`.
  ///
  /// - Parameter capacity: The number of rows to reserve memory for, positive.
  public init(shape: PerceptronShape, capacity: Int = 1) {
    precondition(capacity > 0, "the capacity \(capacity) must be positive")
    self.shape = shape
    self.capacity = capacity
    memory = AlignedFloats(count: 0)
    layOut()
  }

  /// Makes room for batches of `rows` rows. Keeps the weights; forgets the last forward pass.
  public mutating func reserve(rows count: Int) {
    guard count > capacity else { return }
    capacity = count
    rows = 0
    let old = memory
    let weightsEnd = layers[0].input
    layOut()
    memory.withMutablePointer { new in old.withPointer { new.update(from: $0, count: weightsEnd) } }
  }

  private mutating func layOut() {
    var next = 0
    func take(_ count: Int) -> Int {
      defer { next += padded(count) }
      return next
    }
    layers = (0..<shape.layerCount).map { l in
      let (inputs, outputs) = (shape.widths[l], shape.widths[l + 1])
      var layer = Layer(
        inputs: inputs, outputs: outputs, inputStride: padded(inputs), outputStride: padded(outputs),
        activation: l + 1 < shape.layerCount ? shape.activation : .identity,
        parameters: (shape.weights(l).lowerBound, shape.biases(l).lowerBound))
      layer.byOutput = take(outputs * layer.inputStride)
      layer.byInput = layer.isNarrow ? 0 : take(inputs * layer.outputStride)
      layer.bias = take(layer.outputStride)
      return layer
    }
    // All weights come first, so that `reserve` can keep them with one copy.
    var place = take(capacity * layers[0].inputStride)
    for l in layers.indices {
      layers[l].input = place
      place = take(capacity * layers[l].outputStride)
      layers[l].output = place
    }
    let widest = layers.reduce(0) { max($0, $1.outputStride) }
    deltas = (take(capacity * widest), take(capacity * widest))
    memory = AlignedFloats(count: next)
  }

  /// Takes over the parameters, in the order of `PerceptronShape`.
  ///
  /// - Parameter parameters: `shape.parameterCount` numbers from `offset` on.
  public mutating func load(_ parameters: [Float], at offset: Int = 0) {
    let count = shape.parameterCount
    precondition(
      offset >= 0 && offset + count <= parameters.count,
      "no \(count) parameters at \(offset) among \(parameters.count) numbers")
    let layers = layers
    parameters.withUnsafeBufferPointer { buffer in
      let source = buffer.baseAddress! + offset
      memory.withMutablePointer { memory in
        for layer in layers {
          let weights = source + layer.parameters.weights
          copyPadded(
            weights, rows: layer.outputs, columns: layer.inputs, into: memory + layer.byOutput,
            stride: layer.inputStride)
          if !layer.isNarrow {
            copyTransposed(
              weights, rows: layer.outputs, columns: layer.inputs, into: memory + layer.byInput,
              stride: layer.outputStride)
          }
          (memory + layer.bias).update(from: source + layer.parameters.biases, count: layer.outputs)
        }
      }
    }
  }

  // MARK: Forward

  /// Computes the outputs of a batch.
  ///
  /// - Parameters:
  ///   - inputs: Rows of `shape.inputs` numbers, of which `rows` are taken from the row `start` on.
  ///   - outputs: Receives `rows` rows of `shape.outputs` numbers, from `offset` on.
  public mutating func forward(
    _ inputs: [Float], from start: Int = 0, rows: Int, into outputs: inout [Float], at offset: Int = 0
  ) {
    let first = layers[0]
    precondition(
      start >= 0 && rows >= 0 && (start + rows) * first.inputs <= inputs.count,
      "no \(rows) rows of \(first.inputs) from row \(start) on among \(inputs.count) inputs")
    begin(rows: rows)
    inputs.withUnsafeBufferPointer { buffer in
      guard let source = buffer.baseAddress else { return }
      memory.withMutablePointer {
        copyPadded(
          source + start * first.inputs, rows: rows, columns: first.inputs, into: $0 + first.input,
          stride: first.inputStride)
      }
    }
    propagate(from: 0)
    copyOutputs(into: &outputs, at: offset)
  }

  /// Computes the outputs of chosen rows, as a minibatch picks them from a rollout.
  ///
  /// - Parameters:
  ///   - inputs: Rows of `shape.inputs` numbers.
  ///   - chosen: The number of each row; a row may come more than once.
  ///   - outputs: Receives `chosen.count` rows of `shape.outputs` numbers, from `offset` on.
  public mutating func forward(
    _ inputs: [Float], choosing chosen: ArraySlice<Int>, into outputs: inout [Float], at offset: Int = 0
  ) {
    begin(rows: chosen.count)
    let first = layers[0]
    let available = inputs.count / first.inputs
    inputs.withUnsafeBufferPointer { buffer in
      guard let source = buffer.baseAddress else { return }
      memory.withMutablePointer { memory in
        var target = memory + first.input
        for row in chosen {
          precondition(row >= 0 && row < available, "row \(row) is not in [0, \(available))")
          copyPadded(
            source + row * first.inputs, rows: 1, columns: first.inputs, into: target,
            stride: first.inputStride)
          target += first.inputStride
        }
      }
    }
    propagate(from: 0)
    copyOutputs(into: &outputs, at: offset)
  }

  /// Computes the outputs for state numbers, each standing for the one-hot vector that is never built: the first layer
  /// picks a column of its weights.
  ///
  /// - Parameters:
  ///   - chosen: One for each row, in `[0, shape.inputs)`.
  ///   - outputs: Receives `chosen.count` rows of `shape.outputs` numbers, from `offset` on.
  public mutating func forward(
    states chosen: ArraySlice<Int>, into outputs: inout [Float], at offset: Int = 0
  ) {
    begin(rows: chosen.count)
    hasStates = true
    states.removeAll(keepingCapacity: true)
    for state in chosen {
      precondition(state >= 0 && state < shape.inputs, "state \(state) is not in [0, \(shape.inputs))")
      states.append(state)
    }
    let first = layers[0]
    memory.withMutablePointer { memory in
      first.pickColumns(memory, states: states, into: memory + first.output)
      first.activation.apply(memory + first.output, count: states.count * first.outputStride)
    }
    propagate(from: 1)
    copyOutputs(into: &outputs, at: offset)
  }

  private mutating func begin(rows count: Int) {
    reserve(rows: count)
    rows = count
    hasStates = false
  }

  private mutating func propagate(from start: Int) {
    let (layers, rows) = (layers, rows)
    memory.withMutablePointer { memory in
      for layer in layers[start...] { layer.forward(memory, rows: rows) }
    }
  }

  private func copyOutputs(into outputs: inout [Float], at offset: Int) {
    let last = layers[layers.count - 1]
    precondition(
      offset >= 0 && offset + rows * last.outputs <= outputs.count,
      "\(rows) rows of \(last.outputs) outputs do not fit at \(offset) into \(outputs.count) numbers")
    memory.withPointer { memory in
      outputs.withUnsafeMutableBufferPointer { buffer in
        guard let target = buffer.baseAddress else { return }
        for row in 0..<rows {
          (target + offset + row * last.outputs)
            .update(from: memory + last.output + row * last.outputStride, count: last.outputs)
        }
      }
    }
  }

  /// Copies what went into the last layer in the last forward pass: the last hidden layer, or the inputs where there is none.
  ///
  /// - Parameter inputs: Receives `rows` rows of as many numbers; a network of one layer must not have been given states.
  public func copyLastInputs(into inputs: inout [Float]) {
    let last = layers[layers.count - 1]
    precondition(layers.count > 1 || !hasStates, "the one-hot inputs of a single layer are never built")
    precondition(inputs.count >= rows * last.inputs, "\(inputs.count) numbers for \(rows) rows of \(last.inputs)")
    memory.withPointer { memory in
      inputs.withUnsafeMutableBufferPointer { buffer in
        guard let target = buffer.baseAddress else { return }
        for row in 0..<rows {
          (target + row * last.inputs).update(from: memory + last.input + row * last.inputStride, count: last.inputs)
        }
      }
    }
  }

  // MARK: Backward

  /// Adds the gradient of a loss with respect to the parameters, for the batch of the last forward pass.
  ///
  ///     δ_L = ∂loss/∂output
  ///     ∂loss/∂W_l = Σ_rows δ_l y_{l−1}ᵀ,   ∂loss/∂b_l = Σ_rows δ_l
  ///     δ_{l−1} = (W_lᵀ δ_l) ⊙ f′(z_{l−1})
  ///
  /// Rumelhart, Hinton & Williams, Nature 323 (1986).
  ///
  /// - Parameters:
  ///   - outputGradients: `rows` rows of `shape.outputs` numbers; what follows them is not read.
  ///   - gradients: `shape.parameterCount` numbers from `offset` on, to which the sums are added.
  public mutating func backward(
    _ outputGradients: [Float], into gradients: inout [Float], at offset: Int = 0
  ) {
    backward(outputGradients, into: &gradients, at: offset, inputGradients: nil)
  }

  /// The same, and sets the gradient with respect to the inputs: `∂loss/∂x = W₁ᵀ δ₁`.
  ///
  /// - Parameters:
  ///   - outputGradients: `rows` rows of `shape.outputs` numbers; what follows them is not read.
  ///   - gradients: `shape.parameterCount` numbers from `offset` on, to which the sums are added.
  ///   - inputGradients: Receives `rows` rows of `shape.inputs` numbers.
  public mutating func backward(
    _ outputGradients: [Float], into gradients: inout [Float], at offset: Int = 0,
    inputGradients: inout [Float]
  ) {
    precondition(
      inputGradients.count >= rows * shape.inputs,
      "\(inputGradients.count) input gradients are not \(rows) rows of \(shape.inputs)")
    inputGradients.withUnsafeMutableBufferPointer {
      backward(outputGradients, into: &gradients, at: offset, inputGradients: $0.baseAddress)
    }
  }

  private mutating func backward(
    _ outputGradients: [Float], into gradients: inout [Float], at offset: Int,
    inputGradients: UnsafeMutablePointer<Float>?
  ) {
    precondition(
      outputGradients.count >= rows * shape.outputs,
      "\(outputGradients.count) gradients are not \(rows) rows of \(shape.outputs)")
    let count = shape.parameterCount
    precondition(
      offset >= 0 && offset + count <= gradients.count,
      "\(count) gradients do not fit at \(offset) into \(gradients.count) numbers")
    let (layers, rows, deltas, hasStates) = (layers, rows, deltas, hasStates)
    guard rows > 0 else { return }
    let last = layers[layers.count - 1]
    memory.withMutablePointer { memory in
      outputGradients.withUnsafeBufferPointer {
        copyPadded(
          $0.baseAddress!, rows: rows, columns: last.outputs, into: memory + deltas.0,
          stride: last.outputStride)
      }
      gradients.withUnsafeMutableBufferPointer { buffer in
        let target = buffer.baseAddress! + offset
        var (current, next) = (memory + deltas.0, memory + deltas.1)
        for l in layers.indices.reversed() {
          let layer = layers[l]
          if l == 0 && hasStates {
            layer.addStateGradients(current, states: states, into: target)
          } else {
            layer.addParameterGradients(current, memory, rows: rows, into: target)
          }
          if l > 0 {
            layer.pullBack(
              current, memory, rows: rows, through: layers[l - 1].activation, into: next)
            swap(&current, &next)
          } else if let inputGradients {
            layer.inputGradients(current, memory, rows: rows, into: inputGradients)
          }
        }
      }
    }
  }
}

extension MultilayerPerceptron.Layer {
  /// `y = f(W x + b)` for each row.
  func forward(_ memory: UnsafeMutablePointer<Float>, rows: Int) {
    affine(memory, memory + input, rows: rows, into: memory + output)
    activation.apply(memory + output, count: rows * outputStride)
  }

  /// `z = W x + b` for each row, or `z = W x`.
  func affine(
    _ memory: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int,
    into z: UnsafeMutablePointer<Float>, addsBias: Bool = true
  ) {
    let offset = addsBias ? memory + bias : nil
    if isNarrow {
      multiplyNarrow(
        x, stride: inputStride, rows: rows, memory + byOutput, outputs: outputs, offset: offset,
        into: z, yStride: outputStride)
    } else {
      multiply(
        x, xStride: inputStride, rows: rows, depth: inputs, memory + byInput, width: outputStride,
        offset: offset, into: z
      ) { sums, _ in sums }
    }
  }

  /// `z = W x + b` where each x is a one-hot vector: a column of W, and b.
  func pickColumns(
    _ memory: UnsafePointer<Float>, states: [Int], into z: UnsafeMutablePointer<Float>
  ) {
    for row in states.indices {
      let output = z + row * outputStride
      if isNarrow {
        let column = memory + byOutput + states[row]
        for k in 0..<outputs { output[k] = memory[bias + k] + column[k * inputStride] }
      } else {
        let column = memory + byInput + states[row] * outputStride
        var k = 0
        while k < outputStride {
          storeLanes(loadLanes(memory + bias + k) + loadLanes(column + k), output + k)
          k += laneCount
        }
      }
    }
  }

  /// `∂W += Σ δ xᵀ`, `∂b += Σ δ`.
  func addParameterGradients(
    _ delta: UnsafePointer<Float>, _ memory: UnsafePointer<Float>, rows: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    let x = memory + input
    let weights = target + parameters.weights
    if inputs < laneCount && inputs < outputs {
      addOuterProducts(
        x, leftStride: inputStride, leftCount: inputs,
        delta, rightStride: outputStride, rightCount: outputs, rows: rows,
        into: weights, leftStep: 1, rightStep: inputs)
    } else {
      addOuterProducts(
        delta, leftStride: outputStride, leftCount: outputs,
        x, rightStride: inputStride, rightCount: inputs, rows: rows,
        into: weights, leftStep: inputs, rightStep: 1)
    }
    addColumnSums(delta, stride: outputStride, count: outputs, rows: rows, into: target + parameters.biases)
  }

  /// The same for one-hot inputs: each row adds its δ to the column of its state.
  func addStateGradients(
    _ delta: UnsafePointer<Float>, states: [Int], into target: UnsafeMutablePointer<Float>
  ) {
    for row in states.indices {
      let d = delta + row * outputStride
      let column = target + parameters.weights + states[row]
      for k in 0..<outputs { column[k * inputs] += d[k] }
    }
    addColumnSums(
      delta, stride: outputStride, count: outputs, rows: states.count, into: target + parameters.biases)
  }

  /// `δ_{l−1} = (Wᵀ δ_l) ⊙ f′(z_{l−1})`, f the function behind this layer's input.
  func pullBack(
    _ delta: UnsafePointer<Float>, _ memory: UnsafePointer<Float>, rows: Int,
    through activation: Activation, into result: UnsafeMutablePointer<Float>
  ) {
    let values = memory + input
    multiply(
      delta, xStride: outputStride, rows: rows, depth: outputs, memory + byOutput, width: inputStride,
      offset: nil, into: result
    ) { sums, place in activation.pullBack(sums, value: loadLanes(values + place)) }
  }

  /// `∂x = Wᵀ δ`, without gaps between the rows.
  func inputGradients(
    _ delta: UnsafePointer<Float>, _ memory: UnsafePointer<Float>, rows: Int,
    into result: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows {
      for k in 0..<inputs {
        var sum: Float = 0
        for j in 0..<outputs { sum += memory[byOutput + j * inputStride + k] * delta[row * outputStride + j] }
        result[row * inputs + k] = sum
      }
    }
  }
}
