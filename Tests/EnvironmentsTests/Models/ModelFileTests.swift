import Environments
import Foundation
import RLCore
import Testing

/// Models are written and read back in both forms, and what is wrong in a file is said with its place.
@Suite struct ModelFileTests {
  /// JSON as the tree that configurations decode into.
  private struct Tree: Decodable {
    let setting: Setting

    private struct Key: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init?(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      if let object = try? decoder.container(keyedBy: Key.self) {
        setting = .object(
          try object.allKeys.map { .init($0.stringValue, try object.decode(Tree.self, forKey: $0).setting) })
      } else if var list = try? decoder.unkeyedContainer() {
        var elements: [Setting] = []
        while !list.isAtEnd { elements.append(try list.decode(Tree.self).setting) }
        setting = .list(elements)
      } else {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
          setting = .null
        } else if let flag = try? value.decode(Bool.self) {
          setting = .boolean(flag)
        } else if let whole = try? value.decode(Int.self) {
          setting = .integer(whole)
        } else if let number = try? value.decode(Double.self) {
          setting = .real(number)
        } else {
          setting = .text(try value.decode(String.self))
        }
      }
    }
  }

  private func json(_ text: some DataProtocol) throws -> Setting {
    try JSONDecoder().decode(Tree.self, from: Data(text)).setting
  }

  private func read(_ content: Setting, _ more: [Setting.Field] = []) throws -> FiniteMDP {
    let settings = try Settings(
      [.init("path", .text("x.mdp"))] + more, for: MDPFile.about.parameters, attachments: ["path": content],
      owner: "mdp-file")
    return try MDPFile.task(settings).model
  }

  /// What is wrong with a file; empty where nothing is.
  private func problem(_ content: Setting, _ more: [Setting.Field] = []) -> String {
    do {
      _ = try read(content, more)
      return ""
    } catch let problem as SettingProblem {
      #expect(problem.place == ".path" || problem.place.hasPrefix(".initial"))
      return problem.message
    } catch { return "another error: \(error)" }
  }

  private func expectSameRows(_ a: FiniteMDP, _ b: FiniteMDP) {
    #expect(a.stateCount == b.stateCount && a.pairOffsets == b.pairOffsets && a.pairActions == b.pairActions)
    #expect(a.outcomeOffsets == b.outcomeOffsets && a.targets == b.targets)
    #expect(a.probabilities.map(\.bitPattern) == b.probabilities.map(\.bitPattern))
    #expect(a.rewards.map(\.bitPattern) == b.rewards.map(\.bitPattern))
  }

  @Test func bothFormsReadBackToTheSameBits() throws {
    let models = [
      try JacksCarRental.task(with: ["max_cars": .integer(3), "poisson_truncation": .integer(11)]).model,
      try GamblersProblem.task(with: ["goal": .integer(12)]).model,
      try DeepSea.task(with: ["size": .integer(4)]).model,
      try RecyclingRobot.task().model,
      try Garnet.task(with: ["reward": .text("normal"), "terminal_probability": .real(0.1)]).model,
      try CliffWalking.task().model,
    ]
    for model in models {
      let file = try read(try json(model.exported(as: .json)))
      expectSameRows(model, file)
      #expect(file.actionCount == model.actionCount)
      #expect(file.initial == model.initial)
      #expect(file.actionLabels == model.actionLabels)
      for state in 0..<model.stateCount {
        #expect(file.stateLabels.label(of: state) == model.stateLabels.label(of: state))
      }
      expectSameRows(model, try read(.text(String(decoding: model.exported(as: .csv), as: UTF8.self))))
    }
  }

  private func tiny() throws -> FiniteMDP {
    try FiniteMDP(
      states: 3, actions: 2,
      transitions: [
        .init(state: 0, action: 1, outcome: .on(0.25, 1, -1.5)),
        .init(state: 0, action: 1, outcome: .end(0.75, 2, 1e-7)),
        .init(state: 1, action: 0, outcome: .on(1, 0, 3)),
      ],
      initial: [.init(state: 0, probability: 1)],
      stateLabels: .listed(["a \"quoted\" one", "b", "end"]), actionLabels: ["wait", "search"])
  }

  @Test func formsAreAsTheFormatSays() throws {
    #expect(
      String(decoding: try tiny().exported(as: .csv), as: UTF8.self) == """
        state,action,probability,next_state,reward,terminated
        0,1,0.25,1,-1.5,false
        0,1,0.75,2,1e-07,true
        1,0,1.0,0,3.0,false

        """)
    #expect(
      String(decoding: try tiny().exported(as: .json), as: UTF8.self) == """
        {"format": "rl-lab-mdp/1", "states": 3, "actions": 2,
        "initial": [[0, 1.0]],
        "state_labels": ["a \\"quoted\\" one", "b", "end"],
        "action_labels": ["wait", "search"],
        "transitions": [
        [0, 1, 0.25, 1, -1.5, false],
        [0, 1, 0.75, 2, 1e-07, true],
        [1, 0, 1.0, 0, 3.0, false]
        ]}

        """)
  }

  @Test func readsTablesAsSpreadsheetsWriteThem() throws {
    let text =
      "\u{FEFF}terminated,next_state,state,action, probability ,reward\r\n1,2,0,1,.75,1e-7\r\n\r\n"
      + "\"false\",\"0\",\"1\",\"0\",\"1\",\"3\"\r\nfalse,1,0,1,0.25,-1.5"
    let model = try read(.text(text))
    #expect(model.outcomes(state: 0, action: 1) == [.end(0.75, 2, 1e-7), .on(0.25, 1, -1.5)])
    #expect(model.outcomes(state: 1, action: 0) == [.on(1, 0, 3)])
    #expect(model.isTerminal(2))
    // Where nothing says otherwise, every state with a row begins.
    #expect(model.initial == [.init(state: 0, probability: 0.5), .init(state: 1, probability: 0.5)])
    let started = try read(.text(text), [.init("initial", .list([.list([.integer(1), .integer(1)])]))])
    #expect(started.initial == [.init(state: 1, probability: 1)])
  }

  private func file(_ changes: [String: Setting] = [:], without key: String? = nil) -> Setting {
    var fields: [String: Setting] = [
      "format": .text("rl-lab-mdp/1"), "states": .integer(2), "actions": .integer(1),
      "initial": .list([.list([.integer(0), .integer(1)])]),
      "transitions": .list([row()]),
    ]
    for (key, value) in changes { fields[key] = value }
    if let key { fields[key] = nil }
    return .object(fields.map { .init($0.key, $0.value) })
  }

  private func row(_ changes: [Int: Setting] = [:]) -> Setting {
    var cells: [Setting] = [.integer(0), .integer(0), .real(1), .integer(1), .integer(-1), .boolean(true)]
    for (column, value) in changes { cells[column] = value }
    return .list(cells)
  }

  private func wrongRow(_ changes: [Int: Setting]) -> String {
    problem(file(["transitions": .list([row(), row(changes)])]))
  }

  @Test func wrongJSONSaysWhere() {
    #expect(problem(file()) == "")
    #expect(problem(.list([])).hasPrefix("x.mdp: the file holds a list; it must hold one object"))
    #expect(problem(file(["transitons": .null])).contains("no \"transitons\"; did you mean \"transitions\"?"))
    #expect(problem(file(["gamma": .real(0.9)])).contains("no \"gamma\"; it has: format"))
    #expect(problem(file(without: "format")).contains("\"format\" is missing"))
    #expect(problem(file(["format": .text("rl-lab-mdp/2")])).contains("this program reads \"rl-lab-mdp/1\""))
    #expect(problem(file(without: "states")).contains("\"states\" is missing"))
    #expect(problem(file(["states": .integer(0)])).contains("states: 0 is out of range"))
    #expect(problem(file(["states": .real(1e12)])).contains("out of range; give a whole number in [1, 10000000]"))
    #expect(problem(file(["actions": .text("2")])).contains("actions: \"2\" is a string"))
    #expect(problem(file(without: "transitions")).contains("\"transitions\" is missing"))
    #expect(problem(file(["initial": .integer(0)])).contains("initial: 0 is a number"))
    #expect(problem(file(["initial": .list([.integer(0)])])).contains("initial[0]: 0 is no pair"))
    #expect(
      problem(file(["initial": .list([.list([.integer(5), .integer(1)])])])).contains("state 5 is not in [0, 2)"))
    #expect(problem(file(["initial": .list([.list([.integer(0), .real(0.5)])])])).contains("sum to 0.5"))
    #expect(problem(file(["state_labels": .list([.text("a")])])).contains("state_labels has 1 entries; give 2"))
    #expect(problem(file(["state_labels": .list([.text("a"), .integer(1)])])).contains("state_labels[1] is a number"))
    #expect(problem(file(["action_labels": .text("go")])).contains("action_labels is a string"))
    #expect(
      problem(file(["transitions": .list([.list([.integer(0)])])])).contains("transitions[0] is [0]; write a row"))
    #expect(wrongRow([0: .text("0")]).contains("transitions[1]: state is \"0\"; write a whole number"))
    #expect(wrongRow([1: .real(0.5)]).contains("transitions[1]: action is 0.5"))
    #expect(wrongRow([2: .text("half")]).contains("transitions[1] (state 0, action 0): probability is \"half\""))
    #expect(wrongRow([3: .null]).contains("next_state is null"))
    #expect(wrongRow([4: .boolean(true)]).contains("reward is true; write a finite number"))
    #expect(wrongRow([5: .integer(0)]).contains("terminated is 0; write true or false"))
    #expect(wrongRow([:]).contains("state 0, action 0: the probabilities sum to 2.0"))
    #expect(wrongRow([0: .integer(7)]).contains("state 7 is not in [0, 2)"))
    #expect(wrongRow([1: .integer(3)]).contains("state 0: action 3 is not in [0, 1)"))
    #expect(wrongRow([2: .real(-0.5)]).contains("state 0, action 0: the probability -0.5 is not in [0, 1]"))
    #expect(wrongRow([2: .real(.nan)]).contains("the probability nan is not in [0, 1]"))
    #expect(wrongRow([3: .integer(-1)]).contains("state 0, action 0: next state -1 is not in [0, 2)"))
    #expect(wrongRow([4: .real(.infinity)]).contains("the reward inf is not a finite number"))
    #expect(problem(file(), [.init("initial", .list([.list([.integer(9), .integer(1)])]))]).contains("state 9"))
  }

  @Test func wrongTablesSayWhere() {
    let header = "state,action,probability,next_state,reward,terminated\n"
    func wrong(_ lines: String) -> String { problem(.text(header + lines)) }
    #expect(problem(.text("")).contains("x.mdp: the file is empty; begin it with the line state,action"))
    #expect(problem(.text("a,b\n1,2")).contains("the first line has no column \"state\""))
    #expect(problem(.text("x," + header)).contains("the first line has 7 columns"))
    #expect(wrong("").contains("the file has no rows"))
    #expect(wrong("0,0,1,1,0").contains("line 2 has 5 cells; write 6"))
    #expect(wrong("\n-1,0,1,1,0,true").contains("line 3: state is \"-1\"; write a whole number in [0, 9999999]"))
    #expect(wrong("0,up,1,1,0,true").contains("line 2: action is \"up\""))
    #expect(wrong("0,0,1,99999999999999999999,0,true").contains("line 2 (state 0, action 0): next_state is \"9999"))
    #expect(wrong("0,0,nan,1,0,true").contains("probability is \"nan\"; write a number in [0, 1]"))
    #expect(wrong("0,0,1,1,1e999,true").contains("reward is \"1e999\"; write a finite number"))
    #expect(wrong("0,0,1,1,0,yes").contains("terminated is \"yes\"; write true or false"))
    #expect(wrong("0,0,0.5,1,0,true").contains("state 0, action 0: the probabilities sum to 0.5"))
    #expect(wrong("0,0,1.5,1,0,true").contains("the probability 1.5 is not in [0, 1]"))
  }

  @Test func aFileThatWasNotReadIsAnError() {
    #expect(MDPFile.problem(with: ["path": .text("x.json")]) == ".path: x.json was not read; attach its content")
    #expect(MDPFile.problem(with: [:])?.hasPrefix(".path: \"mdp-file\" needs \"path\"") == true)
    #expect(MDPFile.problem(with: ["path": .integer(3)])?.hasPrefix(".path: 3 is a number; write the path") == true)
    #expect(MDPFile.problem(with: ["path": .text("")])?.hasPrefix(".path: the path is empty") == true)
    #expect(MDPFile.problem(with: ["path": .text("x"), "initial": .integer(3)])?.hasPrefix(".initial: 3 is") == true)
  }
}
