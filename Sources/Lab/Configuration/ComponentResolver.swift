import RLCore

/// Environments and algorithms: their entries, their settings, and whether they fit each other.
extension Resolver {
  func algorithm(
    _ setting: Setting?, environment: String, place: String
  ) throws(LabError) -> (AlgorithmEntry, Component) {
    let (id, given) = try idAndFields(setting, place: place, what: "algorithm", example: "q-learning")
    guard let entry = lab.algorithm(id) else {
      throw unknown(id, place: place, what: "algorithm", among: lab.algorithms.map(\.about.id))
    }
    let expanded =
      try entry.expand.map { expand throws(LabError) in
        try mend(place) { () throws(SettingProblem) in try expand(given, lab.environment(environment)) }
      } ?? given
    return (entry, try component(id, expanded, entry.about.parameters, place: place))
  }

  func environment(_ setting: Setting?, place: String) throws(LabError) -> (EnvironmentEntry, Component) {
    let (id, given) = try idAndFields(setting, place: place, what: "environment", example: "cliff-walking")
    guard let entry = lab.environment(id) else {
      throw unknown(id, place: place, what: "environment", among: lab.environments.map(\.about.id))
    }
    return (entry, try component(id, given, entry.about.parameters, place: place))
  }

  private func idAndFields(
    _ setting: Setting?, place: String, what: String, example: String
  ) throws(LabError) -> (String, [Setting.Field]) {
    guard let setting else {
      let flag = what == "environment" ? "-e" : "-a"
      if source == nil {
        throw LabError(.usage, "no \(what) is given; add \(flag) \(example), or name a configuration")
      }
      throw fail(place, "no \(what) is given; add \(what): \"\(example)\", or \(flag) \(example)")
    }
    guard let fields = setting.withID.fields else {
      throw fail(place, "\(setting) is \(setting.kind); write an id, or an object with \"id\"")
    }
    guard let id = setting.withID["id"] else { throw fail(place, "the \(what) has no \"id\"; add id: \"\(example)\"") }
    guard let text = id.text else {
      throw fail(place + ".id", "\(id) is \(id.kind); write the \(what)'s id as a string")
    }
    return (text, fields.filter { $0.key != "id" })
  }

  private func unknown(_ id: String, place: String, what: String, among ids: [String]) -> LabError {
    let hint = Spelling.hint(for: id, among: ids, otherwise: "\"rl-lab list \(what)s\" shows all")
    return fail(place + ".id", "there is no \(what) \"\(id)\"; \(hint)")
  }

  private func component(
    _ id: String, _ given: [Setting.Field], _ declarations: [ParameterDeclaration], place: String
  ) throws(LabError) -> Component {
    var attachments: [String: Setting] = [:]
    var fields = given
    for (index, field) in given.enumerated() {
      guard declarations.contains(where: { $0.name == field.key && $0.isFile }), let path = field.value.text else {
        continue
      }
      let (content, mark) = try attachment(path, place: "\(place).\(field.key)")
      attachments[field.key] = content
      // The content belongs to what the variant is: another file under the same name is another variant.
      fields[index].value = .text(path)
      fields.append(.init("\(field.key)#", .text(mark)))
    }
    let marks = fields.filter { $0.key.hasSuffix("#") }
    let settings = try mend(place) { () throws(SettingProblem) in
      try Settings(
        fields.filter { !$0.key.hasSuffix("#") }, for: declarations, attachments: attachments, owner: id,
        marks: marks.map { .init(String($0.key.dropLast()) + "_hash", $0.value) })
    }
    return Component(id: id, settings: settings)
  }

  func make(
    _ entry: EnvironmentEntry, _ component: Component, place: String
  ) throws(LabError) -> PreparedTask {
    do {
      return try entry.make(component.settings)
    } catch let problem as SettingProblem {
      throw fail(place + problem.place, problem.message)
    } catch { throw fail(place, "\(error)") }
  }

  func checkFit(
    _ entry: AlgorithmEntry, _ task: PreparedTask, environment: String, place: String
  ) throws(LabError) {
    let id = entry.about.id
    if entry.kind == .planner && task.model == nil {
      throw fail(
        place,
        "\"\(id)\" plans with a model, and \"\(environment)\" gives only samples; choose a learner such as q-learning")
    }
    if let vector = task.vector, !entry.acceptsVectors {
      if vector.usesStateIndices, !vector.actionSpace.isDiscrete {
        throw fail(
          place, "\"\(id)\" takes numbered actions, and those of \"\(environment)\" are continuous; choose ppo or a2c")
      }
      let example = vector.actionSpace.isDiscrete ? "ppo, a2c or dqn" : "ppo or a2c"
      throw fail(
        place,
        "\"\(id)\" keeps a table of states, and \"\(environment)\" is observed as a vector; choose a method of features: \(example)"
      )
    }
    if entry.kind == .planner { return }
    do throws(SettingProblem) {
      try task.model?.checkTableSize(isLearned: true)
    } catch { throw fail(place.replacing("algorithm", with: "environment"), error.message) }
    if let state = task.emptyStart {
      throw fail(
        place.replacing("algorithm", with: "environment"),
        "\"\(environment)\" may begin in state \(state), where there is nothing to do; begin in states that offer an action"
      )
    }
    if entry.kind == .bandit, task.space.stateCount > 1 {
      throw fail(
        place,
        "\"\(id)\" learns a task of one state, and \"\(environment)\" has \(task.space.stateCount); choose k-armed-bandit or a learner such as q-learning"
      )
    }
  }
}
