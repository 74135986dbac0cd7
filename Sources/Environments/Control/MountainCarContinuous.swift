import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The mountain car with a throttle: Gymnasium's `MountainCarContinuous-v0`.
///
///     ẋ ← bound[ẋ + 0.0015 clip(a, ±1) − 0.0025 cos 3x]      x ← bound[x + ẋ]      r = −0.1 a² (+ 100 at the goal)
///
/// Velocities are kept in [-0.07, 0.07], positions in [-1.2, 0.6]; at the left end the car stops. The goal is x ≥ 0.45
/// at a velocity of at least `goal_velocity`; an episode is cut off after 999 steps. The action is one number; the
/// observation is x and ẋ.
///
/// Two peculiarities of the source are kept. The cost takes the action as it was given, however far outside [-1, 1];
/// whoever acts clips it, as Stable-Baselines3 does. And the source keeps its state in single precision from the first
/// step on, so that its arithmetic is single-precision arithmetic (NumPy 2's promotion rules): an episode of 999 steps
/// follows it bit by bit.
public struct MountainCarContinuous: SampledVectorEnvironment {
  static let goalVelocity = MountainCar.goalVelocity.with(
    default: .integer(0), "the least velocity that counts at the goal")
  static let start = MountainCar.start

  /// What configurations and readers see.
  public static let about = About(
    id: "mountain-car-continuous",
    summary: "swing a weak car up a hill with a throttle, at little cost",
    source: "Gymnasium MountainCarContinuous-v0; Moore (1990)",
    equation: "ẋ ← bound[ẋ + 0.0015 clip(a, ±1) − 0.0025 cos 3x], x ← bound[x + ẋ]",
    parameters: [goalVelocity.declaration] + start.declarations)

  /// The car's place x, in [-1.2, 0.6]; a single-precision number after the first step of an episode.
  public var position = 0.0
  /// The car's velocity ẋ a step, in [-0.07, 0.07]; a single-precision number after the first step of an episode.
  public var velocity = 0.0
  /// Whether the state is still as it was drawn, in double precision.
  public var isAtStart = true

  @usableFromInline let startBounds: ClosedRange<Double>
  @usableFromInline let leastVelocity: Double

  /// Makes the task.
  ///
  /// - Throws: ``SettingProblem`` where the bounds of the start are in the wrong order.
  public init(_ settings: Settings) throws(SettingProblem) {
    startBounds = try Self.start.bounds(settings)
    leastVelocity = settings[Self.goalVelocity]
  }

  /// Position and velocity.
  public var observationCount: Int { 2 }
  /// The bounds of what is observed.
  public var observationRanges: [ClosedRange<Double>] { [-1.2...0.6, -0.07...0.07] }
  /// One number in [-1, 1]: full throttle to the left, to the right.
  public var actionSpace: VectorActionSpace { .continuous(low: [-1], high: [1]) }
  /// 999 steps.
  public var timeLimit: Int? { 999 }

  /// Begins at rest at a place drawn uniformly. One word.
  @inlinable
  public mutating func reset(using stream: inout RandomStream) {
    position = stream.uniform(in: startBounds)
    velocity = 0
    isAtStart = true
  }

  /// Drives for one step. Draws nothing.
  @inlinable
  public mutating func step(values: UnsafePointer<Float>, using stream: inout RandomStream) -> VectorOutcome {
    let action = values[0]
    let isOver: Bool
    if isAtStart {
      isOver = Self.move(&position, &velocity, action, leastVelocity)
      isAtStart = false
      position = Double(Float(position))
      velocity = Double(Float(velocity))
    } else {
      var (x, v) = (Float(position), Float(velocity))
      isOver = Self.move(&x, &v, action, Float(leastVelocity))
      position = Double(x)
      velocity = Double(v)
    }
    let cost = Double(action) * Double(action) * 0.1
    return VectorOutcome(reward: (isOver ? 100 : 0) - cost, terminated: isOver)
  }

  /// The same step in either precision. A throttle beyond its range is a double-precision 1 in the source, one within
  /// it a single-precision number.
  @inlinable @inline(__always)
  static func move<Real: BinaryFloatingPoint>(
    _ position: inout Real, _ velocity: inout Real, _ action: Float, _ leastVelocity: Real
  ) -> Bool {
    let slope = 0.0025 * cos(Double(3 * position))
    if action > 1 || action < -1 {
      velocity += Real((action > 1 ? 0.0015 : -0.0015) - slope)
    } else {
      velocity += Real(action * 0.0015 - Float(slope))
    }
    if velocity > 0.07 { velocity = 0.07 }
    if velocity < -0.07 { velocity = -0.07 }
    position += velocity
    if position > 0.6 { position = 0.6 }
    if position < -1.2 { position = -1.2 }
    if position == -1.2 && velocity < 0 { velocity = 0 }
    return position >= 0.45 && velocity >= leastVelocity
  }

  /// Writes position and velocity.
  @inlinable
  public func observe(into observation: UnsafeMutablePointer<Float>) {
    observation[0] = Float(position)
    observation[1] = Float(velocity)
  }
}

extension MountainCarContinuous {
  /// The car in its valley, and a flag at the goal.
  public func scene(of observation: [Float]) -> Scene? { MountainCar.valley(car: Double(observation[0]), goal: 0.45) }
}

extension MountainCarContinuous: Checkpointable {
  /// Appends position, velocity and whether the episode has just begun.
  public func save(to writer: inout StateWriter) {
    writer.write(position)
    writer.write(velocity)
    writer.write(isAtStart)
  }

  /// Takes up position, velocity and whether the episode has just begun.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    position = try reader.number()
    velocity = try reader.number()
    isAtStart = try reader.flag()
  }
}
