"""The style of the report: one sheet inside the page, light and dark as the reader's system."""

STYLE = """
:root {
  color-scheme: light dark;
  --ground: #fdfdfc; --raised: #f5f4f1; --hairline: #dedcd6; --text: #1f2328; --muted: #5c6166;
  --accent: #23508a; --well: #1d6b45; --ill: #a1372f;
  --s0: #7a7f87; --s1: #b26a00; --s2: #8a4fa3; --s3: #2563ad; --s4: #b03a6f; --s5: #12805c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #17191c; --raised: #1f2226; --hairline: #34383e; --text: #e4e6e9; --muted: #9da3ab;
    --accent: #8db8ee; --well: #6cc79b; --ill: #ef8e85;
    --s0: #9aa1ab; --s1: #e8a845; --s2: #c99be0; --s3: #74abf0; --s4: #ee8fb8; --s5: #54c79a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif;
}
main { max-width: 60rem; margin: 0 auto; padding: 40px 24px 72px; }
h1 { font-size: 28px; line-height: 1.25; font-weight: 600; margin: 0 0 4px; }
h2 { font-size: 21px; font-weight: 600; margin: 56px 0 4px; padding-top: 24px;
  border-top: 1px solid var(--hairline); }
h3 { font-size: 15px; font-weight: 600; margin: 32px 0 8px; }
p { margin: 4px 0 12px; max-width: 75ch; }
.muted, caption, .tick, footer { color: var(--muted); }
a { color: var(--accent); }
nav a { margin-right: 16px; white-space: nowrap; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 7px 12px 7px 0; text-align: right; vertical-align: top;
  border-bottom: 1px solid var(--hairline); white-space: nowrap; }
thead th { font-weight: 400; font-size: 13px; color: var(--muted); vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; }
tbody th { font-weight: 400; }
td.words, th.words { text-align: left; white-space: normal; min-width: 18rem; }
td small { color: var(--muted); font-size: 12px; }
b, .best { font-weight: 600; }
.well { color: var(--well); } .ill { color: var(--ill); }
.key { display: inline-block; width: 9px; height: 9px; border-radius: 50%; margin-right: 8px; }
figure { margin: 16px 0 0; max-width: 44rem; }
figcaption { font-size: 13px; color: var(--muted); margin-bottom: 4px; }
svg { width: 100%; height: auto; display: block; overflow: visible; }
svg text { font-size: 12px; fill: var(--text); font-variant-numeric: tabular-nums; }
svg .tick { fill: var(--muted); }
svg .grid { stroke: var(--hairline); stroke-width: 1; }
svg .zero { stroke: var(--muted); stroke-width: 1; }
svg .whisker, svg .curve { stroke-width: 2; fill: none; stroke-linejoin: round; }
svg .s0 { stroke: var(--s0); } svg .s1 { stroke: var(--s1); } svg .s2 { stroke: var(--s2); }
svg .s3 { stroke: var(--s3); } svg .s4 { stroke: var(--s4); } svg .s5 { stroke: var(--s5); }
svg .dot { stroke: none; }
svg .dot.s0 { fill: var(--s0); } svg .dot.s1 { fill: var(--s1); } svg .dot.s2 { fill: var(--s2); }
svg .dot.s3 { fill: var(--s3); } svg .dot.s4 { fill: var(--s4); } svg .dot.s5 { fill: var(--s5); }
svg .t0 { fill: var(--s0); } svg .t1 { fill: var(--s1); } svg .t2 { fill: var(--s2); }
svg .t3 { fill: var(--s3); } svg .t4 { fill: var(--s4); } svg .t5 { fill: var(--s5); }
.k0 { background: var(--s0); } .k1 { background: var(--s1); } .k2 { background: var(--s2); }
.k3 { background: var(--s3); } .k4 { background: var(--s4); } .k5 { background: var(--s5); }
details { margin: 8px 0; }
summary { cursor: pointer; padding: 4px 0; }
footer { margin-top: 56px; font-size: 13px; }
@media print { details > * { display: block; } main { max-width: none; } }
"""
