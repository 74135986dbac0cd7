import RLCore

/// Jack's car rental, Sutton & Barto, Example 4.2, with the changes of Exercise 4.7 and of the public code as options.
///
/// State `c1 * (max_cars + 1) + c2` is c1 cars at the first location and c2 at the second in the evening; action `max_move + m` moves
/// m cars from the first to the second overnight (negative: back), as many as are there. Of the next day's requests as many as
/// possible are met, each for `rental_reward`; then cars are returned, to be rented from the day after. Cars beyond `max_cars` vanish.
///
/// The reward of an outcome is the expected one given state, action and next state, r(s, a, s′) of eq. 3.6: the values of all policies are
/// those of the full joint law, with 441 outcomes a pair instead of some 8000. The task goes on for ever and begins in any
/// state.
///
/// With `poisson_truncation: n` the laws are cut below n and not renormalised, as the public code cuts them at 11. What is lost of the
/// probability leads to nothing: here it ends the episode, at the cost of the night before. What a lost day earns has two readings. In the
/// public code, which loops over all four counts at once, nothing (`joint`). Where each location's expected income is a sum of its own, a
/// location earns whenever its own requests are below n (`separate`). V(0, 0) is 405.30 and 406.07.
public enum JacksCarRental: FiniteEnvironment {
  /// What a day earns on which one of four truncated counts is lost.
  enum TruncatedReward: String, CaseIterable, Sendable {
    case joint
    case separate
  }

  static let maxCars = Parameter.integer("max_cars", default: 20, in: 1...100, "the most cars at a location")
  static let maxMove = Parameter.integer("max_move", default: 5, in: 0...100, "the most cars moved overnight")
  static let requestRates = Parameter.reals(
    "request_rates", symbol: "λ", default: [3, 4], in: .closed(0, 500), count: 2...2,
    "mean number of requests a day at the two locations (Poisson)")
  static let returnRates = Parameter.reals(
    "return_rates", symbol: "λ", default: [3, 2], in: .closed(0, 500), count: 2...2,
    "mean number of returns a day at the two locations (Poisson)")
  static let rentalReward = Parameter.real("rental_reward", default: 10, "reward of a car rented")
  static let moveCost = Parameter.real("move_cost", default: 2, "cost of a car moved overnight")
  static let poissonTruncation = Parameter.optionalInteger(
    "poisson_truncation", in: 1...100_000,
    "cut the Poisson laws below this number without renormalising (11 in the public code); null for exact laws")
  static let truncatedReward = Parameter<TruncatedReward>.choice(
    "truncated_reward", default: .joint,
    "what a day earns of which the cut has lost a count: nothing (joint), or at each location by its own requests (separate)"
  )
  static let constantReturns = Parameter.flag(
    "constant_returns", default: false,
    "whether exactly the mean number of cars returns each day (the public code's default)")
  static let freeShuttle = Parameter.flag(
    "free_shuttle", default: false,
    "whether the first car from the first to the second location moves free (Exercise 4.7)")
  static let parkingLimit = Parameter.optionalInteger(
    "parking_limit", in: 0...100,
    "the most cars kept overnight at a location without a second parking lot (10 in Exercise 4.7); null for no limit")
  static let parkingCost = Parameter.real(
    "parking_cost", default: 4, "cost a night and location of the second parking lot, however many cars it holds")

  /// What configurations and readers see.
  public static let about = About(
    id: "jacks-car-rental",
    summary: "move cars between two rental locations overnight",
    source: "Sutton & Barto (2018), Example 4.2 and Exercise 4.7",
    parameters: [
      maxCars.declaration, maxMove.declaration, requestRates.declaration, returnRates.declaration,
      rentalReward.declaration, moveCost.declaration, poissonTruncation.declaration, truncatedReward.declaration,
      constantReturns.declaration,
      freeShuttle.declaration, parkingLimit.declaration, parkingCost.declaration,
    ],
    relations: [
      .never([.among("constant_returns", .boolean(true)), .fractional("return_rates")]),
      .size(of: ["max_cars", "max_move"], atMost: Double(ModelSize.mostOutcomes)) { numbers in
        let side = numbers[0] + 1
        return side * side * (2 * min(numbers[0], numbers[1]) + 1) * side * side
      },
    ])

  /// Builds the task.
  ///
  /// - Throws: ``SettingProblem`` where constant returns are no whole numbers, or the model would be too large.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let most = settings[maxCars]
    let side = most + 1
    let reach = min(settings[maxMove], most)
    let actions = 2 * settings[maxMove] + 1
    try ModelSize.check(
      side, side, 2 * reach + 1, side, side, remedy: "lower \"max_cars\" or \"max_move\"")
    let first = try location(0, settings)
    let second = try location(1, settings)
    let price = settings[rentalReward]
    let isCut = settings[poissonTruncation] != nil
    let isSeparate = settings[truncatedReward] == .separate

    let pairs = side * side * (2 * reach + 1)
    var builder = FiniteMDPBuilder(
      states: side * side, actions: actions, expectedPairs: pairs, expectedOutcomes: pairs * side * side)
    for state in 0..<side * side {
      let (one, two) = (state / side, state % side)
      for moved in -min(reach, two)...min(reach, one) {
        let (a, b) = (min(one - moved, most), min(two + moved, most))
        let cost = nightCost(moving: moved, leaving: a, b, settings)
        builder.addPair(state: state, action: moved + settings[maxMove])
        var kept = 0.0
        var earned = 0.0
        for next1 in 0...most where first.mass[a][next1] > 0 {
          for next2 in 0...most {
            let probability = first.mass[a][next1] * second.mass[b][next2]
            if probability == 0 { continue }
            let rented = first.rented[a][next1] + second.rented[b][next2]
            builder.addOutcome(probability: probability, next: next1 * side + next2, reward: price * rented - cost)
            kept += probability
            earned += probability * rented
          }
        }
        if isCut && 1 - kept > 1e-12 {
          let owed = isSeparate ? (first.income[a] + second.income[b] - earned) / (1 - kept) : 0
          builder.addOutcome(probability: 1 - kept, next: state, reward: price * owed - cost, terminated: true)
        }
      }
    }
    let model = try builder.build(
      initial: .uniform(over: 0..<side * side), stateLabels: .cells(columns: side),
      actionLabels: (0..<actions).map { "\($0 - settings[maxMove])" })
    return FiniteTask(model: model)
  }

  /// What a night costs: moving cars, and keeping those that are there afterwards.
  private static func nightCost(moving moved: Int, leaving a: Int, _ b: Int, _ settings: Settings) -> Double {
    let paid = settings[freeShuttle] && moved > 0 ? moved - 1 : abs(moved)
    var cost = settings[moveCost] * Double(paid)
    if let limit = settings[parkingLimit] {
      if a > limit { cost += settings[parkingCost] }
      if b > limit { cost += settings[parkingCost] }
    }
    return cost
  }

  /// A day at one location: by the number of cars in the morning and in the evening, the probability, and the expected number of cars
  /// rented given both; by the number in the morning, the expected number rented.
  private struct Day {
    var mass: [[Double]]
    var rented: [[Double]]
    var income: [Double]
  }

  private static func location(_ index: Int, _ settings: Settings) throws(SettingProblem) -> Day {
    let most = settings[maxCars]
    let limit = settings[poissonTruncation]
    let requests = PoissonLaw(mean: settings[requestRates][index], below: limit)
    let mean = settings[returnRates][index]
    let returns = PoissonLaw(mean: mean, below: limit)
    var constant: Int?
    if settings[constantReturns] {
      constant = Int(exactly: mean)
      if constant == nil {
        throw SettingProblem(
          "a constant number of returns cannot be \(mean); give whole numbers, or set \"constant_returns\" to false",
          at: ".return_rates[\(index)]")
      }
    }
    let zero = [Double](repeating: 0, count: most + 1)
    let table = Array(repeating: zero, count: most + 1)
    var day = Day(mass: table, rented: table, income: zero)
    for morning in 0...most {
      for rented in 0...morning {
        let rental = rented < morning ? requests.mass(rented) : requests.tail(rented)
        let left = morning - rented
        day.income[morning] += rental * Double(rented)
        for evening in left...most {
          let back = evening - left
          let arrival: Double
          if let constant {
            arrival = evening == min(left + constant, most) ? 1 : 0
          } else {
            arrival = evening < most ? returns.mass(back) : returns.tail(back)
          }
          day.mass[morning][evening] += rental * arrival
          day.rented[morning][evening] += rental * arrival * Double(rented)
        }
      }
      for evening in 0...most where day.mass[morning][evening] > 0 {
        day.rented[morning][evening] /= day.mass[morning][evening]
      }
    }
    return day
  }
}
