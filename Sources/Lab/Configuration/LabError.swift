/// Something that ends a command, with the line that tells the user and the exit code that tells other programs.
public struct LabError: Error, Sendable, Equatable {
  /// What kind of failure it is; the raw value is the exit code (sysexits.h).
  public enum Kind: Int32, Sendable {
    /// Wrong usage of the command line.
    case usage = 64
    /// A configuration or input data that is wrong.
    case data = 65
    /// An input that is not there.
    case noInput = 66
    /// A mistake in this program, or trials that failed.
    case software = 70
    /// An output that cannot be written.
    case cannotWrite = 73
    /// Stopped by a signal; what was finished is kept.
    case interrupted = 130
  }

  /// What kind of failure it is.
  public let kind: Kind
  /// One line: where, what, and how to mend it.
  public let message: String

  /// A failure with its line. What the user wrote may stand in it: characters that break or hide a line become blanks, and a very long line
  /// loses its middle, for the place stands at its beginning and the remedy at its end.
  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    let scalars = message.unicodeScalars
    let shown = scalars.count > 800 ? scalars.prefix(400) + " … ".unicodeScalars + scalars.suffix(380) : scalars[...]
    var line = String.UnicodeScalarView()
    for scalar in shown {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: line.append(" ")
      default: line.append(scalar)
      }
    }
    self.message = String(line)
  }
}
