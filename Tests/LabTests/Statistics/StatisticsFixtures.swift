import Foundation
import Lab

/// `statistics.json`: rliable 1.2.0 and scipy 1.17.1 on the data in the file. Tolerances of its makers: point
/// values, U, t and degrees of freedom 1e-10; p-values and distribution functions 1e-8; ends of bootstrap
/// intervals 4 `spread_between_repeats` plus 2 % of the interval's width.
struct ReferenceStatistics: Decodable {
  struct End: Decodable {
    let low: Double
    let high: Double
    let spread_between_repeats: Double
  }
  struct Scores: Decodable {
    let scores_x: [[Double]]
    let scores_y: [[Double]]
    let aggregates_x: [String: Double]
    let aggregates_y: [String: Double]
    let stratified_bootstrap_95_percentile_x: [String: End]
    let probability_of_improvement: Double
    let probability_of_improvement_95_percentile: End
    let performance_profile_thresholds: [Double]
    let run_score_profile_x: [Double]
    let mean_score_profile_x: [Double]
  }
  struct TwoSample: Decodable {
    struct T: Decodable {
      let t: Double
      let p_two_sided: Double
      let df: Double
      let ci95_mean_difference: [Double]?
    }
    struct U: Decodable {
      let U: Double
      let p_asymptotic_with_continuity: Double
      let p_exact: Double?
    }
    let a: [Double]
    let b: [Double]
    let welch: T
    let student: T
    let twoSided: U
    let greater: U
    let less: U
    enum CodingKeys: String, CodingKey {
      case a, b, welch, student
      case twoSided = "mann_whitney_two-sided"
      case greater = "mann_whitney_greater"
      case less = "mann_whitney_less"
    }
  }
  struct OneSample: Decodable {
    let x: [Double]
    let mean: Double
    let sample_std: Double
    let standard_error: Double
    let median: Double
    let quantiles: [Double]
    let trimmed_mean_25: Double
    let t90: [Double]
    let t95: [Double]
    let t99: [Double]
    let normal90: [Double]
    let normal95: [Double]
    let normal99: [Double]
    let percentileMean: End
    let basicMean: End
    let bcaMean: End
    let percentileMedian: End
    let basicMedian: End
    let bcaMedian: End
    enum CodingKeys: String, CodingKey {
      case x, mean, sample_std, standard_error, median, trimmed_mean_25
      case quantiles = "quantiles_linear_5_25_75_95"
      case t90 = "t_interval_0.9"
      case t95 = "t_interval_0.95"
      case t99 = "t_interval_0.99"
      case normal90 = "normal_interval_0.9"
      case normal95 = "normal_interval_0.95"
      case normal99 = "normal_interval_0.99"
      case percentileMean = "bootstrap_percentile_mean_95"
      case basicMean = "bootstrap_basic_mean_95"
      case bcaMean = "bootstrap_BCa_mean_95"
      case percentileMedian = "bootstrap_percentile_median_95"
      case basicMedian = "bootstrap_basic_median_95"
      case bcaMedian = "bootstrap_BCa_median_95"
    }
  }
  struct Distributions: Decodable {
    let normal_ppf: [String: Double]
    let normal_cdf: [String: Double]
    let t_ppf: [String: [String: Double]]
    let t_cdf: [String: [String: Double]]
  }
  let rliable: [Scores]
  let two_sample: [TwoSample]
  let one_sample: [OneSample]
  let distributions: Distributions

  static func load() throws -> Self { try decode("statistics") }
}

/// `statistics-random.json`: what scipy, rliable and mpmath make of random data sets; the script of the same
/// name made it.
struct RandomStatistics: Decodable {
  struct Sample: Decodable {
    let kind: String
    let x: [Double]
    let mean: Double
    let median: Double
    let quantiles: [Double]
    let iqm: Double
    let trimmed_10: Double
    let optimality_gap: Double
    let std: Double?
    let t_interval_99: [Double]?
  }
  struct T: Decodable {
    let t: Double
    let p: Double
    let df: Double
    let ci90: [Double]
  }
  struct U: Decodable {
    let U: Double
    let p: Double
  }
  struct Permutation: Decodable {
    let difference: Double
    let p: Double
  }
  struct Tests: Decodable {
    let welch: T
    let student: T
    let paired: T?
    let mann_whitney: U
    let mann_whitney_asymptotic: U
    let mann_whitney_exact: U?
    let permutation: Permutation?
    let sign_flip: Permutation?
  }
  struct Pair: Decodable {
    let kind: String
    let a: [Double]
    let b: [Double]
    let tests: [String: Tests]
  }
  struct Scores: Decodable {
    let x: [[Double]]
    let y: [[Double]]
    let aggregates_x: [Double]
    let intervals_x: [[Double]]
    let spread_x: [[Double]]
    let grid: Double
    let improvement: Double
    let thresholds: [Double]
    let profile: [Double]
    let bands: [[Double]]
    let mean_profile: [Double]
  }
  struct Curve: Decodable {
    let x: [Double]
    let y: [Double]
    let area: Double
  }
  struct Distributions: Decodable {
    let t_cdf: [[Double]]
    let normal_cdf: [[Double]]
    let log_gamma: [[Double]]
    let incomplete_beta: [[Double]]
  }
  let samples: [Sample]
  let pairs: [Pair]
  let scores: [Scores]
  let curve: Curve
  let distributions: Distributions

  static func load() throws -> Self { try decode("statistics-random") }
}

private func decode<T: Decodable>(_ name: String) throws -> T {
  guard let url = Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: "json") else {
    throw CocoaError(.fileNoSuchFile)
  }
  return try JSONDecoder().decode(T.self, from: Data(contentsOf: url))
}

/// Whether a result agrees with a reference to `tolerance`, relative where the reference is greater than 1.
func agrees(_ value: Double?, _ reference: Double, _ tolerance: Double = 1e-10) -> Bool {
  guard let value else { return false }
  return abs(value - reference) <= tolerance * max(1, abs(reference))
}

/// Whether both ends agree.
func agrees(_ value: Statistics.Interval?, _ reference: [Double], _ tolerance: Double = 1e-10) -> Bool {
  agrees(value?.low, reference[0], tolerance) && agrees(value?.high, reference[1], tolerance)
}
