import RLCore

/// A bandit with contexts: each step shows a vector `x`, and arm `a` earns `θ_aᵀx` with normal noise.
///
/// Contexts are drawn uniformly from the unit sphere. The coefficients `θ_a` of the arms are given, or drawn for each trial from N(0, 1), number by
/// number, so that expected rewards are of the order of 1. The optimal arm is the best one for the context at hand; regret is counted
/// against it (Li et al., 2010; Lattimore & Szepesvári, *Bandit Algorithms*, 2020, chapter 19). Rules without contexts see an ordinary bandit.
public struct ContextualBandit: ContextualBanditEnvironment, Sendable {
  static let arms = Parameter.integer("arms", symbol: "k", default: 10, in: 1...10_000, "how many arms there are")
  static let dimension = Parameter.integer(
    "dimension", symbol: "d", default: 5, in: 1...200, "how many numbers a context has")
  static let noise = Parameter.real(
    "noise", symbol: "σ", default: 0.5, in: .nonnegative, "standard deviation of rewards around their mean")
  static let coefficients = Parameter<[[Double]]?>(
    "coefficients", symbol: "θ", type: "one row of numbers an arm, or null", default: .null, range: "(-∞, ∞)",
    "what each number of a context is worth to each arm; null to draw them anew for each trial"
  ) { setting throws(SettingProblem) in
    if setting == .null { return nil }
    guard let rows = setting.elements, !rows.isEmpty else {
      throw SettingProblem("\(setting) is \(setting.kind); write a list of rows of numbers, or null")
    }
    var numbers: [[Double]] = []
    for (index, row) in rows.enumerated() {
      guard let elements = row.elements, !elements.isEmpty, elements.count == rows[0].elements?.count else {
        throw SettingProblem("\(row) is no row of as many numbers as the first one", at: "[\(index)]")
      }
      numbers.append(
        try SettingProblem.at("[\(index)]") { () throws(SettingProblem) in try elements.read(Interval.finite.number) })
    }
    return numbers
  }

  /// What configurations and readers see.
  public static let about = About(
    id: "contextual-bandit",
    summary: "arms whose mean rewards are linear in a context that changes at every step",
    source: "Li, Chu, Langford & Schapire (2010); Lattimore & Szepesvári (2020), chapter 19",
    equation: "R ~ N(θ_aᵀx, σ²)",
    parameters: [arms.declaration, dimension.declaration, noise.declaration, coefficients.declaration])

  /// One state, and the arms.
  public let space: ActionSpace
  /// How many numbers a context has.
  public let contextDimension: Int
  private let noise: Double
  private let given: [[Double]]?
  private var theta: [Double]
  private var context: [Double]
  private var table: FeatureTable?
  private var statistics = BanditStatistics()

  /// Makes the bandit.
  ///
  /// - Throws: ``SettingProblem`` where the coefficients do not fit the other settings.
  public init(_ settings: Settings) throws(SettingProblem) {
    given = settings[Self.coefficients]
    let arms = given?.count ?? settings[Self.arms]
    contextDimension = given?[0].count ?? settings[Self.dimension]
    // The defaults are what nobody has to write again beside coefficients of another size.
    if given != nil {
      if ![10, arms].contains(settings[Self.arms]) {
        throw SettingProblem("there are coefficients of \(arms) arms; give as many, or leave \"arms\" out", at: ".arms")
      }
      if ![5, contextDimension].contains(settings[Self.dimension]) {
        throw SettingProblem(
          "the coefficients are \(contextDimension) an arm; give as many, or leave \"dimension\" out", at: ".dimension")
      }
    }
    noise = settings[Self.noise]
    space = ActionSpace(states: 1, actions: arms)
    theta = given.map { $0.flatMap { $0 } } ?? [Double](repeating: 0, count: arms * contextDimension)
    context = [Double](repeating: 0, count: contextDimension)
  }

  /// The same bandit, which writes its contexts into a table.
  public func showing(in table: FeatureTable) -> ContextualBandit {
    precondition(table.activeCount == contextDimension, "\(table.activeCount) places for \(contextDimension) numbers")
    var copy = self
    copy.table = table
    return copy
  }

  /// Puts the coefficients where the trial begins, and the counts to 0.
  public mutating func prepare(using stream: inout RandomStream) {
    if given == nil { for k in theta.indices { theta[k] = stream.normal() } }
    statistics = BanditStatistics()
  }

  /// Draws a context.
  public mutating func reset(using stream: inout RandomStream) -> Int {
    var square = 0.0
    repeat {
      square = 0
      for k in 0..<contextDimension {
        context[k] = stream.normal()
        square += context[k] * context[k]
      }
    } while square == 0
    let length = square.squareRoot()
    for k in 0..<contextDimension { context[k] /= length }
    show()
    return 0
  }

  private func show() {
    guard let row = table?.row(0) else { return }
    for k in 0..<contextDimension {
      row.places[k] = Int32(k)
      row.values[k] = context[k]
    }
  }

  private func mean(_ arm: Int) -> Double {
    var sum = 0.0
    for k in 0..<contextDimension { sum += theta[arm * contextDimension + k] * context[k] }
    return sum
  }

  /// Pulls an arm in `[0, arms)`.
  public mutating func step(_ action: Int, using stream: inout RandomStream) -> Outcome<Int> {
    var best = -Double.infinity
    for arm in 0..<space.width { best = max(best, mean(arm)) }
    let own = mean(action)
    statistics.count(mean: own, best: best)
    return Outcome(observation: 0, reward: noise > 0 ? own + noise * stream.normal() : own, terminated: true)
  }

  /// Gives the counts since the last call, and begins counting anew; the regret goes on.
  public mutating func takeStatistics() -> BanditStatistics { statistics.take() }

  /// Appends the coefficients, the context and the counts.
  public func save(to writer: inout StateWriter) {
    writer.write(theta)
    writer.write(context)
    statistics.save(to: &writer)
  }

  /// Takes up the coefficients, the context and the counts.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    let (storedTheta, storedContext) = (try reader.list(of: 0.0), try reader.list(of: 0.0))
    guard storedTheta.count == theta.count, storedContext.count == context.count else {
      throw StateError("the checkpoint is of another bandit")
    }
    theta = storedTheta
    context = storedContext
    try statistics.restore(from: &reader)
    show()
  }
}
