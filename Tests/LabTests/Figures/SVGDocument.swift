import Foundation

@testable import Lab

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// An SVG file read back by Foundation's XML parser, flat, for tests to look into.
final class SVGDocument: NSObject, XMLParserDelegate {
  struct Element {
    var name: String
    var attributes: [String: String]
    /// The names of the elements around this one, the root first.
    var parents: [String]
    var text = ""

    func number(_ attribute: String) -> Double { attributes[attribute].flatMap(Double.init) ?? 0 }

    var rect: FigureRect {
      FigureRect(x: number("x"), y: number("y"), width: number("width"), height: number("height"))
    }
  }

  private(set) var elements: [Element] = []
  private var open: [Int] = []

  /// Parses `svg`; none if it is not well-formed XML.
  init?(_ svg: String) {
    super.init()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = self
    guard parser.parse(), !elements.isEmpty else { return nil }
  }

  func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  /// The texts that are shown, titles and descriptions left out.
  var labels: [String] { all("text").map(\.text) }

  /// The area of the whole figure.
  var canvas: FigureRect {
    FigureRect(x: 0, y: 0, width: elements[0].number("width"), height: elements[0].number("height"))
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    open.append(elements.count)
    let parents = open.dropLast().map { elements[$0].name }
    elements.append(Element(name: name, attributes: attributes, parents: parents))
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    open.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if let last = open.last { elements[last].text += string }
  }
}

extension SVGDocument.Element {
  /// The estimated box of a text, none for slanted ones.
  var textBox: FigureRect? {
    let size = attributes["font-size"].flatMap(Double.init) ?? 12
    let width = TextMetrics.width(text, size: size, bold: attributes["font-weight"] == "bold")
    let (x, y) = (number("x"), number("y"))
    let back =
      switch attributes["text-anchor"] {
      case "middle": width / 2
      case "end": width
      default: 0.0
      }
    // From the height of capitals to the baseline.
    let height = 0.72 * size
    guard let transform = attributes["transform"] else {
      return FigureRect(x: x - back, y: y - height, width: width, height: height)
    }
    if !transform.hasPrefix("rotate(-90 ") { return nil }
    return FigureRect(x: x - height, y: y - width + back, width: height, height: width)
  }

  /// The coordinates of a path's moves and lines.
  var points: [FigurePoint] {
    let data = attributes["d"] ?? ""
    return data.split(whereSeparator: { "MLZ".contains($0) }).map { pair in
      let numbers = pair.split(separator: " ").map { Double($0) ?? .nan }
      return FigurePoint(x: numbers[0], y: numbers[1])
    }
  }
}
