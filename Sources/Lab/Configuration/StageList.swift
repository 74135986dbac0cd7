import RLCore

extension Resolver {
  /// A variant's tree with `stages` at its top written out: they are those of the algorithm `pipeline`, whose budget is the sum of their
  /// iterations where none is given.
  ///
  /// - Parameter prefix: What places begin with.
  /// - Throws: ``LabError`` where another algorithm stands beside them.
  func staged(_ tree: Setting, prefix: String) throws(LabError) -> Setting {
    var tree = tree
    let algorithm = tree["algorithm"]?.withID
    if let stages = tree["stages"] {
      let id = algorithm?["id"]?.text ?? "pipeline"
      guard id == "pipeline" else {
        throw fail(
          prefix + "stages",
          "stages are those of the algorithm \"pipeline\", and \"\(id)\" is given; leave one of the two out")
      }
      if algorithm?["stages"] != nil { throw fail(prefix + "stages", "the algorithm has stages, too; give them once") }
      let fields = (algorithm?.fields ?? []).filter { $0.key != "id" }
      let pipeline = [Setting.Field("id", .text("pipeline"))] + fields + [Setting.Field("stages", stages)]
      tree = tree.setting(["algorithm"], to: .object(pipeline))
    }
    guard tree["budget"] == nil, let pipeline = tree["algorithm"]?.withID, pipeline["id"] == .text("pipeline"),
      let stages = pipeline["stages"]?.elements
    else { return tree }
    var sum = 0
    for stage in stages {
      // What a stage lasts is said by itself, or is 100; what is wrong with it is said where stages are read.
      let own = stage["iterations"]?.whole ?? 100
      guard own > 0, own <= 1_000_000_000 else { return tree }
      sum += own
    }
    return tree.setting(["budget"], to: .object([.init("iterations", .integer(sum))]))
  }
}
