import RLCore

extension TotalRewardModel {
  /// Prepares a model for a planner at gamma 1.
  ///
  /// - Throws: ``SettingProblem`` at ".gamma" where the task has no undiscounted values.
  init(planning model: FiniteMDP) throws(SettingProblem) {
    do throws(PlanningError) {
      try self.init(model)
    } catch { throw SettingProblem(error.description, at: ".gamma") }
  }
}
