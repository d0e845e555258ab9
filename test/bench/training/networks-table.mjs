// What is measured: the networks of ../inference/networks-table.mjs with batches, losses, and how many times quicker than
// PyTorch a step shall be.
import { networks as all } from "../inference/networks-table.mjs";

const classes = (label) => `cross_entropy(logits, ${label})`;

const steps = {
  lenet5: { batch: 64, target: 5, loss: classes("label") },
  resnet20: { batch: 128, target: 2, loss: classes("label") },
  textcnn: { batch: 50, target: 1.7, loss: classes("mood") },
  audiocnn: { batch: 32, target: 2.2, loss: classes("word") },
  unet: { batch: 4, target: 2, loss: "binary_cross_entropy(logits, mask)" },
  mobilenet_v2: { batch: 8, target: 2, loss: classes("label") },
  alexnet: { batch: 16, target: 1.8, loss: classes("label") },
  resnet18: { batch: 8, target: 1.8, loss: classes("label") },
  vgg16: { batch: 2, target: 2.2, loss: classes("label") },
};

export const networks = Object.fromEntries(
  Object.entries(steps).map(([name, step]) => [name, { file: all[name].file, set: all[name].set ?? {}, ...step }]),
);
