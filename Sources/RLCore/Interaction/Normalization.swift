/// Mean and variance of each column of all rows seen so far, in one pass over batches.
///
/// Batches are joined by the rule of Chan, Golub & LeVeque (*Updating Formulae and a Pairwise Algorithm for Computing
/// Sample Variances*, 1979), whose case of one row is Welford's; the variance is that of the population, and a start of
/// mean 0, variance 1 counts as 10⁻⁴ rows: Stable-Baselines3's `RunningMeanStd`. Sums run in double precision, in the
/// order of the rows.
public struct RunningMoments: Sendable, Equatable {
  /// The mean of each column.
  public private(set) var mean: [Double]
  /// The population variance of each column.
  public private(set) var variance: [Double]
  /// How many rows have been seen, plus the weight of the start.
  public private(set) var count: Double

  /// Nothing has been seen.
  ///
  /// - Parameters:
  ///   - width: The number of columns, at least 1.
  ///   - weight: How many rows the start counts for.
  public init(width: Int, weight: Double = 1e-4) {
    precondition(width > 0, "\(width) columns")
    mean = [Double](repeating: 0, count: width)
    variance = [Double](repeating: 1, count: width)
    count = weight
  }

  /// Moments that were seen before; they count as little as a start.
  ///
  /// - Parameter variance: As many as means, in `[0, ∞)`.
  init(mean: [Double], variance: [Double]) {
    precondition(mean.count == variance.count && !mean.isEmpty, "\(mean.count) means, \(variance.count) variances")
    (self.mean, self.variance, count) = (mean, variance, 1e-4)
  }

  /// Joins a batch of `rows` rows, one after another in memory, to what has been seen.
  public mutating func update(_ batch: UnsafePointer<Float>, rows: Int) { join(batch, rows: rows) }

  /// Joins a batch of `rows` rows, one after another in memory, to what has been seen.
  public mutating func update(_ batch: UnsafePointer<Double>, rows: Int) { join(batch, rows: rows) }

  private mutating func join<Number: BinaryFloatingPoint>(_ batch: UnsafePointer<Number>, rows: Int) {
    if rows == 0 { return }
    let width = mean.count
    let added = Double(rows)
    let total = count + added
    for column in 0..<width {
      var sum = 0.0
      for row in 0..<rows { sum += Double(batch[row * width + column]) }
      let batchMean = sum / added
      var squares = 0.0
      for row in 0..<rows {
        let deviation = Double(batch[row * width + column]) - batchMean
        squares += deviation * deviation
      }
      let delta = batchMean - mean[column]
      mean[column] += delta * added / total
      variance[column] = (variance[column] * count + squares + delta * delta * count * added / total) / total
    }
    count = total
  }
}

extension RunningMoments: Checkpointable {
  /// Appends the moments.
  public func save(to writer: inout StateWriter) {
    writer.write(count)
    writer.write(mean)
    writer.write(variance)
  }

  /// Takes up the moments.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    let count = try reader.number()
    let mean = try reader.list(of: 0.0)
    let variance = try reader.list(of: 0.0)
    guard mean.count == self.mean.count, variance.count == self.mean.count else {
      throw StateError("the checkpoint has moments of \(mean.count) columns where \(self.mean.count) belong")
    }
    (self.count, self.mean, self.variance) = (count, mean, variance)
  }
}

/// Shifts and scales observations to mean 0 and variance 1 as seen so far, and clips them: the observation part of
/// Stable-Baselines3's `VecNormalize`.
///
///     x ← clip((x − mean) / √(variance + ε), ±c)
///
/// Every batch is first taken into the moments, then normalised by them. One departure: the means of a batch are summed
/// in double precision, Stable-Baselines3 sums them in single precision where observations are so.
public struct ObservationNormalizer: Sendable, Equatable {
  /// What has been seen.
  public private(set) var moments: RunningMoments
  /// The bound c of what is given out.
  public let clip: Double
  /// The ε beside the variance.
  public let epsilon: Double
  private var deviations: [Double]

  /// Nothing has been seen.
  ///
  /// - Parameters:
  ///   - width: How many numbers an observation has.
  ///   - clip: The bound of what is given out, in `(0, ∞]`.
  ///   - epsilon: What is added to the variance, in `[0, ∞)`.
  public init(width: Int, clip: Double = 10, epsilon: Double = 1e-8) {
    self.init(RunningMoments(width: width), clip: clip, epsilon: epsilon)
  }

  /// Moments that were seen before.
  init(_ moments: RunningMoments, clip: Double, epsilon: Double) {
    precondition(clip > 0 && epsilon >= 0, "clip \(clip), epsilon \(epsilon)")
    self.moments = moments
    self.clip = clip
    self.epsilon = epsilon
    deviations = moments.variance.map { ($0 + epsilon).squareRoot() }
  }

  /// Takes a batch of `rows` observations into the moments. Skipped for evaluation, where the moments stand still.
  public mutating func update(_ observations: UnsafePointer<Float>, rows: Int) {
    moments.update(observations, rows: rows)
    refresh()
  }

  /// Normalises `rows` observations by the moments as they are. Both places may be the same.
  public func normalize(
    _ observations: UnsafePointer<Float>, rows: Int, into result: UnsafeMutablePointer<Float>
  ) {
    let width = deviations.count
    for row in 0..<rows {
      for column in 0..<width {
        let place = row * width + column
        result[place] = Float(
          clipped((Double(observations[place]) - moments.mean[column]) / deviations[column], to: clip))
      }
    }
  }

  private mutating func refresh() {
    for column in deviations.indices { deviations[column] = (moments.variance[column] + epsilon).squareRoot() }
  }
}

extension ObservationNormalizer: Checkpointable {
  /// Appends the moments.
  public func save(to writer: inout StateWriter) { moments.save(to: &writer) }

  /// Takes up the moments.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try moments.restore(from: &reader)
    refresh()
  }
}

/// Scales rewards by the deviation of the discounted return as seen so far, and clips them: the reward part of
/// Stable-Baselines3's `VecNormalize`.
///
///     G_k ← γ G_k + r_k      r_k ← clip(r_k / √(var(G) + ε), ±c)      G_k ← 0 where an episode ended
///
/// The mean is not subtracted: that would change what is best. G runs forwards from an episode's beginning, so its
/// variance is only a scale, not that of the return that a policy is after.
public struct RewardNormalizer: Sendable, Equatable {
  /// What has been seen of G: one column.
  public private(set) var moments: RunningMoments
  /// The running discounted returns G, one an environment.
  public private(set) var returns: [Double]
  /// The discount rate γ, in `[0, 1]`.
  public let gamma: Double
  /// The bound c of what is given out.
  public let clip: Double
  /// The ε beside the variance.
  public let epsilon: Double

  /// Nothing has been seen.
  ///
  /// - Parameters:
  ///   - environments: How many environments are stepped together, at least 1.
  ///   - gamma: The discount rate, in `[0, 1]`.
  ///   - clip: The bound of what is given out, in `(0, ∞]`.
  ///   - epsilon: What is added to the variance, in `[0, ∞)`.
  public init(environments: Int, gamma: Double, clip: Double = 10, epsilon: Double = 1e-8) {
    precondition(environments > 0, "\(environments) environments")
    precondition(gamma >= 0 && gamma <= 1 && clip > 0 && epsilon >= 0, "γ \(gamma), clip \(clip), epsilon \(epsilon)")
    moments = RunningMoments(width: 1)
    returns = [Double](repeating: 0, count: environments)
    self.gamma = gamma
    self.clip = clip
    self.epsilon = epsilon
  }

  /// Takes the rewards of one step of every environment into the moments of G.
  ///
  /// - Parameters:
  ///   - rewards: One an environment, as the task gave them.
  ///   - terminated: Whether each environment's episode ended so.
  ///   - truncated: Whether it was cut off; for G that is an end as well.
  public mutating func update(
    _ rewards: UnsafePointer<Double>, terminated: UnsafePointer<Bool>, truncated: UnsafePointer<Bool>
  ) {
    for k in returns.indices { returns[k] = returns[k] * gamma + rewards[k] }
    returns.withUnsafeBufferPointer { moments.update($0.baseAddress!, rows: $0.count) }
    for k in returns.indices where terminated[k] || truncated[k] { returns[k] = 0 }
  }

  /// Normalises a number of rewards by the moments as they are. Both places may be the same.
  public func normalize(_ rewards: UnsafePointer<Double>, count: Int, into result: UnsafeMutablePointer<Double>) {
    let deviation = (moments.variance[0] + epsilon).squareRoot()
    for k in 0..<count { result[k] = clipped(rewards[k] / deviation, to: clip) }
  }

  /// Begins all returns anew, as when every environment is reset; the moments stay.
  public mutating func reset() {
    for k in returns.indices { returns[k] = 0 }
  }
}

extension RewardNormalizer: Checkpointable {
  /// Appends the moments and the running returns.
  public func save(to writer: inout StateWriter) {
    moments.save(to: &writer)
    writer.write(returns)
  }

  /// Takes up the moments and the running returns.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try moments.restore(from: &reader)
    let returns = try reader.list(of: 0.0)
    guard returns.count == self.returns.count else {
      throw StateError("the checkpoint has \(returns.count) returns where \(self.returns.count) belong")
    }
    self.returns = returns
  }
}

/// The number, or the nearer of ±bound where it lies beyond; NaN stays NaN, for whoever looks for it.
private func clipped(_ x: Double, to bound: Double) -> Double { x > bound ? bound : (x < -bound ? -bound : x) }
