import { dirname, relative, resolve } from 'node:path';
import { readSuite, type Suite } from '../config/suite.ts';
import type { Host } from '../host/host.ts';
import type { CheckResult } from '../model/check-result.ts';
import { UsageError } from '../model/errors.ts';
import type { Verdict } from '../model/report.ts';
import { option, phrase, setting } from '../model/wording.ts';
import { placeOf } from '../run/claims.ts';
import { confine, confineFlag, flagRoot, type Root, rootOf } from '../run/confine.ts';
import type { OldReports } from '../run/old-reports.ts';
import { createCatalog, loadText } from '../run/resolve.ts';
import { checkReportPaths } from '../run/write-reports.ts';
import type { PreparedCheck } from './check.ts';
import { DRAFT_FILE } from './init.ts';
import { type LoadedRun, loadRun } from './load-run.ts';
import { loaderFinder } from './loaders.ts';
import { localProfiles, resolvedKernels } from './local-kernels.ts';
import { reportFilePaths } from './report-files.ts';
import { sampleFlags } from './sample-request.ts';
import type { ResolvedEnvironment } from './services.ts';
import { checkShard } from './shard-plan.ts';
import { type PreparedCase, prepareCases } from './suite-cases.ts';
import { claimSuite, unwrittenOutputs } from './suite-claims.ts';
import type { SuiteOptions } from './suite-options.ts';
import { type StartableCase, suiteBaseline } from './suite-verdicts.ts';

/** A suite that can be run: `runs[i]` is the run of `startable[i]`. */
export interface PreparedSuite extends PreparedCheck {
  readonly name: string;
  /** Every case of the file, in its order. */
  readonly cases: readonly PreparedCase[];
  /** The cases that are wanted: all, or those up to one that cannot start and ends the suite. */
  readonly included: readonly PreparedCase[];
  readonly startable: readonly StartableCase[];
  /** Which older run it is compared with, where one was named for all cases. */
  readonly against: Pick<CheckResult, 'baseline'>;
  /** Absolute paths of its own documents; empty when not wanted. */
  readonly paths: { readonly json: string; readonly markdown: string };
}

/** The suite that was named, else the one that `init` writes. */
async function suitePath(host: Host, cwd: string, path: string): Promise<string> {
  if (path !== '') return path;
  if ((await host.files.stat(resolve(cwd, DRAFT_FILE)))?.isFile) return DRAFT_FILE;
  throw new UsageError(
    'missing_option',
    phrase`${option('suite')} is missing and there is no ${DRAFT_FILE} here; add it, for example ${setting('suite', 'compat/suite.yaml')}, or write one with "bpfcompat init"`,
  );
}

/** Reads a suite file. @throws UsageError with file, line and column */
export async function loadSuite(host: Host, cwd: string, path: string): Promise<Suite> {
  await confineFlag(host, await flagRoot(host, cwd), phrase`${option('suite')} ${path}`, path);
  const text = await loadText(host, resolve(cwd, path), 'suite', phrase`${option('suite')} ${path}`, path);
  return readSuite({ file: relative(cwd, resolve(cwd, path)) || path, text });
}

/** @throws UsageError now rather than once per case */
function rejectRegression({ cases }: Suite, { failOn, baseline }: SuiteOptions): void {
  if (failOn !== 'regression' || baseline || cases.every(({ gate }) => gate.baseline !== undefined)) return;
  throw new UsageError(
    'missing_flag',
    phrase`${setting('fail-on', 'regression')} needs an older report; add ${setting('baseline', 'main.json')}, or baseline to the suite`,
  );
}

/** @throws UsageError for flags that contradict each other */
function rejectStop({ shard, stopOnFailure }: SuiteOptions): void {
  if (shard === undefined || !stopOnFailure) return;
  throw new UsageError(
    'flag_conflict',
    phrase`${option('stop-on-failure')} needs all cases on one machine, and ${option('shard')} divides them; remove one of them`,
  );
}

/** Where the documents of the suite go: what the caller says, else the file, whose paths stay below the root. */
async function suitePaths(
  { host, cwd }: ResolvedEnvironment,
  { paths, out, markdown }: Suite,
  root: Root,
  options: SuiteOptions,
): Promise<PreparedSuite['paths']> {
  for (const named of paths) {
    if (!options[named.key === 'out' ? 'out' : 'markdown']) await confine(host, root, named);
  }
  const place = (said: string | undefined, own: string): string =>
    said ? placeOf(cwd, said) : own === '' ? '' : resolve(root.dir, own);
  // What a shard hands over is its JSON; the file's Markdown is of the whole suite.
  return { json: place(options.out, out), markdown: place(options.markdown, options.shard ? '' : markdown) };
}

/**
 * Settles what a suite runs: its cases are read and compared with what will be written, and nothing has booted. What is
 * wrong with one case is reported in that case.
 * @throws UsageError for a suite file that cannot be read; HostError for what cannot be written
 */
export async function prepareSuite(
  options: SuiteOptions,
  environment: ResolvedEnvironment,
  old: OldReports,
): Promise<PreparedSuite> {
  const { host, cwd } = environment;
  const file = await suitePath(host, cwd, options.suite);
  const suite = await loadSuite(host, cwd, file);
  const dir = dirname(resolve(cwd, file));
  await old.keep(
    [...suite.paths, ...suite.cases.flatMap((one) => one.paths)].flatMap(({ use, path }) =>
      use === 'read' ? resolve(dir, path) : [],
    ),
  );
  const root = await rootOf(host, cwd, dir);
  const paths = await suitePaths(environment, suite, root, options);
  await old.know([
    { path: paths.json, kind: 'report' },
    { path: paths.markdown, kind: 'markdown' },
  ]);
  const catalog = createCatalog(environment, dir);
  const baseline = options.baseline ? await loadRun(host, cwd, options.baseline, option('baseline')) : undefined;
  rejectRegression(suite, options);
  checkShard(options.shard);
  rejectStop(options);
  const own = await localProfiles(environment, options.localKernels);
  const localKernels = resolvedKernels(cwd, options.localKernels, own);
  const { offline, onEvent, signal } = options;
  const onNote = onEvent && ((message: string) => onEvent({ type: 'note', message }));
  const findLoader = loaderFinder(environment);
  const sample = await sampleFlags(environment, options);
  const cases = await prepareCases(
    { host, cwd, dir, root, findLoader, catalog, own, localKernels, offline, onNote, signal },
    suite,
    {
      workdir: options.workDir ? resolve(dir, options.workDir) : undefined,
      timeoutMs: options.timeoutMs,
      concurrency: options.concurrency,
      failOn: options.failOn,
      lane: options.lane,
      runner: options.runner,
      partial: options.shard !== undefined,
      baseline,
      sample,
    },
  );
  // Objects that cannot be distinguished in the older run are an error of the caller.
  const against = suiteBaseline(
    baseline,
    cases.map(({ source, artifact }) => ({ name: source.name, artifact })),
  );
  await old.know(await claimSuite({ host, cwd, dir, suite, file, paths, options }, cases));
  await old.know(await unwrittenOutputs(host, root, cases));
  await checkReportPaths(host, [paths.json, paths.markdown, ...reportFilePaths(options.files, cwd)]);
  const { shard } = options;
  const about = { name: suite.name, cases, against, paths, catalog, shard };
  return { ...about, ...casesToRun(cases, baseline, options.stopOnFailure ?? false) };
}

/** The cases that are wanted and the runs they make. @param stops the first case that fails the suite ends them */
function casesToRun(
  cases: readonly PreparedCase[],
  baseline: LoadedRun | undefined,
  stops: boolean,
): Pick<PreparedSuite, 'included' | 'startable' | 'runs' | 'costs' | 'endsCheck'> {
  const broken = cases.findIndex(({ ready, source }) => ready === undefined && source.required);
  const included = stops && broken >= 0 ? cases.slice(0, broken + 1) : cases;
  const started = included.filter((one): one is StartableCase => one.ready !== undefined);
  const own = started.find(({ ready }) => ready.baseline)?.ready.baseline?.run;
  return {
    included,
    startable: started,
    runs: started.map(({ ready }) => ready),
    costs: baseline ?? own,
    ...(stops && {
      // A failure that blocks nothing must not keep others from being tested: the suite would end with 0 without them.
      endsCheck: (index: number, { exitCode }: Verdict): boolean =>
        started[index]?.source.required === true && exitCode !== 0,
    }),
  };
}
