import Testing

@testable import Lab

@Suite struct CalibrationTests {
  /// Steps are known before where the budget counts them.
  @Test func stepsOfABudgetInStepsAreExact() throws {
    let calibration = try Calibration.measure(
      experiment(
        """
        { environment: "cliff-walking", algorithm: "q-learning", budget: {steps: 3000}, seeds: 7,
          sweep: {"algorithm.alpha": [0.1, 0.5, 0.9]} }
        """))
    #expect(calibration.steps?.rounded() == 63_000.0)
    #expect(calibration.sampled == 2)
    #expect(calibration.seconds > 0)
  }

  @Test func everyEnvironmentAndAlgorithmIsSampled() throws {
    let calibration = try Calibration.measure(
      experiment(
        """
        { budget: {episodes: 3},
          sweep: {"environment.id": ["cliff-walking", "windy-gridworld"], "algorithm.id": ["sarsa", "q-learning"]} }
        """))
    #expect(calibration.sampled == 4)
    #expect(calibration.steps! > 0)
  }

  @Test func plannersTakeNoSteps() throws {
    let calibration = try Calibration.measure(
      experiment(#"{ environment: "cliff-walking", algorithm: {id: "value-iteration", gamma: 1} }"#))
    #expect(calibration.steps == nil && calibration.isWhole)
  }

  @Test func thePlanSaysWhatIsThereAndWhatIsLeft() throws {
    var plan = Plan(
      try experiment(
        """
        { environment: "cliff-walking", algorithm: "q-learning", budget: {steps: 100}, seeds: 4, confirm: 3,
          sweep: {"algorithm.alpha": [0.1, 0.5]} }
        """))
    plan.held = 2
    plan.jobs = 2
    plan.estimate = Calibration(steps: 800, seconds: 4, sampled: 2, isWhole: true)
    #expect(plan.text.contains("2 of 8 trials are finished already"))
    #expect(plan.text.contains("then 3 fresh seeds of each algorithm's best cell"))
    #expect(plan.text.hasSuffix("estimated 600 environment steps, 1.50 s on 2 cores, from whole trials of 2 variants"))
    #expect(plan.json["estimate"]?["steps"]?.number == 800)
  }
}
