import RLCore

/// The product of the numbers in a window that moves on: whatever its length, a step costs two multiplications in the mean.
///
/// The newer numbers are multiplied up as they come. Once the older ones are used up, the newer take their place, as products from each of them
/// to the last. Nothing is divided, so that zeros do no harm.
struct WindowProduct: Sendable {
  /// Products from each of the older numbers to the last of them, the oldest last.
  private var older: [Double] = []
  private var newer: [Double] = []
  private var newerProduct = 1.0

  /// The product of all numbers in the window; 1 of none.
  var product: Double { (older.last ?? 1) * newerProduct }

  /// Takes in a number.
  mutating func append(_ number: Double) {
    newer.append(number)
    newerProduct *= number
  }

  /// Drops the oldest number; there is one.
  mutating func removeFirst() {
    if older.isEmpty {
      var product = 1.0
      for number in newer.reversed() {
        product *= number
        older.append(product)
      }
      newer.removeAll(keepingCapacity: true)
      newerProduct = 1
    }
    older.removeLast()
  }
}

extension WindowProduct: Checkpointable {
  /// Appends the window.
  func save(to writer: inout StateWriter) {
    writer.write(older)
    writer.write(newer)
    writer.write(newerProduct)
  }

  /// Takes up the window.
  mutating func restore(from reader: inout StateReader) throws(StateError) {
    older = try reader.list(of: 0.0)
    newer = try reader.list(of: 0.0)
    newerProduct = try reader.number()
  }
}
