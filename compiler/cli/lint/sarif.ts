import { pathToFileURL } from "node:url";
import type * as Sarif from "sarif";
import { fixesOf } from "../../../grammar/index.ts";
import type { Diagnostic, DiagnosticCode, Fix, Note, Severity, Span } from "../../../grammar/index.ts";
import type { Suppressed } from "../../lint/lint.ts";
import { catalogue, findSubject, subjects } from "../../lint/subjects.ts";
import { version } from "../../version.ts";

const levels = { error: "error", warning: "warning", info: "note" } as const satisfies Record<Severity, string>;

/** The report as SARIF 2.1.0 (OASIS), which code hosts and editors read. */
export function sarifLog(findings: readonly Diagnostic[], suppressed: readonly Suppressed[]): Sarif.Log {
  const all = [...findings, ...suppressed.map(({ diagnostic }) => diagnostic)];
  const codes = [...new Set([...subjects, ...all].map(({ code }) => code))].sort() as DiagnosticCode[];
  const resultOf = (report: Diagnostic): Sarif.Result => resultFor(report, codes);
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "cnnc", semanticVersion: version, rules: codes.map(descriptorOf) } },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: { [base]: { uri: `${pathToFileURL(process.cwd()).href}/` } },
        results: [
          ...findings.map(resultOf),
          ...suppressed.map(({ diagnostic, reason }): Sarif.Result => {
            return { ...resultOf(diagnostic), suppressions: [{ kind: "inSource", justification: reason }] };
          }),
        ],
      },
    ],
  };
}

/** Paths are relative to the folder in which the command runs. */
const base = "%SRCROOT%";

/** The page of this version's package, where it is published; the same text stands in the log itself (`help`). */
function pageOf(code: DiagnosticCode): string {
  return `https://cdn.jsdelivr.net/npm/cnnc@${version}/docs/diagnostics/${code}.md`;
}

function descriptorOf(code: DiagnosticCode): Sarif.ReportingDescriptor {
  const { title, severity, explain } = catalogue[code]!;
  const name = findSubject(code)?.name;
  return {
    id: code,
    ...(name !== undefined && { name }),
    shortDescription: { text: title },
    helpUri: pageOf(code),
    help: { text: explain, markdown: explain },
    defaultConfiguration: { level: levels[severity] },
  };
}

function resultFor(report: Diagnostic, codes: readonly string[]): Sarif.Result {
  const { code, severity, message, span, notes, help } = report;
  const fixes = fixesOf(report);
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: levels[severity],
    message: { text: help === undefined ? message : `${message}\n${help}` },
    locations: [{ physicalLocation: placeOf(span) }],
    ...(notes.length > 0 && { relatedLocations: notes.map(relatedOf) }),
    ...(fixes.length > 0 && { fixes: fixes.map(fixOf) }),
  };
}

function relatedOf({ span, message }: Note, id: number): Sarif.Location {
  return { id, physicalLocation: placeOf(span), message: { text: message } };
}

function fixOf({ title, edits }: Fix): Sarif.Fix {
  const files = [...new Set(edits.map(({ span }) => span.file))];
  return {
    description: { text: title },
    artifactChanges: files.map((file) => ({
      artifactLocation: artifactOf(file.path),
      replacements: edits
        .filter(({ span }) => span.file === file)
        .map(({ span, text }) => ({ deletedRegion: regionOf(span), insertedContent: { text } })),
    })),
  };
}

function placeOf(span: Span): Sarif.PhysicalLocation {
  return { artifactLocation: artifactOf(span.file.path), region: regionOf(span) };
}

function artifactOf(file: string): Sarif.ArtifactLocation {
  if (/^(\/|[A-Za-z]:|\.\.\/)/.test(file)) return { uri: pathToFileURL(file).href };
  return { uri: file.split("/").map(encodeURIComponent).join("/"), uriBaseId: base };
}

function regionOf({ file, start, end }: Span): Sarif.Region {
  const [from, to] = [file.position(start), file.position(end)];
  return { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column };
}
