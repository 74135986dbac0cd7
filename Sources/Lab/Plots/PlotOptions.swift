import Foundation
import RLCore

/// What a figure is asked for.
struct PlotOptions: Sendable {
  /// What the figure shows.
  enum Kind: String, Sendable, CaseIterable {
    /// Learning curves.
    case curves
    /// A score against a swept parameter, one line an algorithm.
    case parameterStudy = "parameter-study"
    /// A score over two swept parameters.
    case heatMap = "heat-map"
    /// What was learned, state by state; on a grid with the policy's arrows.
    case values
    /// The share of runs above each score.
    case profile
    /// Scores with their intervals.
    case intervals
  }

  /// What stands for the seeds at each point of a learning curve.
  enum Center: String, Sendable, CaseIterable {
    /// The mean, with Student's interval.
    case mean
    /// The median, with the quartiles.
    case median
  }

  /// What surrounds the mean of a learning curve.
  enum Band: String, Sendable, CaseIterable {
    /// A 95 % interval at each point by itself.
    case pointwise
    /// A band that holds the whole mean curve with 95 % confidence.
    case simultaneous
    /// Nothing.
    case none
  }

  var kind = Kind.curves
  /// How contestants are gathered and scored.
  var comparison = ComparisonOptions()
  /// `iteration`, `episode` or `step`; nil for what the budget counts.
  var axis: String?
  /// Over how many recorded points of a trial its curve is averaged.
  var smooth = 1
  var center = Center.mean
  var band = Band.pointwise
  var isLogX: Bool?
  var isLogY = false
  /// The swept columns along the axes of studies and heat maps.
  var parameters: [String] = []
  /// The scores of a study, one panel each.
  var scores = [ScoreRules.Kind.final]

  /// The name of a column as an axis says it.
  static func title(_ column: String) -> String { column.replacingOccurrences(of: "_", with: " ") }

  /// A variant's name with its long numbers rounded to four digits, which tell the cells of an axis apart.
  static func label(_ name: String) -> String {
    name.split(separator: " ", omittingEmptySubsequences: false).map { word in
      guard let equals = word.firstIndex(of: "="), let value = Double(word[word.index(after: equals)...]),
        word.distance(from: equals, to: word.endIndex) > 7
      else { return String(word) }
      return word[...equals] + NumberLabels.short(value, digits: 4)
    }.joined(separator: " ")
  }

  /// The units of an axis that counts, for a caption.
  static func units(_ axis: String) -> String { axis + "s" }
}
