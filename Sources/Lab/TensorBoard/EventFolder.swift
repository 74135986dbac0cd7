import RLCore

/// Writes the curves of an experiment for TensorBoard: `tensorboard/VARIANT/seed-N/events.out.tfevents.0.rl-lab`, a tag a metric, on the axis
/// of the budget's unit.
struct EventFolder {
  let experiment: Experiment
  /// The results folder.
  let path: String

  /// The folder within the results.
  static let folder = "tensorboard"
  /// The folder that TensorBoard is pointed at.
  var folder: String { path + "/" + Self.folder }

  /// Writes a file for every finished trial.
  ///
  /// - Returns: How many.
  @discardableResult
  func write() throws -> Int {
    let journal = try Journal(folder: path + "/.trials")
    var names: Set<String> = []
    var count = 0
    for variant in experiment.variants {
      var name = Self.name(variant.name)
      if !names.insert(name).inserted {
        name += "-" + variant.hash
        names.insert(name)
      }
      for seed in experiment.seeds {
        let key = Journal.Key(variant: variant.key, seed: seed)
        guard journal.contains(key) else { continue }
        let trial = "\(folder)/\(name)/seed-\(seed)"
        try Output.makeFolder(trial)
        let writer = try FileWriter(trial + "/events.out.tfevents.0.rl-lab")
        try writer.write(Self.events(try journal.record(key), unit: variant.budget.unit).bytes)
        try writer.commit()
        count += 1
      }
    }
    return count
  }

  /// The rows of a trial; what does not apply is left out.
  static func events(_ record: TrialRecord, unit: Budget.Unit) -> EventFile {
    var file = EventFile()
    let column = unit == .iterations ? 0 : unit == .episodes ? 1 : 2
    for row in 0..<record.rowCount {
      let start = row * record.width
      let position = record.rows[start + column]
      var scalars: [(tag: String, value: Double)] = []
      for (place, metric) in record.metrics.enumerated() {
        let value = record.rows[start + 3 + place]
        if !value.isNaN { scalars.append((metric, value)) }
      }
      if !scalars.isEmpty { file.append(step: position.isNaN ? row : Int(position), scalars) }
    }
    return file
  }

  /// A variant's name as the name of a folder: what file systems or TensorBoard take amiss becomes a hyphen.
  static func name(_ variant: String) -> String {
    var name = ""
    for scalar in variant.unicodeScalars {
      let isPlain =
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "=._ -+,".unicodeScalars.contains(scalar)
      name.unicodeScalars.append(isPlain ? scalar : "-")
    }
    while name.utf8.count > 120 { name.removeLast() }
    return name == "." || name == ".." || name.isEmpty ? "variant" : name
  }
}
