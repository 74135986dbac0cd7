import RLCore

/// What all tasks of token sequences share: a prompt is given, an answer is written token by token, and a rule judges it when it ends.
///
/// A state is a prompt with what has been answered so far; the actions are the tokens of the answer's vocabulary, and `end` as the last one. `end`
/// ends the answer, which is then judged; an answer that has `maximumLength` tokens without an end is cut off there, and
/// counts as not right. All prefixes of all prompts are states, a tree under each prompt, so that everything about the task
/// can be computed.
struct TokenTask {
  /// A prompt.
  struct Prompt {
    /// How it is written.
    var label: String
    /// Its tokens, as numbers of symbols.
    var tokens: [Int]
    /// How often it is asked, relative to others.
    var weight = 1.0
    /// Whether it is asked in evaluations only.
    var isHeldOut = false
    /// The numbers that it is about, in turns, `[0, 1)`; as many in every prompt.
    var angles: [Double] = []
  }

  /// Every symbol of prompts and answers; those of answers first.
  var symbols: [String]
  /// How many of them an answer may use.
  var answerSymbols: Int
  /// What networks see of a symbol beside its one-hot vector; empty for nothing.
  var values: [Float] = []
  /// What is asked.
  var prompts: [Prompt]
  /// How many tokens an answer may have, its end included, at least 1.
  var maximumLength: Int
  /// What is paid.
  var rewards: Rewards
  /// What stands between the tokens of labels.
  var separator = ""

  /// How many tokens an answer may have, where it is an option.
  static let maximumLength = Parameter.optionalInteger(
    "max_length", in: 1...1000,
    "tokens of an answer, its end included, after which it is cut off; null for the task's own number, enough to answer every prompt rightly"
  )

  /// What is paid for an answer, where it is an option.
  static let rewards = Parameter<Rewards>(
    "rewards", type: "object of numbers", default: Rewards.defaultSetting, range: "each in (-∞, ∞)",
    "what is paid: `correct` for a right answer, `format` for one that was ended, `progress` spread over right steps, `token` for every token"
  ) { setting throws(SettingProblem) in try Rewards(setting) }

  /// The weights of what is paid: the reward is their sum.
  struct Rewards {
    /// For a right answer, when it ends.
    var correct = 1.0
    /// For an answer that was ended and not cut off.
    var format = 0.0
    /// In all for the right tokens of an answer, each when it is written.
    var progress = 0.0
    /// For every token, the end included.
    var token = 0.0

    static let defaultSetting = Setting.object([
      .init("correct", .integer(1)), .init("format", .integer(0)), .init("progress", .integer(0)),
      .init("token", .integer(0)),
    ])

    init() {}

    init(_ setting: Setting) throws(SettingProblem) {
      guard let fields = setting.fields else {
        throw SettingProblem("\(setting) is \(setting.kind); write an object like {correct: 1, format: 0.1}")
      }
      for field in fields {
        do throws(SettingProblem) {
          let number = try Interval.finite.number(field.value)
          switch field.key {
          case "correct": correct = number
          case "format": format = number
          case "progress": progress = number
          case "token": token = number
          default:
            throw SettingProblem("there is no reward \"\(field.key)\"; there are: correct, format, progress, token")
          }
        } catch { throw SettingProblem(error.message, at: ".\(field.key)") }
      }
    }
  }

  /// How answers are judged.
  protocol Rule {
    /// Whether an answer that was ended is right.
    func isRight(_ answer: ArraySlice<Int>, to prompt: Int) -> Bool
    /// Which share of the way to a right answer the last token of a prefix has gone; negative for a way back.
    func progress(_ prefix: ArraySlice<Int>, to prompt: Int) -> Double
  }

  /// One right answer a prompt.
  struct Targets: Rule {
    let answers: [[Int]]

    func isRight(_ answer: ArraySlice<Int>, to prompt: Int) -> Bool { answer == answers[prompt][...] }

    func progress(_ prefix: ArraySlice<Int>, to prompt: Int) -> Double {
      let answer = answers[prompt]
      return prefix.count <= answer.count && prefix == answer[0..<prefix.count] ? 1 / Double(answer.count) : 0
    }
  }

  /// Refuses a tree that would not fit.
  ///
  /// - Parameter remedy: Which settings to lower.
  static func check(prompts: Double, symbols: Int, length: Int, remedy: String) throws(SettingProblem) {
    var nodes = 0.0
    for _ in 0..<length { nodes = nodes * Double(symbols) + 1 }
    let pairs = prompts * nodes * Double(symbols + 1)
    if !(pairs <= 4_000_000) {
      let size = pairs < 1e15 ? "\(Int(pairs))" : "\(pairs)"
      throw SettingProblem(
        "the tree of all answers would have \(size) states with an action, 4000000 fit; \(remedy)")
    }
  }

  /// Builds the task: states are numbered prompt by prompt, shorter prefixes before longer ones.
  func build(_ rule: some Rule) throws -> FiniteTask {
    let width = answerSymbols
    var offsets = [0]  // where the prefixes of each length begin
    var count = 1
    for _ in 0..<maximumLength {
      offsets.append(offsets.last! + count)
      count *= width
    }
    let nodes = offsets[maximumLength]
    let over = prompts.count * nodes
    let promptSlots = prompts.map(\.tokens.count).max() ?? 0
    let slots = promptSlots + maximumLength - 1
    var builder = FiniteMDPBuilder(
      states: over + 1, actions: width + 1, expectedPairs: over * (width + 1),
      expectedOutcomes: over * (width + 1))
    var labels: [String] = []
    labels.reserveCapacity(over + 1)
    var tokens: [Int16] = []
    tokens.reserveCapacity((over + 1) * max(1, slots))
    var lengths: [Int16] = []
    lengths.reserveCapacity(over + 1)
    var rights: [Bool] = []
    rights.reserveCapacity(over + 1)
    var answer = [Int](repeating: 0, count: maximumLength)
    for (number, prompt) in prompts.enumerated() {
      let first = number * nodes
      for length in 0..<maximumLength {
        for code in 0..<offsets[length + 1] - offsets[length] {
          var rest = code
          for place in stride(from: length - 1, through: 0, by: -1) {
            answer[place] = rest % width
            rest /= width
          }
          let state = first + offsets[length] + code
          for token in 0..<width {
            builder.addPair(state: state, action: token)
            answer[length] = token
            var reward = rewards.token
            if rewards.progress != 0 { reward += rewards.progress * rule.progress(answer[0...length], to: number) }
            let isCut = length + 1 == maximumLength
            builder.addOutcome(
              probability: 1, next: isCut ? over : first + offsets[length + 1] + code * width + token,
              reward: reward, terminated: isCut)
          }
          builder.addPair(state: state, action: width)
          let isRight = rule.isRight(answer[0..<length], to: number)
          builder.addOutcome(
            probability: 1, next: over, reward: rewards.token + rewards.format + (isRight ? rewards.correct : 0),
            terminated: true)
          labels.append(label(prompt, answer[0..<length]))
          for slot in 0..<promptSlots {
            tokens.append(slot < prompt.tokens.count ? Int16(prompt.tokens[slot]) : -1)
          }
          for place in 0..<maximumLength - 1 { tokens.append(place < length ? Int16(answer[place]) : -1) }
          lengths.append(Int16(length))
          rights.append(isRight)
        }
      }
    }
    labels.append("over")
    for _ in 0..<slots { tokens.append(-1) }
    lengths.append(0)
    rights.append(false)
    let numbers = prompts[0].angles.count
    let owners = numbers == 0 ? [] : (0...over).map { Int32(min($0, over - 1) / nodes) }
    let model = try builder.build(
      initial: starts(heldOut: false, nodes)!, stateLabels: .listed(labels),
      actionLabels: symbols[0..<width] + ["end"])
    let layout = TokenLayout(
      slots: slots, promptSlots: promptSlots, symbols: symbols.count, lengths: maximumLength, tokens: tokens,
      answerLengths: lengths, isRight: rights, values: values, angles: prompts.flatMap(\.angles), numbers: numbers,
      prompts: owners)
    return FiniteTask(
      model: model, timeLimit: maximumLength, tokens: layout, heldOut: starts(heldOut: true, nodes))
  }

  private func label(_ prompt: Prompt, _ answer: ArraySlice<Int>) -> String {
    var label = prompt.label
    for (place, token) in answer.enumerated() { label += (place > 0 ? separator : "") + symbols[token] }
    return label
  }

  private func starts(heldOut: Bool, _ nodes: Int) -> [StateProbability]? {
    let total = prompts.reduce(0) { $0 + ($1.isHeldOut == heldOut ? $1.weight : 0) }
    if !(total > 0) { return nil }
    return prompts.indices.filter { prompts[$0].isHeldOut == heldOut && prompts[$0].weight > 0 }.map {
      StateProbability(state: $0 * nodes, probability: prompts[$0].weight / total)
    }
  }
}
