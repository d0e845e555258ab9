// Which folder may import which (ARCHITECTURE.md), each rule with its reason.
// test/house plants a violation of each and expects it to be found.

/** Modules of Node that reach outside the process's memory. */
const io = "^(node:)?(fs|fs/promises|child_process|process|net|http|https|http2|dgram|tls|worker_threads|cluster)$";

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "grammar-knows-no-meaning",
      // Editors, formatters and docs use the grammar without the compiler; a tree means nothing yet.
      comment: "grammar/ is text and syntax tree: it imports neither compiler/ nor runtime/",
      severity: "error",
      from: { path: "^grammar/" },
      to: { path: "^(compiler|runtime)/" },
    },
    {
      name: "runtime-stands-alone",
      // It is loaded by programs in production, where no compiler is installed or wanted.
      comment: "runtime/ imports itself and Node's own modules only (and sharp, in runtime/data)",
      severity: "error",
      from: { path: "^runtime/" },
      to: { pathNot: ["^runtime/", "node_modules/sharp/"], dependencyTypesNot: ["core"] },
    },
    {
      name: "only-data-decodes-pictures",
      // sharp is large: a model that is fed with typed arrays must load without it.
      comment: "within runtime/, sharp is for runtime/data",
      severity: "error",
      from: { path: "^runtime/", pathNot: "^runtime/data/" },
      to: { path: "node_modules/sharp/" },
    },
    {
      name: "models-load-alone",
      // A wrapper imports runtime/bind only: a program that predicts starts without what reads data and trains.
      comment: "what models are loaded by does not import runtime/data, runtime/train, or runtime/index.ts with both",
      severity: "error",
      from: { path: "^runtime/(bind|random|tensor|weights)/" },
      to: { path: "^runtime/(data/|train/|index[.]ts$)" },
    },
    {
      name: "only-pictures-are-laid-out",
      // elkjs is large: a command that draws nothing must load without it.
      comment: "elkjs is for compiler/graph/layout.ts, which only the command graph and its pages load",
      severity: "error",
      from: { path: "^(grammar|compiler|runtime)/", pathNot: "^compiler/(graph/|cli/commands/graph[.]ts$)" },
      to: { path: "node_modules/elkjs/|^compiler/graph/(layout|svg)[.]" },
    },
    {
      name: "only-exports-encode",
      // protobufjs is for files of ONNX and of TensorBoard: a command that writes none must load without it.
      comment:
        "protobufjs is for compiler/onnx/schema.ts, which only the command export loads, " +
        "and compiler/telemetry/event-file.ts, which train --tensorboard loads",
      severity: "error",
      from: {
        path: "^(grammar|compiler|runtime)/",
        pathNot:
          "^compiler/(onnx/|telemetry/event-file[.]ts$|cli/(commands/export|telemetry/(event-files|telemetry))[.]ts$)",
      },
      to: {
        path: "node_modules/protobufjs/|^compiler/(onnx/(schema|file)|telemetry/event-file|cli/telemetry/event-files)[.]",
      },
    },
    {
      name: "operators-stand-alone",
      // Adding or changing an operator touches one folder; what two share belongs to opkit/.
      comment: "an operator imports no other operator; only the registry imports them all",
      severity: "error",
      from: { path: "^compiler/ops/([^/.]+)", pathNot: "^compiler/ops/(registry|index)[./]" },
      to: { path: "^compiler/ops/", pathNot: "^compiler/ops/$1[./]" },
    },
    {
      name: "emitters-only-print",
      // A decision taken while printing is one that `cnnc explain` cannot show.
      comment: "emit/ prints the IR: it imports neither the syntax tree nor ops/ nor check/",
      severity: "error",
      from: { path: "^compiler/emit/" },
      to: { path: "^(grammar/(ast|parser|tokens|format)|compiler/(ops|check))/" },
    },
    {
      name: "passes-name-no-operator",
      // A pass that knows operators by name has to be changed for each new one: it asks traits.
      comment: "passes/ work on the IR: they import neither ops/ nor the syntax tree",
      severity: "error",
      from: { path: "^compiler/passes/" },
      to: { path: "^(grammar/(ast|parser|tokens|format)|compiler/ops)/" },
    },
    {
      name: "lint-reads-the-checked-model",
      // Advice about a network must not change with how it happens to be compiled.
      comment: "lint/ works on trees and checked models: of the back end it asks for receptive fields only",
      severity: "error",
      from: { path: "^compiler/lint/" },
      to: { path: "^compiler/", pathNot: "^compiler/((lint|check|opkit|shape)/|lower/receptive-field[.]ts$)" },
    },
    {
      name: "rules-stand-alone",
      // Adding or changing a rule touches one folder; what two share belongs beside rules/.
      comment: "a rule imports no other rule; only the registry imports them all",
      severity: "error",
      from: { path: "^compiler/lint/rules/([^/]+)/" },
      to: { path: "^compiler/lint/rules/", pathNot: "^compiler/lint/rules/$1/" },
    },
    {
      name: "io-at-the-rim",
      // compile(sources) returns files; so it runs in an editor, a browser, a test without a disk.
      comment: "grammar/ and compiler/ touch no files or processes outside compiler/cli and /build",
      severity: "error",
      // generate-registry.mjs is a tool of this checkout, not part of the compiler.
      from: { path: "^(grammar|compiler)/", pathNot: "^compiler/((cli|build)/|ops/generate-registry[.]mjs$)" },
      to: { path: io },
    },
    {
      name: "shape-is-a-leaf",
      // Everything counts with shapes; what it imported, everything would depend on.
      comment: "compiler/shape imports nothing but itself",
      severity: "error",
      from: { path: "^compiler/shape/" },
      to: { pathNot: "^compiler/shape/" },
    },
    {
      name: "no-cycle",
      // Two modules in a cycle can only be read, tested and changed together. Types count too.
      comment: "no import leads back to its start",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "product-imports-no-test",
      // Neither is in the published package.
      comment: "sources import nothing from test/, examples/ or dist/",
      severity: "error",
      from: { path: "^(grammar|compiler|runtime)/" },
      to: { path: "^(test|examples|dist)/" },
    },
    {
      name: "no-development-dependency",
      // A user's install has no devDependencies. Types are erased and may come from them.
      comment: "sources import only what package.json lists under dependencies",
      severity: "error",
      from: { path: "^(grammar|compiler|runtime)/" },
      to: {
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"],
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "resolvable",
      // An import that is not found is one that no other rule sees.
      comment: "every import is found",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^dist/" },
    tsConfig: { fileName: "tsconfig.json" },
    // Type-only imports are imports too.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
    },
  },
};
