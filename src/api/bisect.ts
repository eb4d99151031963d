import type { LoaderSettings } from '../config/loader-settings.ts';
import { enumerate } from '../config/similar.ts';
import type { CellResult, Outcome, ValidationMode } from '../model/cell.ts';
import { CancelledError, UsageError } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import { decisiveOf, type Finding, isUnloaded } from '../model/finding.ts';
import { inferredText } from '../model/inferred.ts';
import { distinctNames } from '../model/object-names.ts';
import { option, phrase } from '../model/wording.ts';
import { type BuildResult, bootsFor, boundsOf, nextPosition } from '../plan/bisect.ts';
import { bisectLine, type Candidate } from './bisect-line.ts';
import type { PreparedCheck } from './check.ts';
import { finishTest } from './finish-run.ts';
import { prepareTest } from './prepare-test.ts';
import { runPrepared } from './run-prepared.ts';
import { type Environment, environmentOf, type ResolvedEnvironment } from './services.ts';

export interface BisectOptions extends Omit<Environment, 'lock'> {
  /** A compiled object, relative to `cwd`. */
  readonly artifact: string;
  /** `ID` or `ID@VERSION`: a kernel that accepts the object, and one that rejects it. */
  readonly good: string;
  readonly bad: string;
  readonly manifest?: string;
  readonly mode?: ValidationMode | undefined;
  readonly loader?: LoaderSettings;
  /** Milliseconds for one boot with its cell. Default 180 000. */
  readonly timeoutMs?: number;
  /** Directory for the evidence, relative to `cwd`. Default `.bpfcompat`. */
  readonly workDir?: string;
  readonly signal?: AbortSignal;
  readonly onEvent?: EventListener;
  /** Called once, before anything boots. @param boots those that halving needs between the ends */
  readonly onLine?: (line: readonly BisectKernel[], boots: number) => void;
  /** Called after each build that was tested. */
  readonly onStep?: (step: BisectStep) => void;
}

/** A kernel of the line; `version` is empty where the newest build of a profile is meant. */
export interface BisectKernel {
  readonly profile: string;
  readonly package: string;
  readonly version: string;
}

/** What one kernel said. */
export interface BisectStep extends BisectKernel {
  /** Position in the line. */
  readonly position: number;
  /** `uname -r`; empty where there is none. */
  readonly release: string;
  readonly result: BuildResult;
  /** What decided a rejection. */
  readonly finding: Finding | undefined;
  /** Why there is no result; empty where there is one. */
  readonly problem: string;
  /** Directory of the run, with its report. */
  readonly runDir: string;
}

export interface BisectResult {
  /**
   * `found`: neighbors of which one accepts and one rejects; `range`: what lies between the two gave no result;
   * `none_rejects`: the bad end accepts; `good_rejects`: the good end rejects; `inconclusive`: an end gave no result.
   */
  readonly status: 'found' | 'range' | 'none_rejects' | 'good_rejects' | 'inconclusive';
  /** The line from the good end to the bad one. */
  readonly line: readonly BisectKernel[];
  /** In the order of the runs. */
  readonly steps: readonly BisectStep[];
  /** The nearest two that accept and reject; undefined where an end did not do its part. */
  readonly accepts: BisectStep | undefined;
  readonly rejects: BisectStep | undefined;
}

function kernelOf({ profile, build }: Candidate): BisectKernel {
  return { profile: profile.id, package: build?.name ?? '', version: build?.version ?? '' };
}

/** Runs the object on one kernel as `test` would, from a cold boot: no other cell needs this kernel. */
async function tryKernel(
  context: ResolvedEnvironment,
  options: BisectOptions,
  candidate: Candidate,
  position: number,
  signal: AbortSignal,
): Promise<BisectStep> {
  const { artifact, manifest, mode, loader, timeoutMs, workDir, allowProfileOverride } = options;
  const { host, cwd } = context;
  const { profile, build } = candidate;
  const onEvent = options.onEvent ?? (() => {});
  const environment = { ...context, lock: new Map(build === undefined ? [] : [[profile.id, build]]) };
  const check = await prepareTest(
    {
      artifacts: [artifact],
      kernels: [profile.id],
      concurrency: 1,
      ...(manifest && { manifest }),
      ...(mode && { mode }),
      ...(loader && { loader }),
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(workDir && { workDir }),
      ...(allowProfileOverride && { allowProfileOverride }),
    },
    environment,
  );
  checkSole(check, artifact);
  const settings = { isolation: 'boot', signal, onEvent } as const;
  const { report } = await runPrepared(check, environment, settings, (completed) =>
    finishTest({ host, cwd, completed, shard: undefined, files: undefined, onEvent, signal, history: false }),
  );
  const [result] = report.results;
  if (result === undefined) throw new TypeError('one object on one kernel has one result');
  return {
    position,
    profile: profile.id,
    ...packageOf(result, build),
    ...resultOf(result.outcome),
    runDir: report.runDir,
  };
}

/** Each object changes its verdict where it does: one search finds one place. @throws UsageError `artifact_ambiguous` */
function checkSole({ runs }: PreparedCheck, artifact: string): void {
  const names = distinctNames(runs.flatMap(({ run }) => run.subjects.map((subject) => subject.artifact)));
  if (names.length === 1) return;
  throw new UsageError(
    'artifact_ambiguous',
    phrase`${option('artifact')} ${artifact}: these are ${names.length} objects (${enumerate(names.slice(0, 8), 'and')}), and a bisection is about one; name one of them`,
  );
}

function packageOf({ kernel }: CellResult, build: Candidate['build']) {
  const from = kernel?.package;
  return {
    package: from?.name ?? build?.name ?? '',
    version: from?.version ?? build?.version ?? '',
    release: kernel?.release ?? '',
  };
}

function resultOf(outcome: Outcome): Pick<BisectStep, 'result' | 'finding' | 'problem'> {
  switch (outcome.status) {
    case 'pass':
      if (outcome.findings.some(isUnloaded))
        return { result: 'unknown', finding: undefined, problem: 'no program of the object was loaded' };
      return { result: 'accepts', finding: undefined, problem: '' };
    case 'fail':
      return { result: 'rejects', finding: decisiveOf(outcome.findings)[0], problem: '' };
    case 'skipped':
      return { result: 'unknown', finding: undefined, problem: outcome.reason };
    case 'inferred':
      return { result: 'unknown', finding: undefined, problem: inferredText(outcome.inference) };
    case 'infra_error':
      return { result: 'unknown', finding: undefined, problem: outcome.message };
  }
}

/**
 * Finds the first build of a kernel, or the first kernel of a vendor, that rejects an object, in as many boots as halving
 * needs. Both ends are run first; what gives no result is passed by. The two neighbors that it ends with were both
 * run, whatever the builds that were not run would report.
 * @throws UsageError for words that name nothing, HostError for what this machine or a repository lacks, CancelledError
 */
export async function bisect(options: BisectOptions): Promise<BisectResult> {
  const context = environmentOf({ ...options, lock: 'ignore' });
  const { signal = new AbortController().signal, onEvent = () => {} } = options;
  if (options.artifact === '') throw new UsageError('missing_option', 'bisect(): artifact is missing; name an object');
  const note = (message: string): void => onEvent({ type: 'note', message });
  const candidates = await bisectLine(context, options, { signal, onProgress: () => {}, onNote: note });
  const line = candidates.map(kernelOf);
  options.onLine?.(line, bootsFor(line.length - 2));
  const steps: BisectStep[] = [];
  const results = new Map<number, BuildResult>();
  const step = async (position: number): Promise<BuildResult> => {
    if (signal.aborted) throw new CancelledError();
    const candidate = candidates[position];
    if (candidate === undefined) throw new TypeError('no such position');
    const taken = await tryKernel(context, options, candidate, position, signal);
    steps.push(taken);
    results.set(position, taken.result);
    options.onStep?.(taken);
    return taken.result;
  };
  const at = (position: number): BisectStep | undefined => steps.find((one) => one.position === position);
  const last = candidates.length - 1;
  const end = (status: BisectResult['status'], accepts?: number, rejects?: number): BisectResult => ({
    status,
    line,
    steps,
    accepts: accepts === undefined ? undefined : at(accepts),
    rejects: rejects === undefined ? undefined : at(rejects),
  });
  const good = await step(0);
  if (good === 'rejects') return end('good_rejects', undefined, 0);
  const bad = await step(last);
  if (good === 'unknown' || bad === 'unknown') return end('inconclusive');
  if (bad === 'accepts') return end('none_rejects', last);
  for (let next = nextPosition(candidates.length, results); next !== undefined; ) {
    await step(next);
    next = nextPosition(candidates.length, results);
  }
  const { accepts, rejects } = boundsOf(candidates.length, results);
  return end(rejects === accepts + 1 ? 'found' : 'range', accepts, rejects);
}
