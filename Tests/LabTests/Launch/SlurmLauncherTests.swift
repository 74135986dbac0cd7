import Foundation
import RLCore
import Testing

@testable import Lab

@Suite struct SlurmLauncherTests {
  @Test(arguments: [([1], "1"), ([1, 2, 3], "1-3"), ([1, 3, 4, 7], "1,3-4,7"), ([2, 4], "2,4")])
  func tasksAreListedInRanges(numbers: [Int], text: String) {
    #expect(SlurmLauncher.ranges(numbers) == text)
  }

  @Test func aTaskDoesItsShardInTheCommonFolder() throws {
    let root = ConfigurationFile.value(
      "{environment: 'cliff-walking', algorithm: 'sarsa', launch: {cores: 2, time: '1:00:00', tasks: 3}}")
    let experiment = try Resolver(lab: .standard, source: nil, folder: "", overridden: [], outline: nil)
      .experiment(root, defaultName: "x")
    #expect(experiment.launch.cores == 2 && experiment.launch.time == "1:00:00" && experiment.launch.tasks == 3)
    let launcher = SlurmLauncher(
      experiment: experiment, path: "/data/my results", options: experiment.launch,
      words: ["sweep", "/data/it's.json5", "--set", "algorithm.alpha=0.5"], overwrite: false, isQuiet: true)
    let lines = launcher.script(shards: 3).split(separator: "\n")
    #expect(lines.first == "#!/bin/sh")
    #expect(
      lines.last?.hasSuffix(
        "sweep '/data/it'\\''s.json5' --set 'algorithm.alpha=0.5' -o '/data/my results' --jobs 2 --quiet"
          + " --shard \"$SLURM_ARRAY_TASK_ID/3\"") == true)
  }

  @Test func launchingIsNoPartOfAVariant() throws {
    func hash(_ launch: String) throws -> String {
      let root = ConfigurationFile.value("{environment: 'cliff-walking', algorithm: 'sarsa'\(launch)}")
      return try Resolver(lab: .standard, source: nil, folder: "", overridden: [], outline: nil)
        .experiment(root, defaultName: "x").variants[0].hash
    }
    #expect(try hash("") == hash(", launch: {tasks: 40, memory: '2G'}"))
    #expect(try hash("") == hash(", question: 'Does it learn?'"))
  }

  @Test(arguments: [
    ("5", "write an object"), ("{task: 3}", "did you mean \"tasks\"?"), ("{tasks: 0}", "[1, 100000]"),
    ("{time: 60}", "write a time limit"), ("{memory: ''}", "write a size"), ("{poll: 0}", "[0.1, 3600]"),
    ("{arguments: '--x'}", "write a list of strings"), ("{arguments: [5]}", "write a word for sbatch"),
    ("{time: 'abc'}", "\"abc\" is no time limit; write minutes"), ("{time: '1:2:3:4'}", "is no time limit"),
    ("{time: '-5'}", "is no time limit"), ("{time: '1-'}", "is no time limit"), ("{time: '1h'}", "is no time limit"),
    ("{memory: '-2G'}", "\"-2G\" is no size; write a whole number"), ("{memory: '1.5G'}", "is no size"),
    ("{memory: 'G'}", "is no size"), ("{memory: '2GB'}", "is no size"),
  ])
  func mistakesAreSaid(launch: String, message: String) {
    let root = ConfigurationFile.value(launch)
    let error = #expect(throws: SettingProblem.self) { try LaunchOptions(root) }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  /// The six forms of sbatch's manual, and sizes with and without a unit.
  @Test(arguments: [
    ("90", "512"), ("90:30", "512K"), ("1:00:00", "512M"), ("2-12", "2G"), ("2-12:30", "1T"), ("2-12:30:15", "2g"),
  ])
  func whatSbatchDocumentsIsTaken(time: String, memory: String) throws {
    let options = try LaunchOptions(ConfigurationFile.value("{time: '\(time)', memory: '\(memory)'}"))
    #expect(options.time == time && options.memory == memory)
  }

  /// Where there is no Slurm, the results folder is not begun: the next command there may be another.
  @Test func withoutSlurmNothingIsWritten() async throws {
    let experiment = try experiment("{environment: 'cliff-walking', algorithm: 'sarsa'}")
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("slurm-\(UUID().uuidString)").path
    let launcher = SlurmLauncher(
      experiment: experiment, path: folder, options: experiment.launch, words: ["sweep", "x.json5"], overwrite: false,
      isQuiet: true, slurm: Slurm(path: "/nowhere:/nowhere else"))
    let error = await #expect(throws: LabError.self) { try await launcher.finishTrials() }
    #expect(error?.kind == .usage)
    #expect(error?.message.contains("there is no command sbatch here") == true)
    #expect(!FileManager.default.fileExists(atPath: folder))
  }
}
