import Foundation
import Testing

@testable import Lab

/// What holds for every figure, whatever its kind.
@Suite struct FigureGalleryTests {
  @Test(arguments: FigureGallery.all, FigureTheme.allCases)
  func isWellFormedAndStandsAlone(item: FigureGallery.Item, theme: FigureTheme) throws {
    let svg = item.figure.svg(theme: theme)
    let document = try #require(SVGDocument(svg))
    let root = document.elements[0]
    #expect(root.name == "svg")
    #expect(root.attributes["xmlns"] == "http://www.w3.org/2000/svg")
    let extent = "\(root.attributes["width"] ?? "") \(root.attributes["height"] ?? "")"
    #expect(root.attributes["viewBox"] == "0 0 " + extent)
    #expect(root.attributes["role"] == "img")
    // A title and a description come first, so that they name the whole figure.
    #expect(document.elements[1].name == "title")
    #expect(document.elements[2].name == "desc" && !document.elements[2].text.isEmpty)
    let known: Set = [
      "svg", "title", "desc", "style", "g", "rect", "line", "path", "circle", "text",
    ]
    #expect(document.elements.allSatisfy { known.contains($0.name) })
    // Nothing to load, nothing to collide with in a page: no references and no ids.
    #expect(document.elements.allSatisfy { $0.attributes["id"] == nil && $0.attributes["href"] == nil })
    #expect(!svg.contains("url("))
    #expect(!svg.contains("nan") && !svg.contains("inf\""))
  }

  @Test(arguments: FigureGallery.all)
  func givesTheSameBytesAgain(item: FigureGallery.Item) {
    #expect(item.figure.svgBytes() == item.figure.svgBytes())
  }

  @Test(arguments: FigureGallery.all)
  func themesDifferInPaintOnly(item: FigureGallery.Item) throws {
    let documents = try FigureTheme.allCases.map { try #require(SVGDocument(item.figure.svg(theme: $0))) }
    let light = documents[0].elements
    for document in documents {
      let elements = document.elements.filter { $0.name != "style" }
      try #require(elements.count == light.count)
      for (a, b) in zip(light, elements) {
        let paints: Set = ["fill", "stroke", "class"]
        #expect(a.name == b.name)
        #expect(
          a.attributes.filter { !paints.contains($0.key) } == b.attributes.filter { !paints.contains($0.key) }
        )
      }
    }
  }

  @Test(arguments: FigureGallery.all)
  func automaticThemeIsLightWithAStyleSheet(item: FigureGallery.Item) throws {
    let automatic = try #require(SVGDocument(item.figure.svg(theme: .auto)))
    let light = try #require(SVGDocument(item.figure.svg(theme: .light)))
    let paints = { (element: SVGDocument.Element) in
      [element.attributes["fill"], element.attributes["stroke"]]
    }
    let style = try #require(automatic.all("style").first)
    #expect(automatic.elements.filter { $0.name != "style" }.map(paints) == light.elements.map(paints))
    #expect(style.text.hasPrefix("@media (prefers-color-scheme: dark)"))
    #expect(light.all("style").isEmpty)
    // Every class has its rule.
    for element in automatic.elements {
      for name in (element.attributes["class"] ?? "").split(separator: " ") {
        #expect(style.text.contains(".\(name) {"))
      }
    }
  }

  @Test(arguments: FigureGallery.all)
  func textStaysOnTheCanvasAndApart(item: FigureGallery.Item) throws {
    let document = try #require(SVGDocument(item.figure.svg()))
    let canvas = document.canvas
    let texts = document.all("text").compactMap { text in text.textBox.map { (text.text, $0) } }
    for (text, box) in texts {
      #expect(box.x >= 0 && box.right <= canvas.width, "\(text) leaves the figure sideways")
      #expect(box.y >= 0 && box.bottom <= canvas.height, "\(text) leaves the figure up or down")
    }
    for (i, a) in texts.enumerated() {
      for b in texts[(i + 1)...] where a.1.intersects(b.1) {
        Issue.record("\"\(a.0)\" and \"\(b.0)\" overlap")
      }
    }
  }

  @Test(arguments: FigureGallery.all)
  func shapesStayOnTheCanvas(item: FigureGallery.Item) throws {
    let document = try #require(SVGDocument(item.figure.svg()))
    let canvas = document.canvas
    for path in document.all("path") {
      for point in path.points {
        #expect(point.x >= 0 && point.x <= canvas.width && point.y >= 0 && point.y <= canvas.height)
      }
    }
    for rect in document.all("rect").map(\.rect) {
      #expect(rect.x >= 0 && rect.right <= canvas.width && rect.y >= 0 && rect.bottom <= canvas.height)
    }
  }

  @Test(arguments: FigureGallery.all)
  func legendCoversNoPanel(item: FigureGallery.Item) {
    let composition = FigureComposition(of: item.figure)
    let legend = composition.legend.frame
    for placed in composition.panels {
      #expect(!legend.intersects(placed.frame))
      #expect(placed.frame.right <= composition.width && placed.frame.bottom <= composition.height)
    }
    #expect(legend.right <= composition.width && legend.bottom <= composition.height)
    for (i, a) in composition.panels.enumerated() {
      for b in composition.panels[(i + 1)...] { #expect(!a.frame.intersects(b.frame)) }
    }
  }

  /// Writes the gallery where the environment asks for it.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["FIGURE_GALLERY"] != nil))
  func writesTheGallery() throws {
    let folder = URL(fileURLWithPath: ProcessInfo.processInfo.environment["FIGURE_GALLERY"] ?? ".")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for item in FigureGallery.all {
      for theme in FigureTheme.allCases {
        let bytes = Data(item.figure.svgBytes(theme: theme))
        try bytes.write(to: folder.appendingPathComponent("\(item.name)-\(theme.rawValue).svg"))
      }
    }
  }
}
