import RLCore

extension Comparison {
  /// The comparison for programs.
  var json: Setting {
    var fields: [Setting.Field] = [
      .init("schema", .text("rl-lab-comparison/1")), .init("metric", .text(metric)),
      .init("less_is_better", .boolean(rules.lessIsBetter)), .init("score", .text(options.score.rawValue)),
      .init("interval", .text(options.interval.rawValue)), .init("level", .real(0.95)),
      .init("baseline", baseline.map(Setting.text) ?? .null),
      .init(
        "definitions", .object([.init("final", .text(finalDefinition)), .init("area", .text(Self.areaDefinition))])),
      .init(
        "folders",
        .list(
          inputs.map { input in
            .object([
              .init("path", .text(input.experiment.path)), .init("name", .text(input.experiment.name)),
              .init("seed", input.experiment.root.map { .integer($0) } ?? .null),
            ])
          })),
      .init(
        "environments",
        .list(
          tables.map {
            .object([
              .init("label", .text($0.label)), .init("environment", $0.environment),
              .init("threshold", Self.real($0.threshold)),
            ])
          })),
      .init("variants", .list(tables.flatMap { table in table.rows.map { json($0, table) } })),
      .init("comparisons", .list(duels.map(json))), .init("verdicts", .list(verdicts.map(Setting.text))),
      .init("notes", .list((choiceLines + notes).map(Setting.text))),
    ]
    if let aggregate { fields.append(.init("aggregate", json(aggregate))) }
    return .object(fields)
  }

  static func real(_ value: Double?) -> Setting { value.map(Setting.real) ?? .null }

  static func ends(_ interval: Statistics.Interval?) -> Setting {
    interval.map { .list([.real($0.low), .real($0.high)]) } ?? .null
  }

  private func json(_ row: Row, _ table: Table) -> Setting {
    let contestant = row.contestant
    var fields: [Setting.Field] = [
      .init("name", .text(contestant.label)), .init("method", .text(contestant.method)),
      .init("hash", .text(contestant.variant.hash)), .init("folder", .text(inputs[contestant.source].experiment.path)),
      .init("environment", .text(table.label)), .init("algorithm", contestant.variant.algorithm),
      .init(
        "budget",
        contestant.variant.budget.map { .object([.init($0.unit.rawValue, .integer($0.count))]) } ?? .null),
      .init("seeds", .list(contestant.scores.seeds.map { .integer(Int($0)) })),
      .init("final", json(row.final)), .init("area", json(row.area)),
      .init("normalized", row.normalized.map(json) ?? .null),
    ]
    if let reach = row.reach {
      fields.append(
        .init(
          "reach",
          .object([
            .init("threshold", Self.real(table.threshold)),
            .init("unit", contestant.variant.budget.map { .text($0.unit.rawValue) } ?? .null),
            .init("median", Self.real(reach.median)), .init("lower_quartile", Self.real(reach.lowerQuartile)),
            .init("upper_quartile", Self.real(reach.upperQuartile)), .init("reached", .integer(reach.reached)),
            .init("n", .integer(reach.count)),
          ])))
    }
    if let choice = contestant.choice {
      fields.append(
        .init(
          "choice",
          .object([
            .init("cells", .integer(choice.cells)), .init("basis", .text(choice.basis.rawValue)),
            .init("chosen_on", .list(choice.chosenOn.map { .integer(Int($0)) })),
            .init("at_the_end_of", .list(choice.edges.map(Setting.text))),
          ])))
    }
    return .object(fields)
  }

  private func json(_ summary: ScoreSummary) -> Setting {
    .object([
      .init("n", .integer(summary.count)), .init("mean", Self.real(summary.mean)), .init("std", Self.real(summary.std)),
      .init("ci_low", Self.real(summary.interval?.low)), .init("ci_high", Self.real(summary.interval?.high)),
      .init("student", Self.ends(summary.student)), .init("percentile", Self.ends(summary.percentile)),
      .init("bca", Self.ends(summary.bca)), .init("median", Self.real(summary.median)),
      .init("iqm", Self.real(summary.iqm)), .init("iqm_interval", Self.ends(summary.iqmInterval)),
    ])
  }

  private func json(_ duel: Duel) -> Setting {
    let table = tables[duel.environment]
    let contest = duel.contest
    var design: [Setting.Field]
    switch contest.design {
    case .paired(let count, let leftOut):
      design = [.init("paired", .boolean(true)), .init("pairs", .integer(count)), .init("left_out", .integer(leftOut))]
    case .independent(let reason):
      design = [.init("paired", .boolean(false)), .init("reason", .text(reason))]
    }
    let t = contest.tTest.map { test in
      Setting.object([
        .init("name", .text(contest.isPaired ? "paired-t" : "welch-t")), .init("statistic", .real(test.statistic)),
        .init("degrees_of_freedom", Self.real(test.degreesOfFreedom)), .init("p", .real(test.pValue)),
        .init("p_holm", Self.real(duel.tHolm)),
      ])
    }
    let free = contest.freeTest.map { test in
      Setting.object([
        .init("name", .text(contest.freeTestName.rawValue)), .init("statistic", .real(test.statistic)),
        .init("p", .real(test.pValue)), .init("p_holm", Self.real(duel.freeHolm)),
      ])
    }
    return .object(
      design + [
        .init("environment", .text(table.label)), .init("variant", .text(table.rows[duel.row].contestant.label)),
        .init("baseline", .text(table.rows[duel.baseline].contestant.label)), .init("score", .text(duel.kind.rawValue)),
        .init("difference", Self.real(contest.difference)), .init("difference_interval", Self.ends(contest.interval)),
        .init("t_test", t ?? .null), .init("distribution_free_test", free ?? .null),
        .init("probability_of_improvement", Self.real(contest.improvement)),
        .init("probability_of_improvement_interval", Self.ends(contest.improvementInterval)),
        .init("verdict", .text(verdict(duel))),
      ])
  }

  private func json(_ aggregate: NormalizedAggregate) -> Setting {
    .object([
      .init("environments", .list(aggregate.environments.map(Setting.text))),
      .init(
        "methods",
        .list(
          aggregate.lines.map { line in
            var fields: [Setting.Field] = [
              .init("method", .text(line.method)), .init("runs", .integer(line.runs)), .init("iqm", json(line.iqm)),
              .init("mean", json(line.mean)), .init("median", json(line.median)),
              .init("optimality_gap", json(line.optimalityGap)),
            ]
            if let improvement = line.improvement {
              fields.append(.init("probability_of_improvement", json(improvement)))
            }
            return .object(fields)
          })),
    ])
  }

  private func json(_ estimate: NormalizedAggregate.Estimate) -> Setting {
    .object([.init("value", Self.real(estimate.value)), .init("interval", Self.ends(estimate.interval))])
  }

  /// The table for papers: a row a variant, the tests of the score that was asked for beside it.
  var csv: [UInt8] {
    var buffer = CSVBuffer()
    let columns = [
      "environment", "variant", "method", "n", "final_mean", "final_ci_low", "final_ci_high", "final_std",
      "final_median",
      "final_iqm", "area_mean", "area_ci_low", "area_ci_high", "area_std", "area_median", "area_iqm", "threshold",
      "reach_median", "reached", "normalized_mean", "normalized_ci_low", "normalized_ci_high", "cells", "choice",
      "baseline", "score", "difference", "difference_low", "difference_high", "t_test", "t_p", "t_p_holm", "free_test",
      "free_p", "free_p_holm", "improvement", "improvement_low", "improvement_high",
    ]
    for (index, column) in columns.enumerated() {
      if index > 0 { buffer.comma() }
      buffer.append(column)
    }
    buffer.newline()
    for (environment, table) in tables.enumerated() {
      for (index, row) in table.rows.enumerated() {
        let duel = mainDuels.first { $0.environment == environment && $0.row == index }
        append(row, table, duel, to: &buffer)
      }
    }
    return buffer.bytes
  }

  private func append(_ row: Row, _ table: Table, _ duel: Duel?, to buffer: inout CSVBuffer) {
    var isFirst = true
    func text(_ text: String?) {
      if !isFirst { buffer.comma() }
      isFirst = false
      if let text { buffer.append(text) }
    }
    func number(_ value: Double?) {
      buffer.comma()
      if let value { buffer.append(value) }
    }
    let contest = duel?.contest
    text(table.label)
    text(row.contestant.label)
    text(row.contestant.method)
    number(Double(row.final.count))
    for summary in [row.final, row.area] {
      for value in [
        summary.mean, summary.interval?.low, summary.interval?.high, summary.std, summary.median, summary.iqm,
      ] { number(value) }
    }
    for value in [
      table.threshold, row.reach?.median, row.reach.map { Double($0.reached) }, row.normalized?.mean,
      row.normalized?.interval?.low, row.normalized?.interval?.high, row.contestant.choice.map { Double($0.cells) },
    ] { number(value) }
    text(row.contestant.choice?.basis.rawValue)
    text(duel.map { table.rows[$0.baseline].contestant.label })
    text(duel?.kind.rawValue)
    for value in [contest?.difference, contest?.interval?.low, contest?.interval?.high] { number(value) }
    text(contest?.tTest.map { _ in contest!.isPaired ? "paired-t" : "welch-t" })
    number(contest?.tTest?.pValue)
    number(duel?.tHolm)
    text(contest?.freeTest.map { _ in contest!.freeTestName.rawValue })
    number(contest?.freeTest?.pValue)
    number(duel?.freeHolm)
    for value in [contest?.improvement, contest?.improvementInterval?.low, contest?.improvementInterval?.high] {
      number(value)
    }
    buffer.newline()
  }
}
