import { beforeAll, expect, it } from "vitest";
import { build } from "../../compiler/build/build.ts";
import type { CompiledModel } from "../../compiler/compile.ts";
import { eventLoopTrials, mustTick, type Trial } from "../support/event-loop.ts";
import { runProgram } from "../support/program.ts";
import { buildLeNet, compileText, suiteFolder } from "./lenet.ts";

/** Real networks: that the event loop is free during long calls, and that nothing is left of nets that are gone. */

/** About 120 GFLOP for two pictures: more than 300 ms on one core, even of a quick machine. */
const text = `cnn 1
model Heavy {
  input x: f32[3, 224, 224]
  y = x -> conv(64, kernel=3, pad=1) -> repeat 16 { conv(64, kernel=3, pad=1) -> relu } -> global_avg_pool -> dense(2)
  output kind: class("a", "b") = y -> softmax
  train { loss = cross_entropy(y, kind)  optimizer = sgd(lr=0.01)  batch = 2  epochs = 1 }
}
`;

const folder = suiteFolder();
let heavy: CompiledModel;
let addon: string;
beforeAll(async () => {
  [heavy] = compileText(text, "heavy.cnn") as [CompiledModel];
  ({ addon } = await build([heavy], { name: "heavy", out: folder }));
});

it("a timer ticks on while a network predicts for 300 ms, and while it is trained", async () => {
  const { predict, train } = await runProgram<Record<"predict" | "train", Trial[]>>(
    [heavy.manifest],
    addon,
    `${eventLoopTrials}
    const net = await Heavy.load({ threads: 1 });
    const x = new Float32Array(2 * 3 * 224 * 224).fill(0.5);
    await net.predict({ x });
    const predict = await trials(() => net.predict({ x }));
    const trainer = net.trainer();
    await trainer.step({ x, kind: [0, 1] });
    const train = await trials(() => trainer.step({ x, kind: [0, 1] }));
    console.log(JSON.stringify({ predict, train }));`,
  );
  mustTick(predict, 300);
  mustTick(train, 300);
});

it("memory is flat over 6,000 loads of LeNet that predict and are disposed of", async () => {
  const lenet = await buildLeNet(suiteFolder());
  const { resident } = await runProgram<{ resident: number[] }>(
    [lenet.LeNet.manifest],
    lenet.addon,
    `import { getHeapStatistics } from "node:v8";
    const image = new Uint8Array(3 * 784);
    const resident = [];
    for (let round = 0; round < 6; round++) {
      for (let n = 0; n < 1000; n++) {
        const net = await LeNet.load({ threads: 2 });
        await net.predict({ image });
        await net.dispose();
      }
      for (let k = 0; k < 5; k++) { gc(); await new Promise((resolve) => setImmediate(resolve)); }
      resident.push(process.memoryUsage().rss - getHeapStatistics().total_physical_size);
    }
    console.log(JSON.stringify({ resident }));`,
  );
  expect(resident.at(-1)! - resident[1]!).toBeLessThan(4 << 20);
});
