import { resolve } from 'node:path';
import type { Catalog } from '../config/catalog.ts';
import { NO_SETTINGS } from '../config/loader-settings.ts';
import type { Manifest } from '../config/manifest.ts';
import { flaggedLoaders, nearestLoaders } from '../config/named-loaders.ts';
import { testsOf } from '../config/tuning.ts';
import type { GateOptions } from '../gate/gate.ts';
import type { Target } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import { objectsAt } from '../model/object-names.ts';
import { DEFAULT_CONCURRENCY, DEFAULT_TIMEOUT_MS } from '../model/run-defaults.ts';
import { option } from '../model/wording.ts';
import { WORK_DIRECTORY } from '../model/work-directory.ts';
import { placeOf } from '../run/claims.ts';
import { ensureWorkDirectory } from '../run/directories.ts';
import { findArtifacts } from '../run/find-artifacts.ts';
import { forRunner } from '../run/for-runner.ts';
import { gateOptionsOf } from '../run/gate-options.ts';
import type { ShelvedSubject } from '../run/object-shelf.ts';
import type { Payload } from '../run/payload.ts';
import { readSubjects } from '../run/read-subjects.ts';
import {
  checkExpectedProfiles,
  checkKnownProfiles,
  confineMatrix,
  createCatalog,
  loadManifest,
  resolveKernels,
  targetsOf,
} from '../run/resolve.ts';
import type { ArtifactInput } from '../run/subject.ts';
import { checkReportPaths } from '../run/write-reports.ts';
import type { PreparedCheck, PreparedRun, RunBaseline } from './check.ts';
import { payloadFor } from './command-mode.ts';
import { withFlagBtf } from './kernel-btf.ts';
import { kernelChoiceOf } from './kernel-options.ts';
import { type LoadedRun, loadRun, matchCases } from './load-run.ts';
import { checkLoaderClaims, loaderNotes } from './loader-claims.ts';
import { loaderFinder, loadersOf } from './loaders.ts';
import { localEntries, resolvedKernels } from './local-kernels.ts';
import { keepNamed, type NamedInput, openNamed } from './named-objects.ts';
import { flagsOf } from './object-flags.ts';
import { reportFilePaths } from './report-files.ts';
import { sampleOf } from './sample-request.ts';
import type { ResolvedEnvironment } from './services.ts';
import { checkShard } from './shard-plan.ts';
import { claimTest } from './test-claims.ts';
import type { ValidateOptions } from './validate-options.ts';

/** The kernels of a run and its manifest, which speak of each other. */
async function kernelsAndManifest(environment: ResolvedEnvironment, catalog: Catalog, options: ValidateOptions) {
  const { host, cwd } = environment;
  const choice = kernelChoiceOf(options);
  await confineMatrix(host, cwd, choice);
  const { matrix, entries: chosen } = await resolveKernels(catalog, choice);
  const ids = chosen.map(({ id }) => id);
  const own = await localEntries(environment, options.localKernels, ids);
  const entries = [...chosen, ...own];
  const manifest = await loadManifest(host, cwd, options.manifest ?? '');
  await checkExpectedProfiles(catalog, manifest?.expectations ?? [], entries);
  const narrowed = choice.kind === 'ids';
  if (narrowed) await checkKnownProfiles(catalog, manifest);
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  return {
    manifest,
    localKernels: resolvedKernels(cwd, options.localKernels, own),
    matrix: { path: choice.kind === 'matrix' ? resolve(cwd, matrix.file) : '', name: matrix.name },
    matrixNotes: matrix.note === undefined ? [] : [matrix.note],
    targets: await withFlagBtf(
      environment,
      forRunner(targetsOf(matrix, entries, manifest, timeoutMs, undefined, narrowed), options.runner ?? 'vm'),
      options.loader?.btf,
      options.signal,
    ),
  };
}

function subjectsOf(
  { host }: ResolvedEnvironment,
  options: ValidateOptions,
  artifacts: readonly ArtifactInput[],
  manifest: Manifest | undefined,
  { command }: Payload,
): Promise<ShelvedSubject[]> {
  const { mode, loader = NO_SETTINGS, artifactName = '' } = options;
  const name = artifacts.length === 1 && artifactName ? { name: artifactName } : {};
  return readSubjects(host, {
    artifacts: artifacts.map((input) => ({ ...input, ...name })),
    command,
    commandName: artifactName,
    tests: testsOf(mode, manifest),
    loader,
  });
}

function baselineOf(run: LoadedRun | undefined, subjects: readonly ShelvedSubject[]): RunBaseline | undefined {
  if (run === undefined) return undefined;
  const artifacts = subjects.map(({ artifact }) => artifact);
  return { run, alone: artifacts.length === 1, before: matchCases(run, artifacts) };
}

function reportTargetsOf(options: ValidateOptions, cwd: string): PreparedRun['reportTargets'] {
  const { artifactVersion = '', artifactVariant = '', artifactUri = '' } = options;
  return {
    workdir: resolve(cwd, options.workDir ?? WORK_DIRECTORY),
    out: placeOf(cwd, options.out),
    markdown: placeOf(cwd, options.markdown),
    artifactVersion,
    artifactVariant,
    artifactUri,
  };
}

/** Compares everything that is read and written, and makes the directories. @throws UsageError, HostError */
async function claimEverything(
  { host, cwd }: ResolvedEnvironment,
  options: ValidateOptions,
  claimed: { artifacts: readonly string[]; matrix: string; payload: Payload; gate: GateOptions },
): Promise<PreparedRun['reportTargets']> {
  const { gate, ...read } = claimed;
  const reportTargets = reportTargetsOf(options, cwd);
  await claimTest({ host, cwd, options, ...read, failOn: gate.failOn });
  await checkReportPaths(host, [reportTargets.out, reportTargets.markdown, ...reportFilePaths(options.files, cwd)]);
  await ensureWorkDirectory(host, reportTargets.workdir);
  return reportTargets;
}

/** The objects as they were named, with those in other files taken out. */
async function namedObjects({ host, cwd }: ResolvedEnvironment, options: ValidateOptions): Promise<NamedInput[]> {
  const { artifacts, workDir, command, offline, onEvent, signal } = options;
  const paths = await findArtifacts(host, cwd, artifacts, workDir, signal);
  const asIs = command !== undefined;
  const onNote = onEvent && ((message: string) => onEvent({ type: 'note', message }));
  return openNamed(host, { cwd, paths, asIs, flag: option('artifact'), offline, onNote, signal });
}

/** The loaders that flags or the manifest name, found and compared with what else was named. @throws UsageError */
async function namedLoaders(
  environment: ResolvedEnvironment,
  options: ValidateOptions,
  manifest: Manifest | undefined,
  targets: readonly Target[],
) {
  const named = nearestLoaders([flaggedLoaders(options.loader), manifest?.loaders]);
  const loaders = await loadersOf(loaderFinder(environment), named, options.command !== undefined, targets);
  checkLoaderClaims(loaders, named, options, manifest);
  return loaders;
}

/**
 * Settles what `validate` is to do: objects and kernels are found, files are read and compared with what will be
 * written, and nothing has booted.
 * @param compared there is something older to compare with
 * @throws UsageError for input that the user can correct, HostError for what cannot be written
 */
export async function prepareTest(
  options: ValidateOptions,
  environment: ResolvedEnvironment,
  compared = Boolean(options.baseline),
): Promise<PreparedCheck> {
  const { host, cwd } = environment;
  checkShard(options.shard);
  if (options.artifacts.length === 0 && !options.command)
    throw new UsageError('missing_option', 'no artifact is given; name at least one');
  const artifacts = await namedObjects(environment, options);
  const catalog = createCatalog(environment);
  const { matrix, matrixNotes, targets, manifest, localKernels } = await kernelsAndManifest(
    environment,
    catalog,
    options,
  );
  const manifestPath = options.manifest ? resolve(cwd, options.manifest) : '';
  const { payload, notes } = await payloadFor(host, cwd, options, manifest, manifestPath);
  const loaders = await namedLoaders(environment, options, manifest, targets);
  const gate = gateOptionsOf(manifest, options.failOn, compared);
  const older = options.baseline ? await loadRun(host, cwd, options.baseline, option('baseline')) : undefined;
  // Before objects are read: those that cannot be distinguished in the older run are an error of the caller.
  if (older) matchCases(older, objectsAt(artifacts));
  const read = [...new Set(artifacts.map(({ reads }) => reads))];
  const claimed = { artifacts: read, matrix: matrix.path, payload, gate };
  const reportTargets = await claimEverything(environment, options, claimed);
  const inputs = await keepNamed(host, reportTargets.workdir, artifacts);
  const subjects = await subjectsOf(environment, options, inputs, manifest, payload);
  const run = {
    name: '',
    subjects,
    manifest,
    matrix,
    targets,
    validationMode: options.mode,
    loader: options.loader ?? NO_SETTINGS,
    maxInsns: options.maxInsns,
    flags: flagsOf({ ...options, failOn: gate.failOn, localKernels }, cwd, manifest?.failOn),
    payload,
    ...(loaders && { loaders }),
    notes: [...matrixNotes, ...notes, ...loaderNotes(loaders, options.mode, manifest)],
    concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
    expectations: gate.expectations ?? [],
    workdir: reportTargets.workdir,
  };
  const sample = await sampleOf(environment, options, manifest);
  const prepared = { run, sample, gate, baseline: baselineOf(older, subjects), manifest: manifestPath, reportTargets };
  return { runs: [prepared], catalog, shard: options.shard, costs: older };
}
