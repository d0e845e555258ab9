/**
 * Axes C, H, W of x as products of factors above 1, the last one the fastest, and the factors put together anew: `order`
 * has for each axis of the result the factors that it is made of, numbered through C, H, W. With factors
 * [[g, k], [H], [W]] the order [[1, 0], [2], [3]] shuffles g·k channels.
 */
export interface Reordering {
  readonly factors: Triple<readonly number[]>;
  readonly order: Triple<readonly number[]>;
}

/** One for each of C, H, W. */
export type Triple<T> = readonly [T, T, T];

/** Channels, rows and columns of the result. */
export function resultSizes({ factors, order }: Reordering): Triple<number> {
  const sizes = factors.flat();
  return each(order, (own) => own.reduce((product, i) => product * sizes[i]!, 1));
}

/** What puts every factor back. */
export function inverse({ factors, order }: Reordering): Reordering {
  const sizes = factors.flat();
  const place = order.flat();
  let next = 0;
  return {
    factors: each(order, (own) => own.map((i) => sizes[i]!)),
    order: each(factors, (own) => own.map(() => place.indexOf(next++))),
  };
}

/** The same where some factors may be 1. */
export function reordering(factors: Triple<readonly number[]>, order: Triple<readonly number[]>): Reordering {
  const sizes = factors.flat();
  const kept = [...sizes.keys()].filter((i) => sizes[i]! > 1);
  return {
    factors: each(factors, (own) => own.filter((size) => size > 1)),
    order: each(order, (own) => own.map((i) => kept.indexOf(i)).filter((i) => i >= 0)),
  };
}

/** Nothing moves. */
export function isIdle({ factors, order }: Reordering): boolean {
  let next = 0;
  return factors.every((own, axis) => own.map(() => next++).join() === order[axis]!.join());
}

/** First one, then the other, where the second moves whole factors of the first. */
export function composed(first: Reordering, second: Reordering): Reordering | undefined {
  const sizes = first.factors.flat();
  const runs: (readonly number[])[] = [];
  for (const [axis, own] of second.factors.entries()) {
    const rest = [...first.order[axis]!];
    for (const size of own) {
      const run: number[] = [];
      for (let product = 1; product < size; product *= sizes[run.at(-1)!]!) run.push(rest.shift()!);
      if (run.reduce((product, i) => product * sizes[i]!, 1) !== size) return undefined;
      runs.push(run);
    }
  }
  return { factors: first.factors, order: each(second.order, (own) => own.flatMap((i) => runs[i]!)) };
}

/**
 * For each axis of the result and each position along it the coordinates (c, h, w) of x that it contributes; those of
 * the three axes add up.
 */
export function contributions({ factors, order }: Reordering): Triple<readonly Triple<number>[]> {
  const strides = factors.flatMap((own, axis) =>
    own.map((size, i) => ({ size, axis, stride: own.slice(i + 1).reduce((product, n) => product * n, 1) })),
  );
  return each(order, (own) => {
    const count = own.reduce((product, i) => product * strides[i]!.size, 1);
    return Array.from({ length: count }, (_, p): Triple<number> => {
      const at: [number, number, number] = [0, 0, 0];
      let rest = p;
      for (const i of [...own].reverse()) {
        const { size, axis, stride } = strides[i]!;
        at[axis]! += (rest % size) * stride;
        rest = Math.floor(rest / size);
      }
      return at;
    });
  });
}

function each<T, U>([c, h, w]: Triple<T>, f: (x: T) => U): Triple<U> {
  return [f(c), f(h), f(w)];
}
