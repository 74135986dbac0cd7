import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Two links that hang from a fixed joint, with a motor between them, to be swung up until the tip is a link's length
/// above the joint: Gymnasium's `Acrobot-v1`.
///
/// The equations of motion are those of Sutton & Barto's first edition (1998), section 11.3, with masses, lengths and
/// moments of inertia 1, centres of mass at 0.5 and g = 9.8. A step is one Runge–Kutta step of fourth order over 0.2 s;
/// then angles are wrapped into [-π, π] and velocities kept in ±4π and ±9π.
///
/// Every step costs 1 but the one that reaches the goal, −cos θ₁ − cos(θ₁ + θ₂) > 1; an episode is cut off after 500
/// steps. Actions are torques of 0: -1, 1: 0, 2: +1. The observation is cos θ₁, sin θ₁, cos θ₂, sin θ₂, θ̇₁, θ̇₂.
public struct Acrobot: SampledVectorEnvironment {
  /// Whose equations of motion hold.
  enum Equations: String, CaseIterable, Sendable {
    case book, nips
  }

  static let bookOrNips = Parameter<Equations>.choice(
    "book_or_nips", default: .book,
    "the equations of motion of the book, or those printed in Sutton (1996), which lack a term")
  static let torqueNoise = Parameter.real(
    "torque_noise_max", default: 0, in: .closed(0, 100), "bound of the uniform noise that is added to the torque")
  static let timeStep = Parameter.real(
    "dt", default: 0.2, in: .positive(through: 1), "the seconds that one step takes")
  static let start = StartRange(low: -0.1, high: 0.1, of: "each of the four state variables")

  /// What configurations and readers see.
  public static let about = About(
    id: "acrobot",
    summary: "swing up a double pendulum by a motor between its links",
    source: "Gymnasium Acrobot-v1; Sutton & Barto (1998), section 11.3; Sutton (1996)",
    parameters: [bookOrNips.declaration, torqueNoise.declaration, timeStep.declaration] + start.declarations)

  /// θ₁, θ₂, θ̇₁, θ̇₂: the angle of the first link from hanging down, that of the second from the first, in radians,
  /// and their velocities, in radians a second.
  public var state = SIMD4<Double>.zero

  @usableFromInline let startBounds: ClosedRange<Double>
  @usableFromInline let torqueNoise: Double
  @usableFromInline let timeStep: Double
  @usableFromInline let usesPaper: Bool
  /// The 2 of squares, as a variable: the source squares by C's `pow`, whose last bit is not always that of a product,
  /// and the motion can turn one bit into 5e-5 within an episode. A constant would be compiled into a product.
  @usableFromInline var two = 2.0

  /// Makes the task.
  ///
  /// - Throws: ``SettingProblem`` where the bounds of the start are in the wrong order.
  public init(_ settings: Settings) throws(SettingProblem) {
    startBounds = try Self.start.bounds(settings)
    torqueNoise = settings[Self.torqueNoise]
    timeStep = settings[Self.timeStep]
    usesPaper = settings[Self.bookOrNips] == .nips
  }

  /// Cosine and sine of both angles, both velocities.
  public var observationCount: Int { 6 }
  /// Cosines and sines, and velocities up to 4π and 9π.
  public var observationRanges: [ClosedRange<Double>] {
    [-1...1, -1...1, -1...1, -1...1, -12.57...12.57, -28.28...28.28]
  }
  /// Torques -1, 0 and +1.
  public var actionSpace: VectorActionSpace { .discrete(3) }
  /// 500 steps.
  public var timeLimit: Int? { 500 }

  /// Begins with all four state variables drawn uniformly and rounded to single precision, as the source does. Four
  /// words.
  @inlinable
  public mutating func reset(using stream: inout RandomStream) {
    for k in 0..<4 { state[k] = Double(Float(stream.uniform(in: startBounds))) }
  }

  /// Applies a torque for one step. Draws one word if there is noise.
  @inlinable
  public mutating func step(action: Int, using stream: inout RandomStream) -> VectorOutcome {
    assert(action >= 0 && action < 3, "action \(action) of 3")
    var torque = Double(action - 1)
    if torqueNoise > 0 { torque += stream.uniform(in: -torqueNoise...torqueNoise) }
    let half = timeStep / 2
    let k1 = motion(state, torque)
    let k2 = motion(state + half * k1, torque)
    let k3 = motion(state + half * k2, torque)
    let k4 = motion(state + timeStep * k3, torque)
    let next = state + timeStep / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    state[0] = Self.wrapped(next[0])
    state[1] = Self.wrapped(next[1])
    state[2] = min(max(next[2], -4 * .pi), 4 * .pi)
    state[3] = min(max(next[3], -9 * .pi), 9 * .pi)
    let isOver = -cos(state[0]) - cos(state[1] + state[0]) > 1
    return VectorOutcome(reward: isOver ? 0 : -1, terminated: isOver)
  }

  /// The derivative of the state over time under a torque.
  @inlinable @inline(__always)
  func motion(_ state: SIMD4<Double>, _ torque: Double) -> SIMD4<Double> {
    let (angle1, angle2, velocity1, velocity2) = (state[0], state[1], state[2], state[3])
    let (mass, length, centre, inertia, gravity) = (1.0, 1.0, 0.5, 1.0, 9.8)
    let (sine, cosine) = (sin(angle2), cos(angle2))
    let d1 =
      mass * (centre * centre)
      + mass * (length * length + centre * centre + 2 * length * centre * cosine) + inertia + inertia
    let d2 = mass * (centre * centre + length * centre * cosine) + inertia
    let phi2 = mass * centre * gravity * cos(angle1 + angle2 - .pi / 2)
    let phi1 =
      -mass * length * centre * pow(velocity2, two) * sine
      - 2 * mass * length * centre * velocity2 * velocity1 * sine
      + (mass * centre + mass * length) * gravity * cos(angle1 - .pi / 2) + phi2
    var drive = torque + d2 / d1 * phi1
    if !usesPaper { drive -= mass * length * centre * pow(velocity1, two) * sine }
    let acceleration2 = (drive - phi2) / (mass * (centre * centre) + inertia - pow(d2, two) / d1)
    let acceleration1 = -(d2 * acceleration2 + phi1) / d1
    return SIMD4(velocity1, velocity2, acceleration1, acceleration2)
  }

  /// The same angle in [-π, π].
  @inlinable @inline(__always)
  static func wrapped(_ angle: Double) -> Double {
    // Far out, where turns could not be taken off one by one; an infinity gives NaN.
    if !(angle.magnitude < 1000) { return angle.remainder(dividingBy: 2 * .pi) }
    var angle = angle
    while angle > .pi { angle -= 2 * .pi }
    while angle < -.pi { angle += 2 * .pi }
    return angle
  }

  /// Writes cosine and sine of both angles and both velocities.
  @inlinable
  public func observe(into observation: UnsafeMutablePointer<Float>) {
    observation[0] = Float(cos(state[0]))
    observation[1] = Float(sin(state[0]))
    observation[2] = Float(cos(state[1]))
    observation[3] = Float(sin(state[1]))
    observation[4] = Float(state[2])
    observation[5] = Float(state[3])
  }
}

extension Acrobot {
  /// Both links, each 1 m long, and the height to be reached.
  public func scene(of observation: [Float]) -> Scene? {
    let (cosine1, sine1) = (Double(observation[0]), Double(observation[1]))
    let (cosine2, sine2) = (Double(observation[2]), Double(observation[3]))
    let elbow = Scene.Point(sine1, -cosine1)
    let tip = Scene.Point(
      elbow.x + sine1 * cosine2 + cosine1 * sine2, elbow.y - (cosine1 * cosine2 - sine1 * sine2))
    var scene = Scene(horizontal: -2.2...2.2, vertical: -2.2...2.2)
    scene.line(.init(-2.2, 1), .init(2.2, 1))
    scene.line(.init(0, 0), elbow, tip)
    scene.circle(.init(0, 0), radius: 0.08)
    scene.circle(elbow, radius: 0.08)
    return scene
  }
}

extension Acrobot: Checkpointable {
  /// Appends the four state variables.
  public func save(to writer: inout StateWriter) {
    for k in 0..<4 { writer.write(state[k]) }
  }

  /// Takes up the four state variables.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    for k in 0..<4 { state[k] = try reader.number() }
  }
}
