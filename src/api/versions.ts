import { resolve } from 'node:path';
import { matchObjects } from '../compare/match-objects.ts';
import { type Versioned, versioned } from '../config/version-label.ts';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import type { NamedObject } from '../model/object-names.ts';
import type { RunReport } from '../model/report.ts';
import { option, phrase } from '../model/wording.ts';
import { recordedRun } from '../report/recorded.ts';
import { comparedWith } from './baseline.ts';
import type { CompletedCheck, PreparedCheck } from './check.ts';
import { finish } from './finish.ts';
import { endedRun, type FinishedRun, type FinishTestRequest, runConclusion } from './finish-run.ts';
import { matchCases } from './load-run.ts';
import { prepareTest } from './prepare-test.ts';
import type { ResolvedEnvironment } from './services.ts';
import type { ValidateOptions } from './validate-options.ts';

/** Objects of one of two versions that are tested at once. */
interface Version {
  readonly label: string;
  readonly artifacts: readonly string[];
}

/** The older version, and the one that is judged. */
export type Versions = readonly [baseline: Version, current: Version];

const EXAMPLE = 'old=v1/x.bpf.o new=build/x.bpf.o';

/** Flags that say themselves what is compared, divided or left out. */
function otherOf({ baseline, shard, command, sample, artifactVersion }: ValidateOptions) {
  if (baseline) return 'baseline';
  if (shard !== undefined) return 'shard';
  if (command !== undefined) return 'command';
  if (sample) return 'sample';
  return artifactVersion ? 'artifact-version' : undefined;
}

/**
 * The label of a word; undefined for one without. A file of a repository takes the place of no object that has one.
 * @throws UsageError `artifact_ambiguous` where there is a file of that name
 */
async function labelOf(host: Host, cwd: string, text: string): Promise<Versioned | undefined> {
  const found = versioned(text);
  if (found === undefined) return undefined;
  if ((await host.files.stat(resolve(cwd, text)).catch(() => undefined)) === undefined) return found;
  throw new UsageError(
    'artifact_ambiguous',
    phrase`${option('artifact')} ${text}: there is a file of that name, and it is the version ${found.label} of ${found.word}, too; write ./${text} for the file, or rename it`,
  );
}

/**
 * The two versions that objects are named of, the first label first; undefined where no object has a label.
 * @throws UsageError where only some have one, for more or fewer than two, for a file that is called like a labeled word, and
 * for flags that contradict it
 */
export async function versionsOf(host: Host, cwd: string, options: ValidateOptions): Promise<Versions | undefined> {
  const groups = new Map<string, string[]>();
  let plain: string | undefined;
  for (const text of options.artifacts) {
    const found = await labelOf(host, cwd, text);
    if (found === undefined) plain ??= text;
    else groups.set(found.label, [...(groups.get(found.label) ?? []), found.word]);
  }
  if (groups.size === 0) return undefined;
  const wrong = (why: string): UsageError =>
    new UsageError('invalid_option', phrase`${option('artifact')}: ${why}; two versions are compared: ${EXAMPLE}`);
  if (plain !== undefined) throw wrong(`${plain} has no label, and others have one`);
  const [baseline, current, ...more] = [...groups].map(([label, artifacts]) => ({ label, artifacts }));
  if (baseline === undefined || current === undefined || more.length > 0) {
    throw wrong(`there are objects of ${groups.size} versions (${[...groups.keys()].join(', ')})`);
  }
  const other = otherOf(options);
  if (other !== undefined) {
    throw new UsageError(
      'flag_conflict',
      phrase`${option(other)} cannot be combined with objects of two versions; remove it, or the labels`,
    );
  }
  return [baseline, current];
}

/** The objects of a run, as those of another one are matched with them. */
function objectsOf({ runs }: PreparedCheck): NamedObject[] {
  return runs.flatMap(({ run }) => run.subjects.map(({ artifact }) => artifact));
}

/**
 * Both versions as two runs of one queue; the reports that were named are those of the current one.
 * @throws UsageError `object_ambiguous`, before anything is booted
 */
export async function prepareVersions(
  options: ValidateOptions,
  versions: Versions,
  environment: ResolvedEnvironment,
): Promise<PreparedCheck> {
  const [baseline, current] = versions;
  const { out: _out, markdown: _markdown, files: _files, failOn, ...shared } = options;
  // What fails in the older version makes nothing fail.
  const before = await prepareTest(
    { ...shared, failOn: 'never', artifacts: baseline.artifacts, artifactVersion: baseline.label },
    environment,
  );
  const after = await prepareTest(
    { ...options, failOn, artifacts: current.artifacts, artifactVersion: current.label },
    environment,
    true,
  );
  matchObjects(objectsOf(before), objectsOf(after), baseline.label);
  const named = (check: PreparedCheck, { label }: Version) =>
    check.runs.map((one) => ({ ...one, run: { ...one.run, name: label } }));
  return { ...after, runs: [...named(before, baseline), ...named(after, current)] };
}

/** The current version against the older one of the same run. */
function compared(before: RunReport, after: RunReport, [baseline, current]: Versions): RunReport {
  const cases = before.artifacts.map(({ name, path: artifact }, index) => ({
    name,
    artifact,
    report: { ...recordedRun(before, index), path: baseline.label },
  }));
  const older = { kind: 'collection', path: baseline.label, runId: before.runId, summaryStatus: '', cases } as const;
  return {
    ...after,
    baseline: comparedWith(after, matchCases(older, after.artifacts)),
    versions: { baseline: baseline.label, current: current.label },
  };
}

/** Ends both runs. The verdict is that of the current version. */
export async function finishVersions({
  completed: { runs },
  versions,
  ...ended
}: Omit<FinishTestRequest, 'shard' | 'completed'> & {
  readonly completed: CompletedCheck;
  readonly versions: Versions;
}): Promise<FinishedRun> {
  const [before, after] = runs;
  if (before === undefined || after === undefined) throw new Error('runs that nothing ends have reports');
  const { files: _files, ...older } = ended;
  await finish(older, [endedRun(before, before.report)], runConclusion);
  return finish(ended, [endedRun(after, compared(before.report, after.report, versions))], runConclusion);
}
