import RLCore

/// Published settings of PPO. What a configuration gives stands over them; what neither says is the default, which is stable-baselines3's.
///
/// Sources: stable-baselines3's `PPO`; CleanRL's `ppo.py` (whose value clip is the clip range, and which takes truncated episodes for
/// terminated ones) and, for continuous actions, `ppo_continuous_action.py`; RL Baselines3 Zoo's `hyperparams/ppo.yml`.
enum PPOPreset: String, CaseIterable, Sendable {
  case stableBaselines3 = "stable-baselines3"
  case cleanRL = "cleanrl"
  case rlZoo = "rl-zoo"

  static let parameter = Parameter<PPOPreset>.choice(
    "preset", default: .stableBaselines3,
    "whose published settings hold where nothing else is given; rl-zoo has some for each control task")

  static func expand(_ given: [Setting.Field], environment: String) throws(SettingProblem) -> [Setting.Field] {
    guard let field = given.first(where: { $0.key == parameter.declaration.name }) else { return given }
    guard let preset = field.value.text.flatMap(PPOPreset.init(rawValue:)) else { return given }
    let settings: [(String, Setting)]
    switch preset {
    case .stableBaselines3: settings = []
    case .cleanRL: settings = environment.isContinuousControl ? cleanRLContinuous : cleanRLDiscrete
    case .rlZoo: settings = try PublishedSettings.zoo(zoo, environment: environment)
    }
    return PublishedSettings.fill(given, with: settings)
  }

  private static let cleanRLDiscrete: [(String, Setting)] = [
    ("convention", .text("cleanrl")), ("n_envs", .integer(4)), ("n_steps", .integer(128)),
    ("batch_size", .integer(128)), ("n_epochs", .integer(4)), ("learning_rate", .text("lin_2.5e-4")),
    ("ent_coef", .real(0.01)), ("clip_range_vf", .real(0.2)), ("bootstrap_truncated", .boolean(false)),
  ]

  private static let cleanRLContinuous: [(String, Setting)] = [
    ("convention", .text("cleanrl")), ("n_envs", .integer(1)), ("n_steps", .integer(2048)),
    ("batch_size", .integer(64)), ("n_epochs", .integer(10)), ("learning_rate", .text("lin_3e-4")),
    ("clip_range_vf", .real(0.2)), ("bootstrap_truncated", .boolean(false)),
    ("normalize_observations", .boolean(true)), ("normalize_rewards", .boolean(true)),
  ]

  private static let normalized: [(String, Setting)] = [
    ("normalize_observations", .boolean(true)), ("normalize_rewards", .boolean(true)),
  ]

  private static let zoo: [String: [(String, Setting)]] = [
    "cart-pole": [
      ("n_envs", .integer(8)), ("n_steps", .integer(32)), ("batch_size", .integer(256)), ("gae_lambda", .real(0.8)),
      ("gamma", .real(0.98)), ("n_epochs", .integer(20)), ("learning_rate", .text("lin_0.001")),
      ("clip_range", .text("lin_0.2")),
    ],
    "mountain-car": normalized + [
      ("n_envs", .integer(16)), ("n_steps", .integer(16)), ("gae_lambda", .real(0.98)), ("n_epochs", .integer(4)),
    ],
    "acrobot": normalized + [
      ("n_envs", .integer(16)), ("n_steps", .integer(256)), ("gae_lambda", .real(0.94)), ("n_epochs", .integer(4)),
    ],
    "pendulum": [
      ("n_envs", .integer(4)), ("n_steps", .integer(1024)), ("gae_lambda", .real(0.95)), ("gamma", .real(0.9)),
      ("n_epochs", .integer(10)), ("learning_rate", .real(1e-3)), ("clip_range", .real(0.2)),
      ("use_sde", .boolean(true)), ("sde_sample_freq", .integer(4)),
    ],
    "mountain-car-continuous": normalized + [
      ("n_envs", .integer(1)), ("n_steps", .integer(8)), ("batch_size", .integer(256)), ("gamma", .real(0.9999)),
      ("learning_rate", .real(7.77e-5)), ("ent_coef", .real(0.00429)), ("clip_range", .real(0.1)),
      ("n_epochs", .integer(10)), ("gae_lambda", .real(0.9)), ("max_grad_norm", .integer(5)),
      ("vf_coef", .real(0.19)), ("log_std_init", .real(-3.29)), ("ortho_init", .boolean(false)),
      ("use_sde", .boolean(true)),
    ],
  ]
}

extension String {
  fileprivate var isContinuousControl: Bool { self == "pendulum" || self == "mountain-car-continuous" }
}
