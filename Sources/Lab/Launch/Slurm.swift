import Foundation

/// The commands of a Slurm cluster, as far as a sweep needs them.
struct Slurm {
  /// What the queue says of the tasks of a job array.
  struct Queue: Equatable {
    var waiting = 0
    var running = 0
    var isEmpty: Bool { waiting + running == 0 }
  }

  /// The folders where commands are found, between colons.
  var path = ProcessInfo.processInfo.environment["PATH"] ?? "/bin:/usr/bin"

  /// Looks for the commands, before anything is written.
  ///
  /// - Throws: ``LabError`` (64) where one is missing.
  func checkCommands() throws(LabError) {
    let folders = path.split(separator: ":", omittingEmptySubsequences: false).map { $0.isEmpty ? "." : $0 }
    for command in ["sbatch", "squeue"] {
      let isThere = folders.contains { FileManager.default.isExecutableFile(atPath: $0 + "/" + command) }
      if !isThere { throw Self.missing(command) }
    }
  }

  private static func missing(_ command: String) -> LabError {
    LabError(
      .usage, "--launcher slurm: there is no command \(command) here; run on a machine of the cluster, or give local")
  }

  /// Submits a script.
  ///
  /// - Returns: The number of the job.
  /// - Throws: ``LabError`` where `sbatch` is missing (64) or refuses (70, with its own words).
  func submit(_ arguments: [String]) throws(LabError) -> Int {
    let result = try run(["sbatch", "--parsable"] + arguments)
    // "12" or "12;cluster".
    let first = result.output.split(whereSeparator: { $0 == ";" || $0.isNewline }).first
    guard result.code == 0, let first, let job = Int(first) else {
      throw LabError(
        .software, "sbatch refused the job: \(Self.line(result)); mend launch, or ask the cluster's keeper")
    }
    return job
  }

  /// What is left of a job array in the queue; an unknown job has left it.
  ///
  /// - Throws: ``LabError`` where the cluster does not answer.
  func queue(of job: Int) throws(LabError) -> Queue {
    let result = try run(["squeue", "--noheader", "--array", "--jobs", "\(job)", "--format", "%T"])
    if result.code != 0 {
      if result.errors.contains("Invalid job id") { return Queue() }
      throw LabError(.software, "squeue: \(Self.line(result)); the jobs go on, run the same command again later")
    }
    var queue = Queue()
    for state in result.output.split(whereSeparator: \.isNewline).map({ $0.trimmingCharacters(in: .whitespaces) }) {
      switch state {
      case "PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "RESV_DEL_HOLD", "SPECIAL_EXIT", "SUSPENDED":
        queue.waiting += 1
      case "RUNNING", "CONFIGURING", "COMPLETING", "STAGE_OUT", "STOPPED", "RESIZING", "SIGNALING":
        queue.running += 1
      default: break
      }
    }
    return queue
  }

  /// Runs a command to its end.
  private func run(_ words: [String]) throws(LabError) -> (code: Int32, output: String, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.standardInput = FileHandle.nullDevice
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    do {
      try process.run()
    } catch { throw LabError(.software, "\(words[0]): cannot be started (\(error.localizedDescription)); try again") }
    // What these commands say fits into a pipe many times over, so that one may be read after the other.
    let said = output.fileHandleForReading.readDataToEndOfFile()
    let complained = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    if process.terminationStatus == 127 { throw Self.missing(words[0]) }
    return (
      process.terminationStatus, String(decoding: said, as: UTF8.self), String(decoding: complained, as: UTF8.self)
    )
  }

  private static func line(_ result: (code: Int32, output: String, errors: String)) -> String {
    let lines = (result.errors + "\n" + result.output).split(whereSeparator: \.isNewline)
    let text = lines.first.map(String.init) ?? "it ended with code \(result.code)"
    return String(text.replacingOccurrences(of: "sbatch: error: ", with: "").prefix(300))
  }
}
