import RLCore

/// Parameters that policy and value methods on networks share, with stable-baselines3's names.
public enum NetworkParameters {
  /// The step size of the optimizer.
  public static let learningRate = Parameter<TrainingSchedule>.training(
    "learning_rate", symbol: "η", default: 3e-4, in: .nonnegative, "step size of the optimizer")
  /// How many copies of the task are stepped together.
  public static let environments = Parameter<Int>.integer(
    "n_envs", default: 1, in: 1...65_536, "how many copies of the task are stepped together")
  /// How many steps of each copy an update is made of.
  public static let steps = Parameter<Int>.integer(
    "n_steps", default: 2048, in: 1...10_000_000, "how many steps of each copy one update collects")
  /// The discount rate γ.
  public static let gamma = Parameter<Double>.real("gamma", symbol: "γ", default: 0.99, in: .unit, "discount rate")
  /// The λ of the advantages.
  public static let lambda = Parameter<Double>.real(
    "gae_lambda", symbol: "λ", default: 0.95, in: .unit,
    "bias and variance of the advantages: 0 for one-step errors, 1 for returns minus values")
  /// Whether advantages are normalised.
  public static let normalizesAdvantages = Parameter<Bool>.flag(
    "normalize_advantage", default: true, "whether the advantages of a minibatch get mean 0 and deviation 1")
  /// The weight of the entropy.
  public static let entropyCoefficient = Parameter<Double>.real(
    "ent_coef", default: 0, in: .nonnegative, "weight of the entropy bonus")
  /// The weight of the critic's loss.
  public static let valueCoefficient = Parameter<Double>.real(
    "vf_coef", default: 0.5, in: .nonnegative, "weight of the critic's loss")
  /// Where gradients are cut.
  public static let maximumNorm = Parameter<Double?>.optionalReal(
    "max_grad_norm", default: 0.5, in: .positive, "norm to which gradients are cut; null for none")
  /// The hidden layers.
  public static let layers = Parameter<NetworkLayers>(
    "net_arch", type: "list of widths, or {pi: [...], vf: [...]}", default: .list([.integer(64), .integer(64)]),
    range: "[1, 4096], at most 8 layers", "widths of the hidden layers; an empty list makes a linear model"
  ) { setting throws(SettingProblem) in try NetworkLayers(setting) }
  /// The function behind hidden layers.
  public static let activation = Parameter<NetworkActivation>.choice(
    "activation", default: .tanh, "function behind the hidden layers")
  /// Whether one network serves policy and critic.
  public static let sharesNetwork = Parameter<Bool>.flag(
    "share_networks", default: false, "whether policy and critic are outputs of one network")
  /// How weights start.
  public static let isOrthogonal = Parameter<Bool>.flag(
    "ortho_init", default: true,
    "whether weights start orthogonal (gains √2, 0.01 for actions, 1 for values); uniform in ±1/√inputs otherwise")
  /// Where log standard deviations start.
  public static let logDeviation = Parameter<Double>.real(
    "log_std_init", default: 0, in: .closed(-20, 20), "where the log standard deviations of continuous actions start")
  /// Whether the noise of continuous actions is a function of the state.
  public static let usesStateDependentNoise = Parameter<Bool>.flag(
    "use_sde", default: false,
    "whether the noise of continuous actions is a function of the state that is drawn now and then (gSDE); not a number a step"
  )
  /// How often that function is drawn.
  public static let noiseInterval = Parameter<Int>.integer(
    "sde_sample_freq", default: -1, in: -1...10_000_000,
    "use_sde: steps of a copy between draws of its noise; 0 or -1 for one draw an update")
  /// Whether observations are normalised.
  public static let normalizesObservations = Parameter<Bool>.flag(
    "normalize_observations", default: false, "whether observations are scaled by their running mean and variance")
  /// Whether rewards are normalised.
  public static let normalizesRewards = Parameter<Bool>.flag(
    "normalize_rewards", default: false, "whether rewards are scaled by the running variance of the discounted return")
  /// What a truncated episode is taken for.
  public static let bootstrapsTruncated = Parameter<Bool>.flag(
    "bootstrap_truncated", default: true,
    "whether an episode cut off at the time limit is worth the value of its last observation; false takes it for over")
  /// How states of finite tasks are seen.
  public static let features = Parameter<StateFeatures>.choice(
    "features", default: .oneHot,
    "how states of a finite task are seen: one-hot, by row and column of a grid, by the tokens of a sequence, or with its prompt's numbers as points on a circle"
  )
}

/// How states of finite tasks become vectors.
public enum StateFeatures: String, CaseIterable, Sendable {
  /// A 1 at the state's number.
  case oneHot = "one-hot"
  /// Row and column, scaled to [-1, 1].
  case coordinates
  /// The tokens of prompt and answer, slot by slot.
  case tokens
  /// The numbers of the prompt as points on a circle, and the tokens of the answer.
  case numbers
}

/// The function behind hidden layers, by name.
public enum NetworkActivation: String, CaseIterable, Sendable {
  /// The hyperbolic tangent.
  case tanh
  /// max(0, x).
  case relu

  /// The function.
  public var function: Activation { self == .tanh ? .tanh : .relu }
}

/// The hidden layers of a policy and of a critic.
public struct NetworkLayers: Sendable, Equatable {
  /// The policy's.
  public var policy: [Int]
  /// The critic's.
  public var value: [Int]

  /// Reads a list for both, or an object with a list for each.
  public init(_ setting: Setting) throws(SettingProblem) {
    if let fields = setting.fields {
      for field in fields where field.key != "pi" && field.key != "vf" {
        throw SettingProblem("there is no \"\(field.key)\"; it has: pi, vf", at: ".\(field.key)")
      }
      policy = try Self.widths(setting["pi"] ?? .list([]), at: ".pi")
      value = try Self.widths(setting["vf"] ?? .list([]), at: ".vf")
    } else {
      policy = try Self.widths(setting, at: "")
      value = policy
    }
  }

  private static func widths(_ setting: Setting, at place: String) throws(SettingProblem) -> [Int] {
    guard let elements = setting.elements else {
      throw SettingProblem("\(setting) is \(setting.kind); write a list of widths, [64, 64]", at: place)
    }
    if elements.count > 8 { throw SettingProblem("\(elements.count) hidden layers; give at most 8", at: place) }
    var widths: [Int] = []
    for (index, element) in elements.enumerated() {
      do throws(SettingProblem) {
        widths.append(try Interval.whole(element, in: 1...4096))
      } catch { throw SettingProblem(error.message, at: "\(place)[\(index)]") }
    }
    return widths
  }
}

extension PolicyNetwork.Design {
  /// The design that settings describe.
  ///
  /// - Parameter critic: Whether there is one.
  public init(_ settings: Settings, critic: Bool = true) {
    let layers = settings[NetworkParameters.layers]
    self.init(
      policyLayers: layers.policy, valueLayers: layers.value,
      activation: settings[NetworkParameters.activation].function,
      critic: !critic ? .none : settings[NetworkParameters.sharesNetwork] ? .shared : .separate,
      isOrthogonal: settings[NetworkParameters.isOrthogonal],
      logDeviation: settings[NetworkParameters.logDeviation])
  }

  /// The same, with noise that may be a function of the state.
  ///
  /// - Throws: ``SettingProblem`` where that is wanted and actions are numbered.
  public init(_ settings: Settings, for context: BatchContext) throws(SettingProblem) {
    self.init(settings)
    isStateDependent = settings[NetworkParameters.usesStateDependentNoise]
    if isStateDependent && context.actionSpace.isDiscrete {
      throw SettingProblem("it is noise for continuous actions, and this task's are numbered; drop it", at: ".use_sde")
    }
  }
}

extension BatchContext {
  /// Refuses more episodes than would fit into memory.
  ///
  /// - Parameters:
  ///   - length: Of each, in steps; what is beyond 10,000 is not thought to be reached.
  ///   - name: The parameter to lower.
  public func checkSize(episodes: Double, of length: Int, lowering name: String) throws(SettingProblem) {
    try checkSize(
      episodes * Double(min(length, 10_000)) * Double(usesStateIndices ? 8 : 8 + observationCount), lowering: name)
  }

  /// Refuses what would not fit into memory.
  ///
  /// - Parameters:
  ///   - numbers: How many numbers a learner would keep.
  ///   - name: The parameter to lower.
  public func checkSize(_ numbers: Double, lowering name: String) throws(SettingProblem) {
    if numbers > 2e8 {
      throw SettingProblem("\(Setting.real(numbers)) numbers would have to be kept, 2e8 fit; lower it", at: ".\(name)")
    }
  }
}
