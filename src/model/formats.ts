/**
 * Reports for other programs, beside the JSON and the Markdown report. Flags, inputs and outputs of the Action, options
 * of the library, the evidence of a step and docs/formats.md follow this list; `report/formats.ts` writes each of them.
 */
export const FORMATS = [
  {
    name: 'junit',
    flag: 'also write JUnit XML: one test suite per object, one test case per kernel',
    output: 'path of the JUnit XML report',
    evidence: 'junit.xml',
  },
  {
    name: 'sarif',
    flag: 'also write SARIF 2.1.0, for code scanning',
    output: 'path of the SARIF 2.1.0 report',
    evidence: 'results.sarif',
  },
  {
    name: 'badge',
    flag: 'also write the JSON of a shields.io endpoint badge',
    output: 'path of the badge (shields.io endpoint JSON)',
    evidence: 'badge.json',
  },
  {
    name: 'summary',
    flag: 'also write Markdown for the summary page of a workflow job',
    // A step writes its own summary, cut to what GitHub takes, and says where with `summary-file`.
    output: undefined,
    evidence: undefined,
  },
  {
    name: 'gcc',
    flag: 'also write lines as compilers print them (file:line:column: error: ...), for editors',
    // A step has annotations for that.
    output: undefined,
    evidence: undefined,
  },
] as const;

/** One of `FORMATS`. */
export type Format = (typeof FORMATS)[number]['name'];

/** A format that every step of the Action makes. */
export type EvidenceFormat = Extract<(typeof FORMATS)[number], { readonly evidence: string }>['name'];

/** Reports for other programs to write, relative to `cwd`; empty or absent: not wanted. */
export type ReportFiles = { readonly [F in Format]?: string };

/** Flags that name a file for a report; `-` is standard output. */
export const REPORT_FLAGS = ['out', 'markdown', ...FORMATS.map(({ name }) => name)] as const;

/** The reports that are wanted, out of values that hold more. */
export function reportFiles(values: Readonly<Record<Format, string>>): ReportFiles {
  return Object.fromEntries(FORMATS.map(({ name }) => [name, values[name]]));
}
