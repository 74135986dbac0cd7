import Foundation
import Testing

/// Whatever is wrong gets one line that names place, cause and remedy, the right exit code, and leaves everything on disk as it was.
@Suite struct WrongInputTests {
  @Test(arguments: WrongInput.all) func isRefused(_ input: WrongInput) throws {
    let folder = TemporaryFolder()
    // Results that were there before, of the name that the configuration has.
    try folder.write(
      "{\"schema\": \"rl-lab-experiment/1\", \"variants\": [{\"hash\": \"0\"}], \"seeds\": [0]}",
      to: "results/c/experiment.json")
    try folder.write("held\n", to: "results/c/curves.csv")
    for (name, bytes) in input.files { try folder.write(bytes, to: name) }
    let before = folder.snapshot()

    let result = try Program.run(input.arguments, in: folder.path)

    #expect(result.code == input.code, "\(result.errors)")
    #expect(result.output.isEmpty)
    #expect(result.errors.hasPrefix("error: "))
    #expect(result.errors.hasSuffix("\n") && result.errors.dropLast().allSatisfy { !$0.isNewline })
    #expect(result.errors.dropLast().unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    #expect(result.errors.count < 1000)
    for part in input.says { #expect(result.errors.contains(part), "\(result.errors)") }
    // The remedy stands behind a semicolon, or a colon.
    #expect(result.errors.contains("; ") || result.errors.contains(": give "), "\(result.errors)")
    #expect(folder.snapshot() == before)
  }

  /// The wrong configurations as files, for checkers of other makes.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["RL_LAB_WRONG_INPUTS"] != nil))
  func configurationsAreWrittenForOtherCheckers() throws {
    let folder = try #require(ProcessInfo.processInfo.environment["RL_LAB_WRONG_INPUTS"])
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var beyond: [String: String] = [:]
    for input in WrongInput.all {
      guard let bytes = input.configuration else { continue }
      let name = input.name.replacing("/", with: "-")
      try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name + ".json5"))
      if let model = input.files["m.json"] {
        try Data(model).write(to: URL(fileURLWithPath: folder + "/" + name + ".model.json"))
      }
      beyond[name] = input.beyondSchemas?.rawValue
    }
    try JSONEncoder().encode(beyond).write(to: URL(fileURLWithPath: folder + "/beyond.json"))
  }

  @Test func thereAreManyCasesWithNamesOfTheirOwn() {
    #expect(WrongInput.all.count >= 200)
    #expect(Set(WrongInput.all.map(\.name)).count == WrongInput.all.count)
  }
}
