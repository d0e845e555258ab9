import * as fs from "node:fs";
import * as path from "node:path";
import { ConfigError, defaultConfig, readConfig } from "../../lint/config.ts";
import type { LintConfig } from "../../lint/config.ts";
import { CliError } from "../cli-error.ts";

const fileName = "cnnc.config.json";

/** Gives each file its configuration: the one that is named, or the nearest upwards from the file's folder. */
export function configFinder(named: string | undefined): (file: string) => LintConfig {
  const read = new Map<string, LintConfig>();
  return (file) => {
    const found = named ?? nearest(path.dirname(path.resolve(file)));
    if (found === undefined) return defaultConfig;
    const config = read.get(found) ?? readConfigFile(found);
    read.set(found, config);
    return config;
  };
}

function nearest(folder: string): string | undefined {
  const file = path.join(folder, fileName);
  if (fs.statSync(file, { throwIfNoEntry: false })?.isFile()) return file;
  const above = path.dirname(folder);
  return above === folder ? undefined : nearest(above);
}

function readConfigFile(file: string): LintConfig {
  const shown = path.relative("", file) || file;
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch {
    throw new CliError(`${shown} cannot be read`, `--config names a ${fileName}`);
  }
  try {
    return readConfig(text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CliError([shown, error.where].filter(Boolean).join(": ") + `: ${error.message}`, error.mend);
  }
}
