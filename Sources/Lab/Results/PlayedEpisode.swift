import RLCore

/// An episode with all that happened in it.
struct PlayedEpisode {
  /// What is done.
  enum Action: Equatable {
    /// The place of an action among those that the state offers.
    case number(Int)
    case values([Float])
  }

  /// A moment of it: where the agent is, and what led there.
  struct Moment {
    let place: AgentPlace
    /// Where the action before was taken, the action and its reward; nil at the start.
    var step: (from: AgentPlace, action: Action, reward: Double)?
    /// The undiscounted return so far.
    var total = 0.0
  }

  fileprivate(set) var moments: [Moment]
  /// Whether the task is over; an episode that is not was cut off.
  fileprivate(set) var isTerminated = false

  fileprivate mutating func append(_ action: Action, _ reward: Double, to place: AgentPlace) {
    let last = moments[moments.count - 1]
    moments.append(.init(place: place, step: (last.place, action, reward), total: last.total + reward))
  }
}

/// Writes episodes down while they are played.
final class EpisodeRecorder {
  /// Copy by copy, as their returns come.
  private var copies: [[PlayedEpisode]] = []
  private var isPlaying: [Bool] = []

  /// All of them.
  var episodes: [PlayedEpisode] { copies.flatMap { $0 } }

  private func begin(_ copy: Int, at place: AgentPlace) {
    while copies.count <= copy {
      copies.append([])
      isPlaying.append(false)
    }
    if !isPlaying[copy] { copies[copy].append(PlayedEpisode(moments: [.init(place: place)])) }
    isPlaying[copy] = true
  }

  private func go(
    _ copy: Int, _ action: PlayedEpisode.Action, _ reward: Double, to place: AgentPlace, isTerminated: Bool
  ) {
    let last = copies[copy].count - 1
    copies[copy][last].append(action, reward, to: place)
    copies[copy][last].isTerminated = isTerminated
  }

  /// A step of a batch's copy.
  func record(
    _ k: Int, of batch: EnvironmentBatch, from place: AgentPlace, _ actions: ActionStore, _ places: PlaceFinder
  ) {
    begin(k, at: place)
    var after = ObservationStore(
      count: batch.count, width: batch.observationCount, usesStateIndices: batch.usesStateIndices,
      offersAllActions: batch.offersAllActions)
    let isOver = batch.terminated[k] || batch.truncated[k]
    if isOver { after.recordFinal(batch, copy: k, at: k) } else { after.record(batch, at: 0) }
    let width = batch.actionSpace.count
    let action: PlayedEpisode.Action =
      batch.actionSpace.isDiscrete
      ? .number(Int(actions.numbers[k])) : .values(Array(actions.values[k * width..<(k + 1) * width]))
    go(k, action, batch.rewards[k], to: places.place(in: after, row: k), isTerminated: batch.terminated[k])
    isPlaying[k] = !isOver
  }

  /// A step in a table.
  func record(_ episode: Int, from state: Int, action: Int, _ outcome: Outcome<Int>) {
    begin(episode, at: AgentPlace(state: state))
    go(
      episode, .number(action), outcome.reward, to: AgentPlace(state: outcome.observation),
      isTerminated: outcome.terminated)
  }
}
