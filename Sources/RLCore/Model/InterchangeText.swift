extension RestingModel {
  /// Storm's explicit format: every state with its labels, its choices with their expected rewards, and where they lead (Hensel et al.,
  /// 2022, *The probabilistic model checker Storm*). Comments keep the start distribution, the numbers of actions and the names of states.
  func drn() -> String {
    var starts = [Bool](repeating: false, count: stateCount)
    for start in model.initial { starts[start.state] = true }
    let offered = (0..<stateCount).reduce(0) { $0 + choiceCount(of: $1) }
    var text = "// start: " + model.initial.map { "\($0.state) \($0.probability)" }.joined(separator: ", ") + "\n"
    text += "// actions: " + (0..<model.actionCount).map(word).joined(separator: " ") + "\n"
    text += "@type: MDP\n@parameters\n\n@reward_models\nreward\n"
    text += "@nr_states\n\(stateCount)\n@nr_choices\n\(offered)\n@model\n"
    for state in 0..<stateCount {
      text += "state \(state) [0]\(starts[state] ? " init" : "")\(isEnd(state) ? " end" : "")\n"
      let label = label(of: state)
      if label != "\(state)" { text += "//[\(Self.line(label))]\n" }
      for choice in choices(of: state) {
        text += "\taction \(word(of: choice.action)) [\(choice.reward)]\n"
        for arrival in choice.arrivals { text += "\t\t\(arrival.next) : \(arrival.probability)\n" }
      }
    }
    return text
  }

  /// PRISM's transitions: source, choice, target, probability, action (Kwiatkowska, Norman & Parker, 2011, *PRISM 4.0*).
  func prismTransitions() -> String {
    var text = ""
    var choiceCount = 0
    var arrivalCount = 0
    for state in 0..<stateCount {
      for (place, choice) in choices(of: state).enumerated() {
        choiceCount += 1
        for arrival in choice.arrivals {
          arrivalCount += 1
          text += "\(state) \(place) \(arrival.next) \(arrival.probability) \(word(of: choice.action))\n"
        }
      }
    }
    return "\(stateCount) \(choiceCount) \(arrivalCount)\n" + text
  }

  /// PRISM's rewards of transitions: source, choice, target, reward.
  func prismRewards() -> String {
    var text = ""
    var choiceCount = 0
    var count = 0
    for state in 0..<stateCount {
      for (place, choice) in choices(of: state).enumerated() {
        choiceCount += 1
        for arrival in choice.arrivals where arrival.reward != 0 {
          count += 1
          text += "\(state) \(place) \(arrival.next) \(arrival.reward)\n"
        }
      }
    }
    return "\(stateCount) \(choiceCount) \(count)\n" + text
  }

  /// PRISM's labels: where episodes begin and end.
  func prismLabels() -> String {
    var starts = [Bool](repeating: false, count: stateCount)
    for start in model.initial { starts[start.state] = true }
    var text = "0=\"init\" 1=\"deadlock\" 2=\"end\"\n"
    for state in 0..<stateCount {
      let labels = (starts[state] ? " 0" : "") + (isEnd(state) ? " 2" : "")
      if !labels.isEmpty { text += "\(state):\(labels)\n" }
    }
    return text
  }

  /// Cassandra's format (`T: action : state : next probability`, `R: action : state : next : * reward`). It knows no state that lacks
  /// an action: there, an action that is not offered does what the first one does.
  func cassandra(gamma: Double) -> String {
    var text = "discount: \(gamma)\nvalues: reward\nstates: \(stateCount)\nactions: "
    text += (hasWords ? model.actionLabels.joined(separator: " ") : "\(model.actionCount)") + "\n"
    var start = [Double](repeating: 0, count: stateCount)
    for begun in model.initial { start[begun.state] = begun.probability }
    if model.initial.count == 1 {
      text += "start: \(model.initial[0].state)\n"
    } else {
      text += "start: " + start.map { $0 == 0 ? "0" : "\($0)" }.joined(separator: " ") + "\n"
    }
    for state in 0..<stateCount {
      let choices = choices(of: state)
      var place = 0
      for action in 0..<model.actionCount {
        while place < choices.count, let own = choices[place].action, own < action { place += 1 }
        let choice = place < choices.count && choices[place].action == action ? choices[place] : choices[0]
        for arrival in choice.arrivals {
          text += "T: \(word(of: action)) : \(state) : \(arrival.next) \(arrival.probability)\n"
        }
        for arrival in choice.arrivals where arrival.reward != 0 {
          text += "R: \(word(of: action)) : \(state) : \(arrival.next) : * \(arrival.reward)\n"
        }
      }
    }
    return text
  }

  /// MDPSolver's transitions. Its actions are counted from 0 in each state: the place among those that the state offers.
  func solverTransitions() -> String {
    var text = "state,action,next_state,probability\n"
    for state in 0..<stateCount {
      for (place, choice) in choices(of: state).enumerated() {
        for arrival in choice.arrivals { text += "\(state),\(place),\(arrival.next),\(arrival.probability)\n" }
      }
    }
    return text
  }

  /// MDPSolver's expected rewards of states and actions.
  func solverRewards() -> String {
    var text = "state,action,reward\n"
    for state in 0..<stateCount {
      for (place, choice) in choices(of: state).enumerated() { text += "\(state),\(place),\(choice.reward)\n" }
    }
    return text
  }

  private static func line(_ label: String) -> String {
    String(String.UnicodeScalarView(label.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
  }
}
