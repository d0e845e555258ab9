/** Colours are told apart without red and green, and have a contrast of 3 : 1 or more with the page, light and dark. */
export const style = `
  :root {
    color-scheme: light dark;
    --page: #ffffff; --ink: #1d2530; --soft: #5c6672; --line: #dfe3e8; --tile: #f4f6f8;
    --training: #1f6fc4; --validation: #c25a00; --right: #17579b; --wrong: #b35300;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --page: #14181d; --ink: #e6eaef; --soft: #9aa5b1; --line: #303841; --tile: #1e242b;
      --training: #5aa2ee; --validation: #f09440; --right: #2f76c4; --wrong: #b35c12;
    }
  }
  body {
    margin: 0 auto; padding: 24px 20px 48px; max-width: 940px;
    background: var(--page); color: var(--ink); font: 14px/1.45 Helvetica, Arial, sans-serif;
  }
  h1 { font-size: 24px; margin: 0 0 4px; }
  h2 { font-size: 17px; margin: 32px 0 10px; padding-top: 12px; border-top: 1px solid var(--line); }
  header p { margin: 0; color: var(--soft); }
  figure { margin: 0; }
  .note { color: var(--soft); font-size: 12px; margin: 8px 0; }
  .tiles { display: flex; flex-wrap: wrap; gap: 12px; }
  .tiles div { background: var(--tile); border-radius: 8px; padding: 10px 16px; color: var(--soft); }
  .tiles b { display: block; font-size: 22px; color: var(--ink); }
  .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(400px, 100%), 1fr)); gap: 20px; }
  .chart svg { display: block; width: 100%; height: auto; }
  .chart figcaption { display: flex; flex-wrap: wrap; gap: 2px 14px; }
  .key { color: var(--soft); }
  .key::before { content: "● "; color: var(--look); }
  .training { --look: var(--training); }
  .validation { --look: var(--validation); }
  .grid { stroke: var(--line); }
  .tick { fill: var(--soft); font-size: 11px; }
  polyline { fill: none; stroke: var(--look); stroke-width: 2; stroke-linejoin: round; }
  circle { fill: var(--look); }
  .spark { width: 80px; height: 18px; vertical-align: middle; }
  .spark polyline { stroke-width: 1.5; }
  .wide { overflow-x: auto; }
  table { border-collapse: collapse; }
  th, td { padding: 4px 12px 4px 0; text-align: left; vertical-align: top; font-weight: normal; }
  tr + tr > * { border-top: 1px solid var(--line); }
  th { color: var(--soft); }
  th[scope="row"] { white-space: nowrap; }
  .number, .sum { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  td { overflow-wrap: anywhere; }
  .matrix td { text-align: right; padding: 5px 7px; min-width: 28px; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
  .matrix tr > * { border: 1px solid var(--line); }
  .matrix tr:first-child > *, .matrix th, .matrix .sum { border: 0; }
  .matrix th[scope="row"] { vertical-align: middle; }
  .matrix th[scope="col"] { vertical-align: bottom; padding: 0 0 6px; text-align: center; }
  .matrix th[scope="col"] span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
  .matrix .right { background: color-mix(in srgb, var(--right) var(--shade), transparent); }
  .matrix .wrong { background: color-mix(in srgb, var(--wrong) var(--shade), transparent); }
  .matrix .full { color: #ffffff; }
  .pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(128px, 1fr)); gap: 16px 12px; }
  .pictures figcaption { font-size: 12px; line-height: 1.35; overflow-wrap: anywhere; }
  .pictures img, .filters img { image-rendering: pixelated; border-radius: 4px; border: 1px solid var(--line); }
  .pictures img { width: 112px; max-width: 100%; display: block; margin-bottom: 4px; }
  .filters { display: flex; flex-wrap: wrap; gap: 8px; }
  .filters img { width: 64px; }
  @media print { section { break-inside: avoid; } }
`;
