import type { Layer } from "../../../check/program.ts";
import type { Network } from "../../network.ts";
import { isLinear, isNorm, isRelu } from "../../operators.ts";
import { defineRule } from "../../rule.ts";

/** Of lr/(1 - momentum), the distance that a steady gradient is followed in a step. */
const mostRate = 1;

export const dyingRelu = defineRule({
  code: "CNN510",
  name: "dying-relu",
  title: "learning rate at which ReLUs die",
  severity: "warning",
  set: "strict",
  message: "`sgd` moves by up to {rate} times the gradient, and before {count} `relu` there is no norm",
  explain: `One large step can push the bias of a unit so far down that its input is negative for every sample. Its gradient is
then zero, and it never comes back (Lu et al. 2019, arXiv:1903.06733). \`batch_norm\`, or another norm, before the \`relu\` brings
the input back to both sides of zero; without it the learning rate has to be small. With momentum m, steps in one direction add
up to lr/(1 - m) times the gradient; VGG and AlexNet, which have none, were trained with 0.1. Reported from 1.

\`relu(leak_grad=0.01..0.1)\` lets units that never fire learn, and \`cnnc train\` tells how many there are.`,
  checkModel: ({ network, report }) => {
    const { train } = network.model;
    if (train?.optimizer.definition.name !== "sgd") return;
    const { lr, momentum } = train.optimizer.attributes as { readonly lr: number; readonly momentum: number };
    const rate = lr / (1 - momentum);
    const [first, ...others] = bareRelus(network);
    if (rate < mostRate || first === undefined) return;
    const notes = [{ span: first.span, message: "this is the first of them" }];
    const help = "a smaller `lr`, `batch_norm` before each `relu`, or `leak_grad`";
    report(train.optimizer.span, { rate: Number(rate.toPrecision(3)), count: others.length + 1 }, { notes, help });
  },
});

/** The ReLUs that a linear layer reaches without a norm between. */
function bareRelus({ layers }: Network): Layer[] {
  const bare = new Set<string>();
  return layers.filter((layer) => {
    const reached = layer.operands.some((operand) => bare.has(operand));
    if (isLinear(layer) || (reached && !isNorm(layer))) bare.add(layer.name);
    return reached && isRelu(layer);
  });
}
