import RLCore
import Testing

@testable import Environments

/// Pictures are geometry: lengths, angles and heights are those of the tasks.
@Suite struct SceneTests {
  private func length(_ a: Scene.Point, _ b: Scene.Point) -> Double {
    ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).squareRoot()
  }

  @Test func thePoleLeansToTheRight() throws {
    let scene = try #require(try CartPole(Settings(defaultsOf: CartPole.self)).scene(of: [0.5, 0, 0.2, 0]))
    let pole = try #require(scene.lines.last)
    #expect(abs(length(pole[0], pole[1]) - 1) < 1e-7 && pole[0].x == 0.5 && pole[1].x > pole[0].x)
    #expect(abs((pole[1].x - pole[0].x) / (pole[1].y - pole[0].y) - 0.2027100355) < 1e-6)  // tan 0.2
  }

  @Test func theCarStandsOnTheHill() throws {
    let scene = try #require(try MountainCar(Settings(defaultsOf: MountainCar.self)).scene(of: [-0.5, 0]))
    // Near its lowest point, x = −π/6, the valley is 0.1 high; the car's middle is 0.06 above it.
    let car = try #require(scene.lines.last)
    let middle = car.dropLast().reduce(0) { $0 + $1.y } / 24
    #expect(abs(middle - (0.55 - 0.45 * 0.9974949866 + 0.06)) < 1e-6)
    #expect(abs(scene.lines[1][0].x - 0.5) < 1e-12)
    let other = try MountainCarContinuous(Settings(defaultsOf: MountainCarContinuous.self)).scene(of: [-0.5, 0])
    #expect(other?.lines[1][0].x == 0.45 && other?.lines.last == scene.lines.last)
  }

  /// The tip is −cos θ₁ − cos(θ₁ + θ₂) high, as the task's end is told.
  @Test func theTipIsAsHighAsTheGoalTellsIt() throws {
    let acrobot = try Acrobot(Settings(defaultsOf: Acrobot.self))
    // θ₁ = π/2, θ₂ = π/2: the first link points to the right, the second straight up.
    let scene = try #require(acrobot.scene(of: [0, 1, 0, 1, 0, 0]))
    let links = try #require(scene.lines.first { $0.count == 3 })
    #expect(links == [.init(0, 0), .init(1, 0), .init(1, 1)])
  }

  @Test func thePendulumHangsAndStands() throws {
    let pendulum = try Pendulum(Settings(defaultsOf: Pendulum.self))
    #expect(pendulum.scene(of: [1, 0, 0])?.lines[0][1] == .init(0, 1))
    #expect(pendulum.scene(of: [-1, 0, 0])?.lines[0][1] == .init(0, -1))
    #expect(pendulum.scene(of: [0, 1, 0])?.lines[0][1] == .init(-1, 0))
  }
}
