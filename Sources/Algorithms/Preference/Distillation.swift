import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Distillation of one policy into another: the student learns, in states that one of them visits, the whole distribution of the teacher.
///
///     forward:  L = mean KL(teacher ‖ student) over states of the teacher's episodes      Hinton, Vinyals & Dean (2015)
///     reverse:  L = mean KL(student ‖ teacher) over states of the student's own episodes  Gu et al. (MiniLLM), 2024
///
/// The teacher is the policy that the stage finds, or the best policy of the task with some noise; a student that is told to begin anew has equal
/// probabilities (a table) or small weights again.
public struct Distillation: AlignmentStage {
  /// Which divergence is made small.
  enum Direction: String, CaseIterable, Sendable { case forward, reverse }
  /// Who teaches.
  enum Teacher: String, CaseIterable, Sendable {
    /// The policy as it was when the stage began; the student begins anew.
    case policy
    /// The best policy of the task.
    case optimal
  }

  static let direction = Parameter<Direction>.choice(
    "direction", default: .forward,
    "forward: KL(teacher ‖ student) in the teacher's states; reverse: the other way round")
  static let teacher = Parameter<Teacher>.choice(
    "teacher", default: .optimal, "the best policy of the task, or the policy that the stage finds")
  static let noise = Parameter.real(
    "teacher_noise", default: 0.05, in: .positive(through: 1), "the chance of any action in the best policy's place")

  /// What configurations and readers see.
  public static let about = About(
    id: "distillation", summary: "distillation of a teacher's distributions into the policy, forward or reverse",
    source: "Hinton, Vinyals & Dean (2015), arXiv:1503.02531; Gu et al. (2024), arXiv:2306.08543",
    equation: "L = mean KL(teacher ‖ student), or KL(student ‖ teacher)",
    parameters: [direction.declaration, teacher.declaration, noise.declaration, SFT.batchSize.declaration]
      + AlignmentParameters.optimization)
  /// Its data come from the model.
  public static let needsModel = true
  /// The columns that it fills.
  public static let quantities: [BatchQuantity] = [.policyLoss, .entropy, .gradientNorm, .referenceKL]
  /// It is held to nothing.
  public var beta: Double { 0 }

  private let source: OfflineData
  private let direction: Direction
  private let teacher: Teacher
  private let batchSize: Int
  private let best: [Double]
  private let fresh: LearnedPolicy
  private var table: [Double] = []
  private var optimizer: AlignmentOptimizer
  private let context: BatchContext

  /// Makes the stage.
  public init(_ settings: Settings, context: BatchContext, state: AlignmentState) throws(SettingProblem) {
    source = try OfflineData("distillation", settings, context: context)
    direction = settings[Self.direction]
    teacher = settings[Self.teacher]
    batchSize = settings[SFT.batchSize]
    best = teacher == .optimal ? try source.demonstrator(noise: settings[Self.noise]) : []
    fresh = try AlignmentState(settings, context: context).policy
    optimizer = try AlignmentOptimizer(settings, state.policy)
    self.context = context
  }

  /// The teacher is made; the student begins anew where it was the policy.
  public mutating func begin(_ state: inout AlignmentState) {
    state.reference = state.policy
    if teacher == .policy {
      table = source.table(of: &state.reference)
      state.policy = fresh
    } else {
      table = best
    }
  }

  /// A step on the states of some episodes.
  public mutating func update(
    _ state: inout AlignmentState, in environments: EnvironmentBatch, at time: TrainingTime
  ) throws(SettingProblem) {
    var batch = SequenceBatch(for: context)
    let visitor = direction == .forward ? table : source.table(of: &state.policy)
    let visited = try source.append(
      groups: batchSize, of: 1, by: visitor, to: &batch, using: &state.data)
    let count = visited.count
    state.policy.forward(batch.observations, choosing: batch.order[...])
    let width = state.policy.width
    let student = state.policy.distributions
    // A divergence is a sum over actions: each is a row of its own, weighed by its derivative with respect to log π.
    var (rows, actions, weights): ([Int], [Int32], [Double]) = ([], [], [])
    var (loss, entropy) = (0.0, 0.0)
    for k in 0..<count {
      entropy += student.entropy(row: k) / Double(count)
      for action in 0..<source.space.actions(in: visited[k]) {
        let goal = table[visited[k] * width + action]
        let own = student.probabilities[k * width + action]
        let log = student.logProbabilities[k * width + action]
        if direction == .forward {
          if goal > 0 { loss += goal * (logarithm(goal) - log) / Double(count) }
          weights.append(-goal / Double(count))
        } else {
          let difference = log - logarithm(max(goal, 1e-300))
          if own > 0 { loss += own * difference / Double(count) }
          weights.append(own > 0 ? own * difference / Double(count) : 0)
        }
        rows.append(batch.order[k])
        actions.append(Int32(action))
      }
    }
    try time.check(loss, .policyLoss)
    var store = ActionStore(count: rows.count, for: .discrete(width))
    store.numbers = actions
    state.policy.forward(batch.observations, choosing: rows[...])
    var logs = [Double](repeating: 0, count: rows.count)
    _ = state.policy.describe(store, rows: rows.count, logProbabilities: &logs)
    state.policy.zeroGradients()
    state.policy.backward(store, rows: rows.count, logProbability: weights)
    state.statistics.add(.policyLoss, loss)
    state.statistics.add(.entropy, entropy)
    state.statistics.add(
      .gradientNorm, try optimizer.step(&state.policy, elapsed: time.elapsed(in: environments), at: time))
  }

  /// Appends teacher and optimizer.
  public func save(to writer: inout StateWriter) {
    writer.write(table)
    optimizer.save(to: &writer)
  }

  /// Takes up teacher and optimizer.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    let table = try reader.list(of: 0.0)
    guard table.isEmpty || table.count == source.space.slotCount else {
      throw StateError("\(table.count) probabilities of a teacher for \(source.space.slotCount)")
    }
    self.table = table
    try optimizer.restore(from: &reader)
  }
}

private func logarithm(_ x: Double) -> Double { log(x) }
