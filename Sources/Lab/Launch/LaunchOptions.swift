import RLCore

/// What a configuration says about running on a cluster: `launch: {tasks: 40, time: "1:00:00", memory: "2G", ...}`. It changes no result, and
/// is no part of what a variant is.
struct LaunchOptions: Sendable, Equatable {
  /// How many tasks the job array has; nil for one a trial, at most 100.
  var tasks: Int?
  /// Slurm's time limit of a task, as `--time` takes it.
  var time: String?
  /// Memory of a task, as `--mem` takes it.
  var memory: String?
  var partition: String?
  /// How many tasks may run at once; nil for as many as the cluster lets.
  var throttle: Int?
  /// Cores of a task, which runs that many trials at once.
  var cores = 1
  /// How often tasks that were lost are submitted again, if nothing was finished in between.
  var retries = 3
  /// Seconds between looks at the queue.
  var poll = 5.0
  /// Further words for `sbatch`, such as `--account=lab`.
  var arguments: [String] = []

  static let keys = [
    "tasks", "time", "memory", "partition", "throttle", "cores", "retries", "poll", "arguments",
  ]

  /// The most tasks, cores of a task and further tries, and the seconds between looks.
  static let most = 100_000
  static let mostCores = 4096
  static let mostRetries = 1000
  static let polls = Interval.closed(0.1, 3600)

  /// The forms that sbatch's manual gives `--time` (minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes,
  /// days-hours:minutes:seconds) and `--mem` (a whole number with a unit, which Slurm reads in small letters, too).
  static let timePattern = "^([0-9]+-)?[0-9]+(:[0-9]+){0,2}$"
  static let memoryPattern = "^[0-9]+[KMGTkmgt]?$"

  init() {}

  /// Reads the options.
  ///
  /// - Throws: ``SettingProblem`` that names the key.
  init(_ setting: Setting) throws(SettingProblem) {
    guard let fields = setting.fields else {
      throw SettingProblem("\(setting) is \(setting.kind); write an object, {tasks: 40, time: \"1:00:00\"}")
    }
    try setting.checkKeys(Self.keys, of: "launch")
    for field in fields {
      let value = field.value
      try SettingProblem.at("." + field.key) { () throws(SettingProblem) in
        switch field.key {
        case "tasks": tasks = try Interval.whole(value, in: 1...Self.most)
        case "time":
          time = try Self.word(
            value, "a time limit such as \"1:00:00\"", matching: Self.timePattern,
            "no time limit; write minutes, hours:minutes:seconds or days-hours, such as \"90\", \"1:00:00\" or \"2-12\""
          )
        case "memory":
          memory = try Self.word(
            value, "a size such as \"2G\"", matching: Self.memoryPattern,
            "no size; write a whole number with K, M, G or T behind it, such as \"500M\" or \"2G\"")
        case "partition": partition = try Self.word(value, "the partition's name")
        case "throttle": throttle = try Interval.whole(value, in: 1...Self.most)
        case "cores": cores = try Interval.whole(value, in: 1...Self.mostCores)
        case "retries": retries = try Interval.whole(value, in: 0...Self.mostRetries)
        case "poll": poll = try Self.polls.number(value)
        case "arguments":
          guard let words = value.elements else {
            throw SettingProblem("\(value) is \(value.kind); write a list of strings, [\"--account=lab\"]")
          }
          for word in words { arguments.append(try Self.word(word, "a word for sbatch")) }
        default: break
        }
      }
    }
  }

  private static func word(_ setting: Setting, _ what: String) throws(SettingProblem) -> String {
    guard let text = setting.text, !text.isEmpty, text.unicodeScalars.allSatisfy({ $0.value >= 32 }) else {
      throw SettingProblem("\(setting) is no word; write \(what) as a string")
    }
    return text
  }

  private static func word(
    _ setting: Setting, _ what: String, matching pattern: String, _ problem: String
  ) throws(SettingProblem) -> String {
    let text = try word(setting, what)
    guard let form = try? Regex(pattern), text.wholeMatch(of: form) != nil else {
      throw SettingProblem("\(setting) is \(problem)")
    }
    return text
  }
}
