// What the type checker and prettier do not see: budgets of size, exhaustive switches, lost promises.
import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/** Lists of data, one entry after the other: cutting them to a budget would hide their order. */
const tables = ["**/*-table.ts", "**/table.ts", "**/registry.ts", "compiler/passes/pipeline.ts"];

/** They hold for every hand-written file; test/house reads these numbers for the C++ of native/. */
const budgets = { fileLines: 400, functionLines: 60 };

const lines = (max) => ["error", { max, skipBlankLines: false, skipComments: false }];

export default defineConfig(
  {
    ignores: [
      "dist/",
      "**/node_modules/",
      "build/",
      "examples/**/build/",
      "examples/**/*.ts",
      "examples/**/train.js",
      "**/golden/",
      "**/goldens/",
    ],
  },
  js.configs.recommended,
  {
    rules: {
      "max-lines": lines(budgets.fileLines),
      "max-lines-per-function": lines(budgets.functionLines),
      eqeqeq: "error",
      "no-console": "off",
      "prefer-const": "error",
      // The type checker knows the globals of each environment.
      "no-undef": "off",
    },
  },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommended],
    languageOptions: {
      parserOptions: {
        project: ["./tsconfig.json", "./tsconfig.test.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        // A `default` for a union would hide the variant that someone adds tomorrow.
        { allowDefaultCaseForExhaustiveSwitch: false, requireDefaultForNonUnion: true },
      ],
      // `{}` as the type of a generic's empty record of options.
      "@typescript-eslint/no-empty-object-type": ["error", { allowObjectTypes: "always" }],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true },
      ],
    },
  },
  {
    // The companion of dependency-cruiser's rule io-at-the-rim: this global needs no import.
    files: ["grammar/**/*.ts", "compiler/**/*.ts"],
    ignores: ["compiler/cli/**", "compiler/build/**"],
    rules: {
      "no-restricted-globals": [
        "error",
        { name: "process", message: "IO at the rim: only compiler/cli and compiler/build see it." },
      ],
    },
  },
  {
    files: tables,
    rules: { "max-lines": "off", "max-lines-per-function": "off" },
  },
  {
    // A suite is one function around its cases.
    files: ["test/**/*.ts"],
    rules: { "max-lines-per-function": "off" },
  },
);
