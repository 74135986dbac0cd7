import Algorithms
import RLCore

/// Plays what a policy file holds, on the task that it was trained on or on another of the same shape.
struct PolicyRollouts {
  /// After how many steps episodes of tasks without a time limit are cut off, unless more is said.
  static let maximumSteps = 10_000

  let file: PolicyFile
  let task: PreparedTask
  /// The file's name, for messages.
  let path: String
  /// The environment's id.
  let environmentID: String
  /// Whether a table holds a policy that acts as it is learned, so that greedy actions are its likeliest.
  private let learnsWhatActs: Bool

  /// - Parameter arguments: Of which `--env` and `--set environment.KEY=VALUE` say what is played.
  init(
    _ file: PolicyFile, at path: String, lab: Laboratory, arguments: Arguments, command: String
  ) throws(LabError) {
    self.file = file
    self.path = path
    learnsWhatActs = file.algorithm["id"]?.text.flatMap { lab.algorithm($0) }?.kind.learnsWhatActs ?? false
    var tree = file.environment
    if let id = arguments.value("env"), tree["id"]?.text != id { tree = .object([.init("id", .text(id))]) }
    environmentID = tree["id"]?.text ?? ""
    var overridden: Set<String> = []
    for assignment in arguments.all("set") {
      let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let path = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, path.count >= 2, path.count <= SweepAxes.deepestPath, path[0] == "environment",
        !path.contains(""), path[1] != "id"
      else {
        throw LabError(.usage, "\(command): --set \(assignment): write environment.KEY=VALUE")
      }
      tree = tree.setting(path.dropFirst(), to: ConfigurationFile.value(parts[1]))
      overridden.insert(parts[0])
    }
    // A file's content hash stands beside its path; it is no option.
    if let fields = tree.fields { tree = .object(fields.filter { !$0.key.hasSuffix("_hash") }) }
    task = try Resolver(lab: lab, source: nil, folder: "", overridden: overridden, outline: nil).task(tree)
  }

  /// The returns of episodes.
  ///
  /// - Throws: ``LabError`` (65) where the policy does not fit the task, (70) where a task outside this program has failed.
  func play(_ request: RolloutRequest, root: UInt64) throws(LabError) -> [Double] {
    try play(request, root: root, recorder: nil)
  }

  /// Episodes with all that happens in them, in the order of their returns; they are those that ``play(_:root:)`` plays.
  ///
  /// - Throws: ``LabError`` (65) where the policy does not fit the task, (70) where a task outside this program has failed.
  func episodes(_ request: RolloutRequest, root: UInt64) throws(LabError) -> [PlayedEpisode] {
    let recorder = EpisodeRecorder()
    _ = try play(request, root: root, recorder: recorder)
    return recorder.episodes
  }

  private func play(
    _ request: RolloutRequest, root: UInt64, recorder: EpisodeRecorder?
  ) throws(LabError) -> [Double] {
    switch file.content {
    case .network(let archive):
      let view = try view(of: archive)
      var policy = ArchivedPolicy(archive)
      return try play(view, request, root: root, recorder) { store, rows, actions, stream in
        policy.act(on: store, rows: rows, isGreedy: request.isGreedy, into: &actions, using: &stream)
      }
    case .linear(let archive):
      guard task.vector != nil else { throw misfit("it sees numbers, and the task has numbered states") }
      let view = try view(inputs: archive.basis.dimensions, .discrete(archive.actionCount))
      let policy = ArchivedLinearPolicy(archive)
      return try play(view, request, root: root, recorder) { store, rows, actions, stream in
        policy.act(on: store, rows: rows, isGreedy: request.isGreedy, into: &actions, using: &stream)
      }
    case .table(let target, let behavior, let width):
      guard task.space.width == width, task.space.slotCount == target.count, task.vector == nil else {
        throw misfit(
          task.vector == nil
            ? "it has \(target.count / width) states, the task \(task.space.stateCount)"
            : "it is a table of states, and the task is observed as a vector")
      }
      return try play(played(target, behavior, request), request, root: root, recorder)
    }
  }

  /// The probabilities that a table plays by.
  func played(_ target: [Double], _ behavior: [Double], _ request: RolloutRequest) -> [Double] {
    if !request.isGreedy { return behavior }
    return learnsWhatActs ? Evaluator.likeliest(target, task.space) : target
  }

  private func misfit(_ what: String) -> LabError {
    LabError(.data, "\(path): the policy does not fit the task: \(what); name the task that it was trained on")
  }

  /// The task as the network sees it.
  ///
  /// - Throws: ``LabError`` (65) where the policy does not fit the task.
  func view(of archive: PolicyArchive) throws(LabError) -> VectorTask {
    let view = try view(inputs: archive.shape.inputs, archive.actionSpace)
    guard view.usesStateIndices == archive.usesStateIndices else { throw misfit("it sees its states in another way") }
    return view
  }

  private func view(inputs: Int, _ actions: VectorActionSpace) throws(LabError) -> VectorTask {
    let view: VectorTask
    do throws(SettingProblem) {
      view = try task.vectorTask(seen: task.vector == nil ? file.features ?? .oneHot : .oneHot)
    } catch { throw misfit(error.message) }
    guard view.observationCount == inputs else {
      throw misfit("it sees \(inputs) numbers, the task shows \(view.observationCount)")
    }
    guard view.actionSpace == actions else { throw misfit("the actions are others") }
    return view
  }

  private func play(
    _ view: VectorTask, _ request: RolloutRequest, root: UInt64, _ recorder: EpisodeRecorder?,
    act: (ObservationStore, Int, inout ActionStore, inout RandomStream) -> Void
  ) throws(LabError) -> [Double] {
    let batch = view.make(
      .init(
        copies: min(request.episodes, 16), timeLimit: task.timeLimit ?? request.maximumSteps, root: root, seed: 0,
        isEvaluation: true))
    var stream = RandomStream(root: root, index: 0, component: "evaluation actions")
    var onStep: ((Int, ObservationStore, ActionStore) -> Void)?
    if let recorder {
      let places = PlaceFinder(task, view)
      onStep = { copy, before, actions in
        recorder.record(copy, of: batch, from: places.place(in: before, row: copy), actions, places)
      }
    }
    do throws(SettingProblem) {
      return try EpisodeRollouts.play(request, in: batch) { store, actions in
        act(store, batch.count, &actions, &stream)
      } onStep: {
        onStep?($0, $1, $2)
      }
    } catch { throw LabError(.software, "environment: \(error.message)") }
  }

  private func play(
    _ policy: [Double], _ request: RolloutRequest, root: UInt64, _ recorder: EpisodeRecorder?
  ) throws(LabError) -> [Double] {
    let options = RecordOptions.Evaluation(episodes: request.episodes, every: 1, maximumSteps: request.maximumSteps)
    guard var evaluator = Evaluator(options: options, task: task, takesLikeliest: false, root: root, seed: 0) else {
      return []
    }
    do throws(SettingProblem) {
      return try evaluator.returns(of: policy) { episode, state, action, outcome in
        recorder?.record(episode, from: state, action: action, outcome)
      }
    } catch { throw LabError(.software, "environment: \(error.message)") }
  }
}
