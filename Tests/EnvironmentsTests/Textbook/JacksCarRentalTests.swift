import Environments
import Foundation
import RLCore
import Testing

/// `jacks_car_rental.json` and `jacks_car_rental_q.csv`: policy iteration with exact and with truncated Poisson laws, outside this project.
@Suite struct JacksCarRentalTests {
  private struct Solutions: Decodable {
    struct Solution: Decodable {
      let policies: [[[Int]]]
      let v_star: [[Double]]
      let v_pi0: [[Double]]
    }
    let gamma: Double
    let exact_poisson: Solution
    let poisson_truncated_below_11: Solution
  }

  /// v* and v of π₀ are the fixed points of their backups: a residual below 1e-7 bounds the error by 1e-6 at this discount. The file's
  /// last policy is greedy.
  private func check(_ model: FiniteMDP, _ solution: Solutions.Solution, gamma: Double) {
    let optimal = solution.v_star.flatMap(\.self)
    let still = solution.v_pi0.flatMap(\.self)
    let solver = PlainSolver(model: model, gamma: gamma)
    for state in 0..<model.stateCount {
      let q = model.pairs(of: state).map { solver.value(of: $0, optimal) }
      #expect(abs(q.max()! - optimal[state]) < 1e-7)
      let greedy = model.actions(of: state).firstIndex(of: solution.policies.last![state / 21][state % 21] + 5)!
      #expect(q[greedy] > q.max()! - 1e-6)
      let staying = model.pairs(of: state).first { model.pairActions[$0] == 5 }!
      #expect(abs(solver.value(of: staying, still) - still[state]) < 1e-7)
    }
  }

  @Test func exactLaws() throws {
    let fixture = try Fixture.json(Solutions.self, "textbook/jacks_car_rental.json")
    let model = try JacksCarRental.task().model
    #expect(model.isContinuing)
    #expect(model.actionLabels == ["-5", "-4", "-3", "-2", "-1", "0", "1", "2", "3", "4", "5"])
    #expect(model.stateLabels.label(of: 3 * 21 + 17) == "(3,17)")
    check(model, fixture.exact_poisson, gamma: fixture.gamma)

    let optimal = fixture.exact_poisson.v_star.flatMap(\.self)
    let solver = PlainSolver(model: model, gamma: fixture.gamma)
    for line in try Fixture.lines("textbook/jacks_car_rental_q.csv").dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      let state = Int(cells[0])! * 21 + Int(cells[1])!
      let expected = cells[2...].map { Double($0) }
      var found = [Double?](repeating: nil, count: 11)
      for pair in model.pairs(of: state) {
        found[Int(model.pairActions[pair])] = solver.value(of: pair, optimal)
      }
      for (value, wanted) in zip(found, expected) {
        #expect((value == nil) == (wanted == nil))
        // The file has six digits after the point.
        if let value, let wanted { #expect(abs(value - wanted) < 1e-6) }
      }
    }
  }

  @Test func lawsCutBelowEleven() throws {
    let fixture = try Fixture.json(Solutions.self, "textbook/jacks_car_rental.json")
    let model = try JacksCarRental.task(with: ["poisson_truncation": .integer(11)]).model
    check(model, fixture.poisson_truncated_below_11, gamma: fixture.gamma)
    for pair in [0, 1000, model.pairCount - 1] {
      let kept = model.outcomes(of: pair).map { model.outcome($0) }.filter { !$0.terminated }
      #expect(abs(kept.map(\.probability).reduce(0, +) - 0.996569025746) < 1e-11)
    }
  }

  /// Where each location's expected income is a sum of its own, the values are 406.07 and 617.90 (a separable program outside this project).
  @Test func separateIncomeUnderCutLaws() throws {
    let model = try JacksCarRental.task(with: [
      "poisson_truncation": .integer(11), "truncated_reward": .text("separate"), "max_cars": .integer(4),
      "request_rates": .numbers(1, 2), "return_rates": .numbers(1, 1),
    ]).model
    // Expected rentals of one day from (4, 3) without a move, by hand from the two request laws.
    let income = 10 * (rentals(cars: 4, mean: 1, below: 11) + rentals(cars: 3, mean: 2, below: 11))
    let pair = model.pairs(of: 4 * 5 + 3).first { model.pairActions[$0] == 5 }!
    #expect(abs(model.expectedRewards[pair] - income) < 1e-12)
  }

  /// E[min(X, cars); X < limit] for a Poisson variable.
  private func rentals(cars: Int, mean: Double, below limit: Int) -> Double {
    var sum = 0.0
    var mass = exp(-mean)
    for k in 0..<limit {
      sum += mass * Double(min(k, cars))
      mass *= mean / Double(k + 1)
    }
    return sum
  }

  private func small(_ changes: [String: Setting]) throws -> FiniteMDP {
    try JacksCarRental.task(with: ["max_cars": .integer(6)].merging(changes) { _, changed in changed }).model
  }

  /// The expected reward of moving `moved` cars in a state of the small task.
  private func reward(_ model: FiniteMDP, _ one: Int, _ two: Int, moved: Int) -> Double {
    let pair = model.pairs(of: one * 7 + two).first { Int(model.pairActions[$0]) == moved + 5 }!
    return model.expectedRewards[pair]
  }

  @Test func nightsCostWhatExerciseFourSevenSays() throws {
    let plain = try small([:])
    let shuttle = try small(["free_shuttle": .boolean(true)])
    let parking = try small(["parking_limit": .integer(3)])
    // The same cars in the morning, so that only the night's cost differs.
    #expect(abs(reward(plain, 5, 1, moved: 2) - reward(plain, 3, 3, moved: 0) + 4) < 1e-12)
    #expect(abs(reward(plain, 1, 5, moved: -2) - reward(plain, 3, 3, moved: 0) + 4) < 1e-12)
    #expect(abs(reward(shuttle, 5, 1, moved: 2) - reward(plain, 5, 1, moved: 2) - 2) < 1e-12)
    #expect(abs(reward(shuttle, 1, 5, moved: -2) - reward(plain, 1, 5, moved: -2)) < 1e-12)
    #expect(abs(reward(shuttle, 3, 3, moved: 0) - reward(plain, 3, 3, moved: 0)) < 1e-12)
    #expect(abs(reward(parking, 3, 3, moved: 0) - reward(plain, 3, 3, moved: 0)) < 1e-12)
    #expect(abs(reward(parking, 5, 3, moved: 0) - reward(plain, 5, 3, moved: 0) + 4) < 1e-12)
    #expect(abs(reward(parking, 5, 5, moved: 0) - reward(plain, 5, 5, moved: 0) + 8) < 1e-12)
    #expect(abs(reward(parking, 6, 0, moved: 3) - reward(plain, 6, 0, moved: 3)) < 1e-12)
  }

  @Test func constantReturnsAddToWhatIsLeft() throws {
    let model = try small(["constant_returns": .boolean(true)])
    // From (0, 0) nothing can be rented: the evening has exactly the returned cars, 3 and 2.
    #expect(model.outcomes(state: 0, action: 5) == [.on(1, 3 * 7 + 2, 0)])
  }

  @Test func offersMovesOfCarsThatAreThere() throws {
    let model = try small(["max_move": .integer(2)])
    #expect(model.actionLabels == ["-2", "-1", "0", "1", "2"])
    #expect(model.actions(of: 1 * 7 + 0) == [2, 3])
    #expect(model.actions(of: 0 * 7 + 6) == [0, 1, 2])
  }

  @Test func wrongSettingsSayWhatIsWrong() {
    func place(_ changes: [String: Setting]) -> Substring? {
      JacksCarRental.problem(with: changes)?.prefix { $0 != ":" }
    }
    #expect(place(["max_cars": .integer(0)]) == ".max_cars")
    #expect(place(["max_move": .integer(-1)]) == ".max_move")
    #expect(place(["request_rates": .numbers(3)]) == ".request_rates")
    #expect(place(["return_rates": .numbers(3, -2)]) == ".return_rates[1]")
    #expect(place(["rental_reward": .real(.infinity)]) == ".rental_reward")
    #expect(place(["move_cost": .null]) == ".move_cost")
    #expect(place(["poisson_truncation": .integer(0)]) == ".poisson_truncation")
    #expect(place(["truncated_reward": .text("none")]) == ".truncated_reward")
    #expect(place(["parking_limit": .integer(-1)]) == ".parking_limit")
    #expect(place(["parking_cost": .text("4")]) == ".parking_cost")
    #expect(place(["free_shuttle": .text("yes")]) == ".free_shuttle")
    #expect(
      place(["constant_returns": .boolean(true), "return_rates": .list([.real(2.5), .integer(2)])])
        == ".return_rates[0]")
    #expect(JacksCarRental.problem(with: ["max_cars": .integer(100)])?.contains("lower") == true)
  }
}
