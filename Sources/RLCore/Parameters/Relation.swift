/// What the parameters of one component ask of each other, so far as it holds whatever is made of them: said once by the type that asks, for
/// whoever checks a configuration without making the component (the JSON Schema of configurations). The type itself still refuses what it cannot
/// use, in words of its own.
///
/// A parameter is named as configurations name it; `target[0]` is the first element of a list, `forbidden[*][0]` the first element of each of
/// its elements. One that is not given has its default. A number that is null takes part in nothing.
public enum Relation: Sendable {
  /// Not all of these at once.
  case never([Condition])
  /// Some numbers are at most another plus something.
  case atMost([String], String, plus: Int = 0)
  /// A whole number is a multiple of another.
  case multiple(String, of: String)
  /// A list has as many elements as a number says, unless that number is the default.
  case count(of: String, is: String)
  /// What a list holds does not hold the value of another parameter; said in full for some values.
  case apart(list: String, from: String, among: [Setting])
  /// What is made of whole numbers is at most so large; the size never falls as a number rises.
  case size(of: [String], atMost: Double, @Sendable ([Double]) -> Double)

  /// What is asked of one parameter.
  public struct Condition: Sendable {
    /// The parameter.
    public let name: String
    /// What holds of its value.
    public let test: Test

    /// Its value is one of some.
    public static func among(_ name: String, _ values: Setting...) -> Condition {
      .init(name: name, test: .among(values))
    }
    /// Its value is none of some.
    public static func notAmong(_ name: String, _ values: [Setting]) -> Condition {
      .init(name: name, test: .notAmong(values))
    }
    /// It is a number outside of an interval, or a list with such a number.
    public static func outside(_ name: String, _ interval: Interval) -> Condition {
      .init(name: name, test: .outside(interval))
    }
    /// It is a number that is not whole, or a list with such a number.
    public static func fractional(_ name: String) -> Condition { .init(name: name, test: .fractional) }
  }

  /// What may hold of a value.
  public enum Test: Sendable {
    /// It is one of some.
    case among([Setting])
    /// It is none of some.
    case notAmong([Setting])
    /// It is a number outside of an interval, or a list with such a number.
    case outside(Interval)
    /// It is a number that is not whole, or a list with such a number.
    case fractional
  }
}
