import Foundation
import RLCore

/// Runs the trials of a sweep as a job array of a Slurm cluster: each task does one shard, into the one folder that all share.
///
/// The array is noted in the folder, so that the launcher may be closed and taken up again by the same command; tasks that are lost, killed or out of
/// time are submitted again, and what their trials had done is in the journal and the checkpoints.
struct SlurmLauncher {
  let experiment: Experiment
  /// The results folder, which every machine of the cluster sees under this name.
  let path: String
  let options: LaunchOptions
  /// The words with which a task does its part, without folder, shard and jobs.
  let words: [String]
  let overwrite: Bool
  let isQuiet: Bool
  var slurm = Slurm()

  /// The array that was submitted last.
  private struct Array: Equatable {
    var job: Int
    var shards: Int
  }

  /// Where an array is noted, within the results.
  static let folder = ".slurm"
  private var folder: String { path + "/" + Self.folder }

  /// Submits what is missing and waits until every trial is there.
  ///
  /// - Throws: ``LabError``: 64 where Slurm's commands are missing, 130 where the launcher is stopped (the jobs go on), 70 where trials stay missing.
  func finishTrials() async throws {
    try slurm.checkCommands()
    let results = ResultsFolder(path: path, experiment: experiment)
    let journal = try results.claim(overwrite: overwrite, start: Date())
    if overwrite { try? FileManager.default.removeItem(atPath: folder) }
    try Output.makeFolder(folder)
    Interrupt.catchSignals()
    var array = noted()
    var attempts = 0
    while true {
      try journal.refresh()
      let held = journal.keys
      let engine = Engine(experiment: experiment, journal: journal, folder: results.trialsPath, jobs: 1)
      let missing = engine.pending().count
      if let running = array, try !slurm.queue(of: running.job).isEmpty {
        note("job \(running.job) is in the queue; it is taken up")
      } else if missing == 0 {
        return
      } else {
        if attempts > options.retries { throw lost(missing) }
        let shards = array?.shards ?? min(experiment.trialCount, options.tasks ?? 100)
        let wanted = (1...shards).filter { index in
          var part = engine
          part.shard = .init(index: index, count: shards)
          return !part.pending().isEmpty
        }
        let job = try submit(wanted, of: shards)
        array = .init(job: job, shards: shards)
        try write(array!)
        note("job \(job): \(missing) trials in \(wanted.count) tasks")
      }
      try await wait(for: array!.job, journal: journal)
      try journal.refresh()
      // Whoever gets on has its tries back.
      attempts = journal.keys.count > held.count ? 0 : attempts + 1
    }
  }

  // MARK: Steps

  /// Waits until nothing of a job is in the queue.
  private func wait(for job: Int, journal: Journal) async throws {
    let isShown = Progress.isWanted && !isQuiet
    defer { if isShown { Terminal.error("\r\u{1B}[K") } }
    while true {
      let queue = try slurm.queue(of: job)
      if queue.isEmpty { break }
      if isShown {
        try journal.refresh()
        let state = "\(journal.keys.count)/\(experiment.trialCount) trials"
        Terminal.error("\rjob \(job): \(state), \(queue.running) tasks running, \(queue.waiting) waiting\u{1B}[K")
      }
      var left = options.poll
      while left > 0 {
        if Interrupt.isRequested {
          throw LabError(
            .interrupted,
            "\(path): the launcher stops and job \(job) goes on; run the same command again to take it up, or end it with scancel \(job)"
          )
        }
        try? await Swift.Task.sleep(for: .seconds(min(left, 0.2)))
        left -= 0.2
      }
    }
    // A shared file system may show the last records a moment later.
    try? await Swift.Task.sleep(for: .seconds(min(1, options.poll)))
  }

  private func submit(_ tasks: [Int], of shards: Int) throws(LabError) -> Int {
    let script = folder + "/task.sh"
    try Output.write(self.script(shards: shards), to: script)
    var arguments = [
      "--array=" + Self.ranges(tasks) + (options.throttle.map { "%\($0)" } ?? ""),
      "--job-name=rl-lab-" + experiment.name, "--output=\(folder)/task-%a.log", "--open-mode=append",
      "--cpus-per-task=\(options.cores)",
    ]
    if let time = options.time { arguments.append("--time=" + time) }
    if let memory = options.memory { arguments.append("--mem=" + memory) }
    if let partition = options.partition { arguments.append("--partition=" + partition) }
    return try slurm.submit(arguments + options.arguments + [script])
  }

  /// What a task runs. It stands in for itself, so that Slurm's signals reach the program and it stores its checkpoints.
  func script(shards: Int) -> String {
    let program = ReportPage.quoted(Self.program)
    let words = (self.words + ["-o", path, "--jobs", "\(options.cores)", "--quiet"]).map(ReportPage.quoted)
    return """
      #!/bin/sh
      exec \(program) \(words.joined(separator: " ")) --shard "$SLURM_ARRAY_TASK_ID/\(shards)"

      """
  }

  private static var program: String {
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return link ?? Bundle.main.executablePath ?? CommandLine.arguments[0]
  }

  /// Numbers as Slurm lists them: `1-4,7`.
  static func ranges(_ numbers: [Int]) -> String {
    var parts: [String] = []
    var start = 0
    for (index, number) in numbers.enumerated() {
      if index + 1 < numbers.count && numbers[index + 1] == number + 1 { continue }
      parts.append(start == index ? "\(number)" : "\(numbers[start])-\(number)")
      start = index + 1
    }
    return parts.joined(separator: ",")
  }

  // MARK: Notes

  private func noted() -> Array? {
    guard let tree = try? ConfigurationFile.read(folder + "/job.json").root, let job = tree["job"]?.whole,
      let shards = tree["shards"]?.whole, shards >= 1
    else { return nil }
    return Array(job: job, shards: shards)
  }

  private func write(_ array: Array) throws(LabError) {
    let tree = Setting.object([.init("job", .integer(array.job)), .init("shards", .integer(array.shards))])
    try Output.write(tree.prettyJSON() + "\n", to: folder + "/job.json")
  }

  private func note(_ text: String) {
    if !isQuiet { Terminal.error("slurm: \(text)\n") }
  }

  /// Why trials are missing, as far as the tasks said it.
  private func lost(_ missing: Int) -> LabError {
    let logs = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".log") }
    var said: String?
    for log in logs.sorted() where said == nil {
      let text = (try? String(contentsOfFile: folder + "/" + log, encoding: .utf8)) ?? ""
      said = text.split(whereSeparator: \.isNewline).last { $0.contains("error:") }.map { "\(log): \($0)" }
    }
    return LabError(
      .software,
      "\(path): \(missing) trials are missing after \(options.retries) more tries\(said.map { "; \($0)" } ?? "; see \(folder)")"
    )
  }
}
