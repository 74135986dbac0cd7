import RLCore

/// The last transitions, from which minibatches are drawn with replacement. It grows to its capacity; then the oldest give way.
struct ReplayBuffer: Sendable {
  /// The most transitions that are kept.
  let capacity: Int
  /// How many there are.
  private(set) var count = 0
  private var next = 0
  private let width: Int
  private let usesStateIndices: Bool
  private let offersAllActions: Bool
  private var numbers: [Float] = []
  private var nextNumbers: [Float] = []
  private var states: [Int] = []
  private var nextStates: [Int] = []
  private var actions: [Int32] = []
  private var rewards: [Double] = []
  private var terminated: [Bool] = []
  private var nextAvailable: [Int32] = []

  init(capacity: Int, for context: BatchContext) {
    self.capacity = capacity
    width = context.observationCount
    usesStateIndices = context.usesStateIndices
    offersAllActions = context.offersAllActions
  }

  /// Adds what a copy did: from a row of what was seen before, to what it sees now, or saw when its episode ended.
  mutating func add(
    _ before: ObservationStore, row: Int, action: Int32, _ after: ObservationStore, reward: Double,
    terminated ended: Bool
  ) {
    if count < capacity {
      count += 1
      numbers.append(contentsOf: repeatElement(0, count: usesStateIndices ? 0 : width))
      nextNumbers.append(contentsOf: repeatElement(0, count: usesStateIndices ? 0 : width))
      if usesStateIndices {
        states.append(0)
        nextStates.append(0)
      }
      actions.append(0)
      rewards.append(0)
      terminated.append(false)
      if !offersAllActions { nextAvailable.append(0) }
    }
    if usesStateIndices {
      states[next] = before.states[row]
      nextStates[next] = after.states[row]
    } else {
      for k in 0..<width {
        numbers[next * width + k] = before.numbers[row * width + k]
        nextNumbers[next * width + k] = after.numbers[row * width + k]
      }
    }
    actions[next] = action
    rewards[next] = reward
    terminated[next] = ended
    if !offersAllActions { nextAvailable[next] = after.availableActions[row] }
    next = next + 1 == capacity ? 0 : next + 1
  }

  /// Draws transitions, all equally likely, into the rows of a minibatch.
  func draw(into minibatch: inout Minibatch, using stream: inout RandomStream) {
    for row in minibatch.actions.indices {
      let place = stream.uniform(below: count)
      if usesStateIndices {
        minibatch.before.states[row] = states[place]
        minibatch.after.states[row] = nextStates[place]
      } else {
        for k in 0..<width {
          minibatch.before.numbers[row * width + k] = numbers[place * width + k]
          minibatch.after.numbers[row * width + k] = nextNumbers[place * width + k]
        }
      }
      minibatch.actions[row] = actions[place]
      minibatch.rewards[row] = rewards[place]
      minibatch.terminated[row] = terminated[place]
      if !offersAllActions { minibatch.after.availableActions[row] = nextAvailable[place] }
    }
  }

  /// Transitions that are learned from together.
  struct Minibatch: Sendable {
    var before: ObservationStore
    var after: ObservationStore
    var actions: [Int32]
    var rewards: [Double]
    var terminated: [Bool]

    init(count: Int, for context: BatchContext) {
      before = ObservationStore(count: count, for: context)
      after = before
      actions = [Int32](repeating: 0, count: count)
      rewards = [Double](repeating: 0, count: count)
      terminated = [Bool](repeating: false, count: count)
    }
  }
}

extension ReplayBuffer: Checkpointable {
  func save(to writer: inout StateWriter) {
    writer.write(count)
    writer.write(next)
    writer.write(numbers)
    writer.write(nextNumbers)
    writer.write(states)
    writer.write(nextStates)
    writer.write(actions)
    writer.write(rewards)
    writer.write(terminated)
    writer.write(nextAvailable)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    count = try reader.integer()
    next = try reader.integer()
    numbers = try reader.list(of: 0 as Float)
    nextNumbers = try reader.list(of: 0 as Float)
    states = try reader.list(of: 0)
    nextStates = try reader.list(of: 0)
    actions = try reader.list(of: 0 as Int32)
    rewards = try reader.list(of: 0.0)
    terminated = try reader.list(of: false)
    nextAvailable = try reader.list(of: 0 as Int32)
    let rows = usesStateIndices ? states.count : numbers.count / width
    guard (0...capacity).contains(count), (0...max(0, count)).contains(next), rows == count, actions.count == count,
      rewards.count == count, terminated.count == count, nextNumbers.count == numbers.count,
      nextStates.count == states.count, nextAvailable.count == (offersAllActions ? 0 : count)
    else { throw StateError("the checkpoint's transitions do not fit") }
  }
}
