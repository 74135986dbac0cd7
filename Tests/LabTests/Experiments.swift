@testable import Lab

/// The experiment that a configuration's text describes.
func experiment(_ text: String) throws -> Experiment {
  let document = try ConfigurationFile.parse(Array(text.utf8), name: "test.json5")
  let resolver = Resolver(lab: .standard, source: "test.json5", folder: "", overridden: [], outline: document.outline)
  return try resolver.experiment(document.root, defaultName: "test")
}

/// What a whole trial of a variant leaves behind.
func record(_ variant: Variant, seed: UInt64 = 0) throws -> TrialRecord {
  guard
    case .finished(let record) = try Trial(variant: variant, root: 0, seed: seed, wantsTables: true).run(
      checkpoint: nil, progress: { _ in })
  else { throw LabError(.interrupted, "") }
  return record
}
