import { defineRule } from "../../rule.ts";

const mostRate = 0.03;

export const highRateOfAdam = defineRule({
  code: "CNN516",
  name: "high-rate-of-adam",
  title: "learning rate too high for adam",
  severity: "warning",
  set: "recommended",
  message: "`{optimizer}` moves each weight by about {rate} in a step, however small its gradient is",
  explain: `Adam divides the gradient by its own size, so a step changes each weight by about the learning rate (Kingma & Ba
2015, arXiv:1412.6980, section 2.1). Weights themselves are about √(2/fan_in): 0.05 for 800 inputs. A rate above ${mostRate} replaces
them in a step or two. Rates of 0.0001 to 0.01 are usual, 0.001 is the default; what is right for \`sgd\` is too much here.`,
  checkModel: ({ network, report }) => {
    const optimizer = network.model.train?.optimizer;
    const { name } = optimizer?.definition ?? {};
    if (optimizer === undefined || (name !== "adam" && name !== "adamw")) return;
    const rate = optimizer.attributes["lr"] as number;
    if (rate > mostRate) report(optimizer.span, { optimizer: name, rate }, { help: "0.001 is a good beginning" });
  },
});
