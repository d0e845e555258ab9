import type { EpochRecord, RunLayer } from "../training-run.ts";
import { formatNumber } from "./curves.ts";
import { html, type Html } from "./html.ts";

/** Per layer what it learned with: its gradient over the epochs, and the units that never fired in the last one. */
export function layerTable(layers: readonly RunLayer[], epochs: readonly EpochRecord[]): Html {
  const rectified = epochs.at(-1)?.deadUnits ?? [];
  return html`<section>
    <h2>Layers</h2>
    <div class="wide">
      <table>
        <tr>
          <th scope="col">layer</th>
          <th scope="col">operator</th>
          <th scope="col">output</th>
          <th scope="col" class="number">parameters</th>
          <th scope="col" class="number">gradient norm</th>
          <th scope="col">by epoch</th>
          ${rectified.length > 0 ? html`<th scope="col" class="number">dead units</th>` : ""}
        </tr>
        ${layers.map((layer) => row(layer, epochs, rectified))}
      </table>
    </div>
    <p class="note">
      Gradient norm: L2, of the last step of an epoch, before clipping.
      ${rectified.length > 0 ? "Dead units: those that fired for no sample of the last epoch." : ""}
    </p>
  </section>`;
}

function row(
  { name, operator, shape, parameters }: RunLayer,
  epochs: readonly EpochRecord[],
  rectified: EpochRecord["deadUnits"],
): Html {
  const norms = epochs.flatMap(({ gradientNorms }) => gradientNorms[name] ?? []);
  const dead = rectified.find(({ layer }) => layer === name);
  return html`<tr>
    <th scope="row">${name}</th>
    <td>${operator}</td>
    <td>${shape.join("×")}</td>
    <td class="number">${parameters === 0 ? "" : parameters.toLocaleString("en-US")}</td>
    <td class="number">${norms.length === 0 ? "" : formatNumber(norms.at(-1)!)}</td>
    <td>${norms.length > 1 ? spark(norms) : ""}</td>
    ${rectified.length > 0 ? html`<td class="number">${dead && shareOf(dead)}</td>` : ""}
  </tr>`;
}

function shareOf({ dead, units }: EpochRecord["deadUnits"][number]): string {
  return `${dead} of ${units} (${((100 * dead) / units).toFixed(1)}%)`;
}

/** A curve without axes, from 0 upwards. */
function spark(values: readonly number[]): Html {
  const most = Math.max(...values) || 1;
  const points = values.map(
    (value, i) => `${1 + (78 * i) / (values.length - 1)},${(17 - (16 * value) / most).toFixed(1)}`,
  );
  return html`<svg class="spark training" viewBox="0 0 80 18" role="img" aria-label="gradient norm by epoch">
    <polyline points="${points.join(" ")}" />
  </svg>`;
}
