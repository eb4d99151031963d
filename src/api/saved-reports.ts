import { basename, dirname, join, resolve } from 'node:path';
import type * as z from 'zod';
import { addressHint, quoted } from '../config/words.ts';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import { flag } from '../model/wording.ts';
import { jsonPosition, positionAt } from '../report/json-position.ts';
import { type SavedCase, SavedCollection, SavedReport } from '../report/saved-report.ts';
import { confine, confineFlag, flagRoot, rootOf, strangeFile } from '../run/confine.ts';

/** Larger than any report of ours: a thousand programs on fifty kernels. */
const MAX_REPORT_BYTES = 128 * 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: `there is no such file; name the file that "bpfcompat test ${flag('out')} FILE" wrote`,
  EACCES: 'this user may not read it; correct its permissions',
  EISDIR: 'it is a directory; name the JSON report in it',
};

/** Own report of one of several objects, in the directory of their run. */
const KEPT_BY_RUN = /\/runs\/[^/]+\/reports\/[^/]+\.json$/;

/** Documents of ours that are not reports, by how their `schema_version` begins. */
const OTHERS: readonly (readonly [start: string, remedy: string])[] = [
  ['validator.', 'it is what the validator said in one guest; name the report of the run'],
  ['registry.', 'it is the record of a run; name the report that its json_report_path points to'],
  ['compat_diff.', 'it compares two reports; name one of them'],
  ['artifact_history.', 'it is a line of the history; name the report that its json_report_path points to'],
];

function unreadable(file: string, why: string, cause?: unknown): UsageError {
  return new UsageError('report_unreadable', `${file}: ${why}`, { cause });
}

/** The text of a report. @throws UsageError `report_unreadable`, `path_outside` for a link that leaves the repository */
export async function readText(host: Host, cwd: string, file: string): Promise<string> {
  const path = resolve(cwd, file);
  await confineFlag(host, await flagRoot(host, cwd), file, path);
  try {
    const stat = await host.files.stat(path);
    if (stat && !stat.isFile && !stat.isDirectory) {
      throw unreadable(file, 'it is a pipe or a device; write the report to a file first');
    }
    const strange = stat?.isFile ? await strangeFile(host, path) : undefined;
    if (strange !== undefined) throw unreadable(file, `it ${strange}; name the report itself`);
    if (stat && stat.size > MAX_REPORT_BYTES)
      throw unreadable(file, `it has ${stat.size} bytes; no report is so large`);
    return (await host.files.read(path, MAX_REPORT_BYTES)).toString('utf8').replace(/^\ufeff/, '');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const address = code === 'ENOENT' ? addressHint(file) : undefined;
    throw unreadable(file, address ?? REASONS[code] ?? `it cannot be read (${code || 'unknown error'})`, error);
  }
}

/** The value of a report's text. @throws UsageError `report_unreadable` with the place */
export function parseSaved(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The engine's own words quote the file, which may be anything: only the place is reported.
    const offset = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const end = offset === undefined ? undefined : positionAt(text, Number(offset));
    const place = end ? `${file}:${end.line}:${end.column}` : file;
    const why = text.trim() === '' ? 'the file is empty' : 'this is not JSON';
    throw unreadable(place, `${why}; name the file that "bpfcompat test ${flag('out')} FILE" wrote`);
  }
}

/** @throws UsageError `report_invalid` with file, line and column of what is not as the schema has it */
export function checkSaved<S extends z.ZodType>(file: string, text: string, value: unknown, schema: S): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path ?? [];
  const { line, column } = jsonPosition(text, path);
  const name = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  const what = name === '' ? 'the report' : quoted(name.replace(/^\./, ''));
  throw new UsageError(
    'report_invalid',
    `${file}:${line}:${column}: ${what} is not what a report has there; it was changed or cut, write it again with "bpfcompat test"`,
  );
}

/**
 * Reads a report (v0.1) or the collection document of a run with several objects. The file may come from anywhere.
 * @param file path as the user named it, relative to `cwd`
 * @throws UsageError `report_unreadable` or `report_invalid` with file, line and column
 */
export async function readSaved(host: Host, cwd: string, file: string): Promise<SavedReport | SavedCollection> {
  const text = await readText(host, cwd, file);
  const value = parseSaved(file, text);
  const version =
    typeof value === 'object' && value !== null && 'schema_version' in value ? value.schema_version : undefined;
  if (version === 'v0.1') return checkSaved(file, text, value, SavedReport);
  if (version === 'bpfcompat_suite.v0.1') return checkSaved(file, text, value, SavedCollection);
  const known = typeof version === 'string' ? OTHERS.find(([start]) => version.startsWith(start)) : undefined;
  if (known) throw unreadable(file, known[1]);
  const shown =
    typeof version === 'string' ? `schema_version ${quoted(version)} is not known` : 'it has no schema_version';
  throw unreadable(
    file,
    `this is not a bpfcompat report: ${shown}; name the file that "bpfcompat test ${flag('out')} FILE" wrote`,
  );
}

/**
 * Path of a case's own report: where the collection says, or beside the collection when both were moved. A collection
 * may be a file of a repository: it names reports below its own root and that of `cwd`, and those that runs keep in any
 * work directory.
 * @throws UsageError `path_outside` for any other file that is there
 */
export async function caseReport(
  host: Host,
  cwd: string,
  file: string,
  { report_json_path: path }: Pick<SavedCase, 'report_json_path'>,
): Promise<string | undefined> {
  const isThere = async (candidate: string): Promise<boolean> =>
    (await host.files.stat(resolve(cwd, candidate)))?.isFile === true;
  const outside = async (candidate: string): Promise<unknown> => {
    const named = { key: 'report_json_path', path: resolve(cwd, candidate), use: 'read', origin: file } as const;
    const confined = (dir: string): Promise<unknown> =>
      rootOf(host, cwd, dir)
        .then((root) => confine(host, root, named))
        .then(() => undefined)
        .catch((error: unknown) => error);
    const rejected = (await confined(cwd)) && (await confined(dirname(resolve(cwd, file))));
    if (rejected === undefined) return undefined;
    const real = await host.files.realPath(resolve(cwd, candidate));
    return KEPT_BY_RUN.test(real) && (await strangeFile(host, real)) === undefined ? undefined : rejected;
  };
  if (path === '') return undefined;
  let rejected: unknown;
  for (const candidate of [path, join(dirname(file), basename(path))]) {
    if (!(await isThere(candidate))) continue;
    const error = await outside(candidate);
    if (error === undefined) return candidate;
    rejected ??= error;
  }
  if (rejected !== undefined) throw rejected;
  return undefined;
}

/**
 * The report of a case, as long as it is that of the collection's run and says of every kernel what the collection says:
 * a later run may have written over it, and a place in a checkout belongs to whoever made that.
 * @throws UsageError as `caseReport` and `readSaved`
 */
export async function ownReport(
  host: Host,
  cwd: string,
  file: string,
  one: SavedCase,
): Promise<{ readonly path: string; readonly report: SavedReport; readonly agrees: boolean } | undefined> {
  const path = await caseReport(host, cwd, file, one);
  if (path === undefined) return undefined;
  const report = await readSaved(host, cwd, path);
  if (report.schema_version !== 'v0.1') return undefined;
  return { path, report, agrees: agrees(one, report) };
}

/** Whether a report is that of a case, wherever it lies: about the same object, of the same run, with the same results. */
export function isReportOfCase(one: SavedCase, report: SavedReport): boolean {
  return one.artifact === report.artifact.path && agrees(one, report);
}

function agrees({ run_id: id, targets }: SavedCase, report: SavedReport): boolean {
  if (id !== undefined && id !== '' && id !== report.run.id) return false;
  const statuses = new Map(report.targets.map(({ profile_id: profile, status }) => [profile, status]));
  const same = targets.every(({ profile_id: profile, status }) => statuses.get(profile) === status);
  return same && (targets.length === 0 || targets.length === statuses.size);
}
