import RLCore

/// What the parameters of a component ask of each other, as schemas of the object that they stand in.
struct SchemaRelations {
  private let about: About
  /// Whether what is not given has its default; a preset may give something else.
  private let hasDefaults: Bool

  init(_ about: About) {
    self.about = about
    hasDefaults = !about.parameters.contains { $0.name == "preset" }
  }

  /// All that is asked.
  var all: [Setting] { about.relations.flatMap(schemas) }

  private func schemas(_ relation: Relation) -> [Setting] {
    switch relation {
    case .never(let conditions):
      let schemas = conditions.map(schema)
      return schemas.contains(Schema.nothing) ? [] : [Schema.not(Schema.allOf(schemas))]
    case .atMost(let lows, let high, let plus): return atMost(lows, high, plus)
    case .multiple(let multiple, let base):
      let numbers = [multiple, base].map { Int(default: declaration($0)) }
      return Self.multiples(of: [base], in: [[multiple]])
        + (hasDefaults ? [missing(base, numbers[1].map { divisible(multiple, by: $0) })].compactMap { $0 } : [])
    case .count(let list, let count): return counts(list, count)
    case .apart(let list, let name, let values): return apart(list, name, values)
    case .size(let names, let most, let size): return sizes(names, most, size)
    }
  }

  private func declaration(_ name: String) -> ParameterDeclaration {
    guard let parameter = about.parameters.first(where: { $0.name == name.prefix { $0 != "[" } }) else {
      preconditionFailure("\"\(about.id)\" relates \"\(name)\", which is none of its parameters")
    }
    return parameter
  }

  // MARK: Conditions

  private func schema(_ condition: Relation.Condition) -> Setting {
    let test: Setting
    var holdsByDefault = false
    let value = declaration(condition.name).defaultSetting ?? .null
    switch condition.test {
    case .among(let values):
      test = Schema.among(values)
      holdsByDefault = values.contains { $0.description == value.description }
    case .notAmong(let values):
      test = Schema.not(Schema.among(values))
      holdsByDefault = !values.contains { $0.description == value.description }
    case .outside(let interval):
      let inside = Schema.bounded("number", interval.description)
      let outside = Setting.object([.init("type", .text("number")), .init("not", inside)])
      test = Schema.anyOf([outside, contains(outside)])
    case .fractional:
      let fraction = Setting.object([
        .init("type", .text("number")), .init("not", .object([.init("type", .text("integer"))])),
      ])
      test = Schema.anyOf([fraction, contains(fraction)])
    }
    let field = Setting.Field(condition.name, test)
    return holdsByDefault && hasDefaults ? Schema.properties(field) : Schema.having(field)
  }

  private func contains(_ element: Setting) -> Setting {
    .object([.init("type", .text("array")), .init("contains", element)])
  }

  /// That another parameter is as it must be where one is not given.
  private func missing(_ name: String, _ then: Setting?) -> Setting? {
    then.map { Schema.when(Schema.not(Schema.requires(name)), $0) }
  }

  // MARK: Numbers beside numbers

  /// What is at a place like `start` or `target[0]` or `cells[*][1]`, under its parameter.
  private func place(_ path: String, _ schema: Setting) -> Setting.Field {
    let parts = path.split(separator: "[")
    var inner = schema
    for part in parts.dropFirst().reversed() {
      let index = part.dropLast()
      let before = [Setting](repeating: Schema.anything, count: Int(index) ?? 0)
      inner = .object([index == "*" ? .init("items", inner) : .init("prefixItems", .list(before + [inner]))])
    }
    return .init(String(parts[0]), inner)
  }

  /// The numbers at a place of the default.
  private func numbers(at path: String) -> [Int] {
    var values = [declaration(path).defaultSetting ?? .null]
    for part in path.split(separator: "[").dropFirst() {
      let index = part.dropLast()
      values = values.flatMap { value in
        let elements = value.elements ?? []
        return index == "*" ? elements : Array(elements.dropFirst(Int(index)!).prefix(1))
      }
    }
    return values.compactMap(\.whole)
  }

  private func atMost(_ lows: [String], _ high: String, _ plus: Int) -> [Setting] {
    let (least, most) = bounds(declaration(high))
    func bounded(by number: Int) -> Setting {
      Schema.properties(lows.map { place($0, .object([.init("maximum", .integer(number + plus))])) })
    }
    var all = Schema.rungs(least, most).map { rung in
      let few = Setting.object([.init("type", .text("number")), .init("maximum", .integer(rung))])
      return Schema.when(Schema.having(.init(high, few)), bounded(by: rung))
    }
    guard hasDefaults else { return all }
    if let number = Int(default: declaration(high)) { all.append(missing(high, bounded(by: number))!) }
    for low in lows {
      guard let number = numbers(at: low).max() else { continue }
      let rest = Schema.properties(.init(high, .object([.init("minimum", .integer(number - plus))])))
      all.append(missing(String(low.prefix { $0 != "[" }), rest)!)
    }
    return all
  }

  /// The least and the greatest whole number that a parameter may be.
  private func bounds(_ parameter: ParameterDeclaration) -> (Int, Int) {
    let schema = Schema.bounded("integer", parameter.range)
    return (schema["minimum"]?.whole ?? 0, schema["maximum"]?.whole ?? .max >> 8)
  }

  /// That what one number divides others do, too, for powers of primes: they say all of what numbers are made of them.
  ///
  /// - Parameters:
  ///   - base: Where the divisor stands, key by key.
  ///   - multiples: Where what it divides stands.
  static func multiples(of base: [String], in multiples: [[String]]) -> [Setting] {
    let primes = (2...31).filter { n in !(2..<n).contains { n % $0 == 0 } }
    let powers = primes.flatMap { prime -> [Int] in
      let most = [2: 4096, 3: 243, 5: 15_625][prime] ?? 50
      return Array(sequence(first: prime) { $0 * prime <= most ? $0 * prime : nil })
    }
    return powers.map { power in
      let divisible = Setting.object([.init("multipleOf", .integer(power))])
      let isDivisible = Setting.object(divisible.fields! + [.init("type", .text("integer"))])
      let fields = multiples.map { path in
        Setting.Field(path[0], path.dropFirst().reversed().reduce(divisible) { Schema.properties(.init($1, $0)) })
      }
      return Schema.when(
        base.reversed().reduce(isDivisible) { Schema.having(.init($1, $0)) }, Schema.properties(fields))
    }
  }

  private func divisible(_ name: String, by number: Int) -> Setting {
    Schema.properties(.init(name, .object([.init("multipleOf", .integer(number))])))
  }

  private func counts(_ list: String, _ count: String) -> [Setting] {
    let standard = Int(default: declaration(count))
    return (1...32).filter { $0 != standard }.map { n in
      let length = Setting.object([.init("minItems", .integer(n)), .init("maxItems", .integer(n))])
      return Schema.when(
        Schema.having(.init(count, Schema.const(.integer(n)))), Schema.properties(.init(list, length)))
    } + [
      Schema.when(
        Schema.having(.init(count, .object([.init("type", .text("number")), .init("minimum", .integer(33))]))),
        Schema.properties(.init(list, .object([.init("minItems", .integer(33))]))))
    ]
  }

  private func apart(_ list: String, _ name: String, _ values: [Setting]) -> [Setting] {
    var all = values.map { value in
      Schema.not(Schema.having(.init(list, contains(Schema.const(value))), .init(name, Schema.const(value))))
    }
    if case .list(let elements)? = declaration(list).defaultSetting {
      all.append(missing(list, Schema.properties(.init(name, Schema.not(Schema.among(elements)))))!)
    }
    if let value = declaration(name).defaultSetting, value != .null {
      all.append(missing(name, Schema.properties(.init(list, Schema.not(contains(Schema.const(value))))))!)
    }
    return all
  }

  // MARK: Sizes

  private func sizes(_ names: [String], _ most: Double, _ size: ([Double]) -> Double) -> [Setting] {
    let bounds = names.map { self.bounds(declaration($0)) }
    let defaults = names.map { Int(default: declaration($0)) }
    func least(_ index: Int) -> Int { min(bounds[index].0, defaults[index] ?? .max) }
    /// The least value of one number that is too much with others; nil where none is.
    func limit(_ index: Int, with others: [Int]) -> Int? {
      func isTooMuch(_ n: Int) -> Bool {
        var numbers = others.map(Double.init)
        numbers[index] = Double(n)
        return size(numbers) > most
      }
      var (low, high) = bounds[index]
      if !isTooMuch(high) { return nil }
      while low < high {
        let middle = low + (high - low) / 2
        if isTooMuch(middle) { high = middle } else { low = middle + 1 }
      }
      return low
    }
    func above(_ index: Int, _ n: Int) -> Setting.Field {
      .init(names[index], .object([.init("type", .text("number")), .init("minimum", .integer(n))]))
    }
    var all: [Setting] = []
    for f in names.indices {
      let others = names.indices.filter { $0 != f }
      if hasDefaults, others.allSatisfy({ defaults[$0] != nil }),
        let n = limit(f, with: defaults.map { $0 ?? 0 })
      {
        let absent = others.map { Schema.not(Schema.requires(names[$0])) }
        all.append(Schema.not(Schema.allOf([Schema.having(above(f, n))] + absent)))
      }
      for g in others where g > f {
        let rungs = Schema.decades(0, 8).compactMap { Int(exactly: $0) }.filter { $0 <= bounds[f].1 }
        for rung in rungs {
          var numbers = names.indices.map(least)
          numbers[f] = rung
          guard let n = limit(g, with: numbers) else { continue }
          all.append(Schema.not(Schema.having(above(f, rung), above(g, n))))
        }
      }
    }
    return all
  }
}

extension Int {
  /// The default of a parameter, where it is a whole number.
  init?(default parameter: ParameterDeclaration) {
    guard let number = parameter.defaultSetting?.whole else { return nil }
    self = number
  }
}
