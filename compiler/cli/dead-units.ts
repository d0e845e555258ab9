import type { DeadUnits, EpochReport } from "../../runtime/index.ts";
import { formatShare } from "./columns.ts";
import type { AnyModel } from "./load.ts";

type Report = Pick<EpochReport<AnyModel>, "deadUnits">;

/** `dead units 0.8%`, of all rectified layers together; nothing where there is none. */
export function deadShare({ deadUnits }: Report): readonly string[] {
  const sum = (key: "dead" | "units"): number => deadUnits.reduce((total, layer) => total + layer[key], 0);
  return deadUnits.length === 0 ? [] : [`dead units ${formatShare(sum("dead") / sum("units"))}`];
}

/** Each layer is warned of once: when more than a share of its units are dead for the first time. */
export class DeadUnitWarnings {
  readonly #most: number;
  readonly #warned = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  of({ deadUnits }: Report): readonly string[] {
    const risen = deadUnits.filter((it) => this.#exceeds(it) && !this.#warned.has(it.layer));
    risen.forEach(({ layer }) => this.#warned.add(layer));
    return risen.map(
      ({ layer, units, dead }) =>
        `${layer}: ${dead} of ${units} units fired for no sample of this epoch; ` +
        "a smaller learning rate, batch_norm before it or relu(leak_grad=0.01..0.05) may keep them alive",
    );
  }

  #exceeds({ units, dead }: DeadUnits): boolean {
    return dead > this.#most * units;
  }
}
