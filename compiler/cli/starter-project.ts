import type { EmittedFile } from "../emit/emitted-file.ts";
import { version } from "../version.ts";

const model = `cnn 1

/// A small network for 28×28 grey pictures of digits, after LeNet-5 (LeCun et al. 1998).
model Digits {
  input image: u8[1, 28, 28] // channels, rows, columns

  logits = image
    -> normalize(mean=[0.131], std=[0.308]) // bytes become 0..1, then standardised
    -> conv(6, kernel=5, pad=2) -> relu -> max_pool(2)
    -> conv(16, kernel=5) -> relu -> max_pool(2)
    -> flatten // 16×5×5 numbers
    -> dense(84) -> relu -> dropout(0.25) // dropout is part of training only
    -> dense(10)

  /// Which digit the picture shows.
  output digit: class(0..9) = logits -> softmax

  train {
    loss = cross_entropy(logits, digit) // \`digit\` is what the caller gives as the truth
    optimizer = sgd(lr=0.05, momentum=0.9, weight_decay=5e-4)
    schedule = cosine(warmup=0.05)
    batch = 64
    epochs = 5
  }
}
`;

const train = `// Trains the network with its generated API, and measures it: node train.mjs FOLDER
// The folder holds IDX files, as MNIST has them (train-images-idx3-ubyte.gz and so on).
import { evaluate, fit, labelledImagesDataset, readMnist } from "cnnc/runtime";
import { Digits } from "./build/model/index.js";

const folder = process.argv[2] ?? "data";
const read = async (part) =>
  labelledImagesDataset(await readMnist(folder, part), { input: "image", target: "digit" });

const net = await Digits.load({ seed: 1 });
await fit(net, await read("train"), {
  seed: 1,
  onEpoch: ({ epoch, epochs, loss }) => console.log(\`epoch \${epoch + 1} of \${epochs}: loss \${loss.toFixed(3)}\`),
});
const { top1 = 0 } = await evaluate(net, await read("test"));
console.log(\`test accuracy: \${(100 * top1).toFixed(1)}%\`);
await net.save("model.safetensors");
await net.dispose();
`;

const readme = (name: string): string => `# ${name}

| File        | What it is                                    |
| ----------- | --------------------------------------------- |
| \`model.cnn\` | the network, and how it is trained            |
| \`train.mjs\` | trains it with the generated API, measures it |

\`\`\`sh
npm install
npm run check          # looks for mistakes in model.cnn
npm run lint           # and for what is better done otherwise
npm run build          # compiles it to build/model/
npm run train -- data  # trains with the IDX files in the folder data
\`\`\`

\`npx cnnc doctor\` tells whether this machine has all that a build needs; \`npx cnnc --help\` lists what else there is.
`;

/** The files of a new project: a network, a program that trains it, and what npm needs. */
export function starterProject(name: string): readonly EmittedFile[] {
  const manifest = {
    name: packageName(name),
    version: "0.0.0",
    private: true,
    type: "module",
    scripts: {
      check: "cnnc check model.cnn",
      lint: "cnnc lint .",
      build: "cnnc build model.cnn",
      train: "cnnc build model.cnn --quiet && node train.mjs",
    },
    dependencies: { cnnc: `^${version}` },
  };
  return [
    { name: "model.cnn", text: model },
    { name: "train.mjs", text: train },
    { name: "package.json", text: `${JSON.stringify(manifest, null, 2)}\n` },
    { name: ".gitignore", text: "node_modules/\nbuild/\n*.safetensors\n" },
    { name: "README.md", text: readme(name) },
  ];
}

/** As npm wants it: small letters, digits, hyphens. */
function packageName(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return plain.replace(/^-|-$/g, "") || "network";
}
