import type { ClassEvaluation } from "../../../runtime/index.ts";
import { html, type Html } from "./html.ts";

/** More classes than fit a page side by side. */
const mostClasses = 32;
const mostMistakes = 24;

/** A table of counts; of many classes only the mistakes that are made most often. */
export function confusionMatrix(name: string, evaluation: ClassEvaluation): Html {
  const { labels, confusion } = evaluation;
  if (confusion === undefined) return html``;
  return html`<section>
    <h2>Confusion matrix of ${name}</h2>
    ${labels.length <= mostClasses ? matrix(evaluation, confusion) : mistakes(labels, confusion)}
  </section>`;
}

function matrix({ labels, perClass }: ClassEvaluation, confusion: Uint32Array): Html {
  const cells = (truth: number): Html[] =>
    labels.map((_, predicted) => {
      const count = confusion[truth * labels.length + predicted]!;
      const share = count / Math.max(perClass[truth]!.count, 1);
      // Few mistakes among many samples are what one looks for: the root makes them visible.
      const shade = Math.round(100 * Math.sqrt(share));
      const look = `${truth === predicted ? "right" : "wrong"}${shade > 75 ? " full" : ""}`;
      return html`<td class="${look}" style="--shade: ${shade}%">${count === 0 ? "" : count}</td>`;
    });
  return html`<p class="note">
      Rows: what is true. Columns: what was predicted. The larger a share of its row, the stronger its colour.
    </p>
    <div class="wide">
      <table class="matrix">
        <tr>
          <td></td>
          ${labels.map((label) => html`<th scope="col"><span>${label}</span></th>`)}
          <th scope="col"><span>recall</span></th>
        </tr>
        ${perClass.map(
          ({ label, recall }, truth) =>
            html`<tr>
              <th scope="row">${label}</th>
              ${cells(truth)} ${share(recall)}
            </tr>`,
        )}
        <tr>
          <th scope="row">precision</th>
          ${perClass.map(({ precision }) => share(precision))}
        </tr>
      </table>
    </div>`;
}

function share(value: number | undefined): Html {
  return html`<td class="sum">${value === undefined ? "–" : `${(100 * value).toFixed(1)}%`}</td>`;
}

function mistakes(labels: readonly string[], confusion: Uint32Array): Html {
  const made = Array.from(confusion, (count, place) => ({
    count,
    truth: Math.floor(place / labels.length),
    predicted: place % labels.length,
  })).filter(({ count, truth, predicted }) => count > 0 && truth !== predicted);
  made.sort((a, b) => b.count - a.count);
  return html`<p class="note">${labels.length} classes: the mistakes that are made most often.</p>
    <table>
      <tr>
        <th scope="col">is</th>
        <th scope="col">taken for</th>
        <th scope="col" class="number">times</th>
      </tr>
      ${made.slice(0, mostMistakes).map(
        ({ count, truth, predicted }) =>
          html`<tr>
            <td>${labels[truth]}</td>
            <td>${labels[predicted]}</td>
            <td class="number">${count}</td>
          </tr>`,
      )}
    </table>`;
}
