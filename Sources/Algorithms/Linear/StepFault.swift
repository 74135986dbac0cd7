import RLCore

/// Notes the first update whose step is no number: from there on, nothing that is learned means anything.
struct StepFault: Sendable {
  private var made = 0
  private var first = 0

  /// Counts an update.
  @inline(__always)
  mutating func note(_ step: Double) {
    made &+= 1
    if !(step.magnitude < .infinity) && first == 0 { first = made }
  }

  /// What is wrong; nil while all is well.
  var message: String? {
    first == 0 ? nil : "the step of the weights is not finite at update \(first); make alpha smaller"
  }
}

extension StepFault: Checkpointable {
  /// Appends the counts.
  func save(to writer: inout StateWriter) {
    writer.write(made)
    writer.write(first)
  }

  /// Takes up the counts.
  mutating func restore(from reader: inout StateReader) throws(StateError) {
    made = try reader.integer()
    first = try reader.integer()
  }
}
