/// Algorithms that do not exist, whose parameters are wrong, or that do not fit the task.
extension WrongInput {
  static let algorithms: [WrongInput] = [
    .init(
      "an algorithm with a typo", algorithm: "'q-lerning'",
      ".id: there is no algorithm \"q-lerning\"; did you mean \"q-learning\"?"),
    .init("an algorithm like nothing", algorithm: "'zzzzzz'", "\"rl-lab list algorithms\" shows all"),
    .init("an algorithm with a line break", algorithm: "'sarsa\\n'", ".id: there is no algorithm"),
    .init("an algorithm as a number", algorithm: "5", ": 5 is a number; write an id"),
    .init("a null algorithm", algorithm: "null", ": null is null; write an id"),
    .init("an algorithm without an id", algorithm: "{alpha: 1}", ": the algorithm has no \"id\"; add id"),
    .init("an id that is a number", algorithm: "{id: 5}", ".id: 5 is a number; write the algorithm's id"),
    .init(
      "a parameter with a typo", algorithm: "{id: 'q-learning', aplha: 0.5}",
      ".aplha: \"q-learning\" has no parameter \"aplha\"; did you mean \"alpha\"?"),
    .init(
      "a parameter of another algorithm", algorithm: "{id: 'q-learning', visit: 'first'}",
      "has no parameter \"visit\"; it has: alpha"),
    .init(
      "alpha as a word", algorithm: "{id: 'q-learning', alpha: '0.5'}",
      ".alpha: \"0.5\" is a string; write a number in (0, 1]"),
    .init(
      "alpha of 0", algorithm: "{id: 'q-learning', alpha: 0}", ".alpha: 0 is out of range; give a number in (0, 1]"),
    .init("alpha above 1", algorithm: "{id: 'q-learning', alpha: 1.5}", ".alpha: 1.5 is out of range"),
    .init("alpha that is no number", algorithm: "{id: 'q-learning', alpha: NaN}", ".alpha: NaN is out of range"),
    .init("infinite alpha", algorithm: "{id: 'q-learning', alpha: Infinity}", ".alpha: Infinity is out of range"),
    .init(
      "alpha as a long list", algorithm: "{id: 'q-learning', alpha: [\(String(repeating: "1,", count: 20_000))]}",
      ".alpha: [1,1", " … ", "is a list; write a number"),
    .init(
      "gamma above 1", algorithm: "{id: 'q-learning', gamma: 1.01}",
      ".gamma: 1.01 is out of range; give a number in [0, 1]"),
    .init("a negative epsilon", algorithm: "{id: 'q-learning', epsilon: -0.1}", ".epsilon: -0.1 is out of range"),
    .init(
      "a temperature of 0", algorithm: "{id: 'q-learning', behavior: 'softmax', temperature: 0}",
      ".temperature: 0 is out of range"),
    .init(
      "a behavior with a typo", algorithm: "{id: 'sarsa', behavior: 'softmx'}", ".behavior: ",
      "did you mean \"softmax\"?"),
    .init(
      "an infinite initial value", algorithm: "{id: 'sarsa', initial_value: -Infinity}",
      ".initial_value: -Infinity is out of range"),
    .init("n of 0", algorithm: "{id: 'sarsa', n: 0}", ".n: 0 is out of range; give a whole number in [1, "),
    .init("n beyond 63 bits", algorithm: "{id: 'sarsa', n: 1e30}", ".n: 1e+30 is out of range"),
    .init(
      "a flag as a word", algorithm: "{id: 'monte-carlo-control', exploring_starts: 'yes'}",
      ".exploring_starts: \"yes\" is a string; write true or false"),
    .init(
      "a schedule without a kind", algorithm: "{id: 'sarsa', alpha: {}}", ".alpha.schedule: a schedule needs its kind"),
    .init(
      "a schedule of a kind with a typo", algorithm: "{id: 'sarsa', alpha: {schedule: 'linaer'}}", ".alpha.schedule: ",
      "did you mean \"linear\"?"),
    .init(
      "a schedule without its length", algorithm: "{id: 'sarsa', alpha: {schedule: 'linear', from: 1, to: 0.1}}",
      ".alpha.over: a linear schedule needs \"over\""),
    .init(
      "a schedule of no length", algorithm: "{id: 'sarsa', alpha: {schedule: 'linear', from: 1, to: 0.1, over: 0}}",
      ".alpha.over: 0 is out of range"),
    .init(
      "a schedule out of range", algorithm: "{id: 'sarsa', alpha: {schedule: 'linear', from: 2, to: 0.1, over: 9}}",
      ".alpha.from: 2 is out of range"),
    .init(
      "a schedule with another key", algorithm: "{id: 'sarsa', alpha: {schedule: 'linear', from: 1, to: 0.1, ovr: 9}}",
      ".alpha.ovr: ", "did you mean \"over\"?"),
    .init(
      "an exponential schedule to 0",
      algorithm: "{id: 'sarsa', epsilon: {schedule: 'exponential', from: 1, to: 0, over: 9}}",
      ".epsilon: an exponential schedule needs"),
    .init(
      "visits for epsilon", algorithm: "{id: 'sarsa', epsilon: {schedule: 'visits'}}",
      ".epsilon.schedule: \"visits\" is none of"),
    .init("a prediction method without a policy", algorithm: "'td'", ".policy: \"td\" needs \"policy\""),
    .init(
      "Monte-Carlo prediction without a policy", algorithm: "'monte-carlo-prediction'",
      ".policy: \"monte-carlo-prediction\" needs \"policy\""),
    .init("a policy with a typo", algorithm: "{id: 'td', policy: 'unifrom'}", ".policy: ", "did you mean \"uniform\"?"),
    .init("a policy without rows", algorithm: "{id: 'td', policy: []}", ".policy: a policy cannot be an empty list"),
    .init(
      "a policy of too few rows", algorithm: "{id: 'td', policy: [[1, 0, 0, 0]]}",
      ".policy: the table has 1 rows; give 48"),
    .init(
      "a policy of too few actions", algorithm: "{id: 'td', policy: [0, 1]}", ".policy: the list has 2 actions; give 48"
    ),
    .init(
      "a policy that does not sum to 1",
      algorithm: "{id: 'td', policy: [\(String(repeating: "[0.5, 0.6, 0, 0],", count: 48))]}", ".policy[0]: ",
      "sum to 1.1"),
    .init(
      "a policy with a negative probability",
      algorithm: "{id: 'td', policy: [\(String(repeating: "[-0.5, 1.5, 0, 0],", count: 48))]}",
      ".policy[0][0]: -0.5 is out of range"),
    .init(
      "a policy with rows of the wrong width",
      algorithm: "{id: 'td', policy: [\(String(repeating: "[0.5, 0.5],", count: 48))]}", ".policy[0]: ", "give 4"),
    .init(
      "a visit with a typo", algorithm: "{id: 'monte-carlo-prediction', policy: 'uniform', visit: 'frist'}", ".visit: ",
      "did you mean \"first\"?"),
    .init(
      "a bandit rule on a task of states", algorithm: "'ucb'",
      ": \"ucb\" learns a task of one state, and \"cliff-walking\" has 48; choose"),
    .init(
      "a planner's gamma out of range", algorithm: "{id: 'value-iteration', gamma: 2}", ".gamma: 2 is out of range"),
    .init(
      "a planner's negative tolerance", algorithm: "{id: 'value-iteration', tolerance: -1}",
      ".tolerance: -1 is out of range"),
    .init(
      "episodes for a planner",
      config: "{environment: 'cliff-walking', algorithm: 'value-iteration', budget: {episodes: 5}}",
      "budget.episodes: \"value-iteration\" does not count episodes; give iterations"),
    .init(
      "a planner on a task without a model", environment: "'k-armed-bandit'", algorithm: "'value-iteration'",
      "algorithm: \"value-iteration\" plans with a model, and \"k-armed-bandit\" gives only samples; choose a learner"),
    .init(
      "gamma 1 on a task that goes on for ever",
      config: "{environment: 'recycling-robot', algorithm: {id: 'value-iteration', gamma: 1}}", "algorithm.gamma: ",
      "give gamma below 1"),
    .init(
      "episodes of a task that never ends",
      config: "{environment: 'recycling-robot', algorithm: 'q-learning', budget: {episodes: 5}}",
      "budget.episodes: no episode of \"recycling-robot\" ever ends; give a budget of steps"),
    .init(
      "episodes of a vector task that never ends",
      config: "{environment: {id: 'pendulum', time_limit: null}, algorithm: 'ppo', budget: {episodes: 2}}",
      "budget.episodes: no episode of \"pendulum\" ever ends; give a budget of steps"),
    .init(
      "coordinates of states that look alike",
      config:
        "{environment: {id: 'cliff-walking', aggregate: {rows: 2, columns: 2}}, algorithm: {id: 'ppo', features: 'coordinates'}, budget: {steps: 50}}",
      "algorithm.features: some states of this task look alike; write \"one-hot\""),
    .init(
      "episodes of a walled-off goal",
      config: "{environment: {id: 'gridworld', map: ['S.#G']}, algorithm: 'q-learning', budget: {episodes: 5}}",
      "budget.episodes: no episode of \"gridworld\" ever ends"
    ).beyondSchemas(.model),
    .init(
      "Monte Carlo on a task that never ends",
      config: "{environment: 'recycling-robot', algorithm: 'monte-carlo-control', budget: {steps: 50}}",
      "algorithm: \"monte-carlo-control\" learns when an episode ends", "set environment.time_limit"),
  ]
}
