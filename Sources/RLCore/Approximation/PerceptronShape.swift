/// The layers of a multi-layer perceptron, and where each one's parameters lie in a flat vector.
///
/// A layer with `n` inputs and `m` outputs takes `m·n` weights, row by row (one row an output), then `m` biases: the order of
/// torch's `parameters()` for a `Sequential` of `Linear` layers.
public struct PerceptronShape: Sendable, Equatable {
  /// The number of inputs, of each hidden layer's units, and of outputs. At least two positive numbers.
  public let widths: [Int]

  /// The function behind every layer but the last, which stays linear.
  public let activation: Activation

  /// - Parameters:
  ///   - inputs: The number of features, positive.
  ///   - hidden: The widths of the hidden layers, each positive; none makes a linear model.
  ///   - outputs: The number of outputs, positive.
  public init(inputs: Int, hidden: [Int], outputs: Int, activation: Activation = .tanh) {
    widths = [inputs] + hidden + [outputs]
    precondition(widths.allSatisfy { $0 > 0 }, "the widths \(widths) must be positive")
    self.activation = activation
  }

  /// The number of features.
  public var inputs: Int { widths[0] }

  /// The number of outputs.
  public var outputs: Int { widths[widths.count - 1] }

  /// The number of linear maps: one more than hidden layers.
  public var layerCount: Int { widths.count - 1 }

  /// The number of parameters.
  public var parameterCount: Int {
    (0..<layerCount).reduce(0) { $0 + (widths[$1] + 1) * widths[$1 + 1] }
  }

  /// Where the weights of a layer lie: `widths[layer + 1]` rows of `widths[layer]` numbers.
  ///
  /// - Parameter layer: In `[0, layerCount)`.
  public func weights(_ layer: Int) -> Range<Int> {
    precondition(layer >= 0 && layer < layerCount, "layer \(layer) is not in [0, \(layerCount))")
    let start = (0..<layer).reduce(0) { $0 + (widths[$1] + 1) * widths[$1 + 1] }
    return start..<start + widths[layer] * widths[layer + 1]
  }

  /// Where the biases of a layer lie: `widths[layer + 1]` numbers.
  ///
  /// - Parameter layer: In `[0, layerCount)`.
  public func biases(_ layer: Int) -> Range<Int> {
    let start = weights(layer).upperBound
    return start..<start + widths[layer + 1]
  }

  /// Multiplications and additions of a forward pass, per row: two for each weight. A backward pass takes twice as many, less those for
  /// the gradient of the inputs.
  public var forwardOperations: Int {
    (0..<layerCount).reduce(0) { $0 + 2 * widths[$1] * widths[$1 + 1] }
  }
}
