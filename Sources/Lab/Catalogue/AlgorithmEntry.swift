import Algorithms
import RLCore

/// An algorithm in the catalogue.
public struct AlgorithmEntry: Sendable {
  /// What an algorithm is for, which decides what it needs and what is recorded of it.
  public enum Kind: String, Sendable {
    /// Computes values and policies from a known model.
    case planner
    /// Learns to act.
    case control
    /// Learns the values of a given policy.
    case prediction
    /// Learns which arm of a bandit to choose.
    case bandit
    /// Learns a policy, which acts as it is: what is judged is the policy itself.
    case policy

    /// Whether what is learned is what acts, chance and all, so that its greedy policy is another.
    var learnsWhatActs: Bool { self == .policy }
  }

  /// What it asks of every task that it is given, whatever its parameters.
  public struct Needs: Sendable {
    /// A finite model.
    public var model: Bool
    /// Episodes that end, by themselves or by a time limit.
    public var ends: Bool
    /// Numbered actions, no continuous ones.
    public var numberedActions: Bool
    /// That no outcome ends an episode.
    public var continuing: Bool

    /// What it asks of every task.
    public init(model: Bool = false, ends: Bool = false, numberedActions: Bool = false, continuing: Bool = false) {
      self.model = model
      self.ends = ends
      self.numberedActions = numberedActions
      self.continuing = continuing
    }
  }

  /// What configurations and readers see.
  public let about: About
  /// What it is for.
  public let kind: Kind
  /// The units in which its budget may be given.
  public let units: [Budget.Unit]
  /// Whether it learns tasks that are observed as vectors; finite tasks it then sees as one-hot vectors.
  public let acceptsVectors: Bool
  /// What it asks of every task, for those who cannot try it on one.
  public let needs: Needs
  /// What a preset adds to the parameters that a configuration gives for a task, if there is such a task.
  var expand: (@Sendable ([Setting.Field], EnvironmentEntry?) throws(SettingProblem) -> [Setting.Field])?
  /// Which parameters belong to which of its forms, where it has several.
  var forms: PolicyForm.Names?
  /// Whether trials of a variant may take their steps in turn, as far as each process says; see ``TrialGroup``.
  public var takesTurns = false
  /// Checks that settings fit a task, before anything runs; nil where the declarations say all.
  public let check: (@Sendable (Settings, PreparedTask) throws -> Void)?
  /// Makes one trial of it.
  public let make: @Sendable (TrialRequest) throws -> TrialProcess

  /// An algorithm with the rule that makes its trials.
  public init(
    _ about: About, kind: Kind, units: [Budget.Unit], acceptsVectors: Bool = false, needs: Needs = Needs(),
    check: (@Sendable (Settings, PreparedTask) throws -> Void)? = nil,
    make: @escaping @Sendable (TrialRequest) throws -> TrialProcess
  ) {
    self.about = about
    self.kind = kind
    self.units = units
    self.acceptsVectors = acceptsVectors
    self.needs = needs
    self.check = check
    self.make = make
  }

  /// The budget that holds where a configuration gives none.
  func defaultBudget(_ task: PreparedTask) -> Budget {
    switch kind {
    case .planner: Budget(.iterations, 1_000_000)
    case .bandit: Budget(.steps, 1000)
    case .policy where !acceptsVectors && !units.contains(.episodes):
      Budget(.iterations, units == [.iterations] ? 1000 : 100)
    case _ where acceptsVectors && (task.vector != nil || !units.contains(.episodes)): Budget(.steps, 100_000)
    case .policy, .control, .prediction:
      task.isContinuing && task.timeLimit == nil ? Budget(.steps, 10_000) : Budget(.episodes, 500)
    }
  }
}

/// How long a trial goes on.
public struct Budget: Sendable, Equatable {
  /// What is counted.
  public enum Unit: String, Sendable, CaseIterable {
    /// Finished episodes.
    case episodes
    /// Environment steps.
    case steps
    /// Sweeps of a planner, updates of a batch method.
    case iterations
  }

  /// What is counted.
  public let unit: Unit
  /// How many, at least 1.
  public let count: Int

  /// The largest budget, which no machine gets through.
  static let mostUnits = 1_000_000_000_000

  /// So many of a unit.
  public init(_ unit: Unit, _ count: Int) {
    self.unit = unit
    self.count = count
  }

  /// Reads `{episodes: N}`, `{steps: N}` or `{iterations: N}`.
  ///
  /// - Throws: ``SettingProblem``, also where the algorithm does not count the unit.
  init(_ setting: Setting, for entry: AlgorithmEntry) throws(SettingProblem) {
    let units = Unit.allCases.map(\.rawValue)
    guard let fields = setting.fields else {
      throw SettingProblem(
        "\(setting) is \(setting.kind); write {episodes: 500}, {steps: 100000} or {iterations: 100}")
    }
    try setting.checkKeys(
      units, of: "a budget", otherwise: "it has exactly one of: " + units.joined(separator: ", "))
    guard fields.count == 1, let unit = Unit(rawValue: fields[0].key) else {
      let given = fields.isEmpty ? "it is empty" : "it has " + fields.map(\.key).joined(separator: " and ")
      throw SettingProblem("a budget is exactly one of episodes, steps, iterations; \(given)")
    }
    if !entry.units.contains(unit) {
      let allowed = entry.units.map(\.rawValue).joined(separator: " or ")
      throw SettingProblem(
        "\"\(entry.about.id)\" does not count \(unit.rawValue); give \(allowed)", at: ".\(unit.rawValue)")
    }
    self.unit = unit
    count = try SettingProblem.at(".\(unit.rawValue)") { () throws(SettingProblem) in
      try Interval.whole(fields[0].value, in: 1...Self.mostUnits)
    }
  }
}

/// All that a trial depends on, besides its seed.
public struct TrialRequest: Sendable {
  /// The task.
  public let task: PreparedTask
  /// The algorithm's settings.
  public let settings: Settings
  /// How long it goes on.
  public let budget: Budget
  /// The root seed.
  public let root: UInt64
  /// The trial's seed.
  public let seed: UInt64
  /// What is known exactly of the task.
  public let truth: GroundTruth
  /// How many threads one trial may use.
  public let threads: Int
  /// The unit in which a learner's schedules count time, where it is not the budget's.
  public var clock: Budget.Unit?
}

/// How far a trial has come.
public struct TrialCounters: Sendable, Equatable {
  /// Sweeps or updates; nil where the algorithm has none.
  public var iteration: Int?
  /// Finished episodes; nil where the algorithm has none.
  public var episode: Int?
  /// Environment steps; nil where the algorithm takes none.
  public var step: Int?

  /// How far a trial has come.
  public init(iteration: Int? = nil, episode: Int? = nil, step: Int? = nil) {
    self.iteration = iteration
    self.episode = episode
    self.step = step
  }

  /// The count of one unit.
  public subscript(unit: Budget.Unit) -> Int {
    switch unit {
    case .iterations: iteration ?? 0
    case .episodes: episode ?? 0
    case .steps: step ?? 0
    }
  }
}

/// Rollouts of a trained policy: how many episodes, how long at most, and how actions are chosen.
public struct RolloutRequest: Sendable {
  /// How many episodes.
  public var episodes: Int
  /// After how many steps an episode is cut off, where the task has no time limit.
  public var maximumSteps: Int
  /// Whether the likeliest action is taken, or the best; drawn from the policy that acts otherwise.
  public var isGreedy: Bool
}

/// A running trial as a table of functions: the type of the algorithm stays behind them, so that its inner loop is compiled for just that type.
public struct TrialProcess {
  /// Goes on until the budget's unit has reached a count, or for a while (some 50 ms), whichever comes first.
  public var advance: (_ count: Int) throws -> Void
  /// How far it has come.
  public var counters: () -> TrialCounters
  /// Whether there is nothing left to do before the budget is spent: a planner has converged.
  public var isFinished: () -> Bool
  /// The columns that it can fill, without the exact and the evaluation columns.
  public var metrics: [Metric]
  /// Writes the values of `metrics` since the last call, NaN where there is none. The first call is made before learning.
  public var measure: (UnsafeMutableBufferPointer<Double>) -> Void
  /// What has been learned.
  public var report: () -> LearnerReport
  /// Appends all that changes while the trial runs.
  public var save: (inout StateWriter) -> Void
  /// Takes up all that changes while the trial runs.
  public var restore: (inout StateReader) throws -> Void
  /// The discount rate of the algorithm.
  public var gamma: Double
  /// Returns of rollouts on copies of the task of their own, where the process makes them itself; nil where the reported policy is enough.
  public var rollouts: ((RolloutRequest) throws -> [Double])?
  /// Whether ``save`` stores all of it; if not, an interrupted trial begins anew.
  public var canBeStored = true
  /// Whether its report has values of states, which the exact columns can hold against the truth.
  public var hasValues = true
  /// What holds the policy to a reference; nil where nothing does.
  public var regularization: Regularization?
  /// How it takes its steps in turn with other trials of its variant; nil where it goes on alone.
  public var turns: TurnTaking?
  /// Where the agent is now, for pictures; the first of several.
  public var place: () -> AgentPlace = { AgentPlace() }
  /// The policy as a file stores it; nil where it cannot be.
  public var archive: () -> TrainedPolicy? = { nil }

  /// A running trial.
  public init(
    metrics: [Metric], gamma: Double, advance: @escaping (Int) throws -> Void,
    counters: @escaping () -> TrialCounters, isFinished: @escaping () -> Bool = { false },
    measure: @escaping (UnsafeMutableBufferPointer<Double>) -> Void, report: @escaping () -> LearnerReport,
    save: @escaping (inout StateWriter) -> Void, restore: @escaping (inout StateReader) throws -> Void
  ) {
    self.metrics = metrics
    self.gamma = gamma
    self.advance = advance
    self.counters = counters
    self.isFinished = isFinished
    self.measure = measure
    self.report = report
    self.save = save
    self.restore = restore
  }
}

/// A policy that acts on vectors, as a file stores it.
public enum TrainedPolicy: Sendable {
  /// A network.
  case network(PolicyArchive)
  /// Linear in features of what is observed.
  case linear(LinearArchive)
}

/// Where an agent is, as far as pictures can show it.
public struct AgentPlace: Sendable, Equatable {
  /// The state of a finite task; nil where that is not known.
  public var state: Int?
  /// The numbers observed of a task that is observed as a vector; empty elsewhere.
  public var observation: [Float] = []

  /// Where an agent is.
  public init(state: Int? = nil, observation: [Float] = []) {
    self.state = state
    self.observation = observation
  }
}

/// How a trial takes its steps in turn with others of its variant, in ``StepsInTurn``.
public struct TurnTaking {
  /// A loop for so many trials like this one.
  let together: (_ capacity: Int) -> StepsInTurn
  /// The trial as it is now.
  let lane: () -> StepLane
  /// Takes up the trial where it was left.
  let put: (StepLane) -> Void
  /// The step in an episode.
  let rule: (_ episode: Int) -> OneStepRule

  /// How a trial takes its steps in turn with others.
  public init(
    together: @escaping (_ capacity: Int) -> StepsInTurn, lane: @escaping () -> StepLane,
    put: @escaping (StepLane) -> Void, rule: @escaping (_ episode: Int) -> OneStepRule
  ) {
    self.together = together
    self.lane = lane
    self.put = put
    self.rule = rule
  }
}
