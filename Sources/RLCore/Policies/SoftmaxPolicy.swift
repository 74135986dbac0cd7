#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A tabular softmax policy: a preference for each state and action, the policy that they give, and its gradient.
///
///     π(a|s) = exp H(s, a) / Σ_b exp H(s, b)                           Sutton & Barto (2018), eq. 13.2
///     ∂ ln π(A|S) / ∂ H(S, a) = 1[a = A] − π(a|S)                      ibid., eq. 13.9 with one feature a pair
///
/// Probabilities are kept, and computed anew where a preference has changed and is asked for. The policy owns its memory and cannot be
/// copied.
public struct SoftmaxPolicy: ~Copyable {
  /// The preferences H, slot by slot.
  public let preferences: ActionValues
  /// What no action's probability falls below, in `[0, 1 / actions]`; 0 for a plain softmax.
  public let minimum: Double
  /// How often ``ascend(_:_:by:)`` has been called.
  public var updates: Int { made }
  @usableFromInline let probabilities: Table<Double>
  @usableFromInline let isStale: Table<Bool>
  @usableFromInline let width: Int
  @usableFromInline var made = 0
  @usableFromInline var fault = 0

  /// The `initial_preferences` of policy methods.
  public static let initialPreferences = Parameter<InitialPreferences>.preferences(
    "initial_preferences", "the preferences to begin with: one for all, one an action, or a row of them a state")
  /// The `min_probability` of policy methods.
  public static let minProbability = Parameter<Double>.real(
    "min_probability", default: 0, in: .closed(0, 0.5), "what the probability of no action falls below")
  /// What a learner with such a policy declares.
  public static let parameters = [initialPreferences.declaration, minProbability.declaration]

  /// What a policy begins with, known to fit the task.
  public struct Start: Sendable {
    let preferences: [Double]
    let minimum: Double
    let space: ActionSpace

    /// Reads the settings that ``parameters`` declares.
    ///
    /// - Throws: ``SettingProblem`` where the preferences or the least probability do not fit the task.
    public init(_ settings: Settings, space: ActionSpace) throws(SettingProblem) {
      try self.init(settings[initialPreferences], minimum: settings[minProbability], space: space)
    }

    /// Checks preferences and a least probability.
    ///
    /// - Throws: ``SettingProblem`` where they do not fit the task.
    public init(
      _ initial: InitialPreferences = .same(0), minimum: Double = 0, space: ActionSpace
    ) throws(SettingProblem) {
      if minimum * Double(space.width) > 1 {
        throw SettingProblem(
          "\(minimum) for each of \(space.width) actions is more than 1 altogether; give at most \(1 / Double(space.width))",
          at: ".min_probability")
      }
      preferences = try initial.slots(of: space)
      self.minimum = minimum
      self.space = space
    }
  }

  /// Begins a policy. What can go wrong has gone wrong before, in ``Start``: an owner of tables does not fail halfway.
  public init(_ start: Start) {
    preferences = ActionValues(start.space, initial: 0)
    minimum = start.minimum
    width = start.space.width
    probabilities = Table(start.space.slotCount, repeating: 0)
    isStale = Table(start.space.stateCount, repeating: true)
    for (slot, preference) in start.preferences.enumerated() { preferences[slot: slot] = preference }
  }

  /// Sets the probabilities of a state by its preferences, where they have changed.
  @inlinable @inline(__always)
  public func refresh(_ state: Int) {
    if isStale[state] { compute(state) }
  }

  @inlinable
  func compute(_ state: Int) {
    let count = preferences.actions(in: state)
    let greatest = preferences.maximum(in: state)
    let first = state &* width
    if count == 2 && minimum == 0 {
      // One exponential instead of two: that of the smaller, taken from the greater.
      let isFirst = preferences[slot: first] == greatest
      let less = exp(preferences[slot: isFirst ? first &+ 1 : first] - greatest)
      let more = 1 / (1 + less)
      probabilities[first] = isFirst ? more : less * more
      probabilities[first &+ 1] = isFirst ? less * more : more
      isStale[state] = false
      return
    }
    var total = 0.0
    for action in 0..<count {
      let weight = exp(preferences[slot: first &+ action] - greatest)
      probabilities[first &+ action] = weight
      total += weight
    }
    let scale = 1 / total
    for action in 0..<count { probabilities[first &+ action] *= scale }
    if minimum > 0 { raise(first, count) }
    isStale[state] = false
  }

  /// Raises what lies below the minimum to it, and scales the others down; some of them may come to lie below it in turn.
  @usableFromInline
  func raise(_ first: Int, _ count: Int) {
    for _ in 0..<count {
      var others = 0.0
      var raised = 0
      for slot in first..<first + count {
        if probabilities[slot] <= minimum { raised += 1 } else { others += probabilities[slot] }
      }
      let scale = (1 - Double(raised) * minimum) / others
      var isDone = true
      for slot in first..<first + count {
        if probabilities[slot] <= minimum {
          probabilities[slot] = minimum
        } else {
          probabilities[slot] *= scale
          if probabilities[slot] < minimum { isDone = false }
        }
      }
      if isDone { return }
    }
  }

  /// `π(a|s)`.
  @inlinable @inline(__always)
  public subscript(state: Int, action: Int) -> Double {
    refresh(state)
    return probabilities[state &* width &+ action]
  }

  /// Draws an action. One word.
  @inlinable @inline(__always)
  public func action(in state: Int, using stream: inout RandomStream) -> Int {
    refresh(state)
    let last = preferences.actions(in: state) - 1
    let first = state &* width
    let target = stream.uniform()
    var sum = 0.0
    for action in 0..<max(0, last) {
      sum += probabilities[first &+ action]
      if target < sum { return action }
    }
    return max(0, last)
  }

  /// Moves the preferences of a state along the gradient of the log-probability of one of its actions: `H ← H + step ∇ ln π(A|S)`.
  @inlinable @inline(__always)
  public mutating func ascend(_ state: Int, _ action: Int, by step: Double) {
    refresh(state)
    let first = state &* width
    for other in 0..<preferences.actions(in: state) {
      preferences[slot: first &+ other] += step * ((other == action ? 1 : 0) - probabilities[first &+ other])
    }
    isStale[state] = true
    count(step)
  }

  /// Moves all preferences: `H ← H + step · direction`, slot by slot.
  public mutating func move(by step: Double, along direction: [Double]) {
    precondition(direction.count == preferences.count, "\(direction.count) numbers for \(preferences.count) slots")
    var size = 0.0
    for (slot, number) in direction.enumerated() {
      preferences[slot: slot] += step * number
      size += (step * number).magnitude
    }
    isStale.fill(with: true)
    count(size)
  }

  /// Counts an update, and notes the first whose step is no number.
  @inlinable @inline(__always)
  public mutating func count(_ step: Double) {
    made &+= 1
    if !(step.magnitude < .infinity) && fault == 0 { fault = made }
  }

  /// Says that a state's preferences have been changed by somebody else.
  @inlinable @inline(__always)
  public func touch(_ state: Int) { isStale[state] = true }

  /// What is wrong where an update was no number; nil while all is well.
  public var failure: String? {
    fault == 0 ? nil : "the step of the preferences is not finite at update \(fault); make the step sizes smaller"
  }

  /// The probability of every slot, 0 where there is no action.
  public var array: [Double] {
    for state in 0..<preferences.space.stateCount { refresh(state) }
    return probabilities.withEntries { Array($0) }
  }
}

extension SoftmaxPolicy: Checkpointable {
  /// Appends the preferences.
  public func save(to writer: inout StateWriter) {
    preferences.save(to: &writer)
    writer.write(made)
    writer.write(fault)
  }

  /// Takes up the preferences; the probabilities follow from them.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try preferences.withMutableSlots { slots throws(StateError) in try reader.read(into: slots) }
    made = try reader.integer()
    fault = try reader.integer()
    isStale.fill(with: true)
  }
}

/// Preferences to begin with, as configurations write them.
public enum InitialPreferences: Sendable, Equatable {
  /// The same for all.
  case same(Double)
  /// One an action, the same in all states.
  case actions([Double])
  /// A row of them a state.
  case table([[Double]])

  /// A preference for each slot; 0 where there is no action.
  ///
  /// - Throws: ``SettingProblem`` at ".initial_preferences" where there are too few or too many.
  func slots(of space: ActionSpace) throws(SettingProblem) -> [Double] {
    let place = ".initial_preferences"
    var slots = [Double](repeating: 0, count: space.slotCount)
    switch self {
    case .same(let value): for slot in slots.indices { slots[slot] = value }
    case .actions(let row):
      guard row.count == space.width else {
        throw SettingProblem("\(row.count) preferences are given; give \(space.width), one an action", at: place)
      }
      for state in 0..<space.stateCount {
        for action in 0..<space.actions(in: state) { slots[state * space.width + action] = row[action] }
      }
    case .table(let rows):
      guard rows.count == space.stateCount else {
        throw SettingProblem("the table has \(rows.count) rows; give \(space.stateCount), one a state", at: place)
      }
      for (state, row) in rows.enumerated() {
        let count = space.actions(in: state)
        guard row.count == count || row.count == space.width || row.isEmpty else {
          throw SettingProblem(
            "state \(state) has \(row.count) preferences; give \(count), one an action", at: "\(place)[\(state)]")
        }
        for action in 0..<min(count, row.count) { slots[state * space.width + action] = row[action] }
      }
    }
    return slots
  }

  /// Reads a number, a list of numbers, or a list of rows; `null` is an empty row.
  ///
  /// - Throws: ``SettingProblem`` that says which entry is none of these, or out of range.
  public init(_ setting: Setting) throws(SettingProblem) {
    let wanted = "write a number, a number for each action, or a row of them for each state"
    let range = Interval.closed(-1e6, 1e6)
    guard let elements = setting.elements else {
      guard setting.number != nil else { throw SettingProblem("\(setting) is \(setting.kind); \(wanted)") }
      self = .same(try range.number(setting))
      return
    }
    if elements.isEmpty { throw SettingProblem("the list is empty; \(wanted)") }
    func row(_ numbers: [Setting], at place: String) throws(SettingProblem) -> [Double] {
      var row: [Double] = []
      for (k, number) in numbers.enumerated() {
        do throws(SettingProblem) {
          row.append(try range.number(number))
        } catch { throw SettingProblem(error.message, at: "\(place)[\(k)]") }
      }
      return row
    }
    if elements.contains(where: { $0.elements != nil }) {
      var rows: [[Double]] = []
      for (state, element) in elements.enumerated() {
        guard element.elements != nil || element == .null else {
          throw SettingProblem("\(element) is \(element.kind); write a list of preferences", at: "[\(state)]")
        }
        rows.append(try row(element.elements ?? [], at: "[\(state)]"))
      }
      self = .table(rows)
    } else {
      self = .actions(try row(elements, at: ""))
    }
  }
}

extension Parameter where Value == InitialPreferences {
  /// Preferences of a softmax policy: a number, a list of one an action, or rows of one a state.
  public static func preferences(_ name: String, _ meaning: String) -> Parameter {
    Parameter(
      name, symbol: "H₀", type: "number, list of numbers, or rows of numbers", default: .integer(0),
      range: "[-1e6, 1e6]", meaning
    ) { setting throws(SettingProblem) in try InitialPreferences(setting) }
  }
}
