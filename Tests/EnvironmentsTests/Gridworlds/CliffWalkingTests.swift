import RLCore
import Testing

@testable import Environments

@Suite struct CliffWalkingTests {
  /// Gymnasium's tables, entry by entry.
  @Test(arguments: [("cliffwalking", false), ("cliffwalking_slippery", true)])
  func table(name: String, slippery: Bool) throws {
    let model = try CliffWalking.task(with: ["is_slippery": .boolean(slippery)]).model
    try ReferenceTable(name).check(model)
  }
}
