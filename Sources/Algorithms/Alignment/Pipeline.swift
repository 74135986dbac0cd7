import RLCore

/// Stages of alignment one after another, in one configuration: what a stage has learned, the next begins with.
///
///     algorithm: { id: "pipeline", stages: [
///       { id: "sft", iterations: 20, demonstrations: 50 },
///       { id: "reward-model", iterations: 300 },
///       { id: "rlhf-ppo", iterations: 300, beta: 0.1 },
///     ] }
///
/// Each stage takes the policy as it finds it for its reference (Ouyang et al., NeurIPS 2022). A stage that samples earns the learned
/// reward, once there is one, unless its `reward` is "task". The last stage goes on as long as the budget lasts.
public struct Pipeline: AlignmentMethod, ~Copyable {
  /// One stage, with how long it lasts.
  struct Plan: Sendable {
    let id: String
    let iterations: Int
    let settings: Settings
  }

  static let stages = Parameter<[Setting]>(
    "stages", type: "list of objects", default: .list([.object([.init("id", .text("grpo"))])]),
    range: "each with an id, `iterations` and the stage's own parameters",
    "what is done, one after another: \(Self.methods.map { $0.about.id }.joined(separator: ", "))"
  ) { setting throws(SettingProblem) in
    guard let elements = setting.elements, !elements.isEmpty else {
      throw SettingProblem("\(setting) is \(setting.kind); write a list of stages like [{id: \"sft\", iterations: 20}]")
    }
    for (index, element) in elements.enumerated() { _ = try Self.plan(element, shared: [], at: index) }
    return elements
  }.holding(
    Self.methods.map { method in
      let about = method.about
      let shared = AlignmentParameters.all.map(\.name)
      return About(
        id: about.id, summary: about.summary, source: about.source,
        parameters: [iterations.declaration] + about.parameters.filter { !shared.contains($0.name) })
    })

  static let iterations = Parameter.integer(
    "iterations", default: 100, in: 1...1_000_000_000, "after how many updates the next stage begins")

  /// What configurations and readers see.
  public static let about = About(
    id: "pipeline",
    summary: "stages of alignment one after another: SFT, reward model, reinforcement learning and others",
    source: "Ouyang et al. (2022), arXiv:2203.02155; DeepSeek-AI (2025), arXiv:2501.12948",
    parameters: [stages.declaration] + AlignmentParameters.all)

  /// The columns that it fills: those of all stages.
  public static let quantities: [BatchQuantity] = BatchQuantity.allCases.filter { quantity in
    Self.methods.contains { $0.quantities.contains(quantity) }
  }

  /// The stages that there are.
  static let methods: [any AlignmentStage.Type] = [
    SFT.self, RewardModeling.self, DPO.self, KTO.self, GRPO.self, RLOO.self, ReinforcePlusPlus.self, RLHFPPO.self,
    RejectionSampling.self, BestOfN.self, Distillation.self,
  ]

  /// The discount rate γ.
  public let gamma: Double
  /// How many episodes an update of a sampling stage samples.
  public let copies: Int
  /// After how many steps episodes are cut off.
  public let episodeLimit: Int?
  /// What is learned.
  public var state: AlignmentState
  private let plans: [Plan]
  private let context: BatchContext
  private var number = 0
  private var updates = 0
  private var stage: any AlignmentStage
  private let penalizes: Bool

  /// Makes the learner as it is before its first update.
  public init(_ settings: Settings, context: BatchContext) throws(SettingProblem) {
    gamma = settings[AlignmentParameters.gamma]
    copies = settings[AlignmentParameters.sequences]
    let limit = context.episodeLimit(settings)
    var context = context
    context.timeLimit = limit
    let names = AlignmentParameters.all.map(\.name)
    let shared = settings.resolved.filter { names.contains($0.key) }
    var plans: [Plan] = []
    for (index, element) in settings[Self.stages].enumerated() {
      plans.append(try Self.plan(element, shared: shared, at: index))
    }
    let state = try AlignmentState(settings, context: context)
    var penalizes = false
    var first: (any AlignmentStage)?
    // Every stage is tried on what it will find.
    var outlook = state
    for (index, plan) in plans.enumerated() {
      let stage = try SettingProblem.at(".stages[\(index)]") { () throws(SettingProblem) in
        try Self.make(plan, context: context, state: outlook)
      }
      if stage.beta > 0 { penalizes = true }
      if type(of: stage).makesReward { outlook.rewardModel = RewardModel(like: outlook.policy) }
      if index == 0 { first = stage }
    }
    episodeLimit = limit
    self.context = context
    self.plans = plans
    self.state = state
    self.penalizes = penalizes
    stage = first!
  }

  private static func plan(
    _ setting: Setting, shared: [Setting.Field], at index: Int
  ) throws(SettingProblem) -> Plan {
    let place = "[\(index)]"
    guard let fields = setting.fields, let id = setting["id"]?.text else {
      throw SettingProblem("\(setting) has no id; write a stage like {id: \"sft\", iterations: 20}", at: place)
    }
    guard let method = methods.first(where: { $0.about.id == id }) else {
      let ids = methods.map { $0.about.id }
      let hint = Spelling.hint(
        for: id, among: ids, otherwise: "there are: " + ids.joined(separator: ", "))
      throw SettingProblem("there is no stage \"\(id)\"; \(hint)", at: place + ".id")
    }
    return try SettingProblem.at(place) { () throws(SettingProblem) in
      let iterations =
        try setting.read("iterations") { given throws(SettingProblem) in
          try Interval.whole(given, in: 1...1_000_000_000)
        } ?? 100
      let names = AlignmentParameters.all.map(\.name)
      let own = fields.filter { $0.key != "id" && $0.key != "iterations" }
      if let wrong = own.first(where: { names.contains($0.key) }) {
        throw SettingProblem(
          "all stages share \"\(wrong.key)\"; give it to the pipeline, beside \"stages\"", at: ".\(wrong.key)")
      }
      let expanded = try method.expand(own).filter { !names.contains($0.key) }
      let settings = try Settings(
        expanded + shared, for: method.about.parameters + AlignmentParameters.all, owner: id)
      return Plan(id: id, iterations: iterations, settings: settings)
    }
  }

  private static func make(
    _ plan: Plan, context: BatchContext, state: AlignmentState
  ) throws(SettingProblem) -> any AlignmentStage {
    try methods.first { $0.about.id == plan.id }!.init(plan.settings, context: context, state: state)
  }

  /// The weight of the divergence in the stage at hand.
  public var beta: Double { stage.beta }
  /// Whether states are numbered.
  public var usesStateIndices: Bool { context.usesStateIndices }

  /// It is held to a reference, in some stages by a penalty; and there may be a learned reward.
  public var regularization: Regularization? {
    Regularization(hasPenalty: penalizes, hasProxy: plans.contains { $0.id == RewardModeling.id })
  }

  /// One update of the stage whose turn it is.
  public mutating func update(in batch: EnvironmentBatch, at time: TrainingTime) throws(SettingProblem) {
    if updates >= plans[number].iterations && number + 1 < plans.count {
      number += 1
      updates = 0
      stage = try Self.make(plans[number], context: context, state: state)
    }
    if updates == 0 { stage.begin(&state) }
    updates += 1
    try stage.update(
      &state, in: batch, at: TrainingTime(unit: .iterations, total: plans[number].iterations, update: updates))
  }

  /// Appends policies, and where the stages are.
  public func save(to writer: inout StateWriter) {
    writer.write(number)
    writer.write(updates)
    state.save(to: &writer)
    stage.save(to: &writer)
  }

  /// Takes up policies, and where the stages are.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    number = try reader.integer()
    updates = try reader.integer()
    guard plans.indices.contains(number), updates >= 0 else { throw StateError("there is no stage \(number)") }
    try state.restore(from: &reader)
    do throws(SettingProblem) {
      stage = try Self.make(plans[number], context: context, state: state)
    } catch { throw StateError(error.message) }
    try stage.restore(from: &reader)
  }
}
