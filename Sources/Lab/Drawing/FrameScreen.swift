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
    let size = Self.size
    let lines = Self.fitted(caption, picture, columns: size?.columns ?? .max, rows: size?.rows ?? .max)
    Terminal.print("\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\n") + "\u{1B}[J")
  }

  /// How many rows a table may have, so that it fits with its caption.
  var tableRows: Int { isTerminal ? max(3, min(30, (Self.size?.rows ?? 40) - 8)) : 30 }

  /// The terminal's size in characters; nil where it tells none.
  private static var size: (columns: Int, rows: Int)? {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// The lines of a frame that fit a screen: the caption whole, in several lines if need be, and of a picture that is too high its lower part, where
  /// grids have their policy.
  static func fitted(_ caption: String, _ picture: String, columns: Int, rows: Int) -> [String] {
    var head: [String] = []
    for part in caption.components(separatedBy: ", ") {
      if let last = head.last, last.count + part.count + 3 <= columns {
        head[head.count - 1] = last + ", " + part
      } else {
        if !head.isEmpty { head[head.count - 1] += "," }
        head.append(part)
      }
    }
    let lines = picture.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    // The last row stays free for the cursor.
    let room = max(1, rows - 2 - head.count)
    return (head + [""] + lines.suffix(room)).map { String($0.prefix(columns)) }
  }

  /// Stops where somebody asked for it.
  func checkForInterrupt() throws(LabError) {
    if Interrupt.isRequested {
      throw LabError(.interrupted, "watch: interrupted; run the same command again to see it")
    }
  }
}
