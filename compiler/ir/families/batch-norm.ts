import { e } from "../expression.ts";
import { batched, single, type FamilyDefinition } from "./family.ts";

/**
 * Normalisation by the statistics of the batch, as one node until `expand`: inputs x, gamma, beta, and the running
 * mean and variance that it moves.
 */
export const batchNorm: FamilyDefinition<"batch_norm"> = {
  result: (_, [x]) => batched(x!.type.shape),
  // With x̂ = (x - mean)·inv_std and M elements per channel (Ioffe & Szegedy 2015):
  // dβ = Σ dy, dγ = Σ dy·x̂, dx = γ·inv_std·(dy - dβ/M - x̂·dγ/M)
  adjoint: ({ b, core, inputs: [x, gamma, beta], gradient, wants }) => {
    const [mean, invStd] = [core.mean, core.invStd];
    const { shape } = b.typeOf(x!);
    const dGamma = b.result(`${gamma}.gradient`, b.typeOf(gamma!).shape);
    const dBeta = b.node({ family: "batch_norm_sums", scaled: dGamma }, [gradient, x!, mean, invStd], {
      gradientOf: beta!,
    });
    if (!wants(0)) return [undefined, dGamma, dBeta];
    const pixels = shape.slice(1).reduce((product, n) => product * n, 1);
    const share = e.div(e.scalar("inverse_batch"), pixels);
    const normalised = e.mul(e.sub(e.value(x!), e.value(mean)), e.value(invStd));
    const centred = e.sub(e.value(gradient), e.mul(e.value(dBeta), share));
    const dx = e.mul(
      e.mul(e.value(gamma!), e.value(invStd)),
      e.sub(centred, e.mul(normalised, e.mul(e.value(dGamma), share))),
    );
    return [b.map(dx, undefined, { gradientOf: x! }), dGamma, dBeta];
  },
};

export const batchMoments: FamilyDefinition<"batch_moments"> = {
  result: (_, [x]) => single([x!.type.shape[0]!]),
  acrossBatch: true,
  movesBuffers: true,
};

export const batchNormSums: FamilyDefinition<"batch_norm_sums"> = {
  result: (_, [dy]) => single([dy!.type.shape[0]!]),
  acrossBatch: true,
};
