import Foundation
import RLCore
import Testing

/// `Fixtures/policy/basics.json`: torch 2.13 in double precision.
private struct Basics: Decodable {
  struct Softmax: Decodable {
    let logits: [[Double]]
    let targets: [Int]
    let log_softmax: [[Double]]
    let cross_entropy: Double
    let grad_cross_entropy: [[Double]]
    let entropy: [Double]
    let grad_mean_entropy: [[Double]]
    let other_logits: [[Double]]
    let kl_from_other: [Double]
  }
  struct Gaussian: Decodable {
    let mean: [Double]
    let log_std: [Double]
    let x: [Double]
    let log_prob: [Double]
    let entropy: [Double]
    let grad_sum_log_prob_mean: [Double]
    let grad_sum_log_prob_log_std: [Double]
  }
  let softmax: [Softmax]
  let gaussian: [Gaussian]

  static let shared: Basics = {
    let url = Bundle.module.url(forResource: "Fixtures/policy/basics", withExtension: "json")!
    return try! JSONDecoder().decode(Basics.self, from: Data(contentsOf: url))
  }()
}

private func close(_ a: Double, _ b: Double, _ tolerance: Double = 1e-10) -> Bool {
  abs(a - b) <= tolerance * max(1, abs(b))
}

/// Central differences of a function, at each argument: with h = 1e-5 the error is about 1e-10.
private func slopes(_ x: [Double], _ f: ([Double]) -> Double) -> [Double] {
  x.indices.map { k in
    var (above, below) = (x, x)
    above[k] += 1e-5
    below[k] -= 1e-5
    return (f(above) - f(below)) / 2e-5
  }
}

extension CategoricalHead {
  fileprivate init<Scalar: BinaryFloatingPoint>(_ logits: [Scalar], actions: Int) {
    self.init(actions: actions)
    evaluate(logits, rows: logits.count / actions)
  }
}

extension GaussianHead {
  fileprivate init<Scalar: BinaryFloatingPoint>(_ means: [Scalar], _ logDeviations: [Scalar]) {
    self.init(dimensions: logDeviations.count)
    evaluate(means, rows: means.count / dimensions, logDeviations: logDeviations)
  }
}

@Suite struct CategoricalHeadTests {
  @Test func matchesTorch() {
    #expect(Basics.shared.softmax.count == 2)
    for entry in Basics.shared.softmax {
      let (rows, actions) = (entry.logits.count, entry.logits[0].count)
      let head = CategoricalHead(entry.logits.flatMap { $0 }, actions: actions)
      let single = CategoricalHead(entry.logits.flatMap { $0.map { Float($0) } }, actions: actions)
      let other = CategoricalHead(entry.other_logits.flatMap { $0 }, actions: actions)
      var crossEntropy = 0.0
      for row in 0..<rows {
        for k in 0..<actions { #expect(close(head.logProbability(k, row: row), entry.log_softmax[row][k])) }
        for k in 0..<actions { #expect(close(single.logProbability(k, row: row), entry.log_softmax[row][k], 2e-5)) }
        #expect(close(head.entropy(row: row), entry.entropy[row]))
        #expect(close(head.divergence(from: other, row: row), klOfOther(head, other, row)))
        #expect(close(other.divergence(from: head, row: row), entry.kl_from_other[row]))
        crossEntropy -= head.logProbability(entry.targets[row], row: row) / Double(rows)
      }
      // Rows as networks have them, with a number behind the logits' that is not theirs.
      func gradients<Scalar: BinaryFloatingPoint>(
        _ head: CategoricalHead, _ weight: Double, entropy: Double = 0, as type: Scalar.Type
      ) -> [Double] {
        var result = [Scalar](repeating: 7, count: rows * (actions + 1))
        head.setGradients(
          &result, stride: actions + 1, actions: entry.targets.map { Int32($0) },
          logProbability: [Double](repeating: weight, count: rows), entropies: (0..<rows).map { head.entropy(row: $0) },
          entropy: entropy)
        for row in 0..<rows { #expect(result[row * (actions + 1) + actions] == 7) }
        return result.indices.filter { $0 % (actions + 1) < actions }.map { Double(result[$0]) }
      }
      let weight = -1 / Double(rows)
      let doubles = gradients(head, weight, as: Double.self)
      let floats = gradients(single, weight, as: Float.self)
      let entropies = gradients(head, 0, entropy: 1 / Double(rows), as: Double.self)
      #expect(close(crossEntropy, entry.cross_entropy))
      for (k, expected) in entry.grad_cross_entropy.flatMap({ $0 }).enumerated() {
        #expect(close(doubles[k], expected))
        #expect(close(floats[k], expected, 2e-5))
      }
      for (k, expected) in entry.grad_mean_entropy.flatMap({ $0 }).enumerated() {
        #expect(close(entropies[k], expected))
      }
    }
  }

  private func klOfOther(_ head: CategoricalHead, _ other: CategoricalHead, _ row: Int) -> Double {
    (0..<head.actions).reduce(0) {
      let log = other.logProbability($1, row: row)
      return $0 + exp(log) * (log - head.logProbability($1, row: row))
    }
  }

  @Test func gradientsMatchDifferences() {
    let logits = [0.3, -0.2, 0.9, 2]
    let other = CategoricalHead([0.1, 0.5, -1, 0.7], actions: 4)
    func head(_ z: [Double]) -> CategoricalHead { CategoricalHead(z, actions: 4) }
    let own = head(logits)
    var gradient = [Double](repeating: 0, count: 4)
    own.addGradients(to: &gradient, row: 0, action: 2, logProbability: 1.5, entropy: -0.7)
    var expected = slopes(logits) { 1.5 * head($0).logProbability(2, row: 0) - 0.7 * head($0).entropy(row: 0) }
    for k in 0..<4 { #expect(abs(gradient[k] - expected[k]) < 1e-8) }

    gradient = [0, 0, 0, 0]
    own.addDivergenceGradient(to: &gradient, from: other, row: 0, weight: 2)
    expected = slopes(logits) { 2 * head($0).divergence(from: other, row: 0) }
    for k in 0..<4 { #expect(abs(gradient[k] - expected[k]) < 1e-8) }

    gradient = [0, 0, 0, 0]
    own.addReverseDivergenceGradient(to: &gradient, from: other, row: 0, weight: 3)
    expected = slopes(logits) { 3 * other.divergence(from: head($0), row: 0) }
    for k in 0..<4 { #expect(abs(gradient[k] - expected[k]) < 1e-8) }
  }

  /// θ = (.3, −.2, .9) against the uniform distribution: KL .0968590 with gradient (−.0672023, −.1292106, .1964129), and the gradient of the
  /// other direction (−.0416733, −.1564326, .1981059); computed by linear algebra elsewhere.
  @Test func divergencesFromTheUniform() {
    let head = CategoricalHead([0.3, -0.2, 0.9], actions: 3)
    let uniform = CategoricalHead([0.0, 0, 0], actions: 3)
    #expect(abs(uniform.divergence(from: head, row: 0) - 0.0968590) < 5e-8)
    var gradient = [0.0, 0, 0]
    head.addReverseDivergenceGradient(to: &gradient, from: uniform, row: 0, weight: 1)
    for (a, b) in zip(gradient, [-0.0672023, -0.1292106, 0.1964129]) { #expect(abs(a - b) < 5.1e-8) }
    gradient = [0, 0, 0]
    head.addDivergenceGradient(to: &gradient, from: uniform, row: 0, weight: 1)
    for (a, b) in zip(gradient, [-0.0416733, -0.1564326, 0.1981059]) { #expect(abs(a - b) < 5.1e-8) }
  }

  @Test func anActionThatIsRuledOutAddsNothing() {
    let masked = CategoricalHead([0.5, -Float.infinity, 1.5], actions: 3)
    let small = CategoricalHead([0.5, 1.5] as [Float], actions: 2)
    #expect(masked.logProbability(1, row: 0) == -.infinity)
    #expect(masked.entropy(row: 0) == small.entropy(row: 0))
    var (a, b) = ([0.0, 0, 0], [0.0, 0])
    masked.addGradients(to: &a, row: 0, action: 2, logProbability: 1, entropy: 1)
    small.addGradients(to: &b, row: 0, action: 1, logProbability: 1, entropy: 1)
    #expect(a == [b[0], 0, b[1]])
    #expect(masked.divergence(from: masked, row: 0) == 0)
    masked.addReverseDivergenceGradient(to: &a, from: masked, row: 0, weight: 1)
    #expect(a == [b[0], 0, b[1]])
    #expect(masked.mode(row: 0) == 2)
    var stream = RandomStream(seed: 1)
    for _ in 0..<100 { #expect(masked.sample(row: 0, using: &stream) != 1) }
  }

  /// Logits of any size, and a row of NaN, which must not trap.
  @Test func extremes() {
    let head = CategoricalHead([1000, -1000, 0, 0, .nan, 0] as [Float], actions: 2)
    #expect(head.logProbability(1, row: 0) == -2000 && head.entropy(row: 0) == 0)
    #expect(head.mode(row: 1) == 0)
    var stream = RandomStream(seed: 1)
    #expect(head.entropy(row: 2).isNaN)
    #expect((0..<2).contains(head.sample(row: 2, using: &stream)))
  }

  /// Shares of 40,000 draws within 4 standard errors.
  @Test func samplesHaveTheProbabilities() {
    let head = CategoricalHead([9, 9, 9, 9, 0.3, -1, 0.9, 0], actions: 4)
    var stream = RandomStream(seed: 5)
    var counts = [0.0, 0, 0, 0]
    for _ in 0..<40_000 { counts[head.sample(row: 1, using: &stream)] += 1 }
    for k in 0..<4 {
      let p = exp(head.logProbability(k, row: 1))
      #expect(abs(counts[k] / 40_000 - p) < 4 * (p * (1 - p) / 40_000).squareRoot())
    }
  }
}

@Suite struct GaussianHeadTests {
  @Test func matchesTorch() {
    #expect(Basics.shared.gaussian.count == 1)
    for entry in Basics.shared.gaussian {
      // Every entry as a distribution of its own, then all as one of several dimensions.
      let n = entry.mean.count
      for k in 0..<n {
        let head = GaussianHead([entry.mean[k]], [entry.log_std[k]])
        #expect(close(head.logProbability([entry.x[k]], row: 0), entry.log_prob[k]))
        #expect(close(head.entropy, entry.entropy[k]))
      }
      let head = GaussianHead(entry.mean, entry.log_std)
      #expect(close(head.logProbability(entry.x, row: 0), entry.log_prob.reduce(0, +)))
      var (means, deviations) = ([Double](repeating: 0, count: n), [Double](repeating: 0, count: n))
      head.setGradients(&means, at: 0, &deviations, row: 0, action: entry.x, logProbability: 1)
      for k in 0..<n {
        #expect(close(means[k], entry.grad_sum_log_prob_mean[k]))
        #expect(close(deviations[k], entry.grad_sum_log_prob_log_std[k]))
      }
      // The same in single precision.
      let single = GaussianHead(entry.mean.map(Float.init), entry.log_std.map(Float.init))
      #expect(close(single.logProbability(entry.x.map(Float.init), row: 0), entry.log_prob.reduce(0, +), 2e-5))
    }
  }

  @Test func gradientsMatchDifferences() {
    // Two means, then two log deviations.
    let parameters = [0.3, -1, 0.2, -0.4]
    let action = [0.9, -1.4]
    let other = GaussianHead([1, -0.5], [-0.1, 0.3])
    func head(_ p: [Double]) -> GaussianHead { GaussianHead(Array(p[..<2]), Array(p[2...])) }
    let own = head(parameters)
    func check(_ means: [Double], _ deviations: [Double], _ f: (GaussianHead) -> Double) {
      for (a, b) in zip(means + deviations, slopes(parameters) { f(head($0)) }) { #expect(abs(a - b) < 1e-8) }
    }
    var (means, deviations) = ([0.0, 0], [0.0, 0])
    own.setGradients(
      &means, at: 0, &deviations, row: 0, action: action, logProbability: 1.5, entropy: -0.7)
    check(means, deviations) { 1.5 * $0.logProbability(action, row: 0) - 0.7 * $0.entropy }
    (means, deviations) = ([0, 0], [0, 0])
    own.addDivergenceGradient(to: &means, &deviations, from: other, row: 0, weight: 2)
    check(means, deviations) { 2 * $0.divergence(from: other, row: 0) }
    (means, deviations) = ([0, 0], [0, 0])
    own.addReverseDivergenceGradient(to: &means, &deviations, from: other, row: 0, weight: 3)
    check(means, deviations) { 3 * other.divergence(from: $0, row: 0) }
    #expect(own.divergence(from: own, row: 0) == 0)
  }

  /// KL(N(0, 1) ‖ N(1, 2²)) = log 2 + (1 + 1)/8 − 1/2 = 0.443147.
  @Test func divergenceByHand() {
    let (a, b) = (GaussianHead([0.0], [0.0]), GaussianHead([1.0], [log(2.0)]))
    #expect(abs(b.divergence(from: a, row: 0) - (log(2.0) - 0.25)) < 1e-15)
  }

  /// Mean and variance of 40,000 draws from N(2, 0.5²) within 4 standard errors.
  @Test func samplesHaveTheMoments() {
    let head = GaussianHead([0, 0, 1, 2] as [Float], [0, Float(log(0.5))])
    var stream = RandomStream(seed: 5)
    var action: [Float] = [7, 0, 0]
    var (sum, squares) = (0.0, 0.0)
    let n = 40_000.0
    for _ in 0..<40_000 {
      head.sample(row: 1, into: &action, at: 1, using: &stream)
      sum += Double(action[2]) - 2
      squares += (Double(action[2]) - 2) * (Double(action[2]) - 2)
    }
    #expect(action[0] == 7)
    #expect(abs(sum / n) < 4 * 0.5 / n.squareRoot())
    #expect(abs(squares / n - 0.25) < 4 * 0.25 * (2 / n).squareRoot())
  }
}

@Suite struct RegressionLossTests {
  /// Errors 0.5 and −3: squares 0.25 and 9, Huber with δ = 1 0.125 and 2.5.
  @Test func byHand() {
    let (predictions, targets) = ([1.5, -1.0], [1.0, 2.0])
    var gradients = [0.0, 0]
    #expect(RegressionLoss.squared.evaluate(predictions, targets: targets, count: 2, into: &gradients) == 4.625)
    #expect(gradients == [0.5, -3])
    #expect(RegressionLoss.halfSquared.evaluate(predictions, targets: targets, count: 2, into: &gradients) == 2.3125)
    #expect(gradients == [0.25, -1.5])
    let huber = RegressionLoss.huber(delta: 1)
    #expect(huber.evaluate(predictions, targets: targets, count: 2, into: &gradients) == 1.3125)
    #expect(gradients == [0.25, -0.5])
  }

  @Test(arguments: [RegressionLoss.squared, .halfSquared, .huber(delta: 0.7)])
  func derivativesMatchDifferences(loss: RegressionLoss) {
    for error in stride(from: -2.05, to: 2, by: 0.1) {
      let slope = (loss.value(error + 1e-5) - loss.value(error - 1e-5)) / 2e-5
      #expect(abs(slope - loss.derivative(error)) < 1e-9)
    }
  }
}
