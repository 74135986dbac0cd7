/// Wrong command lines, and outputs that cannot be written.
extension WrongInput {
  static let commandLines: [WrongInput] = [
    .init("no command", [], code: 64, says: ["no command is given; \"rl-lab --help\" shows all"]),
    .init("a command with a typo", ["rnu"], code: 64, says: ["there is no command \"rnu\"; did you mean \"run\"?"]),
    .init("a command like nothing", ["xyzzy"], code: 64, says: ["\"rl-lab --help\" shows all"]),
    .init("a flag for a command", ["--versoin"], code: 64, says: ["did you mean \"--version\"?"]),
    .init("help on no command", ["help", "rnu"], code: 64, says: ["did you mean \"run\"?"]),
    .init("a word after --version", ["--version", "x"], code: 64, says: ["\"x\" is one word too many"]),
    .init("run without anything", ["run"], code: 64, says: ["no algorithm is given; add -a q-learning"]),
    .init("run without an environment", ["run", "-a", "sarsa"], code: 64, says: ["no environment is given; add -e"]),
    .init("run with two configurations", ["run", "a", "b"], code: 64, says: ["run: \"b\" is one word too many"]),
    .init("sweep without a configuration", ["sweep"], code: 64, says: ["sweep: a word is missing"]),
    .init("check without a configuration", ["check"], code: 64, says: ["check: a word is missing"]),
    .init(
      "a configuration that is not there", ["run", "nope.json5"], code: 66,
      says: ["nope.json5: there is no such file; check the path"]),
    .init(
      "a configuration that is a folder", ["run", "results"], code: 66, says: ["results: this is a folder; name a file"]
    ),
    .init("a configuration without a name", ["run", ""], code: 66, says: ["the path is empty; name a file"]),
    .init(
      "a configuration that cannot be read", ["run", "/proc/self/mem"], code: 66,
      says: ["/proc/self/mem: the file cannot be read"]),
    .init(
      "a device without content", ["run", "/dev/null"], code: 65, says: ["null: line 1, column 1: the file is empty"]),
    .init("an unknown flag", flags: "--qiet", says: ["run: there is no flag --qiet; did you mean --quiet?"]),
    .init("a flag of another command", flags: "--shard", "1/2", says: ["run: there is no flag --shard"]),
    .init("an unknown short flag", flags: "-x", says: ["run: there is no flag -x; \"rl-lab run --help\" shows all"]),
    .init("a flag twice", flags: "--episodes", "6", says: ["run: --episodes is given twice; give it once"]),
    .init("a switch twice", flags: "--quiet", "--quiet", says: ["run: --quiet is given twice"]),
    .init("a flag without its value", flags: "--seeds", says: ["run: --seeds has no value; write --seeds "]),
    .init("a switch with a value", flags: "--overwrite=yes", says: ["run: --overwrite takes no value"]),
    .init(
      "two budgets by flags", flags: "--steps", "6",
      says: ["exactly one of --episodes, --steps, --iterations; --episodes and --steps are given"]),
    .init("no jobs", flags: "--jobs", "0", says: ["run: --jobs 0 is out of range; give a whole number in [1, 4096]"]),
    .init("negative jobs", flags: "--jobs", "-2", says: ["run: --jobs -2 is out of range"]),
    .init("jobs as a word", flags: "--jobs", "all", says: ["run: --jobs all is not a whole number"]),
    .init(
      "seeds as a word by flag", flags: "--seeds", "ten",
      says: ["run: --seeds ten is not a number; give a whole number"]),
    .init("no seeds by flag", flags: "--seeds", "0", code: 65, says: ["seeds: 0 is out of range"]),
    .init("seeds without end by flag", flags: "--seeds", "1e30", code: 65, says: ["seeds: 1e+30 is out of range"]),
    .init("a negative root seed by flag", flags: "--seed", "-1", code: 65, says: ["seed: -1 is out of range"]),
    .init(
      "no episodes by flag", ["run", "-e", "taxi", "-a", "sarsa", "--episodes", "0"], code: 65,
      says: ["budget.episodes: 0 is out of range"]),
    .init(
      "an environment with a typo by flag", ["run", "-e", "taksi", "-a", "sarsa"], code: 65,
      says: ["environment.id: there is no environment \"taksi\"; did you mean \"taxi\"?"]),
    .init(
      "an algorithm with a typo by flag", ["run", "-e", "taxi", "-a", "sarssa"], code: 65,
      says: ["algorithm.id: there is no algorithm \"sarssa\"; did you mean \"sarsa\"?"]),
    .init(
      "a setting without a value", flags: "--set", "algorithm.alpha",
      says: ["run: --set algorithm.alpha has no value; write --set PATH=VALUE"]),
    .init(
      "a setting without a path", flags: "--set", "=5", says: ["run: --set =5 has no value; write --set PATH=VALUE"]),
    .init(
      "a setting with an empty part", flags: "--set", "algorithm..alpha=5",
      says: ["this is no dotted path; write one like"]),
    .init(
      "a setting with a path without end", flags: "--set", "a" + String(repeating: ".a", count: 50_000) + "=5",
      says: ["this is no dotted path"]),
    .init(
      "a setting of nothing known", flags: "--set", "foo.bar=5", code: 65, says: ["foo: a configuration has no \"foo\""]
    ),
    .init(
      "a setting with a typo", flags: "--set", "algorithm.aplha=0.5", code: 65,
      says: ["algorithm.aplha: ", "did you mean \"alpha\"?"]),
    .init(
      "a setting out of range", flags: "--set", "algorithm.alpha=5", code: 65,
      says: ["algorithm.alpha: 5 is out of range"]),
    .init(
      "a setting that is no JSON5", flags: "--set", "algorithm.alpha=[1", code: 65,
      says: ["algorithm.alpha: \"[1\" is a string"]),
    .init(
      "a setting that replaces the algorithm by a number", flags: "--set", "algorithm=5", code: 65,
      says: ["algorithm: 5 is a number; write an id"]),
    .init(
      "a part that is none", config: "{environment: 'taxi', algorithm: 'sarsa'}", command: "sweep",
      flags: ["--shard", "3/2"], code: 64, "sweep: --shard 3/2 is no part; write I/N"),
    .init(
      "a part of nothing", config: "{environment: 'taxi', algorithm: 'sarsa'}", command: "sweep",
      flags: ["--shard", "1/0"], code: 64, "sweep: --shard 1/0 is no part"),
    .init(
      "a part as a word", config: "{environment: 'taxi', algorithm: 'sarsa'}", command: "sweep",
      flags: ["--shard", "half"], code: 64, "sweep: --shard half is no part"),
    .init(
      "a launcher like nothing", config: "{environment: 'taxi', algorithm: 'sarsa'}", command: "sweep",
      flags: ["--launcher", "pbs"], code: 64, "sweep: --launcher pbs"),
    .init(
      "a list of nothing known", ["list", "maps"], code: 64,
      says: ["list: there is no list of \"maps\"; write environments or algorithms"]),
    .init("describe without an id", ["describe"], code: 64, says: ["describe: a word is missing"]),
    .init(
      "describe with a typo", ["describe", "q-lerning"], code: 64,
      says: ["describe: there is no environment or algorithm \"q-lerning\"; did you mean \"q-learning\"?"]),
    .init("describe like nothing", ["describe", "xyzzy"], code: 64, says: ["\"rl-lab list\" shows all"]),
    .init(
      "a model of nothing known", ["model", "taksi"], code: 65, says: ["environment.id: ", "did you mean \"taxi\"?"]),
    .init(
      "a model of a bandit", ["model", "k-armed-bandit"], code: 65,
      says: ["environment: \"k-armed-bandit\" has no finite model"]),
    .init(
      "a model in a format like nothing", ["model", "taxi", "--format", "xml"], code: 64,
      says: ["model: there is no format \"xml\"; write one of: json, csv, drn"]),
    .init(
      "a model in a format with a typo", ["model", "taxi", "--format", "prsm"], code: 64,
      says: ["did you mean \"prism\"?"]),
    .init(
      "a model's discount out of range", ["model", "taxi", "--gamma", "2"], code: 64,
      says: ["--gamma 2 is no number in"]),
    .init("lint of a bandit", ["lint", "k-armed-bandit"], code: 65, says: ["has no finite model"]),
    .init("lint of nothing known", ["lint", "taksi"], code: 65, says: ["did you mean \"taxi\"?"]),
    .init("lint of a file that is not there", ["lint", "no.drn"], code: 66, says: ["no.drn: there is no such file"]),
    .init("show of a task of vectors", ["show", "cart-pole"], code: 65, says: ["has no finite model"]),
    .init(
      "show of an endless task without discount", ["show", "river-swim", "--gamma", "1"], code: 65,
      says: ["never terminates", "; write --gamma 0.99"]),
    .init(
      "show into a folder that is not there", ["show", "taxi", "--values", "no/v.npy"], code: 73,
      says: ["no/v.npy: cannot be written"]),
    .init("explain without an environment", ["explain", "sarsa"], code: 64, says: ["no environment is given; add -e"]),
    .init(
      "explain of nothing known", ["explain", "sarssa", "-e", "taxi"], code: 65, says: ["did you mean \"sarsa\"?"]),
    .init(
      "explain of a network", ["explain", "ppo", "-e", "cliff-walking"], code: 65,
      says: ["choose a tabular method such as q-learning"]),
    .init(
      "watch of a table on a task of vectors", ["watch", "-e", "cart-pole", "-a", "q-learning"], code: 65,
      says: ["; choose a method of features"]),
    .init(
      "watch of a learner that is told to sample", ["watch", "-e", "taxi", "-a", "sarsa", "--sample"], code: 64,
      says: ["--sample goes with a policy file"]),
    .init(
      "audit of a policy that is no table",
      ["audit", "-e", "short-corridor", "-a", "reinforce", "--set", "algorithm.policy=linear"], code: 65,
      says: ["algorithm.policy: ", "; write \"tabular\""]),
    .init("watch of what is not there", ["watch", "no.json"], code: 66, says: ["no.json: there is no such file"]),
    .init("completions of no shell", ["completions", "bahs"], code: 64, says: ["did you mean \"bash\"?"]),
    .init("an exercise of nothing known", ["assignment", "grid"], code: 64, says: ["; write gridworld or garnet"]),
    .init(
      "an exercise with another's size", ["assignment", "garnet", "--rows", "3"], code: 64,
      says: ["give --states and --actions"]),
    .init(
      "grading what is not there", ["grade", "frozen-lake", "no.csv"], code: 66, says: ["no.csv: there is no such file"]
    ),
    .init(
      "grading a table of nothing", ["grade", "frozen-lake", "s.csv"], files: ["s.csv": Array("a,b\n1,2\n".utf8)],
      code: 65, says: ["has no column \"state\""]),
    .init(
      "grading a state that is none", ["grade", "frozen-lake", "s.csv"],
      files: ["s.csv": Array("state,action\n99,0\n".utf8)], code: 65, says: ["line 2: state is \"99\""]),
    .init(
      "grading an array of another shape", ["grade", "frozen-lake", "s.npy"],
      files: [
        "s.npy": [0x93] + Array("NUMPY".utf8) + [1, 0, 58, 0]
          + Array("{'descr': '<f8', 'fortran_order': False, 'shape': (0,), }   ".utf8.prefix(58))
      ], code: 65, says: ["the shape is [0]; give 16 states"]),
    .init(
      "a model with a setting of something else", ["model", "taxi", "--set", "algorithm.alpha=1"], code: 64,
      says: ["only options of the environment can be set; write environment.KEY=VALUE"]),
    .init(
      "a model of another environment by setting", ["model", "taxi", "--set", "environment.id=blackjack"], code: 64,
      says: ["the environment is \"taxi\"; name another in its place"]),
    .init(
      "a model with an option with a typo", ["model", "taxi", "--set", "environment.is_rany=true"], code: 65,
      says: ["environment.is_rany: ", "did you mean \"is_rainy\"?"]),
  ]

  private init(
    _ name: String, config: String, command: String, flags: [String], code: Int32, _ says: String...
  ) {
    self.init(name, [command, "c.json5"] + flags, files: ["c.json5": Array(config.utf8)], code: code, says: says)
  }

  static let outputs: [WrongInput] = [
    .init("an output without a name", flags: "-o", "", says: ["run: --output is empty; name a folder"]),
    .init(
      "an output that is a file", ["run", "-e", "taxi", "-a", "sarsa", "-o", "f"], files: ["f": [1]], code: 73,
      says: ["f: cannot be written (not a directory)", "or choose another folder with -o"]),
    .init(
      "an output below a file", ["run", "-e", "taxi", "-a", "sarsa", "-o", "f/g/h"], files: ["f": [1]], code: 73,
      says: ["f/g/h: cannot be written (not a directory)"]),
    .init("an output below a device", flags: "-o", "/dev/null/x", code: 73, says: ["/dev/null/x: cannot be written"]),
    .init(
      "an output where nothing can be made", flags: "-o", "/proc/x", code: 73, says: ["/proc/x: cannot be written"]),
    .init(
      "an output with a name too long", flags: "-o", String(repeating: "x", count: 300), code: 73,
      says: ["cannot be written (file name too long)"]),
    .init(
      "an output that holds other results", flags: "-o", "results/c", code: 73,
      says: [
        "results/c: the folder holds results of another configuration; choose another with -o, or throw them away with --overwrite"
      ]),
    .init(
      "an output that holds another program's table", ["run", "-e", "taxi", "-a", "sarsa", "-o", "d"],
      files: ["d/curves.csv": [1]], code: 73, says: ["d: the folder holds files that are not this program's"]),
    .init(
      "an output that holds another program's description", ["run", "-e", "taxi", "-a", "sarsa", "-o", "d"],
      files: ["d/experiment.json": Array("{\"variants\": [], \"seeds\": []}".utf8)], code: 73,
      says: ["d: the folder holds results of another configuration"]),
    .init(
      "an output whose description is torn", ["run", "-e", "taxi", "-a", "sarsa", "-o", "d"],
      files: ["d/experiment.json": Array("{\"schema\": ".utf8)], code: 73,
      says: ["d: the folder holds results of another configuration"]),
    .init(
      "an output whose journal is a file", ["run", "-e", "taxi", "-a", "sarsa", "-o", "d"], files: ["d/.trials": [1]],
      code: 73, says: ["d/.trials: cannot be written (not a directory)"]),
  ]
}
