/** Whether this is a full run (`npm run test:full`): suites then draw more samples, optimise more, or run in more forms. */
export const isFullRun = process.env["CNNC_FULL"] === "1";
