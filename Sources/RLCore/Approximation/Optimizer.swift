/// A rule that moves parameters against a gradient.
///
/// Its numbers follow torch's optimizers of the same name. The learning rate is an argument of each step, because it may follow
/// a schedule.
public protocol Optimizer<Scalar>: Sendable, Checkpointable {
  /// The type of a parameter: `Float` for networks, `Double` for tables.
  associatedtype Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable

  /// Moves the parameters by one step.
  ///
  /// - Parameters:
  ///   - parameters: As many numbers as the optimizer was made for.
  ///   - gradients: As many again; the loss falls against them.
  ///   - learningRate: The step size η, not negative.
  mutating func step(_ parameters: inout [Scalar], gradients: [Scalar], learningRate: Double)

  /// All that a later step depends on, to be stored in a checkpoint and set again. Setting the state of another optimizer
  /// is a programming error.
  var state: OptimizerState<Scalar> { get set }
}

/// What an optimizer remembers between steps.
public struct OptimizerState<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable>: Sendable, Equatable {
  /// The number of steps taken.
  public var steps: Int

  /// The running averages, each with a number for each parameter, in the order that the optimizer's documentation names.
  public var averages: [[Scalar]]

  /// A state from its parts.
  public init(steps: Int, averages: [[Scalar]]) {
    self.steps = steps
    self.averages = averages
  }
}

extension OptimizerState {
  /// The averages, if they are `number` arrays of `count`.
  @usableFromInline
  func checked(_ number: Int, count: Int) -> [[Scalar]] {
    precondition(
      averages.count == number && averages.allSatisfy { $0.count == count },
      "a state with averages of \(averages.map(\.count)) numbers for an optimizer with \(number) of \(count)")
    return averages
  }
}

extension Optimizer {
  /// Appends the steps and the averages.
  public func save(to writer: inout StateWriter) {
    let state = state
    writer.write(state.steps)
    for average in state.averages { writer.write(average) }
  }

  /// Takes up the steps and the averages.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    var restored = state
    restored.steps = try reader.integer()
    guard restored.steps >= 0 else { throw StateError("an optimizer cannot have taken \(restored.steps) steps") }
    for k in restored.averages.indices {
      let average = try reader.list(of: 0 as Scalar)
      guard average.count == restored.averages[k].count else {
        throw StateError("\(average.count) averages for an optimizer of \(restored.averages[k].count)")
      }
      restored.averages[k] = average
    }
    state = restored
  }
}

@inlinable
func checkCounts<Scalar>(_ parameters: [Scalar], _ gradients: [Scalar], _ count: Int) {
  precondition(
    parameters.count == count && gradients.count == count,
    "\(parameters.count) parameters and \(gradients.count) gradients for an optimizer of \(count)")
}

/// The Euclidean norm, summed in double precision in eight interleaved sums.
@inlinable
public func globalNorm<Scalar: BinaryFloatingPoint>(_ gradients: [Scalar]) -> Double {
  gradients.withUnsafeBufferPointer { g in
    var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
    var (e, f, h, i) = (0.0, 0.0, 0.0, 0.0)
    var k = 0
    while k + 8 <= g.count {
      let (x0, x1, x2, x3) = (Double(g[k]), Double(g[k + 1]), Double(g[k + 2]), Double(g[k + 3]))
      let (x4, x5, x6, x7) = (Double(g[k + 4]), Double(g[k + 5]), Double(g[k + 6]), Double(g[k + 7]))
      a += x0 * x0
      b += x1 * x1
      c += x2 * x2
      d += x3 * x3
      e += x4 * x4
      f += x5 * x5
      h += x6 * x6
      i += x7 * x7
      k += 8
    }
    while k < g.count {
      a += Double(g[k]) * Double(g[k])
      k += 1
    }
    return ((a + e) + (c + h) + ((b + f) + (d + i))).squareRoot()
  }
}

/// Scales a gradient down where its norm exceeds `maximum`, as torch's `clip_grad_norm_` does:
///
///     g ← g · min(1, maximum / (‖g‖ + 10⁻⁶))
///
/// A norm that is not finite leaves the gradient as it is; it is the caller's to report (the returned norm says so).
///
/// - Parameter maximum: Positive; infinity never clips.
/// - Returns: The norm before scaling.
@inlinable
@discardableResult
public func clipGlobalNorm<Scalar: BinaryFloatingPoint>(_ gradients: inout [Scalar], maximum: Double) -> Double {
  precondition(maximum > 0, "the largest norm \(maximum) must be positive")
  let norm = globalNorm(gradients)
  let factor = maximum / (norm + 1e-6)
  if factor < 1 && norm.isFinite {
    let scale = Scalar(factor)
    gradients.withUnsafeMutableBufferPointer { g in
      for k in g.indices { g[k] *= scale }
    }
  }
  return norm
}
