#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The system's mathematics under names that do not clash with members of the types that call it.
enum FigureMath {
  /// The base-10 logarithm.
  static func decimalLogarithm(_ value: Double) -> Double { log10(value) }

  /// The base-2 logarithm.
  static func binaryLogarithm(_ value: Double) -> Double { log2(value) }

  /// `base` to the `exponent`.
  static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
}
