import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A car too weak to climb a hill at once, which has to swing up: Gymnasium's `MountainCar-v0`, or the car of Sutton &
/// Barto, Example 10.1.
///
///     ẋ ← bound[ẋ + 0.001 (a − 1) − 0.0025 cos 3x]      x ← bound[x + ẋ]
///
/// Velocities are kept in [-0.07, 0.07]; at the left end, -1.2, the car stops. Every step costs 1. Actions are 0 left,
/// 1 nothing, 2 right; the observation is x and ẋ. An episode begins at rest at a random place in [-0.6, -0.4) and ends
/// at x ≥ 0.5.
///
/// In Gymnasium the track goes on to 0.6, the car must be at least as fast as `goal_velocity` at the end, and an
/// episode is cut off after 200 steps; in the book the track ends at 0.5 and an episode goes on until it gets there.
public struct MountainCar: SampledVectorEnvironment {
  /// Whose mountain car it is.
  enum Edition: String, CaseIterable, Sendable {
    case gymnasium
    case suttonBarto = "sutton-barto"
  }

  static let edition = Parameter<Edition>.choice(
    "edition", default: .gymnasium,
    "gymnasium: track to 0.6, cut off after 200 steps; sutton-barto: track to 0.5, never cut off")
  static let goalVelocity = Parameter.real(
    "goal_velocity", default: 0, in: .closed(-0.07, 0.07), "the least velocity that counts at the goal; gymnasium only")
  static let start = StartRange(low: -0.6, high: -0.4, in: .closed(-1.2, 0.6), of: "the position")

  /// What configurations and readers see.
  public static let about = About(
    id: "mountain-car",
    summary: "swing a weak car up a hill by pushing it left, right or not at all",
    source: "Gymnasium MountainCar-v0; Sutton & Barto (2018), Example 10.1; Moore (1990)",
    equation: "ẋ ← bound[ẋ + 0.001 (a − 1) − 0.0025 cos 3x], x ← bound[x + ẋ]",
    parameters: [edition.declaration, goalVelocity.declaration] + start.declarations)

  /// The car's place x, in [-1.2, 0.6] (the book: [-1.2, 0.5]).
  public var position = 0.0
  /// The car's velocity ẋ a step, in [-0.07, 0.07].
  public var velocity = 0.0
  /// 200 steps in Gymnasium, nil in the book.
  public let timeLimit: Int?

  @usableFromInline let startBounds: ClosedRange<Double>
  @usableFromInline let rightEnd: Double
  @usableFromInline let leastVelocity: Double

  /// Makes the task.
  ///
  /// - Throws: ``SettingProblem`` where the bounds of the start are in the wrong order, or the book's car is given a
  ///   goal velocity.
  public init(_ settings: Settings) throws(SettingProblem) {
    startBounds = try Self.start.bounds(settings)
    leastVelocity = settings[Self.goalVelocity]
    switch settings[Self.edition] {
    case .gymnasium:
      (rightEnd, timeLimit) = (0.6, 200)
    case .suttonBarto:
      if leastVelocity != 0 {
        throw SettingProblem(
          "the book's car may arrive at any velocity; leave it out or choose \"gymnasium\"",
          at: ".goal_velocity")
      }
      (rightEnd, timeLimit) = (0.5, nil)
    }
  }

  /// Position and velocity.
  public var observationCount: Int { 2 }
  /// The bounds of what is observed.
  public var observationRanges: [ClosedRange<Double>] { [-1.2...rightEnd, -0.07...0.07] }
  /// 0 pushes to the left, 1 not at all, 2 to the right.
  public var actionSpace: VectorActionSpace { .discrete(3) }

  /// Begins at rest at a place drawn uniformly. One word.
  @inlinable
  public mutating func reset(using stream: inout RandomStream) {
    position = stream.uniform(in: startBounds)
    velocity = 0
  }

  /// Pushes the car for one step. Draws nothing.
  @inlinable
  public mutating func step(action: Int, using stream: inout RandomStream) -> VectorOutcome {
    assert(action >= 0 && action < 3, "action \(action) of 3")
    velocity += Double(action - 1) * 0.001 + cos(3 * position) * -0.0025
    velocity = min(max(velocity, -0.07), 0.07)
    position = min(max(position + velocity, -1.2), rightEnd)
    if position == -1.2 && velocity < 0 { velocity = 0 }
    return VectorOutcome(reward: -1, terminated: position >= 0.5 && velocity >= leastVelocity)
  }

  /// Writes position and velocity.
  @inlinable
  public func observe(into observation: UnsafeMutablePointer<Float>) {
    observation[0] = Float(position)
    observation[1] = Float(velocity)
  }
}

extension MountainCar {
  /// The car in its valley, and a flag at the goal.
  public func scene(of observation: [Float]) -> Scene? { Self.valley(car: Double(observation[0]), goal: 0.5) }

  /// A valley whose height is sin 3x, with a car and a flag.
  static func valley(car: Double, goal: Double) -> Scene {
    func ground(_ x: Double) -> Scene.Point { .init(x, 0.45 * sin(3 * x) + 0.55) }
    var scene = Scene(horizontal: -1.2...0.6, vertical: 0.05...1.3)
    scene.line(through: (0...60).map { ground(-1.2 + 0.03 * Double($0)) })
    let flag = ground(goal)
    scene.line(flag, .init(flag.x, flag.y + 0.25), .init(flag.x - 0.08, flag.y + 0.2), .init(flag.x, flag.y + 0.15))
    let place = ground(car)
    scene.circle(.init(place.x, place.y + 0.06), radius: 0.05)
    return scene
  }
}

extension MountainCar: Checkpointable {
  /// Appends position and velocity.
  public func save(to writer: inout StateWriter) {
    writer.write(position)
    writer.write(velocity)
  }

  /// Takes up position and velocity.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    position = try reader.number()
    velocity = try reader.number()
  }
}
