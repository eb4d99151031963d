import { relative, resolve } from 'node:path';
import { quoted } from '../config/words.ts';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import { collectionDocument, reportDocument } from '../report/read-document.ts';
import { SavedCollection, SavedReport } from '../report/saved-report.ts';
import { within } from '../run/confine.ts';
import type { SiteInput } from '../site/site.ts';
import { SITE_SCHEMA } from '../site/site-json.ts';
import { checkSaved, isReportOfCase, ownReport, parseSaved, readText } from './saved-reports.ts';
import { byRun, collected } from './site-groups.ts';

/** A report that was found, with the value that its file has. */
interface Found<S> {
  readonly file: string;
  readonly value: unknown;
  readonly saved: S;
}

export interface SiteInputs {
  readonly inputs: readonly SiteInput[];
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

const PATTERN = /[*?[{]/;
/** A document of ours, or what was one before it was cut. */
const BEGINNING = /^\s*\{\s*"schema_version"\s*:\s*"(?:v0\.1|bpfcompat_suite\.v0\.1)"/;
const HEAD_BYTES = 256;
/** Reports have some ten levels; whatever walks down thousands runs out of stack. */
const MAX_DEPTH = 64;

function versionOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'schema_version' in value ? value.schema_version : undefined;
}

/**
 * Files that may be reports below a directory, sorted; none of a site that was built before.
 * @throws UsageError `no_directory`
 */
async function filesIn(host: Host, cwd: string, word: string): Promise<string[]> {
  const dir = resolve(cwd, word);
  const stat = await host.files.stat(dir);
  if (stat?.isFile) return [word];
  if (!stat?.isDirectory && !PATTERN.test(word))
    throw new UsageError('no_directory', `${word}: there is no such file or directory; correct the path`);
  const all = stat?.isDirectory ? await host.files.glob('**/*.json', dir) : await host.files.glob(word, cwd);
  if (!stat?.isDirectory && all.length === 0)
    throw new UsageError('no_files', `${quoted(word)} matches no file; correct the pattern`);
  const sites: string[] = [];
  for (const file of all.filter((path) => path.endsWith('/index.json'))) {
    const head = Buffer.from(await host.files.readHead(file, HEAD_BYTES)).toString('utf8');
    if (head.includes(`"${SITE_SCHEMA}"`)) sites.push(file.slice(0, -'/index.json'.length));
  }
  const own = all.filter((file) => !sites.some((site) => within(site, file)));
  return own.map((file) => relative(cwd, file));
}

/** Whether values are nested deeper than `MAX_DEPTH`. */
function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth++) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return level.length > 0;
}

/** What a file holds; undefined for one that no one named and that is not a report. @throws UsageError for a broken report */
async function readFile(
  host: Host,
  cwd: string,
  file: string,
  isNamed: boolean,
): Promise<Found<SavedReport | SavedCollection> | undefined> {
  const head = Buffer.from(await host.files.readHead(resolve(cwd, file), HEAD_BYTES)).toString('utf8');
  if (!isNamed && !BEGINNING.test(head)) return undefined;
  const text = await readText(host, cwd, file);
  const value = parseSaved(file, text);
  // Sites have the whole value of a report, with what no schema knows.
  if (isTooDeep(value)) {
    throw new UsageError(
      'report_unreadable',
      `${file}: its values are nested deeper than those of any report; leave it out`,
    );
  }
  if (versionOf(value) === 'v0.1') return { file, value, saved: checkSaved(file, text, value, SavedReport) };
  if (versionOf(value) === 'bpfcompat_suite.v0.1')
    return { file, value, saved: checkSaved(file, text, value, SavedCollection) };
  throw new UsageError(
    'report_unreadable',
    `${file}: this is not a bpfcompat report; name what "bpfcompat test" or "bpfcompat suite" wrote`,
  );
}

function isCollection(one: Found<SavedReport | SavedCollection>): one is Found<SavedCollection> {
  return one.saved.schema_version === 'bpfcompat_suite.v0.1';
}

function isReport(one: Found<SavedReport | SavedCollection>): one is Found<SavedReport> {
  return one.saved.schema_version === 'v0.1';
}

/** The same report may lie in several places: with the run and where `--out` names it. */
function keyOf({ saved: { run, artifact } }: Found<SavedReport>): string {
  return JSON.stringify([run.id, artifact.path, artifact.sha256]);
}

function distinct<T>(all: readonly T[], key: (one: T) => string): T[] {
  const byKey = new Map<string, T>();
  for (const one of all) if (!byKey.has(key(one))) byKey.set(key(one), one);
  return [...byKey.values()];
}

/** The own reports of the cases of a collection, in order: those that were found with it, else where it says. */
async function caseReports(
  host: Host,
  cwd: string,
  { file, saved }: Found<SavedCollection>,
  reports: readonly Found<SavedReport>[],
): Promise<(Found<SavedReport> | undefined)[]> {
  const own: (Found<SavedReport> | undefined)[] = [];
  for (const one of saved.cases) {
    const found = reports.find(({ saved: report }) => one.run_id && isReportOfCase(one, report));
    if (found || one.error !== '' || one.targets.length === 0) own.push(found);
    else own.push(await besides(host, cwd, file, one));
  }
  return own;
}

async function besides(
  host: Host,
  cwd: string,
  file: string,
  one: SavedCollection['cases'][number],
): Promise<Found<SavedReport> | undefined> {
  // A path that leads out of the checkout is not a reason to show nothing: the collection itself has the results.
  const own = await ownReport(host, cwd, file, one).catch((error: unknown) => {
    if (error instanceof UsageError) return undefined;
    throw error;
  });
  if (!own?.agrees) return undefined;
  return { file: own.path, value: parseSaved(own.path, await readText(host, cwd, own.path)), saved: own.report };
}

/**
 * Reads every report that `words` name: files, patterns, and directories that are searched with all below them. A report
 * of a case is part of its collection, and no run of its own; reports of one run without their collection are one run. Parts of a run that is not merged are left out.
 * @throws UsageError for a word that names nothing, and for a report that is broken, with file, line and column
 */
export async function readSiteInputs(host: Host, cwd: string, words: readonly string[]): Promise<SiteInputs> {
  const found: Found<SavedReport | SavedCollection>[] = [];
  for (const word of words) {
    const files = await filesIn(host, cwd, word);
    for (const file of files) {
      const one = await readFile(host, cwd, file, file === word);
      if (one) found.push(one);
    }
  }
  const parts = found.filter(({ saved }) => saved.shard !== undefined);
  const whole = found.filter((one) => !parts.includes(one));
  const reports = distinct(whole.filter(isReport), keyOf);
  const collections = distinct(whole.filter(isCollection), ({ value }) => JSON.stringify(value));
  const used = new Set<string>();
  const inputs: SiteInput[] = [];
  for (const one of collections) {
    const own = await caseReports(host, cwd, one, reports);
    for (const report of own) if (report) used.add(keyOf(report));
    const document = collectionDocument(
      one.saved,
      own.map((report) => report?.saved),
    );
    inputs.push({ document, value: one.value, caseValues: own.map((report) => report?.value) });
  }
  for (const own of byRun(reports.filter((one) => !used.has(keyOf(one))))) {
    const [one] = own;
    if (own.length > 1) inputs.push(collected(own));
    else if (one) inputs.push({ document: reportDocument(one.saved), value: one.value, caseValues: [] });
  }
  const notes = parts.map(({ file }) => `${file} is one part of a run and was left out; merge the parts first`);
  return { inputs, notes };
}
