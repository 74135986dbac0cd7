import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// All episodes that a policy can have from one start, one after another.
struct EpisodeList: Sendable {
  /// The slots of the policy (state or observation, and action) that an episode goes through, episode by episode.
  private(set) var slots: [Int32] = []
  /// The rewards of the steps.
  private(set) var rewards: [Double] = []
  /// Where each episode begins; one entry more than there are episodes.
  private(set) var offsets: [Int] = [0]
  /// How likely each episode is.
  private(set) var chances: [Double] = []
  /// Whether each was cut off.
  private(set) var truncated: [Bool] = []

  /// The most episodes, and steps of them all, that are listed.
  static let mostEpisodes = 200_000
  static let mostSteps = 5_000_000

  /// The number of episodes.
  var count: Int { chances.count }

  /// The steps of an episode.
  func steps(of episode: Int) -> Range<Int> { offsets[episode]..<offsets[episode + 1] }

  /// Goes through the tree of all that can happen.
  ///
  /// - Parameters:
  ///   - policy: π, slot by slot; episodes that it never has are left out.
  ///   - limit: After how many steps an episode is cut off.
  /// - Returns: nil where there are too many.
  init?(_ task: PolicyTask, policy: [Double], from start: Int, limit: Int) {
    let (model, space) = (task.model, task.space)
    struct Branch {
      let depth: Int
      let slot: Int32
      let reward: Double
      let chance: Double
      /// Where it goes on; −1 for an end.
      let next: Int
    }
    var stack: [Branch] = []
    func open(_ state: Int, depth: Int, chance: Double) {
      let row = (task.observations?[state] ?? state) * space.width
      for (place, pair) in model.pairs(of: state).enumerated() where policy[row + place] > 0 {
        for k in model.outcomes(of: pair) {
          let outcome = model.outcome(k)
          stack.append(
            Branch(
              depth: depth, slot: Int32(row + place), reward: outcome.reward,
              chance: chance * policy[row + place] * outcome.probability,
              next: outcome.terminated || model.isTerminal(outcome.next) ? -1 : outcome.next))
        }
      }
    }
    open(start, depth: 0, chance: 1)
    var path: [(slot: Int32, reward: Double)] = []
    while let branch = stack.popLast() {
      path.removeLast(path.count - branch.depth)
      path.append((branch.slot, branch.reward))
      if branch.next >= 0 && path.count < limit {
        open(branch.next, depth: path.count, chance: branch.chance)
        if stack.count + chances.count > Self.mostEpisodes { return nil }
        continue
      }
      for step in path {
        slots.append(step.slot)
        rewards.append(step.reward)
      }
      offsets.append(slots.count)
      chances.append(branch.chance)
      truncated.append(branch.next >= 0)
      if count > Self.mostEpisodes || slots.count > Self.mostSteps { return nil }
    }
  }
}

/// The episodes of one start, put together where a group method cannot tell them apart: those of the same return and length. Of each class the
/// mean of an episode's gradients is known, and the mean of their squares:
///
///     u = Σ_t ∇ ln π(A_t|S_t),   v = Σ_t k′_t ∇ ln π(A_t|S_t)
///
/// with k′ the derivative of the divergence's estimate with respect to ln π.
struct EpisodeClasses: Sendable {
  /// What an episode is judged by.
  struct Key: Hashable {
    let compared: Double
    let earned: Double
    let length: Int
    let isTruncated: Bool
  }

  /// What is known of a class.
  struct Class: Sendable {
    let compared: Double
    let earned: Double
    let length: Int
    let isTruncated: Bool
    var chance = 0.0
    /// E[u], E[v] within the class, slot by slot.
    var score: [Double]
    var penalty: [Double]
    /// E[u·u], E[u·v], E[v·v] within the class.
    var squares = (score: 0.0, both: 0.0, penalty: 0.0)
  }

  private(set) var classes: [Class] = []
  /// ∇ of the expected return, of KL(π ‖ π_ref) and of KL(π_ref ‖ π), from this start.
  private(set) var gradient: [Double]
  private(set) var divergence: [Double]
  private(set) var reverse: [Double]

  /// Nil where there are too many classes for memory.
  ///
  /// - Parameters:
  ///   - differences: d = log π_ref − log π, slot by slot.
  init?(
    _ episodes: EpisodeList, space: ActionSpace, policy: [Double], differences: [Double], credit: EpisodeCredit,
    loss: GroupLoss
  ) {
    let slots = space.slotCount
    let zero = [Double](repeating: 0, count: slots)
    (gradient, divergence, reverse) = (zero, zero, zero)
    var places: [Key: Int] = [:]
    var (score, penalty) = (zero, zero)
    for episode in 0..<episodes.count {
      let steps = episodes.steps(of: episode)
      let chance = episodes.chances[episode]
      let d = steps.map { differences[Int(episodes.slots[$0])] }
      let slopes = loss.divergenceSlopes(d)
      var (compared, earned, price, ratio, discount) = (0.0, 0.0, 0.0, 0.0, 1.0)
      for (k, step) in steps.enumerated() {
        let last = step + 1 == steps.upperBound ? credit.lengthPenalty(steps.count) : 0
        compared += discount * (episodes.rewards[step] - credit.price(d[k]) - last)
        earned += discount * episodes.rewards[step]
        price -= discount * d[k]
        ratio += d[k]
        discount *= credit.gamma
      }
      var rows: [Int] = []
      for (k, step) in steps.enumerated() {
        let slot = Int(episodes.slots[step])
        let row = slot / space.width
        rows.append(row)
        for action in 0..<space.actions(in: row) {
          let own = (row * space.width + action == slot ? 1 : 0) - policy[row * space.width + action]
          score[row * space.width + action] += own
          penalty[row * space.width + action] += slopes[k] * own
        }
      }
      let key = Key(
        compared: compared, earned: earned, length: steps.count, isTruncated: episodes.truncated[episode])
      let place: Int
      if let known = places[key] {
        place = known
      } else {
        place = classes.count
        if Double(place + 1) * Double(slots) > 1e7 { return nil }
        places[key] = place
        classes.append(
          Class(
            compared: compared, earned: earned, length: steps.count, isTruncated: key.isTruncated, score: zero,
            penalty: zero))
      }
      classes[place].chance += chance
      for row in Set(rows).sorted() {
        for slot in row * space.width..<row * space.width + space.actions(in: row) {
          let (u, v) = (score[slot], penalty[slot])
          classes[place].score[slot] += chance * u
          classes[place].penalty[slot] += chance * v
          classes[place].squares.score += chance * u * u
          classes[place].squares.both += chance * u * v
          classes[place].squares.penalty += chance * v * v
          gradient[slot] += chance * earned * u
          divergence[slot] += chance * price * u
          reverse[slot] -= chance * exp(ratio) * u
          (score[slot], penalty[slot]) = (0, 0)
        }
      }
    }
    for place in classes.indices {
      let chance = classes[place].chance
      for slot in 0..<slots {
        classes[place].score[slot] /= chance
        classes[place].penalty[slot] /= chance
      }
      classes[place].squares.score /= chance
      classes[place].squares.both /= chance
      classes[place].squares.penalty /= chance
    }
  }
}
