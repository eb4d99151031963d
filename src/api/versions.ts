import { resolve } from 'node:path';
import { matchObjects } from '../compare/match-objects.ts';
import { type Versioned, versioned } from '../config/version-label.ts';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import type { NamedObject } from '../model/object-names.ts';
import type { RunReport, VersionBetween } from '../model/report.ts';
import { option, phrase } from '../model/wording.ts';
import { recordedRun } from '../report/recorded.ts';
import { comparedWith } from './baseline.ts';
import type { CompletedCheck, PreparedCheck } from './check.ts';
import { finish } from './finish.ts';
import { endedRun, type FinishedRun, type FinishTestRequest, runConclusion } from './finish-run.ts';
import { type LoadedCase, matchCases } from './load-run.ts';
import { prepareTest } from './prepare-test.ts';
import type { ResolvedEnvironment } from './services.ts';
import type { ValidateOptions } from './validate-options.ts';

/** Objects of one of the versions that are tested at once. */
interface Version {
  readonly label: string;
  readonly artifacts: readonly string[];
}

/** The oldest version, those between, and the one that is judged. */
export interface Versions {
  readonly baseline: Version;
  readonly between: readonly Version[];
  readonly current: Version;
}

/** Each version tests its objects on every kernel, and has a column in tables. */
const MAX_VERSIONS = 8;

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
 * The versions that objects are named of, the first label first; undefined where no object has a label.
 * @throws UsageError where only some have one, for fewer than two or too many, for a file that is called like a labeled word,
 * and for flags that contradict it
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
    new UsageError('invalid_option', phrase`${option('artifact')}: ${why}; versions are compared so: ${EXAMPLE}`);
  if (plain !== undefined) throw wrong(`${plain} has no label, and others have one`);
  const [baseline, ...later] = [...groups].map(([label, artifacts]) => ({ label, artifacts }));
  const current = later.pop();
  if (baseline === undefined || current === undefined)
    throw wrong(`all objects are of one version (${[...groups.keys()].join(', ')})`);
  if (groups.size > MAX_VERSIONS)
    throw wrong(`there are objects of ${groups.size} versions, of at most ${MAX_VERSIONS}`);
  const other = otherOf(options);
  if (other !== undefined) {
    throw new UsageError(
      'flag_conflict',
      phrase`${option(other)} cannot be combined with objects of several versions; remove it, or the labels`,
    );
  }
  return { baseline, between: later, current };
}

/** The objects of a run, as those of another one are matched with them. */
function objectsOf({ runs }: PreparedCheck): NamedObject[] {
  return runs.flatMap(({ run }) => run.subjects.map(({ artifact }) => artifact));
}

/**
 * The versions as runs of one queue, the oldest first; the reports that were named are those of the current one.
 * @throws UsageError `object_ambiguous`, before anything is booted
 */
export async function prepareVersions(
  options: ValidateOptions,
  versions: Versions,
  environment: ResolvedEnvironment,
): Promise<PreparedCheck> {
  const { baseline, between, current } = versions;
  const { out: _out, markdown: _markdown, files: _files, failOn, ...shared } = options;
  const older: { readonly check: PreparedCheck; readonly label: string }[] = [];
  for (const { artifacts, label } of [baseline, ...between]) {
    // What fails in an older version makes nothing fail.
    const request = { ...shared, failOn: 'never', artifacts, artifactVersion: label } as const;
    older.push({ check: await prepareTest(request, environment), label });
  }
  const after = await prepareTest(
    { ...options, failOn, artifacts: current.artifacts, artifactVersion: current.label },
    environment,
    true,
  );
  for (const { check, label } of older) matchObjects(objectsOf(check), objectsOf(after), label);
  const runs = [...older, { check: after, label: current.label }].flatMap(({ check, label }) =>
    check.runs.map((one) => ({ ...one, run: { ...one.run, name: label } })),
  );
  return { ...after, runs };
}

/** What an older version of the same run has about each object of the current one. */
function olderCases(before: RunReport, after: RunReport, label: string): (LoadedCase | undefined)[] {
  const cases = before.artifacts.map(({ name, path: artifact }, index) => ({
    name,
    artifact,
    report: { ...recordedRun(before, index), path: label },
  }));
  const older = { kind: 'collection', path: label, runId: before.runId, summaryStatus: '', cases } as const;
  return matchCases(older, after.artifacts);
}

/** The results of a version that is neither the oldest nor judged, as far as tables show them. */
function statusesOf(before: RunReport, after: RunReport, { label }: Version): VersionBetween {
  const cases = olderCases(before, after, label);
  return {
    label,
    statuses: cases.map((one) =>
      Object.fromEntries(one?.report.targets.map(({ profile, status }) => [profile, status]) ?? []),
    ),
  };
}

/** The current version against the oldest one of the same run, with those between beside it. */
function compared(older: readonly RunReport[], after: RunReport, versions: Versions): RunReport {
  const { baseline, current } = versions;
  const [before, ...others] = older;
  if (before === undefined) throw new Error('there is an older version');
  const between = versions.between.flatMap((version, index) => {
    const run = others[index];
    return run === undefined ? [] : [statusesOf(run, after, version)];
  });
  return {
    ...after,
    baseline: comparedWith(after, olderCases(before, after, baseline.label)),
    versions: { baseline: baseline.label, between, current: current.label },
  };
}

/** Ends all runs. The verdict is that of the current version. */
export async function finishVersions({
  completed: { runs },
  versions,
  ...ended
}: Omit<FinishTestRequest, 'shard' | 'completed'> & {
  readonly completed: CompletedCheck;
  readonly versions: Versions;
}): Promise<FinishedRun> {
  const completed = runs.flatMap((run) => run ?? []);
  const after = completed.pop();
  if (after === undefined || completed.length !== versions.between.length + 1)
    throw new Error('runs that nothing ends have reports');
  const { files: _files, ...older } = ended;
  for (const before of completed) await finish(older, [endedRun(before, before.report)], runConclusion);
  const report = compared(
    completed.map((run) => run.report),
    after.report,
    versions,
  );
  return finish(ended, [endedRun(after, report)], runConclusion);
}
