import Foundation
import Synchronization

/// A live bar with an estimate on a terminal, and silence otherwise.
final class Progress: Sendable {
  private let total: Double
  private let trials: Int
  private let done = Mutex<(units: Double, trials: Int)>((0, 0))
  private let start = ContinuousClock.now
  private let isStopped = Atomic<Bool>(false)

  /// - Parameter trials: How many trials are to be run now; each counts as much as any other.
  init(trials: Int) {
    self.trials = trials
    total = Double(trials)
  }

  /// Counts finished units of one variant's budget.
  func add(_ units: Int, of variant: Variant) {
    let share = Double(units) / Double(variant.budget.count)
    done.withLock { $0.units += share }
  }

  /// Counts a finished trial.
  func finishTrial() { done.withLock { $0.trials += 1 } }

  /// Whether standard error is a terminal that wants a bar.
  static var isWanted: Bool { isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb" }

  /// Draws the bar until it is stopped.
  func draw() async {
    while !isStopped.load(ordering: .relaxed) {
      try? await Swift.Task.sleep(for: .milliseconds(200))
      let (units, finished) = done.withLock { $0 }
      let share = min(1, units / max(1, total))
      let elapsed = Double((ContinuousClock.now - start).components.seconds)
      let left = share > 0.01 ? Self.duration(elapsed / share - elapsed) + " left" : ""
      let filled = Int(share * 30)
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
      Terminal.error("\r\(bar) \(Int(share * 100)) %  \(finished)/\(trials) trials  \(left)\u{1B}[K")
    }
    Terminal.error("\r\u{1B}[K")
  }

  /// Takes the bar away.
  func stop() { isStopped.store(true, ordering: .relaxed) }

  /// "3 min 20 s".
  static func duration(_ seconds: Double) -> String {
    let s = Int(seconds.rounded(.up))
    return s < 60 ? "\(s) s" : s < 3600 ? "\(s / 60) min \(s % 60) s" : "\(s / 3600) h \(s % 3600 / 60) min"
  }
}

/// Writing to the two outputs of a command.
enum Terminal {
  private static let failureCode = Atomic<Int32>(0)

  /// The error of the first write to standard output that did not succeed; nil where all did.
  static var failure: Int32? {
    let code = failureCode.load(ordering: .relaxed)
    return code == 0 ? nil : code
  }

  /// Writes to standard output, followed by a newline.
  static func print(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

  /// Writes to standard error as it is.
  static func error(_ text: String) { write(text, to: STDERR_FILENO) }

  static func write(_ text: String, to file: Int32) { write(Array(text.utf8), to: file) }

  static func write(_ bytes: [UInt8], to file: Int32) {
    var done = 0
    while done < bytes.count {
      let put = bytes.withUnsafeBytes { Foundation.write(file, $0.baseAddress! + done, bytes.count - done) }
      if put < 0 && errno == EINTR { continue }
      if put <= 0 {
        if file == STDOUT_FILENO { failureCode.store(errno, ordering: .relaxed) }
        return
      }
      done += put
    }
  }
}
