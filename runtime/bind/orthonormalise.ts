/**
 * Gram-Schmidt, in place: from each vector what it has in common with those before it, v ← v - Σ_j (v·u_j)·u_j, then
 * v ← v/|v|. Where little is left of a vector, much of that is rounding, which another pass removes.
 */
export function orthonormalise(vectors: readonly Float64Array[]): void {
  const done: Float64Array[] = [];
  for (const v of vectors) {
    let [before, length] = [Infinity, lengthOf(v)];
    while (length < before / 2) {
      before = length;
      for (const u of done) subtract(v, dot(v, u), u);
      length = lengthOf(v);
    }
    for (let i = 0; i < v.length; i++) v[i]! /= length;
    done.push(v);
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

const lengthOf = (v: Float64Array): number => Math.sqrt(dot(v, v));

/** v ← v - share·u */
function subtract(v: Float64Array, share: number, u: Float64Array): void {
  for (let i = 0; i < v.length; i++) v[i]! -= share * u[i]!;
}
