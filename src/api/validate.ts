import { resolve } from 'node:path';
import type { KernelChoice } from '../config/kernel-choice.ts';
import { type LoaderSettings, NO_SETTINGS } from '../config/loader-settings.ts';
import { testsOf } from '../config/tuning.ts';
import type { InsnBudget } from '../model/budget.ts';
import type { Isolation, ValidationMode } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import type { FailOn } from '../model/gate.ts';
import { objectsAt } from '../model/object-names.ts';
import type { RunReport, Verdict } from '../model/report.ts';
import type { Shard } from '../model/shard.ts';
import { placeOf } from '../run/claims.ts';
import { ensureWorkDirectory } from '../run/directories.ts';
import { findArtifacts } from '../run/find-artifacts.ts';
import { gateOptionsOf } from '../run/gate-options.ts';
import { type OldReports, withoutOldReports } from '../run/old-reports.ts';
import { readSubjects } from '../run/read-subjects.ts';
import {
  catalogueKernels,
  checkExpectedProfiles,
  checkKnownProfiles,
  createCatalogue,
  loadManifest,
  resolveKernels,
  targetsOf,
} from '../run/resolve.ts';
import { type PlannedRun, runCheck } from '../run/run-check.ts';
import { shipmentIdentity } from '../run/shipment.ts';
import { checkReportPlaces, type ReportPaths } from '../run/write-reports.ts';
import { againstBaseline } from './baseline.ts';
import { VALIDATE_OPTIONS } from './call-options.ts';
import { checkOptions } from './check-options.ts';
import { type CommandOptions, shipmentFor } from './command-mode.ts';
import { finishRun } from './finish-run.ts';
import { baselineDigest, finishShard } from './finish-shard.ts';
import { loadRun, matchCases } from './load-run.ts';
import { flagsOf } from './question-flags.ts';
import { type ReportFiles, reportFilePlaces, reportOutputs } from './report-files.ts';
import { createServices, type ResolvedSurroundings, type Surroundings, surroundingsOf } from './services.ts';
import { checkShard, divideRuns, withoutPaths } from './shard-plan.ts';
import { useStore } from './store-use.ts';
import { claimTest } from './test-claims.ts';

const DEFAULT_TIMEOUT_MS = 180_000;
const DEFAULT_CONCURRENCY = 2;

export interface ValidateOptions extends Surroundings {
  /** Compiled objects (`.bpf.o`): paths or patterns (`build/*.bpf.o`) relative to `cwd`. May be none with `command`. */
  readonly artifacts: readonly string[];
  /** Exactly one way to choose kernels: a matrix (file or built-in name), profile ids, or the built-in matrix quick. */
  readonly matrix?: string;
  readonly kernels?: readonly string[];
  readonly quick?: boolean;
  readonly manifest?: string;
  /** Name of the artifact in the report; only with a single artifact. */
  readonly artifactName?: string;
  readonly artifactVersion?: string;
  readonly artifactVariant?: string;
  readonly artifactUri?: string;
  readonly mode?: ValidationMode | undefined;
  /** Command mode: this is run in every guest instead of a load, and its exit code decides. */
  readonly command?: CommandOptions | undefined;
  /** What the object's own loader would set; wins over the manifest. */
  readonly loader?: LoaderSettings;
  /** Programs that cost the verifier more fail: instructions, or a share of the kernel's limit; wins over the manifest. */
  readonly maxInsns?: InsnBudget | undefined;
  /** Older report, collection or run directory of the same objects, relative to `cwd`: failures that it has are known. */
  readonly baseline?: string;
  /** What makes the verdict a failure; wins over the manifest. Default `required`. */
  readonly failOn?: FailOn | undefined;
  /** Guests at the same time. Default 2. */
  readonly concurrency?: number;
  /** Milliseconds for one object on one kernel, boot included. Default 180 000. */
  readonly timeoutMs?: number;
  /** Directory for the evidence of runs, relative to `cwd`. Default `.bpfcompat`. */
  readonly workDir?: string;
  /** `cell` (default): a fresh copy of a booted guest per cell; `boot`: boot every cell from nothing. */
  readonly isolation?: Isolation;
  /** Never use the network. */
  readonly offline?: boolean;
  readonly refreshKernels?: boolean;
  /** JSON report to write, relative to `cwd`. */
  readonly out?: string;
  /** Markdown report to write, relative to `cwd`. */
  readonly markdown?: string;
  /** Reports for other programs; they come after the JSON report. */
  readonly files?: ReportFiles | undefined;
  /** Asks one part of the cells; `mergeReports` puts the parts together and gives the verdict. */
  readonly shard?: Shard | undefined;
  readonly signal?: AbortSignal;
  readonly onEvent?: EventListener;
}

export interface ValidateResult {
  readonly report: RunReport;
  /** What the gate says: status, exit code and the reasons. A failing kernel is a verdict, not an exception. */
  readonly verdict: Verdict;
  readonly paths: ReportPaths;
}

/** The kernels that the caller chose. @throws UsageError `missing_option` for none */
export function choiceOf({
  matrix,
  kernels,
  quick,
}: Pick<ValidateOptions, 'matrix' | 'kernels' | 'quick'>): KernelChoice {
  if (matrix) return { kind: 'matrix', value: matrix };
  if (kernels && kernels.length > 0) return { kind: 'ids', ids: kernels, origin: '--kernels' };
  if (quick) return { kind: 'quick' };
  throw new UsageError('missing_option', 'no kernels are chosen; give one of matrix, kernels or quick');
}

/**
 * Checks objects on real kernels: boots them, loads and attaches every program, classifies what they said and writes
 * the reports that were asked for.
 * @throws UsageError for input that the user can correct, HostError for what this machine lacks, CancelledError after
 * an abort; in the last case nothing is left behind
 */
export async function validate(options: ValidateOptions): Promise<ValidateResult> {
  checkOptions('validate', options, VALIDATE_OPTIONS, ['artifacts']);
  const surroundings = surroundingsOf(options);
  const { host, cwd } = surroundings;
  const reads = [placeOf(cwd, options.baseline)];
  return withoutOldReports(host, reportOutputs(options, cwd), reads, (old) => validateAnew(options, surroundings, old));
}

async function validateAnew(
  options: ValidateOptions,
  surroundings: ResolvedSurroundings,
  old: OldReports,
): Promise<ValidateResult> {
  const { host, cwd } = surroundings;
  const signal = options.signal ?? new AbortController().signal;
  const onEvent = options.onEvent ?? (() => {});
  checkShard(options.shard);
  if (options.artifacts.length === 0 && !options.command)
    throw new UsageError('missing_option', 'no artifact is given; name at least one');
  const artifacts = await findArtifacts(host, cwd, options.artifacts, options.workDir, signal);
  const catalogue = createCatalogue(surroundings);
  const choice = choiceOf(options);
  const narrowed = choice.kind === 'ids';
  const { matrix, entries } = await resolveKernels(catalogue, choice);
  const manifest = await loadManifest(host, cwd, options.manifest ?? '');
  const manifestPath = options.manifest ? resolve(cwd, options.manifest) : '';
  const { shipment, notes } = await shipmentFor(host, cwd, options, manifest, manifestPath);
  const gateOptions = gateOptionsOf(manifest, options.failOn, Boolean(options.baseline));
  const baseline = options.baseline ? await loadRun(host, cwd, options.baseline, '--baseline') : undefined;
  // Before anything is booted: objects that cannot be told apart in the older run are an error of the caller.
  if (baseline) matchCases(baseline, objectsAt(artifacts));
  await checkExpectedProfiles(catalogue, manifest?.expectations ?? [], entries);
  if (narrowed) await checkKnownProfiles(catalogue, manifest);
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const targets = targetsOf(matrix, entries, manifest, timeoutMs, undefined, narrowed);
  const out = placeOf(cwd, options.out);
  const markdown = placeOf(cwd, options.markdown);
  const workdir = resolve(cwd, options.workDir ?? '.bpfcompat');
  const { failOn } = gateOptions;
  await claimTest({ host, cwd, options, artifacts, matrix: options.matrix ? matrix.file : '', shipment, failOn });
  await checkReportPlaces(host, [out, markdown, ...reportFilePlaces(options.files, cwd)]);
  await ensureWorkDirectory(host, workdir);
  await old.remove();
  await using store = await useStore(host, signal);
  const services = await createServices(surroundings, store, {
    isolation: options.isolation ?? 'cell',
    offline: options.offline ?? false,
    refresh: options.refreshKernels ?? false,
    signal,
    onEvent,
  });
  const { shard, mode, loader = NO_SETTINGS, maxInsns, artifactName = '' } = options;
  const { command } = shipment;
  const name = artifacts.length === 1 && artifactName ? { name: artifactName } : {};
  const subjects = await readSubjects(host, {
    artifacts: artifacts.map((path) => ({ path, ...name })),
    command,
    commandName: artifactName,
    tests: testsOf(mode, manifest),
    loader,
  });
  const planned = subjects.map(({ artifact }) => artifact);
  const decides = [withoutPaths(manifest), gateOptions.failOn, baselineDigest(baseline)];
  const question = [mode, options.loader, maxInsns, shipmentIdentity(shipment), ...decides];
  const own = { artifacts: planned, names: planned.map((one) => one.name), targets, question };
  const plan = shard && divideRuns([own], shard.total, baseline);
  const run: PlannedRun = {
    name: '',
    subjects,
    cells: plan?.runs.flat().filter((cell) => cell.shard === shard?.index),
    manifest,
    matrix: { path: choice.kind === 'matrix' ? resolve(cwd, matrix.file) : '', name: matrix.name },
    targets,
    validationMode: mode,
    loader,
    maxInsns,
    flags: flagsOf({ ...options, failOn: gateOptions.failOn }, cwd, manifest?.failOn),
    shipment,
    notes: matrix.note === undefined ? notes : [matrix.note, ...notes],
    concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
    expectations: gateOptions.expectations ?? [],
    workdir,
  };
  const [asked] = await runCheck({ runs: [run], partial: shard !== undefined }, services, { signal, onEvent });
  if (asked === undefined) throw new Error('a run that nothing ends has a report');
  const answered: RunReport = { ...asked, known: await catalogueKernels(catalogue) };
  const places = {
    workdir,
    out,
    markdown,
    artifactVersion: options.artifactVersion ?? '',
    artifactVariant: options.artifactVariant ?? '',
    artifactUri: options.artifactUri ?? '',
  };
  const ended = { host, gate: gateOptions, places, manifest: manifestPath, onEvent, files: options.files, cwd, signal };
  if (shard && plan) return await finishShard({ ...ended, shard, plan, run: answered, baseline });
  const report = baseline ? { ...answered, baseline: againstBaseline(answered, baseline) } : answered;
  // Awaited here: a rejection while the lease above is given back would be nobody's.
  return await finishRun({ ...ended, run: report });
}
