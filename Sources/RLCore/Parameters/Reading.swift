extension SettingProblem {
  /// Runs a reader of what stands at a place, so that its problem says where.
  ///
  /// - Parameters:
  ///   - place: Where below the value of the caller: ".from", "[2]".
  ///   - body: The reader.
  /// - Throws: The reader's problem, with the place before its own.
  public static func at<Value>(
    _ place: String, _ body: () throws(SettingProblem) -> Value
  ) throws(SettingProblem) -> Value {
    do throws(SettingProblem) {
      return try body()
    } catch { throw SettingProblem(error.message, at: place + error.place) }
  }
}

extension Setting {
  /// Refuses an object's keys that nobody reads.
  ///
  /// - Parameters:
  ///   - known: The keys that there are.
  ///   - owner: What the object is, for the message: "record", "a budget".
  ///   - otherwise: What to say where no known key is near; a list of all keys if nil.
  /// - Throws: ``SettingProblem`` at the first unknown key.
  public func checkKeys(
    _ known: [String], of owner: String, otherwise: String? = nil
  ) throws(SettingProblem) {
    for field in fields ?? [] where !known.contains(field.key) {
      let hint = Spelling.hint(for: field.key, among: known, otherwise: otherwise)
      throw SettingProblem("\(owner) has no \"\(field.key)\"; \(hint)", at: ".\(field.key)")
    }
  }

  /// Reads what stands under a key; nil where nothing does.
  ///
  /// - Throws: The reader's problem, at the key.
  public func read<Value>(
    _ key: String, _ body: (Setting) throws(SettingProblem) -> Value
  ) throws(SettingProblem) -> Value? {
    guard let setting = self[key] else { return nil }
    return try SettingProblem.at(".\(key)") { () throws(SettingProblem) in try body(setting) }
  }
}

extension [Setting] {
  /// Reads every element.
  ///
  /// - Throws: The reader's problem, at the element.
  public func read<Value>(
    _ body: (Setting) throws(SettingProblem) -> Value
  ) throws(SettingProblem) -> [Value] {
    var values: [Value] = []
    for (index, element) in enumerated() {
      values.append(try SettingProblem.at("[\(index)]") { () throws(SettingProblem) in try body(element) })
    }
    return values
  }
}
