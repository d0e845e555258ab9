import type { WorstExample } from "../training-run.ts";
import { html, type Html } from "./html.ts";

export function worstExamples(worst: readonly WorstExample[]): Html {
  if (worst.length === 0) return html``;
  return html`<section>
    <h2>Worst examples</h2>
    <p class="note">
      The largest losses, -log(probability of the true class). In bold what is true, below it what was predicted and how
      surely.
    </p>
    <div class="pictures">
      ${worst.map(
        ({ sample, truth, predicted, probability, loss, picture }) =>
          html`<figure>
            ${picture === undefined ? "" : html`<img src="${picture}" alt="sample ${sample}" />`}
            <figcaption>
              <b>${truth}</b><br />
              ${predicted} (${(100 * probability).toFixed(0)}%)<br />
              <span class="note">loss ${loss.toFixed(2)} · sample ${sample}</span>
            </figcaption>
          </figure>`,
      )}
    </div>
  </section>`;
}
