import RLCore

/// A configuration with everything resolved: the list of variants, each with its seeds, and how they are recorded.
public struct Experiment: Sendable {
  /// The experiment's name.
  public let name: String
  /// The root seed.
  public let root: UInt64
  /// The seeds of every variant.
  public let seeds: [UInt64]
  /// The points of the experiment.
  public let variants: [Variant]
  /// The parameters that vary, in the order of their columns.
  public let columns: [SweptColumn]
  /// The configuration as it was given, flags included.
  public let configuration: Setting
  /// The fresh seeds that the chosen cells of a sweep are scored on, if any are asked for.
  var confirm: Confirmation.Plan?
  /// How the sweep runs on a cluster.
  var launch = LaunchOptions()
  /// What the variants are searched by, where they are only the first of a search.
  var search: Search?

  /// A parameter that varies between variants.
  public struct SweptColumn: Sendable, Equatable {
    /// Its dotted path.
    public let path: String
    /// The name of its column.
    public let name: String
    /// Whether its axis was logarithmic.
    public let isLogarithmic: Bool
  }

  /// The trials of the experiment, variant by variant.
  public var trialCount: Int { variants.count * seeds.count }

  /// Refuses to run what needs something that is not there.
  ///
  /// - Throws: ``LabError`` (exit code 66) where a task's interpreter or package is missing.
  func checkAvailable() throws(LabError) {
    for variant in variants { if let error = variant.task.unavailable { throw error } }
  }
}

/// One point of an experiment: environment, algorithm and every parameter, without the seed.
public struct Variant: Sendable {
  /// Unique in the experiment.
  public let name: String
  /// Its environment.
  public let environment: Component
  /// Its algorithm.
  public let algorithm: Component
  /// How long its trials go on.
  public let budget: Budget
  /// What is recorded.
  public let record: RecordOptions
  /// The values of the experiment's swept columns, nil where one does not apply.
  public let swept: [Setting?]
  /// The entry that makes its trials.
  let entry: AlgorithmEntry
  /// What is known exactly of its task.
  let truth: GroundTruth
  /// All that its trials depend on, besides the seed, as canonical JSON.
  public let identity: String

  /// The hash of ``identity``: sixteen hexadecimal digits.
  public var hash: String { Fingerprint.hex(key) }
  /// The hash as a number.
  let key: UInt64
  /// Its task.
  var task: PreparedTask { truth.task }
}

/// An environment or an algorithm with its settings.
public struct Component: Sendable {
  /// What it is called.
  public let id: String
  /// Every parameter with its value.
  public let settings: Settings

  /// The component as a configuration writes it, defaults included.
  public var resolved: Setting { .object([.init("id", .text(id))] + settings.resolved) }
}

/// Short names for long texts: FNV-1a of 64 bits.
enum Fingerprint {
  static func hash(_ text: String) -> UInt64 { hash(text.utf8) }

  static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return hash
  }

  static func hex(_ hash: UInt64) -> String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
