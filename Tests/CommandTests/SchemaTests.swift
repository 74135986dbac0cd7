import Foundation
import RLCore
import Testing

@testable import Lab

/// The schemas of configurations and models: they accept what the program accepts, and reject what is wrong as far as a schema can say it.
@Suite struct SchemaTests {
  private static let schema = ConfigurationSchema(lab: .standard).schema
  private static let configuration = Result { try SchemaValidator(schema) }
  private static let model = Result { try SchemaValidator(ModelSchema.schema) }

  /// The configuration in a text; nil where it is no JSON5.
  private func parsed(_ bytes: [UInt8]) -> Setting? { try? ConfigurationFile.parse(bytes, name: "c.json5").root }

  /// Whether the program takes it; with the text, in the order of its keys.
  private func isResolved(_ tree: Setting, text: String? = nil) -> Bool {
    let outline = text.flatMap { try? ConfigurationFile.parse(Array($0.utf8), name: "c.json5").outline }
    let resolver = Resolver(lab: .standard, source: "c.json5", folder: "", overridden: [], outline: outline)
    return (try? resolver.experiment(tree, defaultName: "c")) != nil
  }

  @Test func everyKeyOfAConfigurationIsKnown() {
    #expect(Set(Self.schema["properties"]?.fields?.map(\.key) ?? []) == Set(Resolver.keys))
  }

  @Test func whatIsPrintedIsTheSchema() throws {
    let folder = TemporaryFolder()
    let printed = try Program.run(["schema", "model"], in: folder.path)
    #expect(printed.code == 0)
    #expect(parsed(Array(printed.output.utf8))?.description == ModelSchema.schema.description)
    let wrong = try Program.run(["schema", "modle"], in: folder.path)
    #expect(wrong.code == 64)
    #expect(wrong.errors.contains("did you mean \"model\"?"))
  }

  @Test func everyComponentIsAcceptedWithItsDefaultsWrittenOut() throws {
    let validator = try Self.configuration.get()
    let lab = Laboratory.standard
    for (kind, abouts) in [
      ("environment", lab.environments.map(\.about)), ("algorithm", lab.algorithms.map(\.about)),
    ] {
      for about in abouts {
        #expect(validator.accepts(.text(about.id), as: kind))
        let defaults = about.parameters.compactMap { parameter in
          parameter.defaultSetting.map { Setting.Field(parameter.name, $0) }
        }
        for field in defaults {
          let value = Setting.object([.init("id", .text(about.id)), field])
          #expect(validator.accepts(value, as: kind), "\(about.id).\(field.key): \(field.value)")
        }
        #expect(validator.accepts(.object([.init("id", .text(about.id))] + defaults), as: kind), "\(about.id)")
        let unknown = Setting.object([.init("id", .text(about.id)), .init("no_such_parameter", .integer(1))])
        #expect(!validator.accepts(unknown, as: kind), "\(about.id)")
      }
    }
  }

  /// Every algorithm goes with one of these, as the program and as the schema see it.
  @Test(arguments: Laboratory.standard.algorithms.map(\.about)) func everyAlgorithmIsAcceptedOnATaskThatFits(
    _ about: About
  ) throws {
    let validator = try Self.configuration.get()
    let given: [Setting.Field] = about.parameters.filter { $0.defaultSetting == nil }.map {
      .init($0.name, .text("uniform"))
    }
    let algorithm = Setting.object([.init("id", .text(about.id))] + given)
    var fitting = 0
    for task in ["random-walk", "recycling-robot", "k-armed-bandit", "cart-pole", "pendulum"] {
      let tree = Setting.object([.init("environment", .text(task)), .init("algorithm", algorithm)])
      if !isResolved(tree) { continue }
      fitting += 1
      #expect(validator.accepts(tree), "\(about.id) on \(task)")
    }
    #expect(fitting > 0)
  }

  @Test func shippedExperimentsAreAccepted() throws {
    let validator = try Self.configuration.get()
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../experiments")
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "json5" }
    #expect(files.count > 50)
    for file in files {
      let tree = try #require(parsed(Array(try Data(contentsOf: file))), "\(file.lastPathComponent)")
      #expect(validator.accepts(tree), "\(file.lastPathComponent)")
    }
  }

  /// A wrong configuration is rejected, or the model's file beside it is, unless it is said why a schema cannot know.
  @Test func wrongInputsAreRejected() throws {
    let (configuration, model) = (try Self.configuration.get(), try Self.model.get())
    var rejected = 0
    for input in WrongInput.all {
      guard let bytes = input.configuration else {
        #expect(input.beyondSchemas == nil, "\(input.name)")
        continue
      }
      // What is no JSON5 at all never comes before a schema.
      guard let tree = parsed(bytes) else { continue }
      var isAccepted = configuration.accepts(tree)
      if let file = input.files["m.json"] {
        guard let content = parsed(file) else { continue }
        isAccepted = isAccepted && model.accepts(content)
      }
      #expect(isAccepted == (input.beyondSchemas != nil), "\(input.name)")
      if !isAccepted { rejected += 1 }
    }
    #expect(rejected > 200)
  }

  @Test(arguments: [
    "sweep: {'algorithm.alpha': {log: [0.01, 1, 7]}, 'algorithm.gamma': [0.5, 1]}",
    "sweep: {'algorithm.alpha': {linear: [0.1, 1, 4]}}, seeds: [3, 1], confirm: 5",
    "sweep: {'algorithm.alpha': {random: {log: [0.01, 1]}, n: 5}}",
    "sweep: {'algorithm.n': {random: {integer: [1, 4]}, n: 4}}",
    "sweep: {zip: {'algorithm.alpha': [0.1, 0.1, 0.2], 'algorithm.epsilon': [0, 0.1, 0.1]}}",
    "sweep: {zip: [{'algorithm.alpha': [0.1, 0.2]}, {'algorithm.n': [1, 2], 'algorithm.gamma': {linear: [0.5, 1, 2]}}]}",
    "sweep: {'algorithm.id': ['sarsa', 'q-learning'], 'algorithm.alpha': [0.5]}",
    "sweep: {'environment.id': ['cliff-walking', 'taxi'], 'algorithm.id': ['sarsa', 'value-iteration'],"
      + " 'algorithm.alpha': {values: [0.5, 1], when: {'algorithm.id': 'sarsa'}}}",
    "sweep: {'algorithm.alpha': [0.5, {schedule: 'visits'}], 'environment.is_slippery': [true, false]}",
    "sweep: {'algorithm.epsilon.from': [0.5, 1]}, variants: [{algorithm: {epsilon: {schedule: 'linear', to: 0, over: 9}}}]",
    "variants: [{}, {algorithm: 'q-learning'}, {name: 'b', algorithm: {n: 4}}, {algorithm: 'value-iteration'}]",
    "variants: [{environment: 'cart-pole', algorithm: 'dqn'}, {environment: {id: 'pendulum', time_limit: 50}, algorithm: 'ppo'}]",
    "variants: [{environment: 'cart-pole', name: 'a', algorithm: 'ppo'}, {environment: {time_limit: 9}}]",
    "variants: [{algorithm: {id: 'td', policy: 'uniform'}, budget: {steps: 9}}], record: {every: 3, exact: {every: 9}}",
    "search: {method: 'hyperband', eta: 2, parameters: {'algorithm.alpha': {log: [0.1, 1]}}}, budget: {episodes: 64}",
    "search: {method: 'random', configurations: 2, parameters: {'algorithm.n': [1, 2], 'algorithm.alpha': {linear: [0.1, 1, 4]}}},"
      + " launch: {tasks: 2, time: '1:00:00', poll: 0.5}",
    "record: {every: 6, evaluate: {every: 12, episodes: 2, policy: 'sampled'}, values: 'all', exact: null}",
  ]) func everyFormIsAccepted(_ fields: String) throws {
    let text = "{environment: 'cliff-walking', algorithm: 'sarsa', \(fields)}"
    let tree = try #require(parsed(Array(text.utf8)))
    #expect(isResolved(tree, text: text))
    #expect(try Self.configuration.get().accepts(tree))
  }

  @Test(arguments: [
    "environment: 'two-difficulty', stages: [{id: 'sft', iterations: 5}, {id: 'grpo', beta: 0.1}]",
    "environment: 'two-difficulty', algorithm: {gamma: 1, features: 'one-hot'}, stages: [{id: 'kto'}]",
    "environment: {id: 'k-armed-bandit', means: [0.1, 0.9], reward: 'bernoulli'}, algorithm: 'ucb'",
    "environment: {id: 'k-armed-bandit', means: [1, 2, 4], arms: 3}, algorithm: 'ucb'",
    "environment: {id: 'recycling-robot', time_limit: 20}, algorithm: 'monte-carlo-control', budget: {episodes: 5}",
    "environment: {id: 'gridworld', map: ['S.#', '..G']}, algorithm: {id: 'td', policy: [[0.5, 0.5, 0, 0], [0, 0, 1, 0],"
      + " null, [0.25, 0.25, 0.25, 0.25], [1, 0, 0, 0], []]}",
    "environment: 'cart-pole', algorithm: {id: 'reinforce', policy: 'linear', tilings: 4}, budget: {episodes: 5}",
    "environment: 'random-walk', algorithm: {id: 'actor-critic', features: 'aggregation', groups: 2}",
    "environment: {id: 'gridworld', map: ['S.', '.G'], aggregate: {rows: 2}}, algorithm: 'ppo', budget: {steps: 50}",
    "environment: {id: 'gridworld', rows: 30}, algorithm: {id: 'ppo', features: 'coordinates', learning_rate: 'lin_0.001'}",
    "environment: {id: 'zhao-gridworld', rows: 9, target: [9, 5], forbidden: []}, algorithm: 'q-learning'",
    "environment: {id: 'copy-string', rewards: {correct: 2, format: 0.1}}, algorithm: 'grpo'",
    "environment: {id: 'garnet', states: 3, branching: 3}, algorithm: {id: 'value-iteration', gamma: 0.9}",
  ]) func everyComponentMayBeGivenSo(_ fields: String) throws {
    let tree = try #require(parsed(Array("{\(fields)}".utf8)))
    #expect(isResolved(tree))
    #expect(try Self.configuration.get().accepts(tree))
  }

  @Test(arguments: ["cliff-walking", "gamblers-problem", "recycling-robot", "blackjack"]) func modelsAreAccepted(
    _ task: String
  ) throws {
    let folder = TemporaryFolder()
    let printed = try Program.run(["model", task], in: folder.path)
    let content = try #require(parsed(Array(printed.output.utf8)))
    #expect(try Self.model.get().accepts(content))
  }

  /// What is declared never to end has a model that cannot, and everything that is related is a parameter.
  @Test func declarationsAreTrue() {
    for entry in Laboratory.standard.environments where entry.about.neverEnds {
      #expect(TaskFacts(entry).task?.canEnd == false, "\(entry.about.id)")
    }
  }
}
