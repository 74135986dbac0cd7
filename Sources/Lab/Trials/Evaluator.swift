import RLCore

/// Rollouts of the target policy, counted apart from training, on a copy of the task and with a stream of their own.
struct Evaluator {
  let options: RecordOptions.Evaluation
  private let task: PreparedTask
  private let takesLikeliest: Bool
  private var stream: RandomStream
  /// A task in a process of its own, which goes on from one evaluation to the next.
  private var kept: AnyTabularEnvironment?
  private let root: UInt64
  private let seed: UInt64

  /// - Parameter takesLikeliest: Whether greedy rollouts take the likeliest actions of the target policy: where that is learned as it acts.
  init?(
    options: RecordOptions.Evaluation, task: PreparedTask, takesLikeliest: Bool, root: UInt64, seed: UInt64
  ) {
    self.takesLikeliest = takesLikeliest
    self.options = options
    self.task = task
    self.root = root
    self.seed = seed
    stream = RandomStream(root: root, index: seed, component: "evaluation")
  }

  /// The mean undiscounted return of some episodes under the learned policy, and its standard deviation.
  ///
  /// - Throws: ``SettingProblem`` where the task lives outside this program and has failed.
  mutating func evaluate(_ process: TrialProcess) throws -> (mean: Double, std: Double) {
    if let rollouts = process.rollouts {
      let request = RolloutRequest(
        episodes: options.episodes, maximumSteps: options.maximumSteps, isGreedy: options.isGreedy)
      return Self.summary(try rollouts(request))
    }
    let report = process.report()
    let policy = options.isGreedy ? report.targetPolicy : report.behaviorPolicy
    guard !policy.isEmpty else { return (.nan, .nan) }
    if options.isGreedy && takesLikeliest { return Self.summary(try returns(of: Self.likeliest(policy, task.space))) }
    return Self.summary(try returns(of: policy))
  }

  /// The policy that takes the likeliest action of each state, any of equals with the same probability.
  static func likeliest(_ policy: [Double], _ space: ActionSpace) -> [Double] {
    var modes = [Double](repeating: 0, count: policy.count)
    for state in 0..<space.stateCount {
      let row = state * space.width..<state * space.width + space.actions(in: state)
      let greatest = row.reduce(0) { max($0, policy[$1]) }
      let best = row.filter { policy[$0] == greatest && greatest > 0 }
      for slot in best { modes[slot] = 1 / Double(best.count) }
    }
    return modes
  }

  /// The undiscounted returns of some episodes.
  ///
  /// - Parameters:
  ///   - policy: Probabilities, slot by slot.
  ///   - onStep: Called after each step: with the number of the episode, the state, the action's place and what came of it.
  /// - Throws: ``SettingProblem`` where the task lives outside this program and has failed.
  mutating func returns(
    of policy: [Double], onStep: ((Int, Int, Int, Outcome<Int>) -> Void)? = nil
  ) throws(SettingProblem) -> [Double] {
    var environment = kept ?? task.heldOutSimulation.map { AnyTabularEnvironment($0) } ?? fresh()
    defer { if task.isRemote { kept = environment } }
    let limit = task.timeLimit ?? options.maximumSteps
    var returns: [Double] = []
    for episode in 0..<options.episodes {
      var state = environment.reset(using: &stream)
      var total = 0.0
      for _ in 0..<limit {
        let first = state * task.space.width
        let row = Array(policy[first..<first + task.space.actions(in: state)])
        let action = stream.index(weights: row)
        let outcome = environment.step(action, using: &stream)
        onStep?(episode, state, action, outcome)
        total += outcome.reward
        state = outcome.observation
        if outcome.terminated || outcome.truncated { break }
      }
      returns.append(total)
    }
    if let failure = environment.failure { throw SettingProblem(failure) }
    return returns
  }

  /// The task as it is before any episode.
  private func fresh() -> AnyTabularEnvironment {
    var environment = task.anyEnvironment(seesStates: true)
    var preparation = RandomStream(root: root, index: seed, component: "initialisation")
    environment.prepare(using: &preparation)
    return environment
  }

  private static func summary(_ returns: [Double]) -> (mean: Double, std: Double) {
    let n = Double(returns.count)
    let mean = returns.reduce(0, +) / n
    let squares = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, returns.count > 1 ? (squares / (n - 1)).squareRoot() : .nan)
  }

  func save(to writer: inout StateWriter) { writer.write(stream) }

  mutating func restore(from reader: inout StateReader) throws(StateError) { stream = try reader.stream() }
}
