import Foundation
import RLCore
import Testing

/// `Fixtures/policy/optimisers.json`: torch 2.13 in double precision.
@Suite struct OptimizerTests {
  struct Fixture: Decodable {
    struct Case: Decodable {
      struct Arguments: Decodable {
        let lr: Double
        let eps: Double?
        let weight_decay: Double?
        let momentum: Double?
      }
      let optimiser: String
      let arguments: Arguments
      let initial: [Double]
      let gradients: [[Double]]
      let parameters_after_each_step: [[Double]]
    }
    let cases: [Case]
  }

  static let cases: [Fixture.Case] = {
    let url = Bundle.module.url(forResource: "Fixtures/policy/optimisers", withExtension: "json")!
    return try! JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url)).cases
  }()

  private func make<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable>(
    _ entry: Fixture.Case
  ) -> (any Optimizer<Scalar>)? {
    let count = entry.initial.count
    switch entry.optimiser {
    case "Adam": return Adam<Scalar>(count: count, epsilon: entry.arguments.eps ?? 1e-8)
    case "AdamW": return Adam<Scalar>(count: count, weightDecay: .decoupled(entry.arguments.weight_decay!))
    case "SGD": return SGD<Scalar>(count: count, momentum: entry.arguments.momentum!)
    default: return nil
    }
  }

  private func worst<Scalar: BinaryFloatingPoint & BitwiseCopyable & Sendable>(
    _ entry: Fixture.Case, _: Scalar.Type
  ) throws -> Double {
    var optimizer: any Optimizer<Scalar> = try #require(make(entry))
    var parameters = entry.initial.map { Scalar($0) }
    var worst = 0.0
    for (gradients, expected) in zip(entry.gradients, entry.parameters_after_each_step) {
      optimizer.step(&parameters, gradients: gradients.map { Scalar($0) }, learningRate: entry.arguments.lr)
      for (a, b) in zip(parameters, expected) { worst = max(worst, abs(Double(a) - b) / max(abs(b), 1e-3)) }
    }
    return worst
  }

  @Test func matchTorch() throws {
    #expect(Self.cases.count == 4)
    for entry in Self.cases {
      #expect(try worst(entry, Double.self) < 1e-10)
      #expect(try worst(entry, Float.self) < 2e-5)
    }
  }

  /// Plain descent: 1 − 0.1·2 = 0.8. Nesterov: b = 2, 1 − 0.1·(2 + 0.5·2) = 0.7, then b = 0.5·2 + 4 = 5, 0.7 − 0.1·(4 + 2.5) = 0.05.
  @Test func gradientDescentByHand() {
    var plain = SGD<Double>(count: 1)
    var x = [1.0]
    plain.step(&x, gradients: [2], learningRate: 0.1)
    #expect(abs(x[0] - 0.8) < 1e-15)
    var nesterov = SGD<Double>(count: 1, momentum: 0.5, isNesterov: true)
    x = [1]
    nesterov.step(&x, gradients: [2], learningRate: 0.1)
    #expect(abs(x[0] - 0.7) < 1e-15)
    nesterov.step(&x, gradients: [4], learningRate: 0.1)
    #expect(abs(x[0] - 0.05) < 1e-15)
  }

  /// α = 0.75, η = 0.1, g = 2 and then 1.
  /// torch, ε = 1: v = 1, d = 2/(1 + 1) = 1; then v = 0.75 + 0.25 = 1, d = 1/2; with μ = 0.5, b = 1 and then 1.
  /// tensorflow-like, ε = 1: v = 0.75 + 1 = 1.75, d = 2/√2.75; then v = 1.5625, d = 1/√2.5625.
  @Test func rootMeanSquareByHand() {
    var torch = RMSProp<Double>(count: 1, alpha: 0.75, epsilon: 1)
    var momentum = RMSProp<Double>(count: 1, alpha: 0.75, epsilon: 1, momentum: 0.5)
    var tensorflow = RMSProp<Double>(count: 1, alpha: 0.75, epsilon: 1, form: .tensorflow)
    var (x, y, z) = ([1.0], [1.0], [1.0])
    for (g, expected) in [
      (2.0, (0.9, 0.9, 1 - 0.2 / 2.75.squareRoot())),
      (1.0, (0.85, 0.8, 1 - 0.2 / 2.75.squareRoot() - 0.1 / 2.5625.squareRoot())),
    ] {
      torch.step(&x, gradients: [g], learningRate: 0.1)
      momentum.step(&y, gradients: [g], learningRate: 0.1)
      tensorflow.step(&z, gradients: [g], learningRate: 0.1)
      #expect(abs(x[0] - expected.0) < 1e-14)
      #expect(abs(y[0] - expected.1) < 1e-14)
      #expect(abs(z[0] - expected.2) < 1e-14)
    }
  }

  /// torch's Adam with weight decay sees the gradient g + λθ.
  @Test func decayInTheGradient() {
    var decayed = Adam<Double>(count: 1, weightDecay: .gradient(0.5))
    var plain = Adam<Double>(count: 1)
    var (a, b) = ([2.0], [2.0])
    for g in [1.0, -3, 0.5] {
      plain.step(&b, gradients: [g + 0.5 * b[0]], learningRate: 0.1)
      decayed.step(&a, gradients: [g], learningRate: 0.1)
      #expect(abs(a[0] - b[0]) < 1e-14)
    }
  }

  private static let kinds: [any Optimizer<Float>] = [
    SGD(count: 5), SGD(count: 5, momentum: 0.9, isNesterov: true), Adam(count: 5),
    RMSProp(count: 5), RMSProp(count: 5, momentum: 0.9, form: .tensorflow),
  ]

  /// Six steps are three steps, a checkpoint, and three steps of another optimizer of the same settings.
  @Test(arguments: 0..<5) func checkpointsGoOn(kind: Int) throws {
    var stream = RandomStream(seed: 3)
    let gradients = (0..<6).map { _ in normals(5, &stream) }
    var whole = Self.kinds[kind]
    var x = normals(5, &stream)
    var y = x
    for g in gradients { whole.step(&x, gradients: g, learningRate: 0.1) }
    var first = Self.kinds[kind]
    for g in gradients[..<3] { first.step(&y, gradients: g, learningRate: 0.1) }
    var writer = StateWriter()
    first.save(to: &writer)
    var second = Self.kinds[kind]
    var reader = StateReader(writer.bytes)
    try second.restore(from: &reader)
    #expect(reader.isAtEnd)
    for g in gradients[3...] { second.step(&y, gradients: g, learningRate: 0.1) }
    #expect(x == y)
    #expect(second.state.steps == 6)
    var third = Self.kinds[kind]
    var broken = StateReader(Array(writer.bytes.dropLast(1)))
    #expect(throws: StateError.self) { try third.restore(from: &broken) }
  }

  /// The two cases of the fixture, whose numbers are torch's.
  @Test func clippingMatchesTorch() {
    var gradients = [
      -2.2250240757091375, 0.3909226680969286, 2.481364049906358, -3.135229079547484, -1.2744890335607886,
      -1.5100795610580346, 0.17464160816807514,
    ]
    let clipped = [
      -0.2223887787073447, 0.03907230293649069, 0.24800968520356914, -0.31336279619630636,
      -0.1273838169859601, -0.1509308384573721, 0.01745524211445069,
    ]
    #expect(abs(clipGlobalNorm(&gradients, maximum: 0.5) - 5.002553734646) < 1e-10)
    for (a, b) in zip(gradients, clipped) { #expect(abs(a - b) < 1e-10) }
    var small = [1.0820666242767671, -1.0798350062487068]
    #expect(abs(clipGlobalNorm(&small, maximum: 100) - 1.5286961176420455) < 1e-10)
    #expect(small == [1.0820666242767671, -1.0798350062487068])
    var endless: [Float] = [1, .infinity]
    #expect(clipGlobalNorm(&endless, maximum: 1) == .infinity && endless == [1, .infinity])
    var absent: [Float] = [1, .nan]
    #expect(clipGlobalNorm(&absent, maximum: 1).isNaN && absent[0] == 1)
  }

  /// A norm over more than one block of eight: √(1² + … + 21²) = √3311.
  @Test func normsSumEverything() {
    #expect(abs(globalNorm((1...21).map(Float.init)) - 3311.0.squareRoot()) < 1e-12)
  }
}
