import Foundation
import RLCore

/// What was learned, state by state: on a grid as colours with the arrows of the target policy, elsewhere as bars or
/// lines.
struct ValuePlot {
  let lab: Laboratory
  let inputs: [ComparisonInput]
  /// The variants to show, in this order; nil for all.
  let names: [String]?

  /// How many variants one figure shows.
  static let limit = 12

  /// Draws the figure.
  func figure() throws -> any Figure {
    var panels: [any Figure] = []
    var bars: [(environment: String, labels: [String], series: [StateValueFigure.Values])] = []
    var shown = 0
    var left = 0
    for input in inputs {
      let tables = try ValuesReader(input.experiment.path + "/values.csv").tables()
      for variant in input.experiment.variants where names.map({ $0.contains(variant.name) }) ?? true {
        guard let table = tables.first(where: { $0.variant == variant.name }) else { continue }
        if shown == Self.limit {
          left += 1
          continue
        }
        shown += 1
        let environment = variant.environmentID
        if let grid = layout(of: variant) {
          panels.append(self.grid(table, grid, title: "\(PlotOptions.label(variant.name)) on \(environment)"))
        } else if let place = bars.firstIndex(where: { $0.environment == environment && $0.labels == table.labels }) {
          bars[place].series.append(.init(name: PlotOptions.label(variant.name), values: table.values))
        } else {
          bars.append((environment, table.labels, [.init(name: PlotOptions.label(variant.name), values: table.values)]))
        }
      }
    }
    for bar in bars {
      panels.append(
        StateValueFigure(
          title: bar.environment, labels: bar.labels, valueAxis: FigureAxis("value", limits: .data), series: bar.series)
      )
    }
    guard !panels.isEmpty else {
      throw LabError(
        .data, "\(inputs[0].experiment.path): there are no tables of values; record them with record.values: \"first\"")
    }
    if panels.count == 1 { return panels[0] }
    return PanelFigure(
      title: "values", subtitle: left > 0 ? "the first \(shown) of \(shown + left) variants" : "", figures: panels)
  }

  /// The grid of a variant's task, made again from its resolved settings; nil where it has none or cannot be made here.
  private func layout(of variant: StoredExperiment.Variant) -> GridLayout? {
    let resolver = Resolver(lab: lab, source: nil, folder: "", overridden: [], outline: nil)
    let fields = (variant.environment.fields ?? []).filter { !$0.key.hasSuffix("_hash") }
    guard let task = try? resolver.task(.object(fields)) else { return nil }
    return task.grid ?? ObservationGrid(task)?.layout
  }

  private func grid(_ table: ValuesReader.Table, _ layout: GridLayout, title: String) -> GridValueFigure {
    let cells = (0..<layout.rows).map { row in
      (0..<layout.columns).map { column -> GridValueFigure.Cell in
        let state = row * layout.columns + column
        let kind: GridValueFigure.CellKind =
          switch layout.cells[state] {
          case .free: .free
          case .start: .start
          case .goal: .goal
          case .wall: .wall
          case .hazard: .hazard
          }
        guard let entry = table.states[state] else { return .init(kind) }
        return .init(kind, value: entry.value, moves: moves(entry, layout))
      }
    }
    let legend =
      layout.moves.isEmpty
      ? "the first number observed to the right, the second upward" : "arrows: the learned policy"
    return GridValueFigure(
      title: title, subtitle: "seed \(table.seed), \(legend)", cells: cells,
      valueAxis: FigureAxis("value", limits: .data))
  }

  /// The actions that the policy takes most often; none where it takes all alike.
  private func moves(_ entry: ValuesReader.State, _ layout: GridLayout) -> [GridValueFigure.Move] {
    guard let most = entry.probabilities.map(\.probability).max(), most > 0 else { return [] }
    let likely = entry.probabilities.filter { $0.probability >= most - 1e-9 }
    return likely.compactMap { choice in
      guard layout.moves.indices.contains(choice.action) else { return nil }
      let move = layout.moves[choice.action]
      return GridValueFigure.Move.allCases.first { candidate in
        let x = candidate.direction.x
        let y = candidate.direction.y
        return x.signOf == move.columns.signum() && y.signOf == move.rows.signum()
      }
    }
  }
}

extension Double {
  fileprivate var signOf: Int { self > 0.1 ? 1 : self < -0.1 ? -1 : 0 }
}

/// Reads `values.csv`: for each variant the table of its first seed.
struct ValuesReader {
  /// What is known of one state.
  struct State: Equatable {
    let label: String
    let value: Double
    var probabilities: [(action: Int, probability: Double)]

    static func == (a: State, b: State) -> Bool {
      a.label == b.label && a.value == b.value && a.probabilities.elementsEqual(b.probabilities) { $0 == $1 }
    }
  }

  /// One variant's states.
  struct Table {
    let variant: String
    let seed: String
    var states: [Int: State]

    private var order: [Int] { states.keys.sorted() }
    var labels: [String] { order.map { states[$0]!.label } }
    var values: [Double] { order.map { states[$0]!.value } }
  }

  private let path: String

  init(_ path: String) { self.path = path }

  /// All tables, in the order of the file.
  func tables() throws(LabError) -> [Table] {
    let bytes = try ConfigurationFile.bytes(path)
    let span = bytes.span
    var tables: [Table] = []
    var places: [String: Int] = [:]
    var place = 0
    var line = 0
    var columns: [String: Int] = [:]
    while place < span.count {
      var fields: [String] = []
      let end = Self.lineEnd(span, from: place)
      while place <= end {
        guard let text = CSVField.text(span, from: &place, end: end) else { break }
        fields.append(text)
        place += 1
      }
      place = end + 1
      line += 1
      if line == 1 {
        for (index, name) in fields.enumerated() { columns[name] = index }
        for name in ["variant", "seed", "state", "label", "action", "probability", "value"] where columns[name] == nil {
          throw LabError(.data, "\(path): line 1: the column \"\(name)\" is missing; run the experiment again")
        }
        continue
      }
      func field(_ name: String) -> String { columns[name].flatMap { $0 < fields.count ? fields[$0] : nil } ?? "" }
      guard fields.count == columns.count, let state = Int(field("state")), let action = Int(field("action")) else {
        throw LabError(.data, "\(path): line \(line): this is no row of a table of values; run the experiment again")
      }
      let variant = field("variant")
      if places[variant] == nil {
        places[variant] = tables.count
        tables.append(Table(variant: variant, seed: field("seed"), states: [:]))
      }
      let index = places[variant]!
      if tables[index].seed != field("seed") { continue }
      let probability = Double(field("probability")) ?? .nan
      let value = Double(field("value")) ?? .nan
      tables[index].states[state, default: State(label: field("label"), value: value, probabilities: [])].probabilities
        .append((action, probability))
    }
    return tables
  }

  private static func lineEnd(_ bytes: Span<UInt8>, from start: Int) -> Int {
    var isQuoted = false
    for place in start..<bytes.count {
      if bytes[place] == 0x22 { isQuoted.toggle() }
      if bytes[place] == 0x0A && !isQuoted { return place }
    }
    return bytes.count
  }
}
