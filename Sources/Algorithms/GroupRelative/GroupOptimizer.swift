import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What GRPO and its relatives do, with every variant as a switch of its own:
///
///     1  G episodes from each of some starts; again for groups of equal returns, with dynamic sampling
///     2  returns, less β times the divergence from the reference where that belongs to the reward, less penalties of length;
///     3  advantages within the group, of each episode or each step (``EpisodeCredit``, ``GroupAdvantage``)
///     4  `num_iterations` passes of `steps_per_generation` optimizer steps on ``GroupLoss``
///
/// With one pass of one step the policy that learns is the one that sampled: every ratio is exactly 1 and nothing can be clipped. The
/// loss is then −Σ weight · Â, whose value is 0 where advantages are centred and the weights of a group are equal, while its gradient −Σ weight · Â ∂log π
/// is the policy gradient: a loss of 0 says nothing about learning.
public struct GroupOptimizer: Sendable {
  /// The columns that it fills.
  static let quantities: [BatchQuantity] = [
    .policyLoss, .entropy, .kl, .clipFraction, .gradientNorm, .rewardStd, .zeroSignalGroups, .referenceKL,
  ]

  let groupSize: Int
  let iterations: Int
  let stepsPerGeneration: Int
  let accumulation: Int
  let gamma: Double
  let loss: GroupLoss
  let credit: EpisodeCredit
  let beta: Double
  let dynamicSampling: Bool
  let resamples: Int
  let longest: Int
  let syncsReference: Bool
  let mixup: Double
  let syncSteps: Int
  /// Whether the divergence from the reference is told at the sampled steps, because nobody can tell it exactly.
  let estimatesReference: Bool
  private var optimizer: AlignmentOptimizer
  private var optimizerSteps = 0
  private var batch: SequenceBatch
  private var gathered = ActionStore(count: 0, for: .discrete(1))
  private let space: VectorActionSpace
  private let source: GroupParameters.Source
  private let rewardWeights: [Double]?
  private var critic: StepCritic?
  /// What the critic is to learn of each step, in the order of the sequences.
  private var targets: [Double] = []

  init(_ settings: Settings, context: BatchContext, state: AlignmentState) throws(SettingProblem) {
    groupSize = settings[GroupParameters.numGenerations]
    iterations = settings[GroupParameters.iterations]
    stepsPerGeneration = settings[GroupParameters.stepsPerGeneration]
    accumulation = settings[GroupParameters.accumulation]
    let copies = settings.resolved.first { $0.key == "generation_batch_size" }?.value.whole ?? groupSize
    guard copies % groupSize == 0 else {
      throw SettingProblem(
        "\(copies) episodes are no groups of \(groupSize); make it a multiple of num_generations",
        at: ".generation_batch_size")
    }
    guard stepsPerGeneration * accumulation <= copies else {
      throw SettingProblem(
        "\(copies) episodes cannot be split into \(stepsPerGeneration * accumulation) pieces; give at most \(copies)",
        at: ".steps_per_generation")
    }
    gamma = settings.resolved.first { $0.key == "gamma" }?.value.number ?? 1
    longest = context.timeLimit ?? 1000
    beta = settings[GroupParameters.beta]
    loss = try GroupLoss(settings, longest: longest)
    credit = try EpisodeCredit(settings, groupSize: groupSize, gamma: gamma, longest: longest)
    source = try GroupParameters.source(settings, state)
    rewardWeights = settings[GroupParameters.rewardWeights]
    if rewardWeights != nil && (source == .task || state.rewardModel == nil) {
      throw SettingProblem(
        "there is no learned reward to weigh; let a reward-model stage go before, and leave out reward: \"task\"",
        at: ".reward_weights")
    }
    if credit.supervision == .critic {
      critic = StepCritic(learningRate: settings[GroupParameters.criticRate], context: context, state: state)
    }
    dynamicSampling = settings[GroupParameters.dynamicSampling]
    resamples = settings[GroupParameters.resamples]
    syncsReference = settings[GroupParameters.syncsReference]
    mixup = settings[GroupParameters.mixup]
    syncSteps = settings[GroupParameters.syncSteps]
    estimatesReference = context.exactModel == nil
    space = context.actionSpace
    try context.checkSize(
      episodes: Double(copies), of: longest, lowering: AlignmentParameters.sequences.declaration.name)
    batch = SequenceBatch(for: context)
    optimizer = try AlignmentOptimizer(settings, state.policy)
  }

  /// One update.
  mutating func update(
    _ state: inout AlignmentState, in environments: EnvironmentBatch, at time: TrainingTime
  ) throws(SettingProblem) {
    let elapsed = time.elapsed(in: environments)
    let returns = collect(&state, in: environments)
    if batch.tokenCount == 0 { return }
    let reference = beta > 0 ? describe(&state.reference) : []
    if estimatesReference { tellReference(&state) }
    let earned = state.rewards(of: 0..<batch.count, in: batch, from: source, weights: rewardWeights)
    let values = critic?.values(of: batch) ?? []
    let rewards = credit.rewards(batch, earned: earned, reference: reference)
    let isKept = credit.isKept(batch, returns: returns)
    let (weights, goals) = credit.advantages(batch, rewards: rewards, values: values)
    targets = goals
    let isSplit = iterations > 1 || stepsPerGeneration > 1
    let old = isSplit ? describe(&state.policy) : []
    var order = Array(0..<batch.count)
    for _ in 0..<iterations {
      if stepsPerGeneration > 1 {
        for k in stride(from: order.count - 1, to: 0, by: -1) { order.swapAt(k, state.data.uniform(below: k + 1)) }
      }
      for step in 0..<stepsPerGeneration {
        let share = order[order.count * step / stepsPerGeneration..<order.count * (step + 1) / stepsPerGeneration]
        let chosen = share.filter { isKept[$0] }
        if chosen.isEmpty { continue }
        try learn(&state, chosen, weights, old: old, reference: reference, elapsed: elapsed, at: time)
      }
    }
  }

  // MARK: Experience

  /// Samples a generation.
  ///
  /// - Returns: The return of each episode, of the rewards that are learned from.
  private mutating func collect(_ state: inout AlignmentState, in environments: EnvironmentBatch) -> [Double] {
    let groups = environments.count / groupSize
    batch.removeAll()
    var returns: [Double] = []
    for _ in 0..<(dynamicSampling ? resamples : 1) {
      let (before, gamma) = (batch.count, gamma)
      batch.collect(in: environments, groupsOf: groupSize, by: &state.policy, using: &state.exploration)
      let earned = state.rewards(of: before..<batch.count, in: batch, from: source, weights: rewardWeights)
      var fresh = batch.discountedReturns(of: before..<batch.count, rewards: earned, gamma: gamma)
      note(fresh, &state.statistics)
      if dynamicSampling {
        let signals = (0..<groups).filter { group in
          let own = fresh[group * groupSize..<(group + 1) * groupSize]
          return own.contains { $0 != own.first! }
        }
        let wanted = signals.prefix(groups - before / groupSize)
        batch.keep(groups: Array(0..<before / groupSize) + wanted.map { before / groupSize + $0 }, of: groupSize)
        fresh = wanted.flatMap { fresh[$0 * groupSize..<($0 + 1) * groupSize] }
      }
      returns += fresh
      if batch.count == groups * groupSize { break }
    }
    return returns
  }

  private func note(_ returns: [Double], _ statistics: inout BatchStatistics) {
    let groups = returns.count / groupSize
    if groupSize < 2 { return }
    let zero = GroupAdvantage.zeroSignalGroups(returns, groupSize: groupSize)
    statistics.add(.zeroSignalGroups, Double(zero) / Double(groups))
    var deviations = 0.0
    for start in stride(from: 0, to: returns.count, by: groupSize) {
      let group = returns[start..<start + groupSize]
      let mean = group.reduce(0, +) / Double(groupSize)
      let squares = group.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      deviations += (squares / Double(groupSize - 1)).squareRoot()
    }
    statistics.add(.rewardStd, deviations / Double(groups))
  }

  /// log π of all steps, in the order of the sequences.
  private mutating func describe(_ policy: inout LearnedPolicy) -> [Double] {
    var logs = [Double](repeating: 0, count: batch.tokenCount)
    let piece = 4096
    var start = 0
    var part = [Double](repeating: 0, count: min(piece, logs.count))
    while start < logs.count {
      let rows = batch.order[start..<min(start + piece, logs.count)]
      gather(rows)
      policy.forward(batch.observations, choosing: rows)
      _ = policy.describe(gathered, rows: rows.count, logProbabilities: &part)
      for k in 0..<rows.count { logs[start + k] = part[k] }
      start += piece
    }
    return logs
  }

  private mutating func gather(_ rows: ArraySlice<Int>) {
    let room = space.isDiscrete ? gathered.numbers.count : gathered.values.count / gathered.width
    if room < rows.count { gathered = ActionStore(count: rows.count, for: space) }
    let width = gathered.width
    for (k, row) in rows.enumerated() {
      if space.isDiscrete {
        gathered.numbers[k] = batch.actions.numbers[row]
      } else {
        for j in 0..<width { gathered.values[k * width + j] = batch.actions.values[row * width + j] }
      }
    }
  }

  /// Notes the divergence of the policy from the reference at the sampled steps, summed over each episode.
  private mutating func tellReference(_ state: inout AlignmentState) {
    guard state.policy.isDiscrete else { return }
    var sum = 0.0
    var start = 0
    while start < batch.tokenCount {
      let rows = batch.order[start..<min(start + 4096, batch.tokenCount)]
      state.policy.forward(batch.observations, choosing: rows)
      state.reference.forward(batch.observations, choosing: rows)
      let (own, other) = (state.policy.distributions, state.reference.distributions)
      for row in 0..<rows.count { sum += other.divergence(from: own, row: row) }
      start += 4096
    }
    state.statistics.add(.referenceKL, sum / Double(batch.count))
  }

  // MARK: Learning

  /// One optimizer step on some sequences.
  private mutating func learn(
    _ state: inout AlignmentState, _ chosen: [Int], _ advantages: [Double], old: [Double], reference: [Double],
    elapsed: Double, at time: TrainingTime
  ) throws(SettingProblem) {
    let tokens = chosen.reduce(0) { $0 + batch.length(of: $1) }
    let isFirst = old.isEmpty
    state.policy.zeroGradients()
    var (lossSum, entropy, divergence, clipped) = (0.0, 0.0, 0.0, 0.0)
    for piece in 0..<accumulation {
      let part = chosen[chosen.count * piece / accumulation..<chosen.count * (piece + 1) / accumulation]
      if part.isEmpty { continue }
      let places = part.flatMap { Array(batch.tokens(of: $0)) }
      let rows = places.map { batch.order[$0] }
      gather(rows[...])
      state.policy.forward(batch.observations, choosing: rows[...])
      var logs = [Double](repeating: 0, count: rows.count)
      entropy += state.policy.describe(gathered, rows: rows.count, logProbabilities: &logs) * Double(rows.count)
      let oldLogs = isFirst ? logs : places.map { old[$0] }
      let isPerSequence = credit.supervision == .outcome
      let group = GroupBatch(
        lengths: part.map { batch.length(of: $0) }, logProbabilities: logs, oldLogProbabilities: oldLogs,
        referenceLogProbabilities: reference.isEmpty ? [] : places.map { reference[$0] },
        advantages: isPerSequence ? part.map { advantages[$0] } : places.map { advantages[$0] })
      var gradients = [Double](repeating: 0, count: rows.count)
      let isLocal = loss.lossType == .bnpo
      let report = loss.evaluate(
        group,
        totals: isLocal
          ? GroupTotals(sequences: part.count, tokens: rows.count)
          : GroupTotals(sequences: chosen.count, tokens: tokens), into: &gradients)
      // bnpo takes the mean over pieces of the means over their steps.
      let share = isLocal ? 1 / Double(accumulation) : 1
      if share != 1 { for k in gradients.indices { gradients[k] *= share } }
      lossSum += share * report.loss
      clipped += report.clipFraction * Double(loss.importanceSamplingLevel == .token ? rows.count : part.count)
      for k in logs.indices {
        let logRatio = logs[k] - oldLogs[k]
        divergence += exp(logRatio) - 1 - logRatio
      }
      try time.check(report.loss, .policyLoss)
      state.policy.backward(gathered, rows: rows.count, logProbability: gradients)
    }
    let norm = try optimizer.step(&state.policy, elapsed: elapsed, at: time)
    state.statistics.add(.policyLoss, lossSum)
    state.statistics.add(.entropy, entropy / Double(tokens))
    state.statistics.add(.kl, divergence / Double(tokens))
    state.statistics.add(
      .clipFraction, clipped / Double(loss.importanceSamplingLevel == .token ? tokens : chosen.count))
    state.statistics.add(.gradientNorm, norm)
    if let error = critic?.learn(batch, chosen, towards: targets) { state.statistics.add(.valueLoss, error) }
    optimizerSteps += 1
    if syncsReference && optimizerSteps % syncSteps == 0 { state.reference.approach(state.policy, by: mixup) }
  }
}

extension GroupOptimizer: Checkpointable {
  /// Appends the optimizer.
  public func save(to writer: inout StateWriter) {
    optimizer.save(to: &writer)
    writer.write(optimizerSteps)
    critic?.save(to: &writer)
  }

  /// Takes up the optimizer.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try optimizer.restore(from: &reader)
    optimizerSteps = try reader.integer()
    try critic?.restore(from: &reader)
  }
}
