import RLCore
import Synchronization

/// What is known exactly of a variant's task: computed when first asked for, shared by all its trials.
public final class GroundTruth: Sendable {
  let task: PreparedTask

  init(task: PreparedTask) { self.task = task }
}
