import Foundation
import Synchronization

/// Whether the user asked the program to stop (SIGINT, SIGTERM). Trials look at it between slices of work.
enum Interrupt {
  private static let flag = Atomic<Bool>(false)

  /// Whether a stop has been asked for.
  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// Asks for a stop.
  static func request() { flag.store(true, ordering: .relaxed) }

  /// From here on the signals ask for a stop instead of ending the program; a second one ends it.
  static func catchSignals() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        if Interrupt.isRequested { signal(number, SIG_DFL) }
        Interrupt.request()
      }
    }
  }
}
