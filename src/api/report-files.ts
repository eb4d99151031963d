import type { Host } from '../host/host.ts';
import { messageOf } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import { badge } from '../report/badge.ts';
import type { GateDocument } from '../report/gate-document.ts';
import { junit } from '../report/junit.ts';
import { sarif } from '../report/sarif/sarif.ts';
import { stepSummary } from '../report/summary/step-summary.ts';
import { type Output, placeOf } from '../run/claims.ts';
import { writeReport } from '../run/write-reports.ts';
import { buildInfo } from './build-info.ts';

/** Reports for other programs to write, relative to `cwd`; empty or absent = not wanted. */
export interface ReportFiles {
  /** JUnit XML. */
  readonly junit?: string;
  /** SARIF 2.1.0. */
  readonly sarif?: string;
  /** JSON of a shields.io endpoint badge. */
  readonly badge?: string;
  /** Markdown for the summary page of a workflow job. */
  readonly summary?: string;
}

const REPORTERS: readonly (readonly [
  kind: keyof ReportFiles,
  reporter: (document: GateDocument, cwd: string) => string,
])[] = [
  ['junit', (document) => junit(document)],
  ['sarif', (document, workspace) => sarif(document, { workspace, version: buildInfo.version })],
  ['badge', (document) => badge(document)],
  ['summary', (document, workspace) => stepSummary(document, { workspace })],
];

/** The same files as they are claimed. */
export function reportFileOutputs(files: ReportFiles | undefined, cwd: string): Output[] {
  return REPORTERS.flatMap(([kind]) =>
    files?.[kind] ? [{ path: placeOf(cwd, files[kind]), said: `--${kind} ${files[kind]}`, by: 'flag', kind }] : [],
  );
}

/** Everything that a run about objects writes. */
export function reportOutputs(
  {
    out,
    markdown,
    files,
  }: { readonly out?: string; readonly markdown?: string; readonly files?: ReportFiles | undefined },
  cwd: string,
): Output[] {
  return [
    { path: placeOf(cwd, out), said: `--out ${out}`, by: 'flag', kind: 'report' },
    { path: placeOf(cwd, markdown), said: `--markdown ${markdown}`, by: 'flag', kind: 'markdown' },
    ...reportFileOutputs(files, cwd),
  ];
}

/** The places of the files that are wanted, absolute. */
export function reportFilePlaces(files: ReportFiles | undefined, cwd: string): string[] {
  // Callers hand in objects that hold more than these.
  return reportFileOutputs(files, cwd).map(({ path }) => path);
}

/**
 * Writes the reports that other programs read. They come after the JSON report, which has everything: one that cannot be
 * made or written is told as a note and changes nothing else.
 * @param makeDocument called once, and only when a file is wanted
 */
export async function writeReportFiles(
  host: Host,
  cwd: string,
  files: ReportFiles | undefined,
  makeDocument: () => GateDocument,
  onEvent: EventListener,
): Promise<void> {
  const wanted = REPORTERS.filter(([kind]) => Boolean(files?.[kind]));
  if (wanted.length === 0) return;
  const fail = (kind: string, error: unknown): void =>
    onEvent({ type: 'note', message: `no ${kind} report was written: ${messageOf(error)}` });
  let document: GateDocument;
  try {
    document = makeDocument();
  } catch (error) {
    for (const [kind] of wanted) fail(kind, error);
    return;
  }
  for (const [kind, reporter] of wanted) {
    try {
      await writeReport(host, placeOf(cwd, files?.[kind]), reporter(document, cwd));
    } catch (error) {
      fail(kind, error);
    }
  }
}
