/// The rewards of a model's outcomes. Most tasks pay only a few different amounts: up to 256 of them are kept once, and each outcome holds a byte.
/// That is an eighth of the memory, which large models need elsewhere.
public struct RewardColumn: Sendable {
  private var amounts: [Double] = []
  private var codes: [UInt8] = []
  /// One number an outcome, once there are more amounts than codes.
  private var plain: [Double] = []
  private var lastCode = 0

  init() {}

  /// The number of outcomes.
  public var count: Int { plain.isEmpty ? codes.count : plain.count }

  /// The different amounts, or all rewards where there are too many to tell apart.
  var palette: [Double] { plain.isEmpty ? amounts : plain }

  /// Where an outcome's reward stands in the palette.
  func code(_ index: Int) -> Int { plain.isEmpty ? Int(codes[index]) : index }

  /// The reward of an outcome, in the task's units.
  public subscript(index: Int) -> Double { plain.isEmpty ? amounts[Int(codes[index])] : plain[index] }

  mutating func reserveCapacity(_ count: Int) { codes.reserveCapacity(count) }

  mutating func append(_ reward: Double) {
    if !plain.isEmpty {
      plain.append(reward)
    } else if lastCode < amounts.count && amounts[lastCode].bitPattern == reward.bitPattern {
      codes.append(UInt8(truncatingIfNeeded: lastCode))
    } else if let code = amounts.firstIndex(where: { $0.bitPattern == reward.bitPattern }) {
      lastCode = code
      codes.append(UInt8(truncatingIfNeeded: code))
    } else if amounts.count < 256 {
      lastCode = amounts.count
      amounts.append(reward)
      codes.append(UInt8(truncatingIfNeeded: lastCode))
    } else {
      plain.reserveCapacity(Swift.max(codes.capacity, codes.count + 1))
      for code in codes { plain.append(amounts[Int(code)]) }
      plain.append(reward)
      codes = []
      amounts = []
    }
  }
}

extension RewardColumn: RandomAccessCollection, Equatable {
  /// The first outcome.
  public var startIndex: Int { 0 }
  /// One past the last outcome.
  public var endIndex: Int { count }

  /// Columns are equal when they hold the same rewards, however they keep them.
  public static func == (a: RewardColumn, b: RewardColumn) -> Bool { a.elementsEqual(b) }
}
