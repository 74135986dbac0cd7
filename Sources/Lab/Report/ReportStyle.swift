extension ReportPage {
  /// The style sheet of the page: one column that fits a phone, light and dark by the reader's choice, and a print form.
  static let style = """
    :root { color-scheme: light dark; --ground: #fff; --ink: #1a1a1a; --muted: #5a5a5a; --grid: #e4e4e4;
      --shade: rgba(0, 114, 178, .15); --soft: #f5f6f8; --link: #0072b2; }
    @media (prefers-color-scheme: dark) { :root { --ground: #14171c; --ink: #e8e8e8; --muted: #a4abb5; --grid: #2d333b;
      --shade: rgba(61, 155, 217, .25); --soft: #1c2027; --link: #3d9bd9; } }
    * { box-sizing: border-box }
    body { margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--ground); color: var(--ink);
      font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
    h1 { font-size: 1.6rem; margin: .3em 0 } h2 { font-size: 1.25rem; margin: 2em 0 .4em } h3 { font-size: 1.05rem }
    a { color: var(--link) } .note, .subtitle, .readout { color: var(--muted); font-size: .9rem }
    .readout { min-height: 3em; overflow-wrap: anywhere }
    canvas { width: 100%; height: 24rem; display: block; touch-action: pan-y; cursor: crosshair }
    canvas:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, summary:focus-visible,
    .wide:focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
    .controls { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin: .5rem 0 }
    .controls label { display: inline-flex; gap: .4rem; align-items: center }
    button, select { font: inherit; color: inherit; background: var(--soft); border: 1px solid var(--grid);
      border-radius: 4px; padding: .25rem .6rem; min-height: 2.2rem; min-width: 2.2rem }
    .legend { display: flex; flex-wrap: wrap; gap: .1rem 1rem; max-height: 14rem; overflow: auto; margin: .5rem 0 }
    .legend label { display: inline-flex; gap: .4rem; align-items: center; min-height: 2rem; white-space: nowrap;
      max-width: 100%; overflow: hidden; text-overflow: ellipsis }
    .wide { overflow-x: auto } figure { margin: 1rem 0 } figure svg { max-width: 100%; height: auto }
    table { border-collapse: collapse; font-size: .92rem } th, td { padding: .25rem .7rem; text-align: right;
      border-bottom: 1px solid var(--grid); white-space: nowrap; font-variant-numeric: tabular-nums }
    table { margin: .8rem 0 } caption { text-align: left; font-weight: 600 }
    th:first-child, td:first-child { text-align: left } thead th { color: var(--muted); font-weight: 600 }
    pre { background: var(--soft); padding: .8rem; overflow-x: auto; border-radius: 4px; font-size: .85rem }
    [hidden] { display: none !important }
    @media print { .controls, .readout { display: none } body { max-width: none } }
    """
}
