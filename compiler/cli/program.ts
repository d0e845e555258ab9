import { Command, Option } from "commander";
import { version } from "../version.ts";
import type { ExitCode } from "./cli-error.ts";
import { cpuList, oneCpu } from "./cpu.ts";
import { collectOverride, eta, natural, positive, rows, seconds, share } from "./overrides.ts";
import { collectAxis } from "./sweep/axes.ts";

type Finish = (exitCode: ExitCode) => void;

/**
 * The command line. Only names and options stand here; what a command does is loaded when it is called, so that
 * `cnnc check` does not wait for the back end.
 */
export function makeProgram(finish: Finish): Command {
  const program = new Command("cnnc")
    .description("Compiler for convolutional networks: a .cnn file becomes a native module.")
    .version(version)
    .showSuggestionAfterError()
    .exitOverride();
  addReading(program, finish);
  addDrawing(program, finish);
  addBuilding(program, finish);
  addExporting(program, finish);
  addVariants(program, finish);
  addTraining(program, finish);
  addUsing(program, finish);
  addSweeping(program, finish);
  addBundling(program, finish);
  addMeasuring(program, finish);
  addStarting(program, finish);
  return program;
}

function addReading(program: Command, finish: Finish): void {
  const check = program.command("check").argument("<files...>", "files to check");
  withModel(check.description("report mistakes in .cnn files")).action(async (files: string[], options) =>
    finish(await (await import("./commands/check.ts")).checkCommand(files, options)),
  );
  const lint = program.command("lint").argument("<paths...>", "files to lint, and folders with .cnn files");
  withChoice(lint.description("report mistakes, and what works but is better done otherwise"))
    .addOption(
      new Option("--format <name>", "how to print").choices(["text", "json", "github", "sarif"]).default("text"),
    )
    .option("--fix", "apply the fixes of rules to the files")
    .option("--config <file>", "configuration (default: the nearest cnnc.config.json upwards from each file)")
    .option("--max-warnings <number>", "how many warnings are no failure", natural, 0)
    .option("--quiet", "print nothing but results")
    .action(async (paths: string[], options) =>
      finish(await (await import("./commands/lint.ts")).lintCommand(paths, options)),
    );
  const summary = program.command("summary").argument("<file>", "the network");
  withTarget(withModel(summary.description("show shapes, parameters and costs, layer by layer")))
    .addOption(depth())
    .action(async (file: string, options) =>
      finish((await import("./commands/summary.ts")).summaryCommand(file, options)),
    );
  const explain = program.command("explain").argument("<file>", "the network");
  withTarget(withModel(explain.description("show what the compiler makes of a network")))
    .option("--passes", "list the passes in their order")
    .option("--pass <name>", "show the program after this pass, or an earlier step: tokens, tree, layers, lower")
    .option("--line <number>", "of that, only what this line of the source became", positive)
    .option("--algorithms", "show the kernel that was chosen for each node, and why")
    .option("--arena", "show where values lie in memory")
    .option("--source", "show the generated C++")
    .addOption(new Option("--program <name>", "which program").choices(["infer", "step"]).default("infer"))
    .action(async (file: string, options) =>
      finish((await import("./commands/explain.ts")).explainCommand(file, options)),
    );
}

function addDrawing(program: Command, finish: Finish): void {
  const graph = program.command("graph").argument("<file>", "the network");
  withModel(graph.description("draw a network"))
    .option("-o, --out <file>", "the .svg or .html file to write (default: SVG to the terminal)")
    .option("--html", "a page in which a click opens and closes blocks")
    .option("--wide", "for a slide: a long network stands in columns")
    .addOption(depth())
    .action(async (file: string, options) =>
      finish(await (await import("./commands/graph.ts")).graphCommand(file, options)),
    );
}

function addExporting(program: Command, finish: Finish): void {
  const command = program.command("export").argument("<file>", "the network");
  withModel(command.description("write a network with its weights for other tools"))
    .requiredOption("--onnx <file>", "the ONNX file to write")
    .option("--weights <file>", "weights to load (default: fresh ones)")
    .option("--seed <number>", "for fresh weights, as for train (default: 0)", natural)
    .option("--external-data", "weights in a file of their own beside it: needed from 2 GiB on")
    .option("--all-values", "every layer's value is an output too")
    .action(async (file: string, options) =>
      finish((await import("./commands/export.ts")).exportCommand(file, options)),
    );
}

function addVariants(program: Command, finish: Finish): void {
  const augment = program.command("augment").argument("<file>", "the network");
  withModel(augment.description("show how training varies the pictures"))
    .requiredOption("--data <folder>", "IDX files, or the folder train/ with one folder of pictures per label")
    .requiredOption("--preview <file>", "PNG file to write: a row for each picture, as it is and in variants")
    .option("--count <number>", "how many pictures", positive, 8)
    .option("--variants <number>", "how many variants of each", positive, 7)
    .option("--seed <number>", "as for train", natural, 0)
    .action(async (file: string, options) =>
      finish(await (await import("./commands/augment.ts")).augmentCommand(file, options)),
    );
}

function addBuilding(program: Command, finish: Finish): void {
  const build = program.command("build").argument("<file>", "the network");
  withDevice(withModel(build.description("compile a network to a native module with a typed API")))
    .option("--cpu <levels>", `${cpuHelp}; several, with commas between, are chosen from when it is loaded`, cpuList)
    .option("--out <folder>", "folder for the products (default: build/NAME beside the file)")
    .option("--no-augment", "a training step that takes the pictures as they are")
    .option("--tune", "first measure, on this machine, which algorithm is best for each convolution (NAME.tune.json)")
    .action(async (file: string, options) =>
      finish(await (await import("./commands/build.ts")).buildCommand(file, options)),
    );
}

function addMeasuring(program: Command, finish: Finish): void {
  const bench = program.command("bench").argument("<file>", "the network");
  withModel(bench.description("measure where the time of a prediction goes, or of a training step, layer by layer"))
    .option("--train", "measure a training step")
    .option("--batch <number>", "samples in a call (default: 1; of a training step what the file says)", positive)
    .option("--threads <number>", "threads to use", positive, 1)
    .option("--seconds <number>", "how long to measure", seconds, 1)
    .option("--cpu <level>", cpuHelp, oneCpu)
    .action(async (file: string, options) =>
      finish(await (await import("./commands/bench.ts")).benchCommand(file, options)),
    );
}

function addBundling(program: Command, finish: Finish): void {
  const bundle = program.command("bundle").argument("<file>", "the network");
  withModel(bundle.description("write a folder that checks and measures a network on a CUDA device, without Node"))
    .addOption(new Option("--target <device>", "what for").choices(["cuda"]).default("cuda"))
    .addOption(precision())
    .requiredOption("--out <folder>", "folder to write; it must be new, or empty")
    .option("--weights <file>", "weights to load (default: random ones)")
    .option("--batch <number>", "samples to check with", positive, 2)
    .action(async (file: string, options) =>
      finish(await (await import("./commands/bundle.ts")).bundleCommand(file, options)),
    );
}

function addStarting(program: Command, finish: Finish): void {
  program
    .command("init")
    .argument("[folder]", "where to write it", ".")
    .description("write a small project: a network and a program that trains it")
    .option("--json", "print for programs")
    .option("--quiet", "print nothing but results")
    .action(async (folder: string, options) =>
      finish((await import("./commands/init.ts")).initCommand(folder, options)),
    );
  program
    .command("doctor")
    .description("look for all that a build needs, and try the C++ compiler")
    .option("--json", "print for programs")
    .action(async (options) => finish((await import("./commands/doctor.ts")).doctorCommand(options)));
}

const skipCorruptHelp = "go on without pictures that cannot be decoded, and name them (default: they are an error)";

function addTraining(program: Command, finish: Finish): void {
  const train = program.command("train").argument("<file>", "the network");
  withTarget(withModel(train.description("train a network and write its weights")))
    .requiredOption(
      "--data <folder>",
      "IDX files, shards train-*.tar and test-*.tar, tables train.csv and test.csv, NPY files train-NAME.npy and test-NAME.npy, " +
        "or the folders train/ and test/ with one folder of pictures per label",
    )
    .option("--out <file>", "weights to write (default: NAME.safetensors)")
    .option("--seed <number>", "for initial weights, order of samples, dropout, augmentation (default: 0)", natural)
    .option("--epochs <number>", "instead of the file's", positive)
    .option("--batch <number>", "samples per step, instead of the file's", positive)
    .option(
      "--validation <share>",
      "part of the training data that is kept aside and measured after each epoch",
      share,
      0.1,
    )
    .option("--skip-corrupt", skipCorruptHelp)
    .option("--resume <file>", "go on with a run that was stopped or killed")
    .option("--init-from <file>", "begin with another network's weights, where names and shapes agree")
    .option("--checkpoint <seconds>", "how old the checkpoint in --out may get within an epoch", seconds, 60)
    .option(
      "--keep <number>",
      "keep the checkpoints of so many epochs beside --out: NAME.epoch-07.safetensors",
      natural,
      0,
    )
    .option("--keep-best", "keep the weights of the epoch that measured best: NAME.best.safetensors")
    .option(
      "--patience <epochs>",
      "stop when so many epochs in a row measured no better, and take the best one's weights",
      positive,
    )
    .option("--warn-dead <share>", "warn of layers where more ReLU units than this never fire in an epoch", share, 0.1)
    .option("--no-augment", "train on the pictures as they are")
    .option("--log <file>", "file to which a line of JSON is added after each epoch")
    .option("--tensorboard <folder>", "folder for event files of TensorBoard")
    .option("--report <file>", "HTML page about the run: curves, mistakes, filters, layers")
    .option("--threads <number>", "threads to use (default: all)", positive)
    .action(async (file: string, options) =>
      finish(await (await import("./commands/train.ts")).trainCommand(file, options)),
    );
}

function addUsing(program: Command, finish: Finish): void {
  const evaluate = program.command("eval").argument("<file>", "the network");
  withTarget(withModel(evaluate.description("measure a trained network on test data")))
    .requiredOption("--weights <file>", "weights to load")
    .requiredOption(
      "--data <folder>",
      "IDX files, shards test-*.tar, a table test.csv, NPY files test-NAME.npy, or the folder test/ with one folder of pictures per label",
    )
    .option("--batch <number>", "samples per call", positive, 64)
    .option("--skip-corrupt", skipCorruptHelp)
    .option("--threads <number>", "threads to use (default: all)", positive)
    .action(async (file: string, options) =>
      finish(await (await import("./commands/eval.ts")).evalCommand(file, options)),
    );
  const predict = program
    .command("predict")
    .argument("<file>", "the network")
    .argument("[images...]", "PNG, JPEG or WebP files, or WAV files for a network of sounds");
  withTarget(withModel(predict.description("predict for pictures, or rows of data")))
    .requiredOption("--weights <file>", "weights to load")
    .option("--data <folder>", "IDX or NPY files: predict for rows of their test data")
    .option("--rows <numbers>", "which rows: 0,5,7 or 0..9", rows)
    .option("--top <number>", "how many labels to show", positive, 3)
    .option("--threads <number>", "threads to use (default: all)", positive)
    .action(async (file: string, images: string[], options) =>
      finish(await (await import("./commands/predict.ts")).predictCommand(file, images, options)),
    );
}

function addSweeping(program: Command, finish: Finish): void {
  const sweep = program.command("sweep").argument("<file>", "the network");
  withTarget(withModel(sweep.description("train variants of a network and compare them")))
    .requiredOption(
      "--sweep <name=values>",
      "a parameter of the model, or batch, epochs, seed: 1..3, 16,32,64, 0..0.5+0.1 or 16..128*2; may stand several times",
      collectAxis,
    )
    .requiredOption("--data <folder>", "as for train")
    .option("--out <folder>", "for the state, weights and the plot; a sweep goes on there (default: NAME.sweep)")
    .option("--random <number>", "draw so many points instead of taking all", positive)
    .option("--halve <times>", "so often, leave the weaker points behind (successive halving)", natural, 0)
    .option("--eta <number>", "of so many points, one stays each time, for as many times the epochs", eta, 2)
    .option("--seed <number>", "for the points that are drawn, and as for train", natural, 0)
    .option("--epochs <number>", "of points that stay to the end, instead of the file's", positive)
    .option("--batch <number>", "samples per step, instead of the file's", positive)
    .option("--validation <share>", "part of the training data by which points are compared", share, 0.1)
    .option("--no-augment", "train on the pictures as they are")
    .option("--threads <number>", "threads to use (default: all)", positive)
    .action(async (file: string, options) =>
      finish(await (await import("./commands/sweep.ts")).sweepCommand(file, options)),
    );
}

function depth(): Option {
  return new Option("--depth <number>", "open only blocks that are within fewer others (0: none)").argParser(natural);
}

function withChoice(command: Command): Command {
  return command
    .option("--model <name>", "the model, where the file has several")
    .option("--set <name=value>", "a parameter of the model; may stand several times", collectOverride);
}

function withModel(command: Command): Command {
  return withChoice(command).option("--json", "print for programs").option("--quiet", "print nothing but results");
}

const cpuHelp = "processors to compile for: native (default), x86-64, x86-64-v3, x86-64-v4 or aarch64";

function withTarget(command: Command): Command {
  return withDevice(command).option("--cpu <level>", cpuHelp, oneCpu);
}

function withDevice(command: Command): Command {
  return command
    .addOption(new Option("--target <device>", "what to compile for (default: cpu)").choices(["cpu", "cuda"]))
    .addOption(precision());
}

function precision(): Option {
  const names = ["f32", "tf32", "f16", "bf16"];
  return new Option("--precision <name>", "of products on CUDA devices (default: f32, which is exact)").choices(names);
}
