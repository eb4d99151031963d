import type { Host } from '../host/host.ts';
import { messageOf } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import { FORMATS, type ReportFiles } from '../model/formats.ts';
import { option, phrase } from '../model/wording.ts';
import type { CheckDocument } from '../report/document.ts';
import { FORMAT_WRITERS } from '../report/formats.ts';
import { type Output, placeOf } from '../run/claims.ts';
import { writeReport } from '../run/write-reports.ts';
import { buildInfo } from './build-info.ts';

/** The same files as they are claimed. */
export function reportFileOutputs(files: ReportFiles | undefined, cwd: string): Output[] {
  return FORMATS.flatMap(({ name: kind }) =>
    files?.[kind]
      ? [{ path: placeOf(cwd, files[kind]), said: phrase`${option(kind)} ${files[kind]}`, by: 'flag', kind }]
      : [],
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
    { path: placeOf(cwd, out), said: phrase`${option('out')} ${out ?? ''}`, by: 'flag', kind: 'report' },
    {
      path: placeOf(cwd, markdown),
      said: phrase`${option('markdown')} ${markdown ?? ''}`,
      by: 'flag',
      kind: 'markdown',
    },
    ...reportFileOutputs(files, cwd),
  ];
}

/** The places of the files that are wanted, absolute. */
export function reportFilePaths(files: ReportFiles | undefined, cwd: string): string[] {
  // Callers hand in objects that hold more than these.
  return reportFileOutputs(files, cwd).map(({ path }) => path);
}

/**
 * Writes the reports that other programs read. They come after the JSON report, which has everything: one that cannot be
 * made or written is reported as a note and changes nothing else.
 */
export async function writeReportFiles(
  host: Host,
  cwd: string,
  files: ReportFiles | undefined,
  document: CheckDocument,
  onEvent: EventListener,
): Promise<void> {
  const included = FORMATS.filter(({ name }) => Boolean(files?.[name]));
  const place = { workspace: cwd, version: buildInfo.version };
  for (const { name } of included) {
    try {
      await writeReport(host, placeOf(cwd, files?.[name]), FORMAT_WRITERS[name](document, place));
    } catch (error) {
      onEvent({ type: 'note', message: `no ${name} report was written: ${messageOf(error)}` });
    }
  }
}
