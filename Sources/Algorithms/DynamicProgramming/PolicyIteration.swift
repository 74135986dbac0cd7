import RLCore

/// Evaluates a policy exactly, makes it greedy, and so on until it stays as it is.
///
///     v_π = r_π + γ P_π v_π,    π′(s) = argmax_a [r(s, a) + γ Σ_s′ p(s′|s, a) v_π(s′)]      Sutton & Barto (2018), sec. 4.3
///
/// Departures from the box: the evaluation is a direct solve, not sweeps, where the model allows it (``PolicyEvaluator``); an action is left only for one that is
/// better by more than rounding, which is what Exercise 4.4 asks for. Policies begin with doing nothing where the task has such an
/// action (labelled "0" or "stay"), else with the first action; for the car rental that is the book's π₀.
///
/// At gamma 1, the first policy is changed where it would never end, and sets of states that can be stayed in for nothing count as one
/// (``TotalRewardModel``): every policy on the way ends, or stays where that costs nothing.
public struct PolicyIteration: Planner {
  static let gamma = PlanningParameters.gamma
  static let tolerance = PlanningParameters.tolerance
  static let evaluation = Parameter<Evaluation>.choice(
    "evaluation", default: .auto, "a direct solve where the model allows it, else sweeps; or sweeps in any case")

  /// How policies are evaluated.
  enum Evaluation: String, CaseIterable {
    case auto
    case iterative
  }

  /// What configurations and readers see.
  public static let about = About(
    id: "policy-iteration",
    summary: "exact evaluation and greedy improvement in turn, until the policy is stable",
    source: "Sutton & Barto (2018), sec. 4.3; Howard (1960)",
    equation: "π'(s) = argmax_a [r(s,a) + γ Σ_s' p(s'|s,a) v_π(s')]",
    parameters: [gamma.declaration, tolerance.declaration, evaluation.declaration] + PlanningParameters.greedy)

  private let model: FiniteMDP
  private let gamma: Double
  private let tolerance: Double
  private let greedy: GreedyRule
  private let total: TotalRewardModel?
  private var search: OptimalSearch
  private var errorBound = Double.infinity

  /// Begins with the idle policy.
  public init(_ settings: Settings, model: FiniteMDP, threads: Int) throws {
    self.model = model
    gamma = settings[Self.gamma]
    tolerance = settings[Self.tolerance]
    greedy = GreedyRule(settings)
    total = gamma == 1 ? try TotalRewardModel(planning: model) : nil
    let inner = total?.quotient ?? model
    var pairs = inner.idlePairs(labels: model.actionLabels, behind: total?.originalPairs, of: model)
    if let total { pairs = total.ending(pairs) }
    let evaluator =
      settings[Self.evaluation] == .auto ? PolicyEvaluator(inner) : PolicyEvaluator(inner, operationLimit: 0)
    search = OptimalSearch(evaluator, gamma: gamma, pairs: pairs)
  }

  /// One evaluation and one improvement.
  public mutating func iterate() -> PlannerProgress {
    // The improvement before this evaluation may have closed a loop that pays; then there is nothing more to be done.
    guard search.evaluate() == nil else {
      errorBound = .infinity
      return PlannerProgress(residual: .infinity, errorBound: .infinity, isConverged: false, isFinished: true)
    }
    let residual = search.residual()
    let changed = search.improve()
    let bound = changed == 0 || gamma < 1 ? search.errorBound() : .infinity
    errorBound = bound
    return PlannerProgress(
      residual: residual, errorBound: bound, isConverged: bound <= tolerance,
      isFinished: changed == 0 || bound <= tolerance, changedStates: changed)
  }

  /// `v_π` of the policy that was evaluated last.
  public var values: [Double] { total?.lift(search.values) ?? search.values }

  /// `q_π` of the policy that was evaluated last.
  public var actionValues: [Double] { BellmanSweep(model).actionValues(of: values, gamma: gamma) }

  /// Greedy in ``actionValues``.
  public var policy: StationaryPolicy {
    greedy.policy(actionValues, model, errorBound: errorBound, total: total.map { ($0, values: search.values) })
  }

  /// Stores the policy and its values.
  public func save(to writer: inout StateWriter) {
    search.save(to: &writer)
    writer.write(errorBound)
  }

  /// Takes up the policy and its values.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try search.restore(from: &reader)
    errorBound = try reader.number()
  }
}

extension FiniteMDP {
  /// In each state the pair of an action that does nothing, by its label, else the first; −1 at terminal states.
  ///
  /// - Parameters:
  ///   - labels: What the actions of the task are called.
  ///   - origins: The pair of the task behind each pair of this model, −1 for none; nil where this is the task.
  fileprivate func idlePairs(labels: [String], behind origins: [Int32]?, of task: FiniteMDP) -> [Int32] {
    let idle = labels.map { $0 == "0" && labels.contains("1") && labels.contains("-1") || $0 == "stay" }
    return (0..<stateCount).map { state in
      let all = pairs(of: state)
      let found = all.first { pair in
        let origin = origins.map { Int($0[pair]) } ?? pair
        return origin >= 0 && idle[Int(task.pairActions[origin])]
      }
      return (found ?? all.first).map(Int32.init) ?? -1
    }
  }
}
