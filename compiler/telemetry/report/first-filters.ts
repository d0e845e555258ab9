import type { Filters } from "../training-run.ts";
import { html, type Html } from "./html.ts";

export function firstFilters(filters: Filters | undefined): Html {
  if (filters === undefined) return html``;
  const { layer, count, pictures } = filters;
  const shown = pictures.length < count ? html`The first ${pictures.length} of ${count} filters.` : "";
  return html`<section>
    <h2>Filters of ${layer}</h2>
    <div class="filters">
      ${pictures.map((picture, index) => html`<img src="${picture}" alt="filter ${index}" title="filter ${index}" />`)}
    </div>
    <p class="note">
      ${shown} The weights with which the first convolution sees the picture: middle grey is 0, white and black are a
      filter's largest weight, above 0 and below.
    </p>
  </section>`;
}
