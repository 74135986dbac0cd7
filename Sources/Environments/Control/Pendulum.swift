import RLCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A pendulum to be swung up and held upright by a torque too weak to do it at once: Gymnasium's `Pendulum-v1`.
///
///     θ̇ ← bound[θ̇ + (3g / 2l sin θ + 3 / ml² u) dt]      θ ← θ + θ̇ dt
///     r = −(θ² + 0.1 θ̇² + 0.001 u²), before the step
///
/// with l = m = 1, dt = 0.05 s, |u| ≤ 2, |θ̇| ≤ 8; in the reward the angle is taken in [-π, π). Episodes never end by
/// themselves and are cut off after 200 steps. The action is u, one number, clipped here; the observation is cos θ, sin
/// θ, θ̇.
public struct Pendulum: SampledVectorEnvironment {
  static let gravity = Parameter.real("g", symbol: "g", default: 10, "the acceleration of gravity, in m/s²")
  static let startAngle = Parameter.real(
    "x_init", default: Double.pi, in: .nonnegative, "bound of the angle's size at the start, in radians")
  static let startVelocity = Parameter.real(
    "y_init", default: 1, in: .nonnegative, "bound of the velocity's size at the start, in radians a second")

  /// What configurations and readers see.
  public static let about = About(
    id: "pendulum",
    summary: "swing a pendulum up and hold it there by a weak torque",
    source: "Gymnasium Pendulum-v1",
    equation: "r = −(θ² + 0.1 θ̇² + 0.001 u²)",
    parameters: [gravity.declaration, startAngle.declaration, startVelocity.declaration], neverEnds: true)

  /// The angle θ from upright, in radians; not wrapped.
  public var angle = 0.0
  /// The angular velocity θ̇, in radians a second, in [-8, 8].
  public var angularVelocity = 0.0

  @usableFromInline let gravity: Double
  @usableFromInline let startAngles: ClosedRange<Double>
  @usableFromInline let startVelocities: ClosedRange<Double>

  /// Makes the task.
  public init(_ settings: Settings) throws(SettingProblem) {
    gravity = settings[Self.gravity]
    startAngles = -settings[Self.startAngle]...settings[Self.startAngle]
    startVelocities = -settings[Self.startVelocity]...settings[Self.startVelocity]
  }

  /// Cosine and sine of the angle, velocity.
  public var observationCount: Int { 3 }
  /// The bounds of what is observed.
  public var observationRanges: [ClosedRange<Double>] { [-1...1, -1...1, -8...8] }
  /// One torque in [-2, 2].
  public var actionSpace: VectorActionSpace { .continuous(low: [-2], high: [2]) }
  /// 200 steps.
  public var timeLimit: Int? { 200 }
  /// They never end by themselves.
  public var terminates: Bool { false }

  /// Begins with angle and velocity drawn uniformly. Two words.
  @inlinable
  public mutating func reset(using stream: inout RandomStream) {
    angle = stream.uniform(in: startAngles)
    angularVelocity = stream.uniform(in: startVelocities)
  }

  /// Applies a torque for one step. Draws nothing. Products of the torque are in single precision, as the source has
  /// them (NumPy 2's promotion rules).
  @inlinable
  public mutating func step(values: UnsafePointer<Float>, using stream: inout RandomStream) -> VectorOutcome {
    let torque = values[0] < -2 ? -2 : (values[0] > 2 ? 2 : values[0])
    let offset = Self.normalized(angle)
    let cost =
      offset * offset + 0.1 * (angularVelocity * angularVelocity) + Double(0.001 * (torque * torque))
    let (length, mass, timeStep) = (1.0, 1.0, 0.05)
    let acceleration = 3 * gravity / (2 * length) * sin(angle) + Double(Float(3 / (mass * length * length)) * torque)
    angularVelocity = min(max(angularVelocity + acceleration * timeStep, -8), 8)
    angle += angularVelocity * timeStep
    return VectorOutcome(reward: -cost, terminated: false)
  }

  /// The same angle in [-π, π).
  @inlinable @inline(__always)
  static func normalized(_ angle: Double) -> Double {
    let turn = 2 * Double.pi
    let rest = (angle + .pi).truncatingRemainder(dividingBy: turn)
    return (rest < 0 ? rest + turn : rest) - .pi
  }

  /// Writes cosine and sine of the angle and the velocity.
  @inlinable
  public func observe(into observation: UnsafeMutablePointer<Float>) {
    observation[0] = Float(cos(angle))
    observation[1] = Float(sin(angle))
    observation[2] = Float(angularVelocity)
  }
}

extension Pendulum {
  /// The rod, 1 m long; positive angles are to the left, as the source draws them.
  public func scene(of observation: [Float]) -> Scene? {
    var scene = Scene(horizontal: -1.15...1.15, vertical: -1.15...1.15)
    let tip = Scene.Point(-Double(observation[1]), Double(observation[0]))
    scene.line(.init(0, 0), tip)
    scene.circle(.init(0, 0), radius: 0.05)
    scene.circle(tip, radius: 0.1)
    return scene
  }
}

extension Pendulum: Checkpointable {
  /// Appends angle and velocity.
  public func save(to writer: inout StateWriter) {
    writer.write(angle)
    writer.write(angularVelocity)
  }

  /// Takes up angle and velocity.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    angle = try reader.number()
    angularVelocity = try reader.number()
  }
}
