import Foundation

/// Where pictures are shown one after another: in the same place of a terminal, one below another elsewhere.
struct FrameScreen {
  /// Whether pictures take each other's place.
  let isTerminal: Bool
  /// Milliseconds between pictures on a terminal.
  let delay: Int
  private var isFirst = true

  init(delay: Int) {
    isTerminal = isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    self.delay = delay
  }

  /// Shows a picture below a line that says what it is.
  mutating func show(_ caption: String, _ picture: String) async {
    defer { isFirst = false }
    guard isTerminal else {
      Terminal.print((isFirst ? "" : "\n") + caption + "\n\n" + picture)
      return
    }
    if isFirst {
      Terminal.print("\u{1B}[2J")
    } else {
      try? await Task.sleep(for: .milliseconds(delay))
    }
    // Each line is cleared to its end, and what is left below.
    let lines = (caption + "\n\n" + picture).split(separator: "\n", omittingEmptySubsequences: false)
    Terminal.print("\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\n") + "\u{1B}[J")
  }

  /// Stops where somebody asked for it.
  func checkForInterrupt() throws(LabError) {
    if Interrupt.isRequested {
      throw LabError(.interrupted, "watch: interrupted; run the same command again to see it")
    }
  }
}
