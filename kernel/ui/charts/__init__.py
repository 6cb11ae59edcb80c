"""Charts as markup, drawn on the server: typed values in, safe SVG or HTML out.

Import the submodule of the chart: `line`, `bars`, `spark`, `funnel`, `sankey`, `heat`,
`interval`, `histogram`. Every chart carries its figures as text too: a data table, or a list.
"""
