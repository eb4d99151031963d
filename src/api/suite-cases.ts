import { resolve } from 'node:path';
import { type Catalog, isMatrixName } from '../config/catalog.ts';
import type { KernelChoice } from '../config/kernel-choice.ts';
import type { LoaderSettings } from '../config/loader-settings.ts';
import type { Manifest } from '../config/manifest.ts';
import type { Suite, SuiteCase } from '../config/suite.ts';
import { testsOf } from '../config/tuning.ts';
import type { Host } from '../host/host.ts';
import type { InsnBudget } from '../model/budget.ts';
import type { FunctionalTest, LaneChoice } from '../model/cell.ts';
import { HostError, messageOf, UsageError, wordingOf } from '../model/errors.ts';
import type { NoteListener } from '../model/events.ts';
import type { FailOn, MinKernel } from '../model/gate.ts';
import type { Profile, Runner } from '../model/kernel.ts';
import type { LocalKernel } from '../model/local-kernel.ts';
import { DEFAULT_CONCURRENCY, DEFAULT_TIMEOUT_MS } from '../model/run-defaults.ts';
import { phrase, setting } from '../model/wording.ts';
import { confine, type Root } from '../run/confine.ts';
import { checkExpectedNames } from '../run/expected-names.ts';
import { forRunner } from '../run/for-runner.ts';
import { gateOptionsOf } from '../run/gate-options.ts';
import { checkExpectedProfiles, resolveKernels, targetsOf } from '../run/resolve.ts';
import { checkReportPaths } from '../run/write-reports.ts';
import type { PreparedRun, SampleRequest } from './check.ts';
import type { LoadedRun } from './load-run.ts';
import { loaderNotes } from './loader-claims.ts';
import type { FindLoader } from './loaders.ts';
import { besides } from './local-kernels.ts';
import { flagsOf } from './object-flags.ts';
import { caseSample } from './sample-request.ts';
import { caseCommand, caseGuestFiles } from './suite-guest-files.ts';
import { caseLoaders, loaderSettings } from './suite-loaders.ts';
import { artifactPath, type CaseReaders, caseReaders } from './suite-readers.ts';

/** What the command line or the caller says for all cases; wins over the file. */
export interface SuiteOverrides {
  /** Absolute path. */
  readonly workdir: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly concurrency: number | undefined;
  readonly failOn: FailOn | undefined;
  readonly lane: LaneChoice | undefined;
  readonly runner: Runner | undefined;
  /** A shard writes no reports where the file says: those are of the whole suite, and other shards would write them, too. */
  readonly partial: boolean;
  /** Older run of the whole suite. */
  readonly baseline: LoadedRun | undefined;
  /** One kernel of each class is tested for the others. */
  readonly sample?: SampleRequest | undefined;
}

/** A case that can start. Paths are absolute. */
export interface ReadyCase extends PreparedRun {
  /** Text of the manifest with the test of the case in it, to be written to `manifest`; undefined without a test. */
  readonly mergedManifest: string | undefined;
}

/** A case with all paths resolved; `error` says why it cannot start. */
export interface PreparedCase {
  readonly source: SuiteCase;
  readonly artifact: string;
  readonly matrix: string;
  readonly json: string;
  readonly markdown: string;
  readonly ready: ReadyCase | undefined;
  readonly error: string;
}

/** What is said of a case wherever it is reported, started or not. */
export function caseFacts({ source, artifact, matrix, ready, error }: PreparedCase) {
  return {
    name: source.name,
    artifact,
    manifest: ready?.manifest ?? '',
    matrix: ready?.run.matrix.path ?? matrix,
    required: source.required,
    origin: source.origin,
    error,
  };
}

/** Where the cases of a suite are made ready. */
export interface SuiteContext {
  readonly host: Host;
  readonly cwd: string;
  readonly findLoader: FindLoader;
  /** Directory of the suite file: all its paths start there. */
  readonly dir: string;
  readonly root: Root;
  readonly catalog: Catalog;
  /** Kernels of the caller's own, for every case besides its own. */
  readonly own: readonly Profile[];
  /** The same as they were typed, with absolute paths. */
  readonly localKernels: readonly LocalKernel[];
  /** No image is pulled. */
  readonly offline?: boolean | undefined;
  /** Hears how far an image is that is pulled. */
  readonly onNote?: NoteListener | undefined;
  /** Ends the opening of files that hold objects. */
  readonly signal?: AbortSignal | undefined;
}

/** The promise that counts: the case's, the manifest's, that of the defaults. */
function promised({ minKernel, defaults }: SuiteCase['gate'], manifest: Manifest | undefined): MinKernel | undefined {
  return minKernel ?? manifest?.minKernel ?? defaults.minKernel;
}

/** The nearest word about the verdict: the caller's, the case's, the manifest's, that of the defaults. */
function gateOf(
  { gate, origin }: SuiteCase,
  manifest: Manifest | undefined,
  failOn: FailOn | undefined,
  held: boolean,
) {
  const own = manifest?.failOn === undefined ? (gate.failOn ?? gate.defaults.failOn) : gate.failOn;
  const said = failOn === undefined ? `${origin}: fail_on: regression` : setting('fail-on', 'regression');
  const options = gateOptionsOf(manifest, failOn ?? own, held, said);
  const expectations = [...gate.expectations, ...(options.expectations ?? [])];
  return { ...options, expectations, minKernel: promised(gate, manifest) };
}

/** A matrix file by its whole path, so that messages about it can be followed; a name as it is. */
export async function suiteKernels(host: Host, root: Root, { kernels, paths }: SuiteCase): Promise<KernelChoice> {
  if (kernels.kind !== 'matrix') return kernels;
  for (const named of paths) if (named.key === 'matrix') await confine(host, root, named);
  if (isMatrixName(kernels.value)) return kernels;
  const path = resolve(root.dir, kernels.value);
  return (await host.files.stat(path))?.isFile ? { kind: 'matrix', value: path } : kernels;
}

/** @throws UsageError with the line that chose the kernels */
async function kernelsOf({ host, root, catalog, own }: SuiteContext, source: SuiteCase) {
  try {
    const { matrix, entries } = await resolveKernels(catalog, await suiteKernels(host, root, source));
    const ids = entries.map(({ id }) => id);
    return { matrix, entries: [...entries, ...besides(own, ids)] };
  } catch (error) {
    if (!(error instanceof UsageError) || error.code !== 'unknown_matrix') throw error;
    throw new UsageError(error.code, phrase`${source.kernelsOrigin}: ${wordingOf(error)}`, { cause: error });
  }
}

/** What every case is made ready with. */
interface Preparing {
  readonly context: SuiteContext;
  readonly overrides: SuiteOverrides;
  readonly readers: CaseReaders;
}

/** Makes one case ready. @throws UsageError or HostError: its `error` */
async function readyCase(
  source: SuiteCase,
  paths: Omit<PreparedCase, 'ready' | 'error'>,
  { context, overrides, readers }: Preparing,
): Promise<ReadyCase> {
  const { host, dir } = context;
  const runner = overrides.runner ?? source.runner;
  for (const named of source.paths) {
    if (named.key !== 'workdir' || overrides.workdir === undefined) await confine(host, context.root, named);
  }
  const command = await caseCommand(context, source);
  const workdir = overrides.workdir ?? resolve(dir, source.workdir);
  const subject = await readers.subjectOf(source, paths.artifact, command, workdir);
  const { matrix, entries } = await kernelsOf(context, source);
  const guestFiles = await caseGuestFiles(context, source, command);
  const { manifest, notes } = guestFiles;
  if (command === undefined) await checkTestNames(subject, testsOf(source.mode, manifest));
  const { gate, mode } = source;
  const timeoutMs = overrides.timeoutMs ?? source.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  await checkExpectedProfiles(context.catalog, [...gate.expectations, ...(manifest?.expectations ?? [])], entries);
  const targets = forRunner(targetsOf(matrix, entries, manifest, timeoutMs, promised(gate, manifest)), runner);
  const { named, loaders } = await caseLoaders(source, manifest, targets, context);
  // A command loads nothing by itself, and with one the flag is an error.
  const general = command === undefined && manifest?.maxInsns === undefined ? gate.defaults.maxInsns : undefined;
  const maxInsns = gate.maxInsns ?? general;
  const { sample, notes: untested } = caseSample(overrides.sample, source, maxInsns, manifest);
  const baseline = await readers.baselineOf(source);
  const decides = gateOf(source, manifest, overrides.failOn, baseline !== undefined);
  await checkReportPaths(host, [paths.json, paths.markdown]);
  await readers.ensureWork(workdir);
  const run: ReadyCase['run'] = {
    name: source.name,
    subjects: [subject],
    matrix: { path: paths.matrix === '' ? '' : resolve(dir, matrix.file), name: matrix.name },
    targets,
    manifest,
    validationMode: mode,
    maxInsns,
    flags: caseFlags(context, source, guestFiles, {
      ...{ maxInsns, failOn: decides.failOn, lane: overrides.lane, runner },
      loader: loaderSettings(named),
    }),
    payload: guestFiles.payload,
    ...(loaders && { loaders }),
    notes: [...[matrix.note ?? []].flat(), ...notes, ...untested, ...loaderNotes(loaders, mode, manifest)],
    concurrency: overrides.concurrency ?? source.concurrency ?? DEFAULT_CONCURRENCY,
    expectations: decides.expectations,
    workdir,
  };
  const { artifactVersion, artifactVariant, artifactUri } = source;
  const artifact = { artifactVersion, artifactVariant, artifactUri };
  const reportTargets = { workdir, out: paths.json, markdown: paths.markdown, ...artifact };
  const { manifestPath, merged } = guestFiles;
  return { run, sample, manifest: manifestPath, mergedManifest: merged, gate: decides, baseline, reportTargets };
}

/** @throws UsageError for tests that expect something of a name that the object does not have */
async function checkTestNames(
  subject: ReadyCase['run']['subjects'][number],
  tests: readonly FunctionalTest[],
): Promise<void> {
  if (tests.length === 0) return;
  const { facts } = await subject.content();
  checkExpectedNames(tests, { artifact: subject.artifact, facts });
}

/** The flags of a command that runs this case alone. */
function caseFlags(
  { catalog, dir, localKernels }: SuiteContext,
  { mode, command }: SuiteCase,
  { manifest, manifestPath }: Awaited<ReturnType<typeof caseGuestFiles>>,
  resolved: { readonly maxInsns: InsnBudget | undefined; readonly loader: LoaderSettings } & Pick<
    SuiteOverrides,
    'failOn' | 'lane' | 'runner'
  >,
) {
  const allowProfileOverride = catalog.allowOverride ?? false;
  const request = { manifest: manifestPath, mode, command, allowProfileOverride, localKernels, ...resolved };
  return flagsOf(request, dir, manifest?.failOn);
}

/**
 * Makes every case ready: reads its files, finds its kernels, makes its directories. What is wrong with a case is
 * reported in its `error`; the others are not touched by it.
 */
export async function prepareCases(
  context: SuiteContext,
  suite: Suite,
  overrides: SuiteOverrides,
): Promise<PreparedCase[]> {
  const readers = caseReaders(context, suite, overrides.baseline);
  const { dir } = context;
  const prepared: PreparedCase[] = [];
  for (const source of suite.cases) {
    const paths = {
      source,
      artifact: artifactPath(dir, source),
      matrix: source.kernels.kind === 'matrix' ? source.kernels.value : '',
      json: overrides.partial ? '' : resolve(dir, source.out),
      markdown: overrides.partial ? '' : resolve(dir, source.markdown),
    };
    try {
      prepared.push({ ...paths, ready: await readyCase(source, paths, { context, overrides, readers }), error: '' });
    } catch (error) {
      if (!(error instanceof UsageError) && !(error instanceof HostError)) throw error;
      prepared.push({ ...paths, ready: undefined, error: messageOf(error) });
    }
  }
  return prepared;
}
