/** Trains LeNet with the generated API, tests it, and looks at a few pictures. Run by start.mjs. */
import { fileURLToPath } from "node:url";
import { SingleBar } from "cli-progress";
import { evaluate, fit, labelledImagesDataset, readMnist } from "cnnc/runtime";
import { LeNet } from "./build/lenet/index.js";

const folder = process.argv[2] ?? fileURLToPath(new URL("../data", import.meta.url));
const read = async (part: "train" | "test") =>
  labelledImagesDataset(await readMnist(folder, part), { input: "image", target: "clothing" });
const [train, test] = await Promise.all([read("train"), read("test")]);

const net = await LeNet.load({ seed: 1 });
const format = "epoch {epoch} [{bar}] {percentage}% | {images} images/s | {secondsLeft} s left | loss {loss}";
const bar = new SingleBar({ format, noTTYOutput: true, notTTYSchedule: 2000 });
bar.start(1, 0, { epoch: 1, images: 0, secondsLeft: 0, loss: "…" });
await fit(net, train, {
  seed: 1,
  epochs: 15,
  onStep: ({ epoch, step, totalSteps, imagesPerSecond, secondsLeft, loss }) => {
    bar.setTotal(totalSteps);
    const images = Math.round(imagesPerSecond);
    bar.update(step, { epoch: epoch + 1, images, secondsLeft: Math.ceil(secondsLeft), loss: loss.toFixed(3) });
  },
});
bar.stop();

const { top1 = 0 } = await evaluate(net, test);
console.log(`test accuracy: ${(100 * top1).toFixed(1)}%`);

const { image, clothing: truth } = await test.gather([0, 1, 2, 3, 4, 5]);
const { clothing } = await net.predict({ image });
const labels = LeNet.manifest.outputs[0]?.labels ?? [];
clothing.forEach(({ label, probability }, i) => {
  console.log(`${label} (${(100 * probability).toFixed(0)}%), labelled ${labels[truth[i] ?? 0]}`);
});
net.dispose();
