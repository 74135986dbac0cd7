/// The colours a figure is drawn for.
public enum FigureTheme: String, Sendable, CaseIterable {
  /// Dark ink on white.
  case light
  /// Light ink on near-black.
  case dark
  /// Light, with an embedded style sheet that turns to dark where the viewer asks for it
  /// (`prefers-color-scheme: dark`). A viewer without media queries shows the light colours.
  case auto
}

/// An opaque sRGB colour, 8 bits a channel.
struct FigureColor: Equatable, Sendable {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  init(_ hex: UInt32) {
    red = UInt8(truncatingIfNeeded: hex >> 16)
    green = UInt8(truncatingIfNeeded: hex >> 8)
    blue = UInt8(truncatingIfNeeded: hex)
  }

  /// Linear interpolation of the gamma-encoded channels, `t` in `[0, 1]`.
  init(from a: FigureColor, to b: FigureColor, at t: Double) {
    func mix(_ x: UInt8, _ y: UInt8) -> UInt8 {
      UInt8((Double(x) + (Double(y) - Double(x)) * min(max(t, 0), 1)).rounded())
    }
    red = mix(a.red, b.red)
    green = mix(a.green, b.green)
    blue = mix(a.blue, b.blue)
  }

  /// The colour as style sheets write it: `#0072B2`.
  var hex: String {
    "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
  }

  /// Whether black text has more contrast on this colour than white text: relative luminance (WCAG 2.1) above
  /// 0.179, where both have a ratio of 4.58. The transfer curve is taken as a power of 2.2.
  var isLight: Bool {
    func linear(_ channel: UInt8) -> Double { FigureMath.power(Double(channel) / 255, 2.2) }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) > 0.179
  }
}

/// What a shape is painted with: a role that the theme resolves, or a fixed colour.
enum Paint: Equatable, Sendable {
  case background, ink, muted, axis, grid, minorGrid
  /// A colour of the qualitative palette; the index wraps around.
  case series(Int)
  /// A colour that is the same in every theme.
  case fixed(FigureColor)

  /// The colour in the light and in the dark theme.
  var colors: (light: FigureColor, dark: FigureColor) {
    switch self {
    case .background: (FigureColor(0xFFFFFF), FigureColor(0x14171C))
    case .ink: (FigureColor(0x1A1A1A), FigureColor(0xE8E8E8))
    case .muted: (FigureColor(0x5A5A5A), FigureColor(0xA4ABB5))
    case .axis: (FigureColor(0x4D4D4D), FigureColor(0x8A9099))
    case .grid: (FigureColor(0xE4E4E4), FigureColor(0x2D333B))
    case .minorGrid: (FigureColor(0xF1F1F1), FigureColor(0x20252C))
    case .series(let index): SeriesStyle.palette[index % SeriesStyle.palette.count]
    case .fixed(let color): (color, color)
    }
  }

  /// The name that the style sheet of the `auto` theme knows this paint by; none where both themes agree.
  var className: String? {
    let pair = colors
    if pair.light == pair.dark { return nil }
    switch self {
    case .background: return "b"
    case .ink: return "i"
    case .muted: return "m"
    case .axis: return "a"
    case .grid: return "g"
    case .minorGrid: return "n"
    case .series(let index): return "s\(index % SeriesStyle.palette.count)"
    case .fixed: return nil
    }
  }

  /// Every paint that differs between the themes, for the style sheet.
  static var themed: [Paint] {
    let roles: [Paint] = [.background, .ink, .muted, .axis, .grid, .minorGrid]
    return (roles + SeriesStyle.palette.indices.map { .series($0) }).filter { $0.className != nil }
  }
}

/// How the n-th series of a figure is told apart: a colour, a dash pattern and a marker.
///
/// The colours are those of Okabe & Ito, *Color Universal Design* (2008), without the yellow, which does not show
/// on white; its black becomes near-white on a dark ground. Seven colours in four dash patterns tell 28 lines
/// apart; nine markers, shifted from one round of colours to the next, do so again without colour.
struct SeriesStyle: Equatable, Sendable {
  static let palette: [(light: FigureColor, dark: FigureColor)] = [
    (FigureColor(0x0072B2), FigureColor(0x3D9BD9)), (FigureColor(0xD55E00), FigureColor(0xD55E00)),
    (FigureColor(0x009E73), FigureColor(0x009E73)), (FigureColor(0xCC79A7), FigureColor(0xCC79A7)),
    (FigureColor(0xE69F00), FigureColor(0xE69F00)), (FigureColor(0x56B4E9), FigureColor(0x9AD4F7)),
    (FigureColor(0x1A1A1A), FigureColor(0xE8E8E8)),
  ]
  static let dashes: [[Double]] = [[], [7, 3], [2, 2.5], [9, 3, 2, 3]]

  var index: Int

  var paint: Paint { .series(index % Self.palette.count) }
  var dash: [Double] { Self.dashes[index / Self.palette.count % Self.dashes.count] }
  var marker: MarkerShape {
    let shapes = MarkerShape.allCases
    return shapes[(index + index / Self.palette.count) % shapes.count]
  }
}

/// The shape that stands at a data point.
enum MarkerShape: CaseIterable, Sendable {
  case circle, square, triangleUp, diamond, triangleDown, plus, cross, hexagon, star

  /// The outline around the origin for a marker of radius 1, y down; `closed` shapes are filled.
  var outline: (points: [(Double, Double)], closed: Bool) {
    switch self {
    case .circle: ([], true)
    case .square: ([(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)], true)
    case .triangleUp: ([(0, -1.1), (1.05, 0.8), (-1.05, 0.8)], true)
    case .triangleDown: ([(0, 1.1), (1.05, -0.8), (-1.05, -0.8)], true)
    case .diamond: ([(0, -1.25), (1.0, 0), (0, 1.25), (-1.0, 0)], true)
    case .plus: ([(-1.15, 0), (1.15, 0), (0, -1.15), (0, 1.15)], false)
    case .cross: ([(-0.95, -0.95), (0.95, 0.95), (-0.95, 0.95), (0.95, -0.95)], false)
    case .hexagon: ([(0, -1.1), (0.95, -0.55), (0.95, 0.55), (0, 1.1), (-0.95, 0.55), (-0.95, -0.55)], true)
    case .star:
      (
        [
          (0, -1.35), (0.33, -0.45), (1.28, -0.42), (0.53, 0.17), (0.79, 1.09), (0, 0.56), (-0.79, 1.09),
          (-0.53, 0.17), (-1.28, -0.42), (-0.33, -0.45),
        ], true
      )
    }
  }
}
