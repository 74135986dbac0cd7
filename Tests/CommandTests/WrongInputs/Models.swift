/// Files of models that are none.
extension WrongInput {
  static let models: [WrongInput] = [
    .init("no path of a model", environment: "'mdp-file'", "environment.path: \"mdp-file\" needs \"path\""),
    .init(
      "a path that is a number", environment: "{id: 'mdp-file', path: 5}",
      "environment.path: 5 is a number; write the path of a file"),
    .init(
      "a model that is not there", environment: "{id: 'mdp-file', path: 'no.json'}", code: 66, "environment.path: ",
      "no.json: there is no such file; check the path"
    ).beyondSchemas(.disk),
    .init(
      "a model's path with a line break", environment: "{id: 'mdp-file', path: 'a\\nb'}", code: 66,
      "a b: there is no such file"
    ).beyondSchemas(.disk),
    model("an empty JSON file", "", code: 65, at: "m.json: line 1, column 1: the file is empty"),
    model(
      "a JSON file without an end", "{\"states\": 2", code: 65,
      at: "m.json: line 1, column 1: the object that begins here has no end"),
    model("a model that is a list", "[]", at: "m.json: the file holds a list; it must hold one object"),
    model("a model without a format", "{states: 1}", at: "m.json: \"format\" is missing; write"),
    model("a model of another format", "{format: 'x'}", at: "m.json: \"format\" is \"x\"; this program reads"),
    edited("a model with another key", "sates: 2", at: "m.json: the format has no \"sates\"; did you mean \"states\"?"),
    edited("a model without states", "states: 0", at: "m.json: states: 0 is out of range; give a whole number in [1, "),
    edited("a model of 10⁹ states", "states: 1e9", at: "m.json: states: 1000000000 is out of range"),
    edited("a model of half an action", "actions: 1.5", at: "m.json: actions: 1.5 is not a whole number"),
    edited("too few labels", "state_labels: ['a']", at: "m.json: state_labels has 1 entries; give 2"),
    edited(
      "labels that are numbers", "action_labels: [1, 2]", at: "m.json: action_labels[0] is a number; write a string"),
    edited("no start", "initial: []", at: "m.json: the start probabilities sum to 0.0; make them sum to 1"),
    edited(
      "starts that do not sum", "initial: [[0, 0.5]]",
      at: "m.json: the start probabilities sum to 0.5; make them sum to 1"),
    edited("a start that is no state", "initial: [[5, 1]]", at: "m.json: state 5 is not in [0, 2)"),
    edited("a start of three numbers", "initial: [[0, 1, 2]]", at: "m.json: initial[0]: [0,1,2] is no pair"),
    edited(
      "a negative start", "initial: [[0, -1], [1, 2]]",
      at: "m.json: the start probability -1.0 of state 0 is not in [0, 1]"),
    edited(
      "a start where there is nothing to do", "initial: [[1, 1]]",
      at: "environment: \"mdp-file\" may begin in state 1, where there is nothing to do"
    ).beyondSchemas(.model),
    edited("no transitions at all", "transitions: []", at: "may begin in state 0, where there is nothing to do")
      .beyondSchemas(.model),
    edited(
      "transitions as a number", "transitions: 5",
      at: "m.json: \"transitions\" is missing or no list; give a list of rows"),
    row("a row of five numbers", "[0, 0, 1, 0, 0]", at: "transitions[0] is [0,0,1,0,0]; write a row"),
    row("a row that is a number", "5", at: "transitions[0] is 5; write a row"),
    row(
      "probabilities that do not sum", "[0, 0, 0.5, 0, 0, false]",
      at: "state 0, action 0: the probabilities sum to 0.5; make them sum to 1"),
    row(
      "probabilities that sum to too much", "[0, 1, 0.7, 0, 0, false], [0, 1, 0.7, 1, 0, false]",
      at: "state 0, action 1: the probabilities sum to 1.4"),
    row(
      "a negative probability", "[0, 0, -0.5, 0, 0, false], [0, 0, 1.5, 0, 0, false]",
      at: "state 0, action 0: the probability -0.5 is not in [0, 1]"),
    row("a probability that is no number", "[0, 0, NaN, 0, 0, false]", at: "state 0, action 0: the probability"),
    row("a reward that is no number", "[0, 0, 1, 0, NaN, false]", at: "state 0, action 0: the reward"),
    row("an infinite reward", "[0, 0, 1, 0, Infinity, false]", at: "state 0, action 0: the reward"),
    row(
      "a reward as a word", "[0, 0, 1, 0, 'x', false]",
      at: "transitions[0] (state 0, action 0): reward is \"x\"; write a finite number"),
    row(
      "an end as a number", "[0, 0, 1, 0, 0, 1]",
      at: "transitions[0] (state 0, action 0): terminated is 1; write true or false"),
    row("a state that is none", "[9, 0, 1, 0, 0, false]", at: "state 9 is not in [0, 2)"),
    row("a negative state", "[-1, 0, 1, 0, 0, false]", at: "state -1 is not in [0, 2)"),
    row("an action that is none", "[0, 9, 1, 0, 0, false]", at: "state 0: action 9 is not in [0, 2)"),
    row("a next state that is none", "[0, 0, 1, 9, 0, false]", at: "state 0, action 0: next state 9 is not in [0, 2)"),
    row(
      "a next state beyond 63 bits", "[0, 0, 1, 9.3e18, 0, false]", at: "next_state is 9.3e+18; write a whole number"),
    table("an empty CSV file", "", at: "m.csv: the file is empty; begin it with the line state,action"),
    table("a CSV file without rows", header, at: "m.csv: the file has no rows; write at least one"),
    table("a CSV file without column names", "0,0,1,0,0,false\n", at: "m.csv: the first line has no column \"state\""),
    table("a CSV row of five cells", header + "0,0,1,0,0\n", at: "m.csv: line 2 has 5 cells; write 6"),
    table(
      "a CSV probability as a word", header + "0,0,x,0,0,false\n",
      at: "m.csv: line 2 (state 0, action 0): probability is \"x\""),
    table(
      "CSV probabilities that do not sum", header + "0,0,0.25,0,0,false\n",
      at: "m.csv: state 0, action 0: the probabilities sum to 0.25"),
    table(
      "a CSV reward that is no number", header + "0,0,1,0,nan,false\n",
      at: "m.csv: line 2 (state 0, action 0): reward is \"nan\""),
    table(
      "a CSV state without end", header + "99999999999,0,1,0,0,false\n",
      at: "m.csv: line 2: state is \"99999999999\"; write a whole number in"),
    .init(
      "a model that is no text", ["run", "-e", "mdp-file", "-a", "q-learning", "--set", "environment.path=m.csv"],
      files: ["m.csv": [0xFF, 0xFE, 0]], code: 65, says: ["m.csv: the file is not UTF-8 text"]),
  ]

  private static let header = "state,action,probability,next_state,reward,terminated\n"

  private static func model(_ name: String, _ text: String, code: Int32 = 65, at message: String) -> WrongInput {
    let config = "{environment: {id: 'mdp-file', path: 'm.json'}, algorithm: 'q-learning', budget: {steps: 9}}"
    return .init(
      name, ["run", "c.json5"], files: ["c.json5": Array(config.utf8), "m.json": Array(text.utf8)], code: code,
      says: [message])
  }

  /// A right model with one field in place of its own.
  private static func edited(_ name: String, _ field: String, at message: String) -> WrongInput {
    var fields = [
      "format": "'rl-lab-mdp/1'", "states": "2", "actions": "2", "transitions": "[[0, 0, 1, 1, 0, false]]",
    ]
    let parts = field.split(separator: ": ", maxSplits: 1).map(String.init)
    fields[parts[0]] = parts[1]
    return model(
      name, "{" + fields.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}",
      at: message)
  }

  private static func row(_ name: String, _ rows: String, at message: String) -> WrongInput {
    edited(name, "transitions: [\(rows)]", at: message)
  }

  private static func table(_ name: String, _ text: String, at message: String) -> WrongInput {
    .init(
      name, ["run", "-e", "mdp-file", "-a", "q-learning", "--steps", "9", "--set", "environment.path=m.csv"],
      files: ["m.csv": Array(text.utf8)], code: 65, says: ["error: environment.path: ", message])
  }
}
