import RLCore

/// One variant against the baseline in its environment: the difference of their mean scores, and what tests say of it.
struct Contest: Sendable, Equatable {
  /// How the runs of the two are set against each other.
  enum Design: Sendable, Equatable {
    /// Seed by seed: both ran on the same random numbers. `leftOut` runs have no partner.
    case paired(count: Int, leftOut: Int)
    /// As two independent samples, and why.
    case independent(reason: String)
  }

  let design: Design
  /// Mean score of the variant minus that of the baseline, in the metric's units.
  let difference: Double?
  /// Its 95 % interval: paired t or Welch's.
  let interval: Statistics.Interval?
  /// The paired t test or Welch's; nil where it says nothing (infinite scores, no differences).
  let tTest: Statistics.TestResult?
  /// The sign-flip permutation test, or the Mann–Whitney U test of runs that do not pair or are not all finite.
  let freeTest: Statistics.TestResult?
  let freeTestName: FreeTest
  /// How likely a run of the variant is better than a run of the baseline, ties counted half.
  let improvement: Double?
  let improvementInterval: Statistics.Interval?
  /// Whether all pairs are equal.
  let isIdentical: Bool

  /// A test that needs no normal distribution.
  enum FreeTest: String, Sendable {
    case signFlip = "sign-flip"
    case mannWhitney = "mann-whitney"

    var title: String {
      switch self {
      case .signFlip: "sign-flip test"
      case .mannWhitney: "Mann–Whitney test"
      }
    }
  }

  /// Sets two samples against each other.
  ///
  /// - Parameters:
  ///   - ours: The scores of the variant, by seed.
  ///   - theirs: Those of the baseline.
  ///   - sharesRandomNumbers: Whether equal seeds mean equal random numbers.
  ///   - rules: Which side is better.
  ///   - effort: How much is drawn.
  ///   - key: What the contest is; the draws depend on it and on nothing else.
  init(
    _ ours: [(seed: UInt64, score: Double)], against theirs: [(seed: UInt64, score: Double)],
    sharesRandomNumbers: Bool, rules: ScoreRules, effort: ComparisonEffort, key: String
  ) {
    let root = Fingerprint.hash(key)
    let partners = Dictionary(theirs.map { ($0.seed, $0.score) }, uniquingKeysWith: { first, _ in first })
    let pairs = ours.compactMap { run in partners[run.seed].map { (run.score, $0) } }
    let larger = max(ours.count, theirs.count)
    var x = ours.map(\.score)
    var y = theirs.map(\.score)
    if sharesRandomNumbers && pairs.count >= 2 && 2 * pairs.count >= larger {
      design = .paired(count: pairs.count, leftOut: ours.count + theirs.count - 2 * pairs.count)
      x = pairs.map(\.0)
      y = pairs.map(\.1)
      tTest = Statistics.pairedTTest(x, y)
      var stream = RandomStream(root: root, index: 0, component: "permutation")
      let flipped = Statistics.pairedPermutationTest(x, y, draws: effort.draws, using: &stream)
      freeTest = flipped ?? Statistics.mannWhitneyUTest(x, y)
      freeTestName = flipped == nil ? .mannWhitney : .signFlip
      isIdentical = pairs.allSatisfy { $0.0 == $0.1 }
    } else {
      design = .independent(
        reason: !sharesRandomNumbers
          ? "their root seeds differ" : "\(pairs.count) of \(larger) seeds are common to both")
      tTest = Statistics.welchTTest(x, y)
      freeTest = Statistics.mannWhitneyUTest(x, y)
      freeTestName = .mannWhitney
      isIdentical = false
    }
    let means = (Statistics.mean(x), Statistics.mean(y))
    difference = tTest?.difference ?? means.0.flatMap { a in means.1.flatMap { b in (a - b).isNaN ? nil : a - b } }
    interval = tTest?.interval
    let (better, worse) = (x.map(rules.oriented), y.map(rules.oriented))
    improvement = Statistics.probabilityOfImprovement(better, over: worse)
    if let a = Statistics.TaskScores(better.map { [$0] }), let b = Statistics.TaskScores(worse.map { [$0] }) {
      var stream = RandomStream(root: root, index: 0, component: "improvement")
      improvementInterval = Statistics.probabilityOfImprovementInterval(
        a, over: b, resamples: effort.resamples, using: &stream)
    } else {
      improvementInterval = nil
    }
  }

  var isPaired: Bool { if case .paired = design { true } else { false } }
}

extension Statistics {
  /// Holm's correction of the p-values that exist, each at its place.
  static func holm(_ pValues: [Double?]) -> [Double?] {
    var corrected = holm(pValues.compactMap { $0 })[...]
    return pValues.map { $0 == nil ? nil : corrected.popFirst() }
  }
}
