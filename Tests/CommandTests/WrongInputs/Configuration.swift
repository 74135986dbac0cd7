/// Wrong keys and values of a configuration's own fields.
extension WrongInput {
  static let configuration: [WrongInput] = [
    .init("an empty configuration", config: "{}", "no algorithm is given; add algorithm"),
    .init("no environment", config: "{algorithm: 'sarsa'}", "environment: no environment is given; add environment"),
    .init("no algorithm", config: "{environment: 'taxi'}", "algorithm: no algorithm is given; add algorithm"),
    .init("an unknown key", fields: "colour: 1", "colour: a configuration has no \"colour\"; it has: name"),
    .init("a key with a typo", fields: "sedes: 1", "sedes: a configuration has no \"sedes\"; did you mean \"seeds\"?"),
    .init("a key in capitals", fields: "Seed: 1", "did you mean \"seed\"?"),
    .init("a key without letters", fields: "'': 1", "has no \"\""),
    .init("a very long key", fields: "\(String(repeating: "k", count: 100_000)): 1", " … "),
    .init("a key with an escape for the terminal", fields: "'\\u001b[2J': 1", "a configuration has no"),
    .init("zero seeds", fields: "seeds: 0", "seeds: 0 is out of range; give a whole number in [1, 10000000]"),
    .init("negative seeds", fields: "seeds: -3", "seeds: -3 is out of range"),
    .init("half a seed", fields: "seeds: 1.5", "seeds: 1.5 is not a whole number"),
    .init("seeds without end", fields: "seeds: 1e30", "seeds: 1e+30 is out of range"),
    .init("seeds that are no number", fields: "seeds: NaN", "seeds: NaN is not a whole number"),
    .init("infinitely many seeds", fields: "seeds: Infinity", "seeds: Infinity is not a whole number"),
    .init(
      "seeds as a word", fields: "seeds: 'ten'", "seeds: \"ten\" is a string; write a whole number in [1, 10000000]"),
    .init("null seeds", fields: "seeds: null", "seeds: null is null; write a whole number in [1, 10000000]"),
    .init("no seeds in the list", fields: "seeds: []", "seeds: the list is empty; give at least one seed"),
    .init("a seed twice", fields: "seeds: [4, 5, 4]", "seeds[2]: the seed 4 comes twice; keep one"),
    .init("a negative seed", fields: "seeds: [1, -1]", "seeds[1]: -1 is out of range; give a whole number in [0, ∞)"),
    .init("a seed beyond 63 bits", fields: "seeds: [18446744073709551615]", "seeds[0]: ", "is out of range"),
    .init("a fractional seed in the list", fields: "seeds: [0.5]", "seeds[0]: 0.5 is not a whole number"),
    .init("a negative root seed", fields: "seed: -1", "seed: -1 is out of range"),
    .init("the least root seed there is", fields: "seed: -9223372036854775808.0", "seed: ", "is out of range"),
    .init("a huge root seed", fields: "seed: 1e300", "seed: 1e+300 is out of range"),
    .init("a root seed as a list", fields: "seed: [1]", "seed: [1] is a list"),
    .init("a name with a slash", fields: "name: 'a/b'", "name: \"a/b\" is no name"),
    .init("a name that leads upward", fields: "name: '..'", "name: \"..\" is no name"),
    .init("a name with a line break", fields: "name: 'a\\nb'", "name: \"a\\nb\" is no name", "control characters"),
    .init("a name with an escape", fields: "name: '\\u001b[31m'", "is no name"),
    .init("a name without letters", fields: "name: ''", "name: \"\" is no name"),
    .init("a name that is a number", fields: "name: 5", "name: 5 is no name"),
    .init("a name too long for a file", fields: "name: '\(String(repeating: "é", count: 150))'", "1 to 200 bytes"),
    .init("a budget as a number", fields: "budget2: 5", "did you mean \"budget\"?"),
    .init(
      "two budgets", algorithmBudget: "{steps: 5, episodes: 5}", "budget: a budget is exactly one of",
      "it has episodes and steps"),
    .init("no budget in the object", algorithmBudget: "{}", "budget: a budget is exactly one of", "it is empty"),
    .init(
      "a unit with a typo", algorithmBudget: "{episode: 5}",
      "budget.episode: a budget has no \"episode\"; did you mean \"episodes\"?"),
    .init(
      "a unit the algorithm does not count", algorithmBudget: "{iterations: 5}",
      "budget.iterations: \"q-learning\" does not count iterations; give episodes or steps"),
    .init("a budget that is a number", algorithmBudget: "500", "budget: 500 is a number; write {episodes: 500}"),
    .init("a null budget", algorithmBudget: "null", "budget: null is null; write {episodes: 500}"),
    .init("a budget of nothing", algorithmBudget: "{episodes: 0}", "budget.episodes: 0 is out of range"),
    .init("a negative budget", algorithmBudget: "{steps: -1}", "budget.steps: -1 is out of range"),
    .init("half an episode", algorithmBudget: "{episodes: 0.5}", "budget.episodes: 0.5 is not a whole number"),
    .init("a budget as a word", algorithmBudget: "{episodes: '5'}", "budget.episodes: \"5\" is a string"),
    .init("a budget beyond all time", algorithmBudget: "{steps: 1e300}", "budget.steps: 1e+300 is out of range"),
    .init("a budget that is no number", algorithmBudget: "{steps: NaN}", "budget.steps: NaN is not a whole number"),
  ]

  /// A wrong budget of Q-learning on the cliff.
  private init(_ name: String, algorithmBudget: String, _ says: String...) {
    let config = "{environment: 'cliff-walking', algorithm: 'q-learning', budget: \(algorithmBudget)}"
    self.init(name, ["run", "c.json5"], files: ["c.json5": Array(config.utf8)], code: 65, says: ["c.json5: "] + says)
  }

  static let recording: [WrongInput] = [
    .init("record as a number", fields: "record: 5", "record: 5 is a number; write an object"),
    .init("an option of record with a typo", fields: "record: {evry: 1}", "record.evry: ", "did you mean \"every\"?"),
    .init("rows every 0", fields: "record: {every: 0}", "record.every: 0 is out of range"),
    .init("rows every half", fields: "record: {every: 0.5}", "record.every: 0.5 is not a whole number"),
    .init(
      "rows at a spacing beyond 63 bits", fields: "record: {every: 9223372036854775807}", "record.every: ",
      "out of range"),
    .init("values of nobody known", fields: "record: {values: 'frist'}", "record.values: ", "did you mean \"first\"?"),
    .init("values as a boolean", fields: "record: {values: true}", "record.values: true is none of"),
    .init(
      "exact as a number", fields: "record: {exact: 5}", "record.exact: 5 is a number; write true, false or {every: N}"),
    .init("exact with another key", fields: "record: {exact: {evry: 5}}", "record.exact.evry: exact has no \"evry\""),
    .init("exact that is empty", fields: "record: {exact: {}}", "record.exact: the object is empty"),
    .init("exact every 0", fields: "record: {exact: {every: 0}}", "record.exact.every: 0 is out of range"),
    .init(
      "exact between rows", fields: "record: {every: 4, exact: {every: 6}}",
      "record.exact.every: 6 is no multiple of record.every, 4"),
    .init("evaluate as a boolean", fields: "record: {evaluate: true}", "record.evaluate: true is a boolean; write {"),
    .init("evaluate with a typo", fields: "record: {evaluate: {episods: 1}}", "did you mean \"episodes\"?"),
    .init(
      "no evaluation episode", fields: "record: {evaluate: {episodes: 0}}", "record.evaluate.episodes: 0 is out of"),
    .init("evaluations without end", fields: "record: {evaluate: {episodes: 1e12}}", "out of range"),
    .init(
      "evaluations between rows", fields: "record: {every: 2, evaluate: {every: 3}}",
      "record.evaluate.every: 3 is no multiple of record.every, 2"),
    .init(
      "more rows than memory holds",
      config: "{environment: 'cliff-walking', algorithm: 'sarsa', budget: {steps: 1e12}, record: {every: 1}}",
      "record.every: 1 would record 1000000000000 rows", "give at least 100000"),
  ]

  static let variantsAndAxes: [WrongInput] = [
    .init("no variants", fields: "variants: []", "variants: the list is empty; give at least one variant"),
    .init("variants as an object", fields: "variants: {}", "variants: an object is no list; write [{"),
    .init("a variant as a word", fields: "variants: ['sarsa']", "variants[0]: a string is no variant; write an object"),
    .init("a key of a variant with a typo", fields: "variants: [{nme: 'a'}]", "variants[0].nme: ", "mean \"name\"?"),
    .init("a variant with seeds of its own", fields: "variants: [{seeds: 5}]", "variants[0].seeds: a variant has no"),
    .init("a variant with a number for a name", fields: "variants: [{name: 5}]", "variants[0].name: 5 is no name"),
    .init(
      "a variant's name with a line break", fields: "variants: [{name: 'a\\nb'}]", "variants[0].name: ", "is no name"),
    .init(
      "two variants of one name", fields: "variants: [{name: 'a'}, {name: 'a', algorithm: 'sarsa'}]",
      "variants[1]: two variants are called \"a\"; give each a name"
    ).beyondSchemas(.comparison),
    .init(
      "the same variant twice", fields: "variants: [{}, {}]", "variants[1]: two variants are called \"q-learning\""),
    .init(
      "a variant's parameter with a typo", fields: "variants: [{algorithm: {aplha: 1}}]",
      "variants[0].algorithm.aplha: ", "did you mean \"alpha\"?"),
    .init(
      "a variant's algorithm with a typo", fields: "variants: [{algorithm: 'sarsaa'}]", "variants[0].algorithm.id: ",
      "did you mean \"sarsa\"?"),
    .init(
      "a variant with two budgets", fields: "variants: [{budget: {steps: 5, episodes: 5}}]", "variants[0].budget: "),
    .init(
      "a sweep given to run", fields: "sweep: {'algorithm.alpha': [0.1]}",
      "sweep: \"run\" takes no sweep; use \"rl-lab sweep\""
    ).beyondSchemas(.command),
    .init("a sweep as a list", fields: "sweep: []", command: "sweep", "sweep: [] is a list; write an object of axes"),
    .init(
      "an axis without values", fields: "sweep: {'algorithm.alpha': []}", command: "sweep",
      "sweep.algorithm.alpha: the list is empty"),
    .init(
      "an axis of one number", fields: "sweep: {'algorithm.alpha': 0.5}", command: "sweep",
      "0.5 is a number; write a list"),
    .init(
      "a value twice on an axis", fields: "sweep: {'algorithm.alpha': [1, 1]}", command: "sweep",
      "sweep.algorithm.alpha[1]: 1 comes twice"),
    .init(
      "an axis of something else", fields: "sweep: {seeds: [1, 2]}", command: "sweep",
      "\"seeds\" is no path that can be swept"),
    .init(
      "an axis with an empty part", fields: "sweep: {'algorithm..alpha': [1]}", command: "sweep",
      "is no path that can be swept"),
    .init(
      "an axis of a parameter with a typo", fields: "sweep: {'algorithm.alpa': [1]}", command: "sweep",
      "did you mean \"alpha\"?"),
    .init(
      "an axis out of range", fields: "sweep: {'algorithm.alpha': [0.5, 5]}", command: "sweep",
      "algorithm.alpha: 5 is out of range"),
    .init(
      "a log axis from 0", fields: "sweep: {'algorithm.alpha': {log: [0, 1, 3]}}", command: "sweep",
      "a log axis needs ends above 0"),
    .init(
      "a log axis without a count", fields: "sweep: {'algorithm.alpha': {log: [0.1, 1]}}", command: "sweep",
      "[0.1,1] does not span an axis; write {log:"),
    .init(
      "an axis of a kind with a typo", fields: "sweep: {'algorithm.alpha': {linaer: [0, 1, 3]}}", command: "sweep",
      "did you mean \"linear\"?"),
    .init(
      "an axis of half a point", fields: "sweep: {'algorithm.alpha': {linear: [0, 1, 2.5]}}", command: "sweep",
      "2.5 is not a whole number"),
    .init(
      "a linear axis to the largest number", fields: "sweep: {'algorithm.alpha': {linear: [-1.7e308, 1.7e308, 3]}}",
      command: "sweep", "too far out"),
    .init(
      "a random axis without a count", fields: "sweep: {'algorithm.alpha': {random: {log: [0.1, 1]}}}",
      command: "sweep", "a random axis needs \"n\""),
    .init(
      "a random axis backwards", fields: "sweep: {'algorithm.alpha': {random: {log: [1, 0.1]}, n: 3}}",
      command: "sweep", "with a below b"),
    .init(
      "random integers beyond 63 bits", fields: "sweep: {'algorithm.n': {random: {integer: [1e300, 2e300]}, n: 3}}",
      command: "sweep", "too far out"),
    .init(
      "more random integers than there are", fields: "sweep: {'algorithm.n': {random: {integer: [1, 2]}, n: 3}}",
      command: "sweep", "fewer than 3 different values"),
    .init(
      "axes of unequal length side by side",
      fields: "sweep: {zip: {'algorithm.alpha': [1], 'algorithm.gamma': [0.5, 1]}}", command: "sweep", "sweep.zip: ",
      "zip needs equally many"),
    .init(
      "a path in two axes", fields: "sweep: {'algorithm.alpha': [1], zip: {'algorithm.alpha': [0.5]}}",
      command: "sweep", "stands in two axes; keep one"),
    .init(
      "a condition without values", fields: "sweep: {'algorithm.alpha': {when: {a: 1}}}", command: "sweep",
      "a conditional axis needs \"values\""),
    .init(
      "a sweep of more points than memory holds",
      fields: "sweep: {'algorithm.alpha': {linear: [0.1, 1, 90000]}, 'algorithm.gamma': {linear: [0, 1, 90000]}}",
      command: "sweep", "8100000000 variants are too many"),
    .init(
      "a time limit in words", fields: "launch: {time: 'abc'}", command: "sweep",
      "launch.time: \"abc\" is no time limit; write minutes"),
    .init(
      "a time limit of four parts", fields: "launch: {time: '1:0:0:0'}", "launch.time: \"1:0:0:0\" is no time limit"),
    .init("a negative time limit", fields: "launch: {time: '-5'}", "launch.time: \"-5\" is no time limit"),
    .init(
      "negative memory", fields: "launch: {memory: '-2G'}", command: "sweep",
      "launch.memory: \"-2G\" is no size; write a whole number"),
    .init("half a gigabyte", fields: "launch: {memory: '0.5G'}", "launch.memory: \"0.5G\" is no size"),
    .init("memory in bytes", fields: "launch: {memory: '2GB'}", "launch.memory: \"2GB\" is no size"),
    .init(
      "more trials than memory holds", fields: "seeds: 5000000, sweep: {'algorithm.alpha': [0.1, 0.2, 0.3]}",
      command: "sweep", "seeds: 3 variants with 5000000 seeds"),
  ]
}
