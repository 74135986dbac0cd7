/// Environments that do not exist, or whose options are wrong.
extension WrongInput {
  static let environments: [WrongInput] = [
    .init(
      "an environment with a typo", environment: "'clif-walking'",
      "environment.id: there is no environment \"clif-walking\"; did you mean \"cliff-walking\"?"),
    .init(
      "an environment in Gymnasium's spelling", environment: "'FrozenLake-v1'",
      "environment.id: there is no environment \"FrozenLake-v1\""),
    .init("an environment as a list", environment: "['taxi']", "environment: [\"taxi\"] is a list; write an id"),
    .init(
      "an option with a typo", environment: "{id: 'frozen-lake', is_sliperry: true}", "environment.is_sliperry: ",
      "did you mean \"is_slippery\"?"),
    .init(
      "a flag as a number", environment: "{id: 'frozen-lake', is_slippery: 1}",
      "environment.is_slippery: 1 is a number; write true or false"),
    .init(
      "a map's name with a typo", environment: "{id: 'frozen-lake', map_name: '8x9'}",
      "environment.map_name: \"8x9\" is none of"),
    .init(
      "no map at all", environment: "{id: 'frozen-lake', map_name: null}", "environment.desc: there is no map; give"),
    .init(
      "a chance above 1", environment: "{id: 'frozen-lake', success_rate: 2}",
      "environment.success_rate: 2 is out of range; give a number in [0, 1]"),
    .init(
      "two rewards for three", environment: "{id: 'frozen-lake', reward_schedule: [1, 0]}",
      "environment.reward_schedule: [1,0] is no list of 3 numbers"),
    .init(
      "a lake with a stranger", environment: "{id: 'frozen-lake', desc: ['SFX', 'FFG']}",
      "environment.desc[0]: row 1, column 3: \"X\" is no cell"),
    .init("a time limit of 0", environment: "{id: 'taxi', time_limit: 0}", "environment.time_limit: 0 is out of range"),
    .init(
      "a time limit as a word", environment: "{id: 'taxi', time_limit: 'long'}",
      "environment.time_limit: \"long\" is a string"),
    .init("a map without rows", environment: "{id: 'gridworld', map: []}", "environment.map: the map has no rows"),
    .init(
      "a map with an empty row", environment: "{id: 'gridworld', map: ['SG', '']}", "environment.map[1]: row 2 is empty"
    ),
    .init(
      "a map with rows of two lengths", environment: "{id: 'gridworld', map: ['SG', '...']}",
      "environment.map[1]: row 2 has 3 cells but row 1 has 2"),
    .init(
      "a map without a start", environment: "{id: 'gridworld', map: ['.G']}",
      "environment.map: the map has no start; mark"),
    .init(
      "a map with a small letter", environment: "{id: 'gridworld', map: ['sG']}",
      "row 1, column 1: \"s\" is no cell; did you mean \"S\"?"),
    .init(
      "a map with a line break in a row", environment: "{id: 'gridworld', map: ['S\\nG']}",
      "row 1, column 2: \"\\n\" is no cell"),
    .init(
      "a map of numbers", environment: "{id: 'gridworld', map: [1, 2]}",
      "environment.map[0]: row 1 is a number; write a row as a string"),
    .init(
      "a map as a number", environment: "{id: 'gridworld', map: 5}",
      "environment.map: 5 is a number; write a list of rows"),
    .init(
      "a map file that is not there", environment: "{id: 'gridworld', map: 'nope.txt'}", code: 66, "environment.map: ",
      "nope.txt: there is no such file; check the path"
    ).beyondSchemas(.disk),
    .init(
      "a map file that is a folder", environment: "{id: 'gridworld', map: 'maps'}", files: ["maps/a.txt": "SG"],
      code: 66, "maps: this is a folder; name a file"
    ).beyondSchemas(.disk),
    .init(
      "a map file without a name", environment: "{id: 'gridworld', map: ''}",
      "environment.map: the path is empty; name a file"),
    .init(
      "an empty map file", environment: "{id: 'gridworld', map: 'm.txt'}", files: ["m.txt": "\n"],
      "environment.map: \"m.txt\": the map has no rows"
    ).beyondSchemas(.disk),
    .init(
      "a map file with a stranger", environment: "{id: 'gridworld', map: 'm.txt'}", files: ["m.txt": "S.\n.Z\n"],
      "\"m.txt\": row 2, column 2: \"Z\" is no cell"
    ).beyondSchemas(.disk),
    .init(
      "a map and a size", environment: "{id: 'gridworld', map: ['SG'], rows: 3}",
      "environment.rows: the map has its own size"),
    .init(
      "a grid of one cell", environment: "{id: 'gridworld', rows: 1, columns: 1}",
      "environment.rows: a grid of one cell has no way to go"),
    .init("five moves", environment: "{id: 'gridworld', moves: 5}", "environment.moves: 5 is not 4 or 8"),
    .init("a slip above 1", environment: "{id: 'gridworld', slip: 1.1}", "environment.slip: 1.1 is out of range"),
    .init(
      "a reward with a typo", environment: "{id: 'gridworld', rewards: {stpe: -1}}", "environment.rewards.stpe: ",
      "did you mean \"step\"?"),
    .init(
      "a goal whose reward is no number", environment: "{id: 'gridworld', rewards: {goal: NaN}}",
      "environment.rewards.goal: NaN is out of range"),
    .init(
      "a terminal cell that is none", environment: "{id: 'gridworld', terminal: ['Z']}",
      "environment.terminal[0]: \"Z\" is no cell that can end"),
    .init(
      "a target beside the grid", environment: "{id: 'zhao-gridworld', target: [9, 9]}",
      "environment.target: [9,9] is not on the grid; give a row in [1, 5]"),
    .init(
      "a forbidden target", environment: "{id: 'zhao-gridworld', forbidden: [[4, 3]]}",
      "environment.forbidden[0]: [4,3] is the target"),
    .init(
      "a goal in a wall", environment: "{id: 'four-rooms', goal: [6, 6]}",
      "environment.goal: [6,6] is a wall; choose another cell"),
    .init(
      "a start beside the row", environment: "{id: 'random-walk', states: 5, start: 9}",
      "environment.start: 9 is no state; give a whole number in [0, 4]"),
    .init(
      "a gambler who has won already", environment: "{id: 'gamblers-problem', start: 200}",
      "environment.start: a capital of 200 has reached the goal"),
    .init(
      "one rate for two places", environment: "{id: 'jacks-car-rental', request_rates: [3]}",
      "environment.request_rates: the list has 1 numbers; give 2"),
    .init(
      "a negative rate", environment: "{id: 'jacks-car-rental', return_rates: [3, -2]}",
      "environment.return_rates[1]: -2 is out of range"),
    .init(
      "more branches than states", environment: "{id: 'garnet', states: 3, branching: 4}",
      "environment.branching: 4 different next states cannot be drawn from 3"),
    .init(
      "a bandit without arms", environment: "{id: 'k-armed-bandit', arms: 0}", algorithm: "'ucb'",
      "environment.arms: 0 is out of range"),
    .init(
      "a bandit without means", environment: "{id: 'k-armed-bandit', means: []}", algorithm: "'ucb'",
      "environment.means: the list has no numbers"),
    .init(
      "more arms than means", environment: "{id: 'k-armed-bandit', means: [1, 2], arms: 3}", algorithm: "'ucb'",
      "environment.means: there are 2 means for 3 arms"),
    .init(
      "a Bernoulli mean above 1", environment: "{id: 'k-armed-bandit', means: [2], reward: 'bernoulli'}",
      algorithm: "'ucb'", "environment.means[0]: 2 is no probability"),
    .init(
      "a law of rewards with a typo", environment: "{id: 'k-armed-bandit', reward: 'bernouli'}", algorithm: "'ucb'",
      "did you mean \"bernoulli\"?"),
  ]

  /// Tasks that no machine would hold; each is refused at once, before memory is asked for.
  static let sizes: [WrongInput] = [
    .init(
      "a grid of 10⁹ cells", environment: "{id: 'gridworld', rows: 100000, columns: 10000}",
      "environment.rows: 100000 × 10000 cells are too many"),
    .init(
      "a grid of 10⁹ rows", environment: "{id: 'gridworld', rows: 1e9}", "environment.rows: 1000000000 is out of range"),
    .init(
      "a grid that overflows", environment: "{id: 'gridworld', rows: 9223372036854775807, columns: 2}",
      "environment.rows: ", "is out of range"),
    .init(
      "a random model of 10⁷ states with 10³ actions", environment: "{id: 'garnet', states: 1e7, actions: 1000}",
      "environment: the model would have up to 30000000000 outcomes", "lower \"states\""),
    .init(
      "a random model of 10¹⁰ states", environment: "{id: 'garnet', states: 1e10}",
      "environment.states: 10000000000 is out of range"),
    .init(
      "jumps across a million states", environment: "{id: 'random-walk', states: 1e6, reach: 1e6}",
      "environment: the model would have up to", "lower \"states\" or \"reach\""),
    .init(
      "a rental of a million cars", environment: "{id: 'jacks-car-rental', max_cars: 1e6}",
      "environment.max_cars: 1000000 is out of range"),
    .init(
      "a rental of too many moves", environment: "{id: 'jacks-car-rental', max_cars: 100, max_move: 100}",
      "environment: the model would have up to", "lower \"max_cars\""),
    .init(
      "a bandit of 10⁹ arms", environment: "{id: 'k-armed-bandit', arms: 1e9}", algorithm: "'ucb'",
      "environment.arms: 1000000000 is out of range"),
    .init(
      "a gambler's goal of 10⁹", environment: "{id: 'gamblers-problem', goal: 1e9}",
      "environment.goal: 1000000000 is out of range"),
    .init(
      "a table of a few rows as wide as a million", environment: "{id: 'mdp-file', path: 'm.csv'}",
      files: [
        "m.csv": "state,action,probability,next_state,reward,terminated\n9999999,0,1,0,0,false\n"
          + (0..<300).map { "0,\($0),1,0,0,false\n" }.joined()
      ], "environment: a table of 10000000 states with up to 300 actions each would have more than"
    ).beyondSchemas(.disk),
  ]
}
