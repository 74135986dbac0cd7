/// Networks that share one flat vector of parameters and one of gradients: a policy, and a critic beside it, and numbers that
/// belong to no network, such as a free log standard deviation.
///
/// Parameters change only through `update`, which hands the new ones to the networks: a network never computes with stale
/// weights. The bundle is a value; a copy (a target network, a reference policy) shares nothing with the original that
/// either could write to.
public struct NetworkBundle: Sendable {
  /// The networks, in the order of their shapes.
  public private(set) var networks: [MultilayerPerceptron]

  /// The parameters: network by network (see `PerceptronShape`), then the free ones.
  public private(set) var parameters: [Float]

  /// The gradient of a loss with respect to `parameters`, summed up by `backward`.
  public var gradients: [Float]

  /// Where each network's parameters lie.
  public let ranges: [Range<Int>]

  /// Where the parameters lie that belong to no network.
  public let freeParameters: Range<Int>

  /// Networks whose parameters are all zero.
  ///
  /// - Parameters:
  ///   - freeParameterCount: How many parameters belong to no network.
  ///   - capacity: The number of rows to reserve memory for.
  public init(_ shapes: [PerceptronShape], freeParameterCount: Int = 0, capacity: Int = 1) {
    precondition(freeParameterCount >= 0, "the number of free parameters \(freeParameterCount) is negative")
    var ranges: [Range<Int>] = []
    var end = 0
    for shape in shapes {
      ranges.append(end..<end + shape.parameterCount)
      end += shape.parameterCount
    }
    self.ranges = ranges
    freeParameters = end..<end + freeParameterCount
    parameters = [Float](repeating: 0, count: freeParameters.upperBound)
    gradients = parameters
    networks = shapes.map { MultilayerPerceptron(shape: $0, capacity: capacity) }
  }

  /// Sets all the parameters of a network.
  ///
  /// - Parameters:
  ///   - network: In `[0, networks.count)`.
  ///   - stream: See `WeightInitialization.apply`.
  public mutating func initialize(
    _ network: Int, _ initialization: WeightInitialization, using stream: inout RandomStream
  ) {
    let shape = networks[network].shape
    initialization.apply(to: &parameters, at: ranges[network].lowerBound, shape: shape, using: &stream)
    reload(network)
  }

  /// Sets the weights of some outputs to an orthogonal matrix times `gain` and their biases to 0: the heads of a network
  /// that serves policy and value together start with gains of their own.
  ///
  /// - Parameter outputs: Within `[0, shape.outputs)`.
  public mutating func initializeOutputs(
    _ network: Int, _ outputs: Range<Int>, gain: Float, using stream: inout RandomStream
  ) {
    let shape = networks[network].shape
    precondition(
      outputs.lowerBound >= 0 && outputs.upperBound <= shape.outputs && !outputs.isEmpty,
      "the outputs \(outputs) are not within [0, \(shape.outputs))")
    let inputs = shape.widths[shape.layerCount - 1]
    let weights = ranges[network].lowerBound + shape.weights(shape.layerCount - 1).lowerBound
    let biases = ranges[network].lowerBound + shape.biases(shape.layerCount - 1).lowerBound
    let matrix = orthogonalMatrix(rows: outputs.count, columns: inputs, using: &stream)
    for k in matrix.indices { parameters[weights + outputs.lowerBound * inputs + k] = gain * Float(matrix[k]) }
    for k in outputs { parameters[biases + k] = 0 }
    reload(network)
  }

  /// Changes the parameters.
  ///
  /// - Parameter change: Receives the parameters and the gradients: `{ optimizer.step(&$0, gradients: $1, ...) }`.
  public mutating func update<Result>(
    _ change: (inout [Float], inout [Float]) throws -> Result
  ) rethrows -> Result {
    let count = parameters.count
    defer {
      precondition(parameters.count == count, "\(parameters.count) parameters for networks of \(count)")
      for network in networks.indices { reload(network) }
    }
    return try change(&parameters, &gradients)
  }

  /// Sets the gradients to zero.
  public mutating func zeroGradients() {
    for k in gradients.indices { gradients[k] = 0 }
  }

  /// Runs a network; see `MultilayerPerceptron.forward`.
  public mutating func forward(
    _ network: Int, _ inputs: [Float], from start: Int = 0, rows: Int, into outputs: inout [Float],
    at offset: Int = 0
  ) {
    networks[network].forward(inputs, from: start, rows: rows, into: &outputs, at: offset)
  }

  /// Runs a network on chosen rows; see `MultilayerPerceptron.forward`.
  public mutating func forward(
    _ network: Int, _ inputs: [Float], choosing chosen: ArraySlice<Int>, into outputs: inout [Float],
    at offset: Int = 0
  ) {
    networks[network].forward(inputs, choosing: chosen, into: &outputs, at: offset)
  }

  /// Runs a network on state numbers; see `MultilayerPerceptron.forward`.
  public mutating func forward(
    _ network: Int, states: ArraySlice<Int>, into outputs: inout [Float], at offset: Int = 0
  ) {
    networks[network].forward(states: states, into: &outputs, at: offset)
  }

  /// Adds to `gradients` what the last batch of a network contributes; see `MultilayerPerceptron.backward`.
  public mutating func backward(_ network: Int, _ outputGradients: [Float]) {
    networks[network].backward(outputGradients, into: &gradients, at: ranges[network].lowerBound)
  }

  /// Adds to the gradients of the free parameters.
  ///
  /// - Parameter values: As many numbers as there are free parameters.
  public mutating func addFreeGradients(_ values: [Float]) {
    precondition(
      values.count == freeParameters.count,
      "\(values.count) gradients for \(freeParameters.count) free parameters")
    for k in values.indices { gradients[freeParameters.lowerBound + k] += values[k] }
  }

  private mutating func reload(_ network: Int) {
    networks[network].load(parameters, at: ranges[network].lowerBound)
  }
}

extension NetworkBundle: Checkpointable {
  /// Appends the parameters. Gradients are summed up anew by each update.
  public func save(to writer: inout StateWriter) { writer.write(parameters) }

  /// Takes up the parameters.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    let restored = try reader.list(of: 0 as Float)
    guard restored.count == parameters.count else {
      throw StateError("\(restored.count) parameters for networks of \(parameters.count)")
    }
    parameters = restored
    for network in networks.indices { reload(network) }
  }
}
