import { partVerdict, worstOf } from '../gate/whole.ts';
import type { Host } from '../host/host.ts';
import type { CaseResult } from '../model/check-result.ts';
import { timestamp } from '../run/run-id.ts';
import { writeReport } from '../run/write-reports.ts';
import { SUITE_OPTIONS } from './call-options.ts';
import type { CompletedCheck, CompletedRun } from './check.ts';
import { checkOptions } from './check-options.ts';
import { finish } from './finish.ts';
import { type EndedCase, type SuiteResult, suiteConclusion, suiteRuns } from './finish-suite.ts';
import { runPhases } from './phases.ts';
import { type PreparedSuite, prepareSuite } from './prepare-suite.ts';
import { suitePart } from './shard-suite.ts';
import type { PreparedCase } from './suite-cases.ts';
import type { SuiteOptions } from './suite-options.ts';
import { caseReport } from './suite-verdicts.ts';

export type { SuiteOptions } from './suite-options.ts';

/** Where the reports of a case go and what decides about it. */
function endedCase({ ready }: PreparedCase, report: CaseResult): EndedCase {
  if (ready === undefined) return { report };
  const { gate, reportTargets, manifest } = ready;
  return { report, ended: { gate, reportTargets, manifest } };
}

/** The run of each case that has one, and the cases that are reported: those given up and those of other shards are not. */
function reportedCases({ included, startable }: PreparedSuite, { runs }: CompletedCheck) {
  const completed = new Map<PreparedCase, CompletedRun>();
  for (const [index, run] of runs.entries()) {
    const one = startable[index];
    if (one !== undefined && run !== undefined) completed.set(one, run);
  }
  const lost = included.findIndex((one) => one.ready !== undefined && !completed.has(one));
  const ran = lost < 0 ? included : included.slice(0, lost);
  return { completed, ran };
}

interface SuiteEnd {
  readonly host: Host;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly options: SuiteOptions;
  readonly cwd: string;
}

/** Writes what became of a suite: the same for all of it and for one shard. */
async function finishSuite(prepared: PreparedSuite, check: CompletedCheck, end: SuiteEnd): Promise<SuiteResult> {
  const { host, startedAt, durationMs, options, cwd } = end;
  const { shard, paths, name, against } = prepared;
  const { plan } = check;
  const { completed, ran } = reportedCases(prepared, check);
  const isOfOtherShard = (one: PreparedCase): boolean =>
    shard !== undefined && completed.get(one)?.cells.every((cell) => cell.shard !== shard.index) === true;
  const reported = ran.filter((one) => !isOfOtherShard(one));
  for (const { ready } of reported) {
    if (ready?.mergedManifest !== undefined) await writeReport(host, ready.manifest, ready.mergedManifest);
  }
  const cases = reported.map((one) => caseReport(one, completed.get(one)?.report));
  const facts = { name, startedAt, finishedAt: timestamp(host.now()), durationMs, ...against };
  const part = shard && plan && suitePart(shard, plan, facts, prepared.cases, [...completed.values()]);
  const verdict = worstOf(cases);
  const { status, exitCode } = shard ? partVerdict(verdict, shard, cases.length) : verdict;
  const notRun = shard ? [] : prepared.cases.slice(reported.length).map(({ source }) => source.name);
  const ended = {
    suite: { ...facts, status, exitCode, notRun, ...(part && { part }) },
    cases: reported.map((one, index) => endedCase(one, cases[index] as CaseResult)),
    paths,
  };
  const { files, signal, onEvent = () => {} } = options;
  const context = { host, cwd, files, signal, onEvent, history: shard === undefined };
  return finish(context, suiteRuns(ended), (runs) => suiteConclusion(ended, runs));
}

/**
 * Runs a suite: all its cases in one queue, each kernel prepared and each object read once. Writes the reports of each
 * case and those of the suite.
 * @throws UsageError for a suite file that cannot be read, HostError for what this machine lacks, CancelledError after
 * an abort; in the last case nothing is left behind
 */
export async function validateSuite(options: SuiteOptions): Promise<SuiteResult> {
  checkOptions('validateSuite', options, SUITE_OPTIONS, ['suite']);
  return runPhases(options, {
    prepare: async ({ environment, old }) => {
      const { host } = environment;
      const begin = { startedAt: timestamp(host.now()), started: host.monotonicMs() };
      return { ...(await prepareSuite(options, environment, old)), ...begin };
    },
    finish: ({ startedAt, started, ...prepared }, completed, { environment: { host, cwd } }) =>
      finishSuite(prepared, completed, { host, cwd, startedAt, durationMs: host.monotonicMs() - started, options }),
  });
}
