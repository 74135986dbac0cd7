/// The forms in which a model is written and read.
public enum ModelFormat: String, CaseIterable, Sendable {
  /// One JSON object with start distribution, labels and a row an outcome.
  case json
  /// A table with a row an outcome, and nothing else.
  case csv
  /// Storm's explicit format.
  case drn
  /// PRISM's explicit files: transitions, rewards, labels.
  case prism
  /// Cassandra's format for (PO)MDPs.
  case cassandra
  /// The two tables that MDPSolver reads.
  case mdpsolver
}

/// One of the files that a model is written as.
public struct ModelFile: Sendable {
  /// What its name ends in: ".drn".
  public let suffix: String
  /// UTF-8.
  public let bytes: [UInt8]
}

extension FiniteMDP {
  /// The model as a file: every outcome as it stands, in the order of states, actions and outcomes.
  ///
  /// The JSON form is an object with `format` "rl-lab-mdp/1", `states`, `actions`, `initial`, `state_labels`, `action_labels` and
  /// `transitions`, rows of `[state, action, probability, next_state, reward, terminated]`, one a line. The CSV form has columns of these
  /// names. Numbers are written so that reading them back gives the same bits.
  ///
  /// The forms of other programs follow ``RestingModel``.
  ///
  /// - Parameter gamma: The discount factor that the file names, where its form has a place for one.
  /// - Returns: UTF-8, with `\n` at the end of every line; the first file is the one that holds the transitions.
  public func files(as format: ModelFormat, gamma: Double = 1) -> [ModelFile] {
    let resting = RestingModel(self)
    func file(_ suffix: String, _ text: String) -> ModelFile { ModelFile(suffix: suffix, bytes: Array(text.utf8)) }
    switch format {
    case .json: return [ModelFile(suffix: ".mdp.json", bytes: exported(as: .json))]
    case .csv: return [ModelFile(suffix: ".csv", bytes: exported(as: .csv))]
    case .drn: return [file(".drn", resting.drn())]
    case .prism:
      return [
        file(".tra", resting.prismTransitions()), file(".rew", resting.prismRewards()),
        file(".lab", resting.prismLabels()),
      ]
    case .cassandra: return [file(".mdp", resting.cassandra(gamma: gamma))]
    case .mdpsolver:
      return [
        file(".transitions.csv", resting.solverTransitions()), file(".rewards.csv", resting.solverRewards()),
      ]
    }
  }

  /// The one file of a form, or its first.
  ///
  /// - Returns: UTF-8, with `\n` at the end of every line.
  public func exported(as format: ModelFormat) -> [UInt8] {
    if format != .json && format != .csv { return files(as: format)[0].bytes }
    var text = TextBuffer()
    text.reserve(48 * outcomeCount + 16 * stateCount)
    switch format {
    case .json:
      text.append("{\"format\": \"rl-lab-mdp/1\", \"states\": \(stateCount), \"actions\": \(actionCount),\n")
      text.append("\"initial\": [")
      for (index, start) in initial.enumerated() {
        text.append(index == 0 ? "[\(start.state), " : ", [\(start.state), ")
        text.append(start.probability)
        text.append("]")
      }
      text.append("],\n\"state_labels\": [")
      for state in 0..<stateCount {
        if state > 0 { text.append(", ") }
        text.append(Setting.text(stateLabels.label(of: state)).description)
      }
      text.append("],\n\"action_labels\": [")
      text.append(actionLabels.map { Setting.text($0).description }.joined(separator: ", "))
      text.append("],\n\"transitions\": [")
      var isFirst = true
      forEachRow { state, action, outcome in
        text.append(isFirst ? "\n[" : ",\n[")
        isFirst = false
        text.append(state: state, action: action, outcome, separator: ", ")
        text.append("]")
      }
      text.append("\n]}\n")
    case .csv:
      text.append("state,action,probability,next_state,reward,terminated\n")
      forEachRow { state, action, outcome in
        text.append(state: state, action: action, outcome, separator: ",")
        text.append("\n")
      }
    default: break
    }
    return text.bytes
  }

  private func forEachRow(_ body: (Int, Int, Outcome) -> Void) {
    for state in 0..<stateCount {
      for pair in pairs(of: state) {
        for k in outcomes(of: pair) { body(state, Int(pairActions[pair]), outcome(k)) }
      }
    }
  }
}

/// Collects text as bytes. Numbers that follow each other are often equal, so the last ones' digits are kept.
private struct TextBuffer {
  private(set) var bytes: [UInt8] = []
  private var probability = Written()
  private var reward = Written()

  private struct Written {
    var bits: UInt64?
    var digits: [UInt8] = []

    mutating func digits(of number: Double) -> [UInt8] {
      if bits != number.bitPattern {
        bits = number.bitPattern
        digits = Array("\(number)".utf8)
      }
      return digits
    }
  }

  mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func append(_ number: Double) { bytes.append(contentsOf: "\(number)".utf8) }

  mutating func append(_ number: Int) {
    if number >= 10 { append(number / 10) }
    bytes.append(UInt8(48 + number % 10))
  }

  mutating func append(state: Int, action: Int, _ outcome: FiniteMDP.Outcome, separator: String) {
    append(state)
    append(separator)
    append(action)
    append(separator)
    bytes.append(contentsOf: probability.digits(of: outcome.probability))
    append(separator)
    append(outcome.next)
    append(separator)
    bytes.append(contentsOf: reward.digits(of: outcome.reward))
    append(separator)
    append(outcome.terminated ? "true" : "false")
  }
}
