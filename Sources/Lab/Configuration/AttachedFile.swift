import Environments
import Foundation
import RLCore

/// The files that parameters name.
extension Resolver {
  /// What a file holds, an object for JSON and a string otherwise, and a hash of its bytes.
  func attachment(_ path: String, place: String) throws(LabError) -> (content: Setting, mark: String) {
    if path.isEmpty { throw fail(place, "the path is empty; name a file") }
    let base = overridden.contains { place == $0 || place.hasPrefix($0 + ".") } ? "" : folder
    let full = path.hasPrefix("/") || base.isEmpty ? path : base + "/" + path
    do throws(LabError) {
      let bytes = try ConfigurationFile.bytes(full)
      let mark = Fingerprint.hex(Fingerprint.hash(bytes))
      let isJSON = [".json", ".json5"].contains { path.lowercased().hasSuffix($0) }
      if isJSON || bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
        return (try ConfigurationFile.parse(bytes, name: ConfigurationFile.displayName(path)).root, mark)
      }
      let text = try Self.text(bytes, path)
      let companions = MDPFile.companions(of: full)
      if companions.isEmpty { return (.text(text), mark) }
      // A model of several files: what stands beside it belongs to it.
      var fields = [Setting.Field("main", .text(text))]
      var marks = mark
      for companion in companions where FileManager.default.fileExists(atPath: companion.path) {
        let bytes = try ConfigurationFile.bytes(companion.path)
        fields.append(.init(companion.key, .text(try Self.text(bytes, companion.path))))
        marks += companion.key + Fingerprint.hex(Fingerprint.hash(bytes))
      }
      return fields.count == 1
        ? (.text(text), mark) : (.object(fields), Fingerprint.hex(Fingerprint.hash(marks)))
    } catch {
      throw error.kind == .noInput ? LabError(.noInput, fail(place, error.message).message) : error
    }
  }

  private static func text(_ bytes: [UInt8], _ path: String) throws(LabError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw LabError(.data, "\(path): the file is not UTF-8 text; save it as UTF-8")
    }
    return text
  }
}
