import { resolve } from 'node:path';
import { type Baseline, readBaselines, withKernels } from '../config/baselines.ts';
import { type Catalog, findProfile, profileIds } from '../config/catalog.ts';
import { workspaceLock } from '../config/lock.ts';
import { LOCK_COMMAND, LOCK_FILE } from '../config/lock-file.ts';
import { compareRpmVersions } from '../kernels/sources/rpm/version.ts';
import { HostError, messageOf, UsageError } from '../model/errors.ts';
import type { Profile } from '../model/kernel.ts';
import { option, phrase } from '../model/wording.ts';
import { confineFlag, flagRoot } from '../run/confine.ts';
import { createCatalog, loadText } from '../run/resolve.ts';
import { type Release, releaseFinder } from './releases.ts';
import { readSaved } from './saved-reports.ts';
import { type Environment, environmentOf, type ResolvedEnvironment } from './services.ts';

/** Which baselines are held against what repositories and lists have now (docs/freshness.md). */
export interface FreshnessOptions extends Omit<Environment, 'lock'> {
  /** Baselines file, relative to `cwd`. Empty: `vm/kernel-baselines.yaml`, or `bpfcompat.lock` where there is none. */
  readonly baselines?: string;
  readonly crawlerBase?: string;
  readonly crawlerFile?: string;
  /** Report whose kernels become the baselines first. */
  readonly updateFromReport?: string;
  readonly signal?: AbortSignal;
  /** Called with what is worth knowing and no error, in words. */
  readonly onNote?: (message: string) => void;
}

/** What is to be done about a baseline (docs/freshness.md). */
export type FreshnessStatus = 'fresh' | 'stale' | 'covered' | 'uncovered' | 'no-entries' | 'no-kernel';

/** One row, as `--json` prints it. */
export interface FreshnessRow {
  readonly profile: string;
  readonly baseline: string;
  readonly newest: string;
  readonly status: FreshnessStatus;
  readonly reason: string;
  /** Profile of one build that has the newest kernel. */
  readonly covered_by: string;
}

/** One row per baseline. */
export interface FreshnessResult {
  readonly rows: readonly FreshnessRow[];
  /** File that the baselines come from, as it is named in messages. */
  readonly file: string;
  /** A repository or list could not be read: the rows do not say everything. */
  readonly failed: boolean;
}

/** What the version of a container image is. */
const DIGEST = 'sha256:';
const DEFAULT_FILE = 'vm/kernel-baselines.yaml';

/** A baseline with the package version that a lock has besides. */
type Known = Baseline & { readonly version?: string };

async function readKnown(context: ResolvedEnvironment, catalog: Catalog, named: string) {
  const { host, cwd } = context;
  const file = named || DEFAULT_FILE;
  const there = (await host.files.stat(resolve(cwd, file)))?.isFile === true;
  if (there || named !== '') {
    const text = await loadText(host, resolve(cwd, file), 'baselines', phrase`${option('baselines')} ${file}`, file);
    return { file, text, known: readBaselines({ file, text }) as Known[] };
  }
  const lock = await workspaceLock(catalog);
  if (lock === undefined) {
    throw new UsageError(
      'missing_flag',
      phrase`there is neither ${DEFAULT_FILE} nor ${LOCK_FILE} here; name a file with ${option('baselines')}, or write a lock with 'bpfcompat lock'`,
    );
  }
  const known = lock.entries.map(
    ({ profile, release, version }): Known => ({ profile, kernel: release, version, crawler: undefined }),
  );
  return { file: LOCK_FILE, text: undefined, known };
}

/** `uname -r` of every kernel that a report has a result of. */
async function kernelsOfReport(context: ResolvedEnvironment, path: string): Promise<Map<string, string>> {
  const saved = await readSaved(context.host, context.cwd, path);
  const targets = 'targets' in saved ? saved.targets : [];
  const withResult = targets.filter(({ status, host }) => (status === 'pass' || status === 'fail') && host?.kernel);
  return new Map(withResult.map(({ profile_id: id, host }) => [id, host?.kernel ?? '']));
}

/** Ids of the profiles of one build, by its release. */
async function coveringProfiles(catalog: Catalog): Promise<Map<string, string>> {
  const ids = (await profileIds(catalog)).filter((id) => id.includes('-k'));
  const found = new Map<string, string>();
  for (const id of ids) {
    const { exactly } = await findProfile(catalog, id).catch(() => ({ exactly: undefined }));
    if (exactly !== undefined) found.set(exactly.release, id);
  }
  return found;
}

/** Images have no order: another digest is another build, whichever of both is newer. */
function judgeImage({ version = '' }: Known, newest: Release): Pick<FreshnessRow, 'status' | 'reason' | 'covered_by'> {
  if (version === newest.version) return { status: 'fresh', reason: 'the newest image was tested', covered_by: '' };
  if (version.startsWith(DIGEST))
    return { status: 'stale', reason: `its name leads to another image now (${newest.version})`, covered_by: '' };
  const why = `which kernel an image holds is known when it was pulled; lock it ('${LOCK_COMMAND}') to compare digests`;
  return { status: 'uncovered', reason: why, covered_by: '' };
}

function judge(
  known: Known,
  newest: Release,
  covering: ReadonlyMap<string, string>,
): Pick<FreshnessRow, 'status' | 'reason' | 'covered_by'> {
  if (newest.version.startsWith(DIGEST)) return judgeImage(known, newest);
  const order = compareRpmVersions(newest.release, known.kernel);
  const same = known.version === undefined || newest.version === '' ? order === 0 : newest.version === known.version;
  if (same) return { status: 'fresh', reason: 'the newest kernel was tested', covered_by: '' };
  if (order < 0) return { status: 'fresh', reason: `${newest.release} is offered, which is older`, covered_by: '' };
  const by = covering.get(newest.release);
  if (by !== undefined) return { status: 'covered', reason: `the profile ${by} has it`, covered_by: by };
  return {
    status: 'stale',
    reason: `${newest.release}${newest.version === '' ? '' : ` (${newest.version})`} is newer`,
    covered_by: '',
  };
}

/** Writes the kernels of a report into the baselines file. @throws UsageError when there is only a lock */
async function updateBaselines(
  context: ResolvedEnvironment,
  { file, text }: Awaited<ReturnType<typeof readKnown>>,
  report: string,
): Promise<readonly Known[]> {
  const { host, cwd } = context;
  if (text === undefined) {
    throw new UsageError(
      'flag_conflict',
      phrase`${option('update-from-report')} writes a baselines file, and there is ${LOCK_FILE} alone; 'bpfcompat lock' brings that up to date`,
    );
  }
  const kernels = await kernelsOfReport(context, report);
  const updated = withKernels(text, kernels, host.now().toISOString().slice(0, 10));
  const known = readBaselines({ file, text: updated });
  const path = resolve(cwd, file);
  await confineFlag(host, await flagRoot(host, cwd), option('baselines'), path);
  if (updated !== text) await host.files.writeAtomic(path, updated);
  return known;
}

/** What rows are made with. */
interface Search {
  readonly catalog: Catalog;
  readonly finder: ReturnType<typeof releaseFinder>;
  /** Ids of the profiles of one build, by its release. */
  readonly covering: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
}

/** One row, and whether its repository or list could be read. */
async function rowOf(
  { catalog, finder, covering, signal }: Search,
  one: Known,
): Promise<{ readonly row: FreshnessRow; readonly failed: boolean }> {
  const common = { profile: one.profile, baseline: one.kernel, newest: '', covered_by: '' };
  const of = (rest: Pick<FreshnessRow, 'status' | 'reason'> & Partial<FreshnessRow>) => ({
    row: { ...common, ...rest },
    failed: false,
  });
  const profile: Profile | undefined = await findProfile(catalog, one.profile).catch(() => undefined);
  const crawler = finder.crawls ? one.crawler : undefined;
  if (crawler === undefined && (profile?.kernel === undefined || profile.unbootable !== undefined)) {
    const why = profile?.unbootable ?? (profile === undefined ? 'unknown profile' : 'the profile has no kernel block');
    return of({ status: 'uncovered', reason: `${why}, and no list of a crawler covers it` });
  }
  try {
    const [newest] = crawler ? await finder.fromCrawler(crawler, profile) : await finder.offered(profile as Profile);
    if (newest === undefined) return of({ status: 'no-entries', reason: 'nothing is offered that fits' });
    if (one.kernel === '')
      return of({ newest: newest.release, status: 'no-kernel', reason: 'no kernel was tested yet' });
    return of({ newest: newest.release, ...judge(one, newest, covering) });
  } catch (error) {
    if (signal.aborted || !(error instanceof HostError || error instanceof UsageError)) throw error;
    return { row: { ...common, status: 'no-entries', reason: messageOf(error) }, failed: true };
  }
}

/**
 * Compares the kernels that were tested last with the newest that their vendors, or a crawler's list, have.
 * @throws UsageError for files that cannot be read; CancelledError
 */
export async function kernelFreshness(options: FreshnessOptions = {}): Promise<FreshnessResult> {
  const context = environmentOf({ ...options, lock: 'ignore' });
  const { host, cwd } = context;
  const { signal = new AbortController().signal, onNote = () => {}, crawlerBase = '', crawlerFile = '' } = options;
  const catalog = createCatalog(context);
  const read = await readKnown(context, catalog, options.baselines ?? '');
  const known = options.updateFromReport ? await updateBaselines(context, read, options.updateFromReport) : read.known;
  const finder = releaseFinder({ host, cwd, crawlerBase, crawlerFile, signal, onNote });
  const search = { catalog, finder, covering: await coveringProfiles(catalog), signal };
  const found: Awaited<ReturnType<typeof rowOf>>[] = [];
  for (const one of known) found.push(await rowOf(search, one));
  return { rows: found.map(({ row }) => row), file: read.file, failed: found.some(({ failed }) => failed) };
}
