import Foundation
import RLCore

/// A ``Report`` as one HTML page that needs nothing beside it: figures, data, styles and script are inside. Without scripts it shows static figures.
struct ReportPage {
  let report: Report

  /// The page, UTF-8. The same report gives the same bytes.
  var bytes: [UInt8] {
    var page = ""
    page += "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    page += "<title>\(Self.escaped(report.title))</title>\n<style>\(Self.style)</style>\n</head>\n<body>\n<main>\n"
    page += header
    page += "<section aria-labelledby=\"curves\">\n<h2 id=\"curves\">Learning curves</h2>\n"
    for (index, panel) in report.panels.enumerated() { page += interactive(panel, index) }
    for figure in report.staticCurves {
      page += "<figure class=\"static-curves wide\" tabindex=\"0\">\n\(figure.svg())</figure>\n"
    }
    page += notes(report.notes) + "</section>\n"
    page += table
    for (index, item) in report.figures.enumerated() {
      page += "<section aria-labelledby=\"figure-\(index)\">\n<h2 id=\"figure-\(index)\">\(item.heading)</h2>\n"
      page += "<figure class=\"wide\" tabindex=\"0\">\n\(item.figure.svg())</figure>\n</section>\n"
    }
    page += reproduction
    page += "</main>\n<script type=\"application/json\" id=\"data\">\(data)</script>\n"
    page += "<script>\n\(Self.script)\n</script>\n</body>\n</html>\n"
    return Array(page.utf8)
  }

  /// Text as HTML has it.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  // MARK: Parts

  private var header: String {
    var text = "<header>\n<h1>\(Self.escaped(report.title))</h1>\n"
    for line in (report.question ?? "").split(separator: "\n") { text += "<p>\(Self.escaped(String(line)))</p>\n" }
    let counts = report.inputs.map { input in
      let experiment = input.experiment
      let seeds = experiment.seeds.count == 1 ? "1 seed" : "\(experiment.seeds.count) seeds"
      let variants = experiment.variants.count == 1 ? "1 variant" : "\(experiment.variants.count) variants"
      return "\(experiment.name): \(variants), \(seeds), root seed \(experiment.root ?? 0)"
    }
    return text + "<p class=\"note\">\(Self.escaped(counts.joined(separator: "; ")))</p>\n</header>\n"
  }

  private func interactive(_ panel: Report.Panel, _ index: Int) -> String {
    let options = panel.charts.map { "<option>\(Self.escaped($0.metric))</option>" }.joined()
    func button(_ name: String, _ sign: String, _ meaning: String) -> String {
      "<button type=\"button\" class=\"\(name)\" aria-label=\"\(meaning)\" title=\"\(meaning)\">\(sign)</button>\n"
    }
    return """
      <div class="panel" hidden>
      <h3>\(Self.escaped(panel.title))</h3>
      <p class="subtitle"></p>
      <div class="controls">
      <label>metric <select>\(options)</select></label>
      <label>smoothing <input class="smooth" type="range" min="1" max="10" value="1"
       aria-describedby="smoothed-\(index)"></label> <span class="smoothed" id="smoothed-\(index)">off</span>
      <label><input class="bands" type="checkbox" checked> intervals</label>
      <label><input class="full" type="checkbox"> whole range</label>
      \(button("in", "+", "zoom in"))\(button("out", "−", "zoom out"))\(button("left", "←", "move left"))\
      \(button("right", "→", "move right"))\(button("reset", "reset", "show everything"))</div>
      <canvas role="img" tabindex="0"></canvas>
      <p class="readout" aria-live="polite"></p>
      <div class="controls">\(button("all", "show all", "show all variants"))\
      \(button("none", "hide all", "hide all variants"))</div>
      <div class="legend" role="group" aria-label="variants of \(Self.escaped(panel.title))"></div>
      <p class="note">Drag to zoom into a part, double-click to see all; with the keyboard: ← → read values, + − zoom,
      shift with ← → moves, 0 resets.</p>
      </div>

      """
  }

  private func notes(_ lines: [String]) -> String {
    lines.map { "<p class=\"note\">\(Self.escaped($0))</p>\n" }.joined()
  }

  private var table: String {
    let comparison = report.comparison
    let better = comparison.rules.lessIsBetter ? "less" : "more"
    var text = "<section aria-labelledby=\"comparison\">\n<h2 id=\"comparison\">Comparison</h2>\n"
    text += "<p class=\"note\">\(Self.escaped(comparison.metric)), \(better) is better; 95 % intervals of the mean "
    text += "(\(Self.escaped(comparison.options.interval.title))); final: \(Self.escaped(comparison.finalDefinition)); "
    text += "area: \(Comparison.areaDefinition).</p>\n"
    for table in comparison.tables {
      text += "<div class=\"wide\" tabindex=\"0\"><table>\n<caption>\(Self.escaped(table.label))</caption>\n<thead><tr>"
      var heads = ["variant", "runs", "final", "area", "median", "IQM"]
      if let threshold = table.threshold { heads.append("reaches \(Comparison.number(threshold))") }
      text += heads.map { "<th scope=\"col\">\($0)</th>" }.joined() + "</tr></thead>\n<tbody>\n"
      for row in table.rows {
        let main = row.summary(comparison.options.score)
        var cells = [
          "\(row.final.count)", Comparison.number(row.final.mean) + Comparison.bracket(row.final.interval),
          Comparison.number(row.area.mean) + Comparison.bracket(row.area.interval), Comparison.number(main.median),
          Comparison.number(main.iqm),
        ]
        if table.threshold != nil {
          cells.append(row.reach.map { "\($0.reached) of \($0.count), median \(Comparison.number($0.median))" } ?? "")
        }
        text += "<tr><th scope=\"row\">\(Self.escaped(row.contestant.shortLabel))</th>"
        text += cells.map { "<td>\(Self.escaped($0))</td>" }.joined() + "</tr>\n"
      }
      text += "</tbody></table></div>\n"
    }
    for verdict in comparison.verdicts { text += "<p>\(Self.escaped(verdict))</p>\n" }
    return text + notes(comparison.choiceLines + comparison.notes) + "</section>\n"
  }

  private var reproduction: String {
    var text = "<section aria-labelledby=\"again\">\n<h2 id=\"again\">Run it again</h2>\n"
    var folders: [String] = []
    for (index, input) in report.inputs.enumerated() {
      let experiment = input.experiment
      // Two folders may hold experiments of one name.
      let number = report.inputs.count > 1 ? "-\(index + 1)" : ""
      folders.append("results/again\(number)")
      let program = experiment.program.map { "rl-lab \($0)" } ?? "rl-lab"
      let file = "\(experiment.name)\(number).json5"
      let quoted = Self.quoted(file)
      text += "<p>With \(Self.escaped(program)), save the configuration below as <code>\(Self.escaped(file))</code>, "
      text +=
        "beside the files that it names, and run:</p>\n<pre>rl-lab sweep \(Self.escaped(quoted)) -o \(folders[index])</pre>\n"
      text += "<p>The same configuration gives the same bytes in <code>curves.csv</code>.</p>\n"
      text += "<details><summary>Configuration of \(Self.escaped(experiment.name))</summary>\n"
      text += "<pre>\(Self.escaped(experiment.configuration.prettyJSON()))</pre></details>\n"
    }
    text += "<p>This page is then made by:</p>\n<pre>rl-lab report \(folders.joined(separator: " "))</pre>\n"
    return text + "</section>\n"
  }

  /// A word as a shell takes it.
  static func quoted(_ word: String) -> String {
    let plain = word.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || "0123456789-_./".unicodeScalars.contains($0))
    }
    return plain && !word.isEmpty ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }

  // MARK: Data

  /// Everything that the script draws, as JSON that cannot end its element early.
  private var data: String {
    var places: [[Double]] = []
    var known: [[Double]: Int] = [:]
    func place(_ x: [Double]) -> Int {
      if let index = known[x] { return index }
      places.append(x)
      known[x] = places.count - 1
      return places.count - 1
    }
    func floats(_ values: [Double]) -> Setting {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(4 * values.count)
      for value in values { withUnsafeBytes(of: Float(value).bitPattern.littleEndian) { bytes.append(contentsOf: $0) } }
      return .text(Data(bytes).base64EncodedString())
    }
    let panels = report.panels.map { panel -> Setting in
      var styles: [String: Int] = [:]
      return .list(
        panel.charts.map { chart in
          let figure = chart.figure
          return .object([
            .init("title", .text(figure.title)), .init("subtitle", .text(figure.subtitle)),
            .init("x", .text(figure.xAxis.title)), .init("y", .text(figure.yAxis.title)),
            .init(
              "references",
              .list(
                figure.references.filter { $0.value.isFinite }.map {
                  .object([.init("name", .text($0.name)), .init("value", .real($0.value))])
                })),
            .init(
              "series",
              .list(
                figure.series.map { $0.sorted() }.map { line in
                  let style = styles[line.name] ?? styles.count
                  styles[line.name] = style
                  var fields: [Setting.Field] = [
                    .init("name", .text(line.name)), .init("style", .integer(style)),
                    .init("x", .integer(place(line.x))), .init("y", floats(line.y)),
                  ]
                  if !line.low.isEmpty {
                    fields.append(.init("l", floats(line.low)))
                    fields.append(.init("h", floats(line.high)))
                  }
                  if !chart.shown.contains(line.name) { fields.append(.init("off", .boolean(true))) }
                  return .object(fields)
                })),
          ])
        })
    }
    let xs = places.map { x -> Setting in
      var bytes: [UInt8] = []
      for value in x { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) } }
      return .text(Data(bytes).base64EncodedString())
    }
    let palette = SeriesStyle.palette.map { Setting.list([.text($0.light.hex), .text($0.dark.hex)]) }
    let dashes = SeriesStyle.dashes.map { Setting.list($0.map(Setting.real)) }
    let tree = Setting.object([
      .init("xs", .list(xs)), .init("palette", .list(palette)), .init("dashes", .list(dashes)),
      .init("panels", .list(panels)),
    ])
    return tree.json.replacingOccurrences(of: "<", with: "\\u003c")
  }
}
