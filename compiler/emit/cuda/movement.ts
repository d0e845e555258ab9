import { mapFunctor } from "../cpp/affine-map.ts";
import { poolings, window } from "../cpp/call.ts";
import { float } from "../cpp/names.ts";
import { axesName } from "./axes.ts";
import { elements, samples, type Launch, type Launching, type Printers } from "./launches.ts";

/** Families whose elements are computed one by one: a thread for each. */
export const movementPrinters: Printers = {
  map: ({ c, result, steps }) => [{ kernel: "map", head: elements(result, c), operands: [samples(result, c), steps] }],
  affine_sample: ({ c, core, node, inputs: [x], result, steps }) => {
    const { channels, height, width } = c.extent(result);
    const map = mapFunctor(node, core, c).make;
    const head = `Fill::${core.fill}, ${height}, ${width}, ${channels}`;
    return [{ kernel: "sample_through", head, operands: [c.memory(x!), map, "call.batch", steps] }];
  },
  pool: ({ c, core, inputs: [x], result, steps }) => {
    const { height, width } = c.extent(result);
    const head = `${c.type(x!)}, ${poolings[core.pooling]}, ${window(core.window)}, ${height}, ${width}`;
    const index = core.index === undefined ? "NoIndex{}" : c.memory(core.index);
    return [{ kernel: "pool_windows", head, operands: [c.memory(x!), index, "call.batch", steps] }];
  },
  pool_grad: ({ c, core, inputs: [dy, at], result, steps }) => {
    const { height, width } = c.extent(result);
    const head = `${c.type(dy!)}, ${poolings[core.pooling]}, ${window(core.window)}, ${height}, ${width}`;
    const index = at === undefined ? "NoIndex{}" : c.memory(at);
    return [{ kernel: "pool_windows_grad", head, operands: [c.memory(dy!), index, "call.batch", steps] }];
  },
  concat: ({ c, inputs, result, steps }) => [
    {
      kernel: "concat_channels",
      head: elements(result, c),
      operands: ["call.batch", steps, ...inputs.map((x) => c.memory(x))],
    },
  ],
  resample: gather,
  permute: gather,
  reshape: ({ c, inputs: [x], result, steps }) => [
    { kernel: "reshape_elements", head: elements(result, c), operands: [c.memory(x!), "call.batch", steps] },
  ],
  channel_window: ({ c, core: { before, after }, inputs: [x], steps }) => [
    { kernel: "sum_of_neighbours", head: `${before}, ${after}`, operands: [c.memory(x!), "call.batch", steps] },
  ],
  embedding: ({ c, inputs: [tokens, w], result, steps }) => [
    {
      kernel: "rows_of_table",
      head: elements(result, c),
      operands: [c.memory(tokens!), c.memory(w!), "call.batch", steps],
    },
  ],
};

function gather({ c, core, node, inputs: [x], result, steps }: Launching<"resample"> | Launching<"permute">): Launch[] {
  const fill = float(core.family === "resample" ? core.fill : 0);
  const head = `${elements(result, c)}, ${axesName(node, c)}`;
  return [{ kernel: "gather_elements", head, operands: [c.memory(x!), fill, "call.batch", steps] }];
}
