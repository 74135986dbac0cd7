import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Holds the gradient estimate of a group method, as its settings describe it, against the true gradient: of one generation, on the policy that
/// sampled it, before any optimizer.
///
/// The truth is ∇(J − β KL(π ‖ π_ref)). Where advantages are those of episodes and few enough groups can be drawn, mean and variance are exact
/// (``GroupMoments``); elsewhere generations are drawn, and credited by the same code that learns.
public struct GroupAudit: Sendable {
  /// What an estimate is held against.
  public struct Truth: Sendable {
    /// J, less β times the divergence where that belongs to it.
    public let value: Double
    /// Its gradient, slot by slot.
    public let gradient: [Double]
    /// ‖·‖₂ of it.
    public var norm: Double { AuditTally.dot(gradient, gradient).squareRoot() }
  }

  private let id: String
  private let task: PolicyTask
  private let policy: [Double]
  private let differences: [Double]
  private let credit: EpisodeCredit
  private let loss: GroupLoss
  private let groupSize: Int
  private let beta: Double
  private let limit: Int
  private let starts: [Start]
  private let truth: ExactPolicyGradient
  /// Groups of a generation.
  public let groups: Int

  /// One start, with its episodes where they can be listed.
  private struct Start: Sendable {
    let chance: Double
    let label: String
    let list: EpisodeList?
    let classes: EpisodeClasses?
  }

  /// The most starts that have rows of their own.
  private static let mostStarts = 8

  /// Prepares the audit.
  ///
  /// - Parameters:
  ///   - id: What the method is called.
  ///   - settings: Those of the method.
  ///   - policy: π, slot by slot; in all of them positive where there is an action.
  ///   - reference: π_ref, slot by slot.
  ///   - truth: J and ∇J of the policy.
  ///   - groups: Groups of a generation; nil for 1, where groups have one episode as many as the method draws.
  /// - Throws: ``SettingProblem`` where settings contradict each other.
  public init(
    _ id: String, task: PolicyTask, settings: Settings, policy: [Double], reference: [Double],
    truth: ExactPolicyGradient, gamma: Double, groups: Int?
  ) throws(SettingProblem) {
    self.id = id
    self.task = task
    self.policy = policy
    self.truth = truth
    limit = task.timeLimit ?? 1000
    groupSize = settings[GroupParameters.numGenerations]
    beta = settings[GroupParameters.beta]
    self.groups = groups ?? (groupSize > 1 ? 1 : settings[AlignmentParameters.sequences])
    loss = try GroupLoss(settings, longest: limit)
    credit = try EpisodeCredit(settings, groupSize: groupSize, gamma: gamma, longest: limit)
    differences = zip(policy, reference).map { $0 > 0 ? log($1) - log($0) : 0 }
    var starts: [Start] = []
    var canList = true
    for start in task.model.initial where !task.model.isTerminal(start.state) {
      let list = canList ? EpisodeList(task, policy: policy, from: start.state, limit: limit) : nil
      canList = list != nil
      var classes: EpisodeClasses?
      if let list {
        classes = EpisodeClasses(
          list, space: task.space, policy: policy, differences: differences, credit: credit, loss: loss)
      }
      starts.append(
        Start(
          chance: start.probability, label: task.model.stateLabels.label(of: start.state), list: list, classes: classes)
      )
    }
    self.starts = starts
  }

  /// Judges the method.
  ///
  /// - Parameter samples: Generations to draw where it is not exact, and for the direction of one estimate.
  /// - Returns: The whole estimate; with a divergence in the loss its two parts, the second against both directions of the
  ///   divergence; and for few starts, what comes from each of them, against the gradient of its own return.
  /// - Throws: ``SettingProblem`` where exact numbers are asked for that cannot be had.
  public func judge(
    method: GradientAudit.Method, samples: Int, root: UInt64
  ) throws(SettingProblem) -> [(finding: GradientAudit.Finding, truth: Truth)] {
    let moments = method == .sampled ? nil : exactMoments()
    if method == .exact && moments == nil {
      throw SettingProblem(
        "\"\(id)\" has no exact mean and variance here: too many groups, or advantages of steps or of a whole batch; give method \"auto\" or \"sampled\""
      )
    }
    let slots = task.space.slotCount
    var (forward, reverse) = ([Double](repeating: 0, count: slots), [Double](repeating: 0, count: slots))
    var distance = 0.0
    for start in starts {
      guard let classes = start.classes, let list = start.list else { continue }
      for slot in 0..<slots {
        forward[slot] += start.chance * classes.divergence[slot]
        reverse[slot] += start.chance * classes.reverse[slot]
      }
      distance += start.chance * divergence(of: list)
    }
    if beta > 0 && starts.contains(where: { $0.classes == nil }) {
      throw SettingProblem(
        "with a beta, tasks have at most \(EpisodeList.mostEpisodes) different episodes from a start; choose a smaller one, or beta: 0"
      )
    }
    let plain = Truth(value: truth.startValue, gradient: truth.gradient)
    let whole =
      beta > 0
      ? Truth(
        value: truth.startValue - beta * distance,
        gradient: zip(truth.gradient, forward).map { $0 - beta * $1 }) : plain
    var truths = [(id, whole)]
    if loss.beta > 0 {
      truths.append((id + ", advantages", plain))
      truths.append((id + ", divergence", Truth(value: distance, gradient: forward.map { -beta * $0 })))
      truths.append((id + ", divergence, reversed", Truth(value: distance, gradient: reverse.map { -beta * $0 })))
    }
    let part = [0, 1, 2, 2]
    var tallies = truths.map { AuditTally(truth: $0.1.gradient, samples: samples) }
    if method != .exact {
      try sample(samples, root: root) { gradients in
        for index in truths.indices { tallies[index].add(gradients[part[index]]) }
      }
    }
    var findings: [(finding: GradientAudit.Finding, truth: Truth)] = []
    for (index, (name, truth)) in truths.enumerated() {
      var finding = tallies[index].finding(name: name, lambda: nil)
      if let moments {
        var mean = [Double](repeating: 0, count: slots)
        var second = 0.0
        for (start, own) in zip(starts, moments) {
          for slot in 0..<slots { mean[slot] += start.chance * own.parts[part[index]].mean[slot] }
          second += start.chance * own.parts[part[index]].second
        }
        finding.settle(mean: mean, second: second, groups: groups, truth: truth.gradient)
      }
      findings.append((finding, truth))
    }
    guard let moments, starts.count > 1, starts.count <= Self.mostStarts else { return findings }
    for (start, own) in zip(starts, moments) {
      let list = start.list!
      let gradient = zip(start.classes!.gradient, start.classes!.divergence).map { $0 - beta * $1 }
      let value = (0..<list.count).reduce(0.0) { $0 + list.chances[$1] * discounted(list, $1) }
      let truth = Truth(value: value - beta * divergence(of: list), gradient: gradient)
      var finding = AuditTally(truth: gradient, samples: 0).finding(name: "\(id) from \(start.label)", lambda: nil)
      finding.settle(mean: own.parts[0].mean, second: own.parts[0].second, groups: groups, truth: gradient)
      findings.append((finding, truth))
    }
    return findings
  }

  private func discounted(_ list: EpisodeList, _ episode: Int) -> Double {
    list.steps(of: episode).reversed().reduce(0.0) { list.rewards[$1] + credit.gamma * $0 }
  }

  /// The expected discounted divergence of an episode.
  private func divergence(of list: EpisodeList) -> Double {
    (0..<list.count).reduce(0.0) { sum, episode in
      sum - list.chances[episode]
        * list.steps(of: episode).reversed().reduce(0.0) { differences[Int(list.slots[$1])] + credit.gamma * $0 }
    }
  }

  /// Mean and second moment from each start; nil where they cannot be had.
  private func exactMoments() -> [GroupMoments]? {
    let sharesTokens = [.bnpo, .dapo, .cispo].contains(loss.lossType)
    let sharesBatch = credit.advantage.scale == .batch || credit.advantage.baseline == .batch
    let dropsSome = credit.skipsZeroSignal || credit.masksTruncated
    if credit.supervision != .outcome || groups > 1 && (sharesTokens || sharesBatch || dropsSome) { return nil }
    var moments: [GroupMoments] = []
    for start in starts {
      guard let classes = start.classes,
        let own = GroupMoments(classes.classes, groupSize: groupSize, credit: credit, loss: loss)
      else { return nil }
      moments.append(own)
    }
    return moments
  }

  // MARK: Samples

  /// Draws generations.
  ///
  /// - Parameter body: Is given the estimate, its part of advantages, and that of the divergence.
  private func sample(
    _ samples: Int, root: UInt64, _ body: ([[Double]]) -> Void
  ) throws(SettingProblem) {
    let space = task.space
    var stream = RandomStream(root: root, index: 0, component: "groups")
    let isListed = starts.allSatisfy { $0.list != nil }
    let sums = starts.map { start in
      start.list?.chances.reduce(into: [Double]()) { $0.append(($0.last ?? 0) + $1) } ?? []
    }
    var simulation = task.simulation
    let context = BatchContext(
      observationCount: space.stateCount, usesStateIndices: true, actionSpace: .discrete(space.width),
      offersAllActions: true, root: root, seed: 0, timeLimit: limit)
    var states = ObservationStore(count: space.stateCount, for: context)
    for state in 0..<space.stateCount { states.states[state] = state }
    let values =
      task.observations == nil ? truth.values : GradientAudit.exactCritic(truth, try task.solver())
    var bare = loss
    bare.beta = 0
    for _ in 0..<samples {
      var batch = SequenceBatch(for: context)
      var taken: [Int32] = []
      for _ in 0..<groups {
        let start = isListed ? stream.index(weights: starts.map(\.chance)) : simulation.reset(using: &stream)
        for _ in 0..<groupSize {
          let episode =
            isListed
            ? drawn(from: starts[start].list!, sums[start], using: &stream)
            : played(simulation, from: start, using: &stream)
          taken += episode.slots
          batch.append(
            states: episode.slots.map { Int($0) / space.width }, of: states,
            actions: episode.slots.map { Int($0) % space.width }, rewards: episode.rewards,
            isTruncated: episode.isTruncated, logProbabilities: episode.slots.map { log(policy[Int($0)]) })
        }
      }
      let logs = taken.map { log(policy[Int($0)]) }
      let reference = zip(taken, logs).map { differences[Int($0)] + $1 }
      let returns = (0..<batch.count).map { batch.discountedReturn(of: $0, gamma: credit.gamma) }
      let rewards = credit.rewards(batch, earned: batch.order.map { batch.rewards[$0] }, reference: reference)
      let isKept = credit.isKept(batch, returns: returns)
      let (advantages, _) = credit.advantages(
        batch, rewards: rewards, values: taken.map { values[Int($0) / space.width] })
      let chosen = (0..<batch.count).filter { isKept[$0] }
      var gradients = [[Double]](repeating: [Double](repeating: 0, count: space.slotCount), count: 3)
      if !chosen.isEmpty {
        let places = chosen.flatMap { Array(batch.tokens(of: $0)) }
        let group = GroupBatch(
          lengths: chosen.map { batch.length(of: $0) }, logProbabilities: places.map { logs[$0] },
          oldLogProbabilities: places.map { logs[$0] }, referenceLogProbabilities: places.map { reference[$0] },
          advantages: credit.supervision == .outcome
            ? chosen.map { advantages[$0] } : places.map { advantages[$0] })
        var whole = [Double](repeating: 0, count: places.count)
        var own = whole
        _ = loss.evaluate(group, into: &whole)
        _ = bare.evaluate(group, into: &own)
        for (token, place) in places.enumerated() {
          let slot = Int(taken[place])
          let row = slot / space.width
          for action in 0..<space.actions(in: row) {
            let index = row * space.width + action
            let score = (index == slot ? 1 : 0) - policy[index]
            gradients[0][index] -= whole[token] * score
            gradients[1][index] -= own[token] * score
            gradients[2][index] -= (whole[token] - own[token]) * score
          }
        }
      }
      body(gradients)
    }
  }
}

extension GroupAudit {
  private typealias Drawn = (slots: [Int32], rewards: [Double], isTruncated: Bool)

  /// An episode of a list, with its probability.
  ///
  /// - Parameter sums: Of the probabilities, from the first on.
  private func drawn(from list: EpisodeList, _ sums: [Double], using stream: inout RandomStream) -> Drawn {
    let target = stream.uniform() * sums.last!
    var (low, high) = (0, list.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] > target { high = middle } else { low = middle + 1 }
    }
    let steps = list.steps(of: low)
    return (Array(list.slots[steps]), Array(list.rewards[steps]), list.truncated[low])
  }

  /// An episode that is played, from where a copy of the task stands.
  private func played(_ start: FiniteSimulation, from state: Int, using stream: inout RandomStream) -> Drawn {
    var (simulation, state) = (start, state)
    var (slots, rewards): ([Int32], [Double]) = ([], [])
    let space = task.space
    while slots.count < limit {
      let row = state * space.width
      let action = stream.index(weights: Array(policy[row..<row + space.actions(in: state)]))
      let outcome = simulation.step(action, using: &stream)
      slots.append(Int32(row + action))
      rewards.append(outcome.reward)
      if outcome.terminated { return (slots, rewards, false) }
      state = outcome.observation
    }
    return (slots, rewards, true)
  }
}

extension GradientAudit.Finding {
  /// Fills in what is known exactly of one group, for the mean of several.
  fileprivate mutating func settle(mean: [Double], second: Double, groups: Int, truth: [Double]) {
    isExact = true
    self.mean = mean
    bias = AuditTally.distance(mean, truth)
    variance = max(0, second - AuditTally.dot(mean, mean)) / Double(groups)
    // A mean of nothing but rounding has no direction.
    let isNothing = AuditTally.dot(mean, mean) < 1e-24 * second
    cosine = isNothing ? .nan : AuditTally.cosine(mean, truth)
    scale = AuditTally.dot(mean, truth) / AuditTally.dot(truth, truth)
    (biasError, varianceError, cosineError) = (0, 0, 0)
  }
}
