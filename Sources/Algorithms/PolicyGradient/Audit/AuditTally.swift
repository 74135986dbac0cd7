/// Sums over the estimates of one estimator: mean and variance by Welford's recursion, the cosine's error from twenty blocks.
struct AuditTally: Sendable {
  private let truth: [Double]
  private let blockSize: Int
  private var count = 0
  private var mean: [Double]
  private var squares = 0.0
  /// Sums of the squares of what ``squares`` sums: for the variance's own error.
  private var fourth = 0.0
  private var cosines = (sum: 0.0, squares: 0.0)
  private var blocks: [[Double]] = []
  private var blockCounts: [Int] = []

  init(truth: [Double], samples: Int) {
    self.truth = truth
    blockSize = max(1, (samples + 19) / 20)
    mean = [Double](repeating: 0, count: truth.count)
  }

  mutating func add(_ estimate: [Double]) {
    if count % blockSize == 0 {
      blocks.append([Double](repeating: 0, count: truth.count))
      blockCounts.append(0)
    }
    count += 1
    var (product, length) = (0.0, 0.0)
    let last = blocks.count - 1
    for k in estimate.indices {
      let difference = estimate[k] - mean[k]
      mean[k] += difference / Double(count)
      product += difference * (estimate[k] - mean[k])
      length += estimate[k] * estimate[k]
      blocks[last][k] += estimate[k]
    }
    blockCounts[last] += 1
    squares += product
    fourth += product * product
    let cosine = length == 0 ? 0 : Self.cosine(estimate, truth)
    cosines.sum += cosine
    cosines.squares += cosine * cosine
  }

  func finding(name: String, lambda: Double?) -> GradientAudit.Finding {
    let n = Double(count)
    let variance = count > 1 ? squares / (n - 1) : .nan
    let meanCosine = cosines.sum / n
    let cosineVariance = max(0, cosines.squares / n - meanCosine * meanCosine)
    return .init(
      name: name, lambda: lambda, isExact: false, bias: count > 0 ? Self.distance(mean, truth) : .nan,
      biasError: (variance / n).squareRoot(), variance: variance,
      varianceError: count > 1 ? (max(0, fourth / n - variance * variance) / n).squareRoot() : .nan,
      cosine: count > 0 ? Self.cosine(mean, truth) : .nan, cosineError: jackknife(),
      sampleCosine: count > 0 ? meanCosine : .nan,
      sampleCosineError: count > 1 ? (cosineVariance / (n - 1)).squareRoot() : .nan,
      scale: count > 0 ? Self.dot(mean, truth) / Self.dot(truth, truth) : .nan, mean: mean)
  }

  /// The standard error of the cosine of the mean, from the means without one block each.
  private func jackknife() -> Double {
    if blocks.count < 2 { return .nan }
    var cosines: [Double] = []
    for (block, size) in zip(blocks, blockCounts) {
      let rest = Double(count - size)
      cosines.append(Self.cosine(zip(mean, block).map { ($0 * Double(count) - $1) / rest }, truth))
    }
    let m = Double(cosines.count)
    let centre = cosines.reduce(0, +) / m
    return ((m - 1) / m * cosines.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }).squareRoot()
  }

  static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for k in a.indices { sum += a[k] * b[k] }
    return sum
  }

  static func distance(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for k in a.indices { sum += (a[k] - b[k]) * (a[k] - b[k]) }
    return sum.squareRoot()
  }

  /// NaN where one of the two is 0.
  static func cosine(_ a: [Double], _ b: [Double]) -> Double {
    let lengths = (dot(a, a) * dot(b, b)).squareRoot()
    return lengths > 0 ? min(1, max(-1, dot(a, b) / lengths)) : .nan
  }
}
