import Foundation
import Lab
import RLCore

/// Returns of 500 episodes: ten that climb from −1700 as on the cliff, then `level` to `level + 20`.
func cliffReturns(level: Int) -> [Double] {
  (0..<500).map { episode in
    let score = episode < 10 ? 150 * episode - 1700 : level + episode * 37 % 21
    return Double(score)
  }
}

/// One figure of every kind, with one variant and with many, for the tests that hold for all of them.
///
/// To look at them: `FIGURE_GALLERY=DIR swift test --filter FigureGalleryTests` writes each as an SVG file, in every
/// theme.
enum FigureGallery {
  struct Item: Sendable, CustomStringConvertible {
    let name: String
    let figure: any Figure
    var description: String { name }
  }

  static let all: [Item] = [
    Item(name: "curves-1", figure: cliffCurves(variants: 1)),
    Item(name: "curves-3", figure: cliffCurves(variants: 3)),
    Item(name: "curves-20", figure: cliffCurves(variants: 20)),
    Item(name: "curves-log", figure: residuals),
    Item(name: "curves-gaps", figure: gaps),
    Item(name: "curves-dense", figure: dense(points: 30_000)),
    Item(name: "study-1", figure: study(variants: 1)),
    Item(name: "study-4", figure: study(variants: 4)),
    Item(name: "study-20", figure: study(variants: 20)),
    Item(name: "study-octaves", figure: octaves),
    Item(name: "heatmap-7x5", figure: heatMap(columns: 7, rows: 5)),
    Item(name: "heatmap-1x1", figure: heatMap(columns: 1, rows: 1)),
    Item(name: "heatmap-20x20", figure: heatMap(columns: 20, rows: 20)),
    Item(name: "heatmap-diverging", figure: divergingHeatMap),
    Item(name: "grid-cliff", figure: cliffGrid),
    Item(name: "grid-kings", figure: kingsGrid),
    Item(name: "grid-maze", figure: maze(side: 9)),
    Item(name: "grid-large", figure: maze(side: 31)),
    Item(name: "grid-unvalued", figure: mapOnly),
    Item(name: "states-bars", figure: randomWalk),
    Item(name: "states-negative", figure: negativeBars),
    Item(name: "states-lines", figure: gambler),
    Item(name: "profile-1", figure: profile(variants: 1)),
    Item(name: "profile-5", figure: profile(variants: 5)),
    Item(name: "profile-20", figure: profile(variants: 20)),
    Item(name: "intervals-1", figure: intervals(variants: 1, metrics: 1)),
    Item(name: "intervals-20", figure: intervals(variants: 20, metrics: 1)),
    Item(name: "intervals-metrics", figure: intervals(variants: 6, metrics: 3)),
    Item(name: "panels-4", figure: panels),
    Item(name: "panels-20", figure: manyPanels),
    Item(name: "empty", figure: empty),
    Item(name: "single-point", figure: singlePoint),
    Item(name: "constant", figure: constant),
    Item(name: "hostile", figure: hostile),
  ]

  // MARK: Data

  static func names(_ count: Int) -> [String] {
    let algorithms = ["q-learning", "sarsa", "expected-sarsa", "double-q-learning", "n-step-sarsa"]
    let alphas = ["0.01", "0.05", "0.1", "0.5", "1"]
    return (0..<count).map { "\(algorithms[$0 % 5]) alpha=\(alphas[$0 / 5 % 5])" }
  }

  static func noise(_ stream: inout RandomStream) -> Double {
    let unit = { (word: UInt64) in Double(word >> 11) / 9007199254740992 }
    return unit(stream.next()) + unit(stream.next()) + unit(stream.next()) - 1.5
  }

  static func cliffCurves(variants: Int, episodes: Int = 300) -> LineFigure {
    var stream = RandomStream(seed: 7)
    let series = names(variants).enumerated().map { index, name in
      let level = -20 - 6 * Double(index % 7) - Double(index)
      let x = (1...episodes).map(Double.init)
      let y = x.map { level - 1700 * exp(-$0 / 7) - 120 * exp(-$0 / 60) + 9 * noise(&stream) }
      let half = x.map { 4 + 300 * exp(-$0 / 12) }
      return LineFigure.Series(
        name: name, x: x, y: y, low: zip(y, half).map { $0 - $1 }, high: zip(y, half).map { $0 + $1 })
    }
    return LineFigure(
      title: "Cliff walking: on-policy against off-policy", subtitle: "mean of 100 seeds, 95 % interval",
      xAxis: FigureAxis("episode", isInteger: true),
      yAxis: FigureAxis("return"), series: series,
      references: [ReferenceLine(name: "optimum J*", value: -13)])
  }

  static var residuals: LineFigure {
    let x = (0...60).map(Double.init)
    let rates = [("value-iteration", 0.9), ("gauss-seidel", 0.8), ("modified-policy-iteration", 0.5)]
    return LineFigure(
      title: "Planners on FrozenLake 8×8", xAxis: FigureAxis("iteration", unit: "sweeps", isInteger: true),
      yAxis: FigureAxis("Bellman residual", scale: .log10),
      series: rates.map { name, rate in
        LineFigure.Series(name: name, x: x, y: x.map { pow(rate, $0) })
      })
  }

  static var gaps: LineFigure {
    let x = (0...40).map(Double.init)
    func value(_ i: Double, _ phase: Double) -> Double {
      if i < 8 { return .infinity }
      if i == 20 || i == 22 || (i > 30 && i < 34) { return .nan }
      return 30 * exp(-i / 12) + phase
    }
    return LineFigure(
      title: "Gaps", subtitle: "the policy never ends at first, later rows are missing",
      xAxis: FigureAxis("step", unit: "1000 steps"), yAxis: FigureAxis("optimality gap"),
      series: [0.0, 4].map { phase in
        let y = x.map { value($0, phase) }
        return LineFigure.Series(
          name: "variant \(Int(phase))", x: x, y: y, low: y.map { $0 - 2 }, high: y.map { $0 + 2 })
      })
  }

  static func dense(points: Int) -> LineFigure {
    var stream = RandomStream(seed: 3)
    let x = (0..<points).map(Double.init)
    let series = ["ppo", "reinforce"].enumerated().map { index, name in
      let y = x.map {
        500 / (1 + exp(4 - 10 * $0 / Double(points))) - 60 * Double(index) + 25 * noise(&stream)
      }
      return LineFigure.Series(name: name, x: x, y: y)
    }
    return LineFigure(
      title: "CartPole", xAxis: FigureAxis("environment steps", isInteger: true), yAxis: FigureAxis("return"),
      series: series)
  }

  static func study(variants: Int) -> LineFigure {
    var stream = RandomStream(seed: 11)
    let alphas = (0..<9).map { pow(10, -2 + Double($0) / 4) }
    let series = names(variants).enumerated().map { index, name in
      let best = -1.6 + 0.07 * Double(index)
      let y = alphas.map { -25 - 30 * pow(log10($0) - best, 2) - 2 * Double(index) + noise(&stream) }
      return LineFigure.Series(name: name, x: alphas, y: y, low: y.map { $0 - 4 }, high: y.map { $0 + 4 })
    }
    return LineFigure(
      title: "Sensitivity to the step size", subtitle: "return over the last 100 episodes, 50 seeds",
      kind: .study, xAxis: FigureAxis("alpha", scale: .log10), yAxis: FigureAxis("return"), series: series,
      best: variants <= 4 ? .highest : .none)
  }

  static var octaves: LineFigure {
    let x = (0..<10).map { pow(2, Double($0) - 7) }
    return LineFigure(
      title: "Bandit algorithms over their parameters", kind: .study,
      xAxis: FigureAxis("epsilon, alpha, c, Q₁", scale: .log2),
      yAxis: FigureAxis("mean reward", unit: "per step"),
      series: ["epsilon-greedy", "gradient", "ucb", "optimistic"].enumerated().map { index, name in
        LineFigure.Series(
          name: name, x: Array(x[(index * 2)..<min(index * 2 + 6, 10)]),
          y: (0..<min(6, 10 - index * 2)).map { 1.45 - 0.02 * pow(Double($0) - 2, 2) + 0.03 * Double(index) })
      }, best: .highest)
  }

  static func heatMap(columns: Int, rows: Int) -> HeatMapFigure {
    let alphas = (0..<columns).map { pow(10, -2 + 2 * Double($0) / Double(max(columns - 1, 1))) }
    let epsilons = (0..<rows).map { 0.4 * Double($0) / Double(max(rows - 1, 1)) }
    let values = epsilons.enumerated().map { row, epsilon in
      alphas.enumerated().map { column, alpha in
        if columns > 2 && row == 1 && column == columns - 1 { return Double.nan }
        if columns > 2 && row == 2 && column == columns - 1 { return -Double.infinity }
        return -18 - 40 * epsilon - 12 * pow(log10(alpha) + 0.6, 2)
      }
    }
    func label(_ value: Double) -> String { String(format: "%.3g", value) }
    return HeatMapFigure(
      title: "Q-learning on the cliff", subtitle: "mean return, 30 seeds", xTitle: "alpha",
      xLabels: alphas.map(label), yTitle: "epsilon", yLabels: epsilons.map(label), values: values,
      valueAxis: FigureAxis("return"), best: .highest)
  }

  static var divergingHeatMap: HeatMapFigure {
    func gain(_ row: Int, _ column: Int) -> Double { Double((row * 5 + column * 3) % 11 - 4) }
    return HeatMapFigure(
      title: "Gain over the baseline", xTitle: "algorithm",
      xLabels: ["q-learning", "expected-sarsa", "double-q-learning", "n-step-tree-backup", "dyna-q-plus"],
      yTitle: "environment", yLabels: ["cliff-walking", "windy-gridworld", "frozen-lake", "taxi"],
      values: (0..<4).map { row in (0..<5).map { gain(row, $0) } },
      valueAxis: FigureAxis("gain", unit: "%"), colors: .diverging(around: 0))
  }

  static var cliffGrid: GridValueFigure {
    let cells = (0..<4).map { row in
      (0..<12).map { column -> GridValueFigure.Cell in
        let distance = Double(11 - column + 3 - row)
        if row == 3 && column == 11 { return GridValueFigure.Cell(.goal) }
        if row == 3 && column > 0 { return GridValueFigure.Cell(.hazard) }
        if row == 3 { return GridValueFigure.Cell(.start, value: -13, moves: [.north]) }
        let moves: [GridValueFigure.Move] =
          column == 11 ? [.south] : row == 2 ? [.east] : [.east, .south]
        return GridValueFigure.Cell(value: -distance, moves: moves)
      }
    }
    return GridValueFigure(
      title: "Cliff walking, optimal values", subtitle: "arrows: all optimal actions", cells: cells,
      valueAxis: FigureAxis("V*"))
  }

  static var kingsGrid: GridValueFigure {
    let cells = (0..<7).map { row in
      (0..<10).map { column -> GridValueFigure.Cell in
        let (dx, dy) = (7 - column, 3 - row)
        if dx == 0 && dy == 0 { return GridValueFigure.Cell(.goal, value: 0, moves: [.stay]) }
        var moves: [GridValueFigure.Move] = []
        if dx > 0 && dy < 0 { moves.append(.northEast) }
        if dx > 0 && dy > 0 { moves.append(.southEast) }
        if dx > 0 && abs(dx) > abs(dy) { moves.append(.east) }
        if dx < 0 { moves.append(dy > 0 ? .southWest : dy < 0 ? .northWest : .west) }
        if dx == 0 { moves.append(dy > 0 ? .south : .north) }
        return GridValueFigure.Cell(
          row == 3 && column == 0 ? .start : .free, value: -Double(max(abs(dx), abs(dy))) - 0.25, moves: moves
        )
      }
    }
    return GridValueFigure(
      title: "Windy gridworld with king's moves", cells: cells, valueAxis: FigureAxis("V", unit: "steps"),
      columnLabels: ["0", "0", "0", "1", "1", "1", "2", "2", "1", "0"])
  }

  static func maze(side: Int) -> GridValueFigure {
    let cells = (0..<side).map { row in
      (0..<side).map { column -> GridValueFigure.Cell in
        if row == 0 && column == side - 1 { return GridValueFigure.Cell(.goal, value: 0) }
        if row % 3 == 1 && column % 5 != row % 5 { return GridValueFigure.Cell(.wall) }
        if (row * 7 + column * 3) % 23 == 5 { return GridValueFigure.Cell(.hazard, value: -30) }
        let start = row == side - 1 && column == 0
        let value = -Double(row + side - 1 - column)
        return GridValueFigure.Cell(
          start ? .start : .free, value: value, moves: (row + column) % 3 == 0 ? [.north, .east] : [.east])
      }
    }
    return GridValueFigure(title: "Maze of \(side) by \(side)", cells: cells)
  }

  static var mapOnly: GridValueFigure {
    let map = ["S...#", ".X.#.", "....G"]
    let cells = map.map { row in
      row.map { letter -> GridValueFigure.Cell in
        switch letter {
        case "S": GridValueFigure.Cell(.start, moves: [.north, .east, .south, .west, .stay])
        case "G": GridValueFigure.Cell(.goal)
        case "X": GridValueFigure.Cell(.hazard)
        case "#": GridValueFigure.Cell(.wall)
        default: GridValueFigure.Cell(moves: GridValueFigure.Move.allCases)
        }
      }
    }
    return GridValueFigure(title: "A policy without values", cells: cells)
  }

  static var randomWalk: StateValueFigure {
    StateValueFigure(
      title: "Random walk", stateTitle: "state", labels: ["A", "B", "C", "D", "E"],
      valueAxis: FigureAxis("v(s)"),
      series: [
        StateValueFigure.Values(name: "exact", values: (1...5).map { Double($0) / 6 }),
        StateValueFigure.Values(name: "td after 100 episodes", values: [0.18, 0.35, 0.47, .nan, 0.81]),
      ])
  }

  static var negativeBars: StateValueFigure {
    StateValueFigure(
      title: "Values of both signs", labels: (0..<14).map(String.init), valueAxis: FigureAxis("value"),
      series: [StateValueFigure.Values(name: "", values: (0..<14).map { sin(Double($0)) * 20 })])
  }

  static var gambler: StateValueFigure {
    StateValueFigure(
      title: "Gambler's problem, p = 0.4", stateTitle: "capital", labels: (0...100).map(String.init),
      valueAxis: FigureAxis("probability of winning"),
      series: [
        StateValueFigure.Values(name: "sweep 1", values: (0...100).map { $0 >= 50 ? 0.4 : 0 }),
        StateValueFigure.Values(name: "final", values: (0...100).map { pow(Double($0) / 100, 1.4) }),
      ])
  }

  static func profile(variants: Int) -> LineFigure {
    LineFigure(
      title: "Performance profiles", subtitle: "50 runs, bootstrap 95 % bands", kind: .profile,
      xAxis: FigureAxis("normalised score τ"), yAxis: FigureAxis("share of runs with score > τ"),
      series: names(variants).enumerated().map { index, name in
        let x = (0...40).map { Double($0) / 40 * 1.2 }
        let y = x.map { 1 / (1 + exp(12 * ($0 - 0.4 - 0.025 * Double(index)))) }
        return LineFigure.Series(
          name: name, x: x, y: y, low: y.map { max(0, $0 - 0.06) }, high: y.map { min(1, $0 + 0.06) })
      })
  }

  static func intervals(variants: Int, metrics: Int) -> IntervalFigure {
    let titles = ["median", "IQM", "mean"]
    return IntervalFigure(
      title: "Final return", subtitle: "stratified bootstrap, 95 % intervals", names: names(variants),
      metrics: (0..<metrics).map { metric in
        IntervalFigure.Metric(
          axis: FigureAxis(titles[metric], unit: "return"),
          intervals: (0..<variants).map { row in
            let point = -20 - 2.5 * Double(row) + 3 * Double(metric)
            if row == 3 && metric == 0 { return IntervalFigure.Interval(.nan) }
            if row == 4 && metric == 0 { return IntervalFigure.Interval(-.infinity) }
            return IntervalFigure.Interval(point, low: point - 3 - Double(row % 4), high: point + 4)
          }, reference: ReferenceLine(name: "optimum", value: -13))
      })
  }

  static var panels: PanelFigure {
    var small = cliffCurves(variants: 3)
    small.title = "Learning curves"
    small.size = (430, 280)
    var sweep = study(variants: 3)
    sweep.size = (430, 280)
    sweep.title = "Step size"
    return PanelFigure(
      title: "Cliff walking", subtitle: "all panels share one legend",
      figures: [small, sweep, heatMap(columns: 5, rows: 4), cliffGrid])
  }

  static var manyPanels: PanelFigure {
    let figures = ["cliff-walking", "frozen-lake", "taxi"].map { name in
      var figure = cliffCurves(variants: 20, episodes: 100)
      figure.title = name
      figure.size = (330, 240)
      return figure
    }
    return PanelFigure(title: "Twenty variants on three tasks", figures: figures, columns: 3)
  }

  static var empty: LineFigure {
    LineFigure(title: "Nothing yet", xAxis: FigureAxis("episode"), yAxis: FigureAxis("return"), series: [])
  }

  static var singlePoint: LineFigure {
    LineFigure(
      title: "One point", xAxis: FigureAxis("episode", isInteger: true), yAxis: FigureAxis("return"),
      series: [LineFigure.Series(name: "a", x: [3], y: [-7], low: [-9], high: [-5])])
  }

  static var constant: LineFigure {
    LineFigure(
      title: "All equal", xAxis: FigureAxis("step"), yAxis: FigureAxis("return"),
      series: [LineFigure.Series(name: "a", x: [0, 1e6, 2e6], y: [500, 500, 500])])
  }

  static var hostile: LineFigure {
    let long = String(repeating: "expected-sarsa ", count: 12)
    return LineFigure(
      title: "<script>alert(\"&\")</script> \u{1} " + long, xAxis: FigureAxis("a < b & \"c\""),
      yAxis: FigureAxis("x > 'y'"),
      series: [
        LineFigure.Series(name: "<b>&amp;</b>", x: [0, 1, 2], y: [1e300, -1e300, 1e308]),
        LineFigure.Series(
          name: long + "alpha=0.1", x: [0, 1, 2], y: [0, .leastNonzeroMagnitude, .infinity]),
        LineFigure.Series(name: long + "alpha=0.2", x: [2, .nan, 0], y: [3, 2, 1]),
      ])
  }
}
