import Foundation

/// Recorded experience with the values that public code ended with (see the fixture's `about`).
struct Replay: Decodable {
  struct Walk: Decodable {
    struct Episode: Decodable {
      let rights: [Int]
      let values: [Double]
    }
    let n: Int?
    let lam: Double?
    let alpha: Double
    let method: String?
    let episodes: [Episode]
  }

  struct Cliff: Decodable {
    struct Episode: Decodable {
      let transitions: [[Double]]
      let q_nonzero: [[Double]]
    }
    let method: String
    let alpha: Double
    let epsilon: Double
    let episodes: [Episode]
  }

  struct MaximizationBias: Decodable {
    let alpha: Double
    let double_q_steps: [[Double]]
    let double_q_final: [String: [Double]]
    let q_learning_steps: [[Double]]
    let q_learning_final: [String: [Double]]
  }

  struct Bandit: Decodable {
    let rule: String
    let actions: [Int]
    let rewards: [Double]
    let final_estimates_or_preferences: [Double]
    let counts: [Double]
    let average_reward: Double
    let action_probabilities_before_each_step: [[Double]]?
  }

  struct PolicyGradient: Decodable {
    struct Episode: Decodable {
      let p_right_before: Double
      let actions_right: [Int]
      let rewards: [Double]
      let theta: [Double]
      let w: Double?
    }
    let alpha: Double
    let alpha_w: Double?
    let theta_initial: [Double]
    let episodes: [Episode]
  }

  let reinforce: [PolicyGradient]
  let n_step_td_19_state_walk: [Walk]
  let off_line_lambda_return_19_state_walk: [Walk]
  let td_lambda_accumulating_19_state_walk: [Walk]
  let true_online_td_lambda_19_state_walk: [Walk]
  let five_state_walk: [Walk]
  let cliff_control: [Cliff]
  let max_bias: MaximizationBias
  let bandits: [Bandit]

  static let shared: Replay = {
    let url = Bundle.module.url(forResource: "Fixtures/replay", withExtension: "json")!
    return try! JSONDecoder().decode(Replay.self, from: Data(contentsOf: url))
  }()
}
