import Foundation
import RLCore

/// Arrays as NumPy stores them: `.npy`, version 1.0 (NumPy Enhancement Proposal 1).
struct NumPyFile {
  /// The lengths of the axes.
  let shape: [Int]
  /// The numbers, the last axis fastest.
  let numbers: [Double]
  /// Whether they were stored as whole numbers.
  let isWhole: Bool

  /// An array to be written: as 64-bit floats, or 64-bit integers.
  init(shape: [Int], numbers: [Double], isWhole: Bool = false) {
    precondition(shape.reduce(1, *) == numbers.count, "\(numbers.count) numbers for the shape \(shape)")
    self.shape = shape
    self.numbers = numbers
    self.isWhole = isWhole
  }

  /// The file.
  var bytes: [UInt8] {
    let axes = shape.count == 1 ? "(\(shape[0]),)" : "(" + shape.map { "\($0)" }.joined(separator: ", ") + ")"
    var header = "{'descr': '\(isWhole ? "<i8" : "<f8")', 'fortran_order': False, 'shape': \(axes), }"
    // The data begin at a multiple of 64 bytes.
    let length = (10 + header.utf8.count + 1 + 63) / 64 * 64
    header += String(repeating: " ", count: length - 11 - header.utf8.count) + "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    bytes += [UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)] + Array(header.utf8)
    bytes.reserveCapacity(length + 8 * numbers.count)
    for number in numbers {
      let bits = isWhole ? UInt64(bitPattern: Int64(number)) : number.bitPattern
      for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift))) }
    }
    return bytes
  }

  /// Reads a file of whole numbers, floats or truth values.
  init(_ bytes: [UInt8], name: String) throws(LabError) {
    func wrong(_ message: String) -> LabError { LabError(.data, "\(name): \(message)") }
    guard bytes.count > 12, bytes[0] == 0x93, bytes[1...5].elementsEqual("NUMPY".utf8) else {
      throw wrong("this is no .npy file; save one with numpy.save")
    }
    let isLong = bytes[6] > 1
    var length = Int(bytes[8]) | Int(bytes[9]) << 8
    if isLong { length |= Int(bytes[10]) << 16 | Int(bytes[11]) << 24 }
    let start = (isLong ? 12 : 10) + length
    guard start <= bytes.count else { throw wrong("the file ends within its header; save it again") }
    let header = String(decoding: bytes[(isLong ? 12 : 10)..<start], as: UTF8.self)
    func value(_ key: String) -> Substring? {
      guard let place = header.range(of: "'\(key)':") else { return nil }
      return header[place.upperBound...].drop { $0 == " " }
    }
    guard let descr = value("descr")?.dropFirst().prefix(while: { $0 != "'" }), let axes = value("shape"),
      let order = value("fortran_order"), axes.first == "("
    else { throw wrong("the header cannot be read; save the array with numpy.save") }
    let shape = axes.dropFirst().prefix { $0 != ")" }.split(separator: ",").map {
      Int($0.trimmingCharacters(in: .whitespaces)) ?? -1
    }
    let widths = ["f8": 8, "f4": 4, "i8": 8, "i4": 4, "i2": 2, "i1": 1, "u8": 8, "u4": 4, "u2": 2, "u1": 1, "b1": 1]
    guard let width = widths[String(descr.dropFirst())], descr.first != ">" else {
      throw wrong("the type \"\(descr.prefix(20))\" is not read; save the array as float64 or int64")
    }
    var count = 1
    for axis in shape {
      guard axis >= 0, case let (product, isTooLarge) = count.multipliedReportingOverflow(by: axis), !isTooLarge else {
        throw wrong("the shape cannot be read; save the array with numpy.save")
      }
      count = product
    }
    guard bytes.count - start == count.multipliedReportingOverflow(by: width).partialValue, count <= bytes.count else {
      throw wrong("\(bytes.count - start) bytes are not \(count) numbers; save the array again")
    }
    let kind = descr.dropFirst().first!
    var numbers: [Double] = []
    numbers.reserveCapacity(count)
    for k in 0..<count {
      var bits: UInt64 = 0
      for byte in 0..<width { bits |= UInt64(bytes[start + k * width + byte]) << UInt64(8 * byte) }
      switch (kind, width) {
      case ("f", 8): numbers.append(Double(bitPattern: bits))
      case ("f", _): numbers.append(Double(Float(bitPattern: UInt32(bits))))
      case ("i", _):
        let shift = UInt64(64 - 8 * width)
        numbers.append(Double(Int64(bitPattern: bits << shift) >> Int64(shift)))
      default: numbers.append(Double(bits))
      }
    }
    if order.hasPrefix("True") && shape.count == 2 {
      let (rows, columns) = (shape[0], shape[1])
      numbers = (0..<count).map { numbers[($0 % columns) * rows + $0 / columns] }
    } else if order.hasPrefix("True") && shape.count > 2 {
      throw wrong("arrays in Fortran's order of more than two axes are not read; save numpy.ascontiguousarray(x)")
    }
    self.shape = shape
    self.numbers = numbers
    isWhole = kind != "f"
  }
}
