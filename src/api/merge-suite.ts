import { gate } from '../gate/gate.ts';
import { withMissing, worstOf } from '../gate/whole.ts';
import type { CheckDocument } from '../model/document.ts';
import { UsageError } from '../model/errors.ts';
import type { ShardCase, ShardPart } from '../model/shard.ts';
import { distinctRunIds } from '../run/run-id.ts';
import type { RunCase } from './baseline.ts';
import { finish } from './finish.ts';
import { type EndedCase, type SuiteResult, suiteConclusion, suiteRuns } from './finish-suite.ts';
import { type Merging, mergedGate, mergedRun } from './merge-parts.ts';
import { suiteBaseline } from './suite-verdicts.ts';

type Suite = NonNullable<ShardPart['suite']>;

function broken({ run: _none, ...facts }: ShardCase): EndedCase {
  const nothing = { completed: undefined, json: '', markdownPath: '' };
  return { report: { ...facts, status: 'error', exitCode: 1, ...nothing } };
}

function mergedCase(merging: Merging, one: ShardCase, runId: string, about: RunCase): EndedCase {
  const position = one.run ?? 0;
  const own = merging.parts[0]?.runs[position];
  if (!own) throw new UsageError('report_invalid', `case ${one.name} has no run; run the shards again`);
  const decides = mergedGate(merging, own);
  const run = mergedRun(merging, position, runId, about);
  const verdict = gate(run, decides);
  const { run: _position, ...facts } = one;
  const { artifactVersion, artifactVariant, artifactUri } = own;
  const completed = { run, artifact: 0, verdict };
  const { status, exitCode } = verdict;
  return {
    report: { ...facts, status, exitCode, completed, json: '', markdownPath: '' },
    ended: {
      gate: decides,
      // Reports of cases lie with the merged run: a path that a report names is never written to.
      reportTargets: { workdir: merging.workdir, out: '', markdown: '', artifactVersion, artifactVariant, artifactUri },
      manifest: one.manifest,
    },
  };
}

function baselineOf({ baseline }: Merging, suite: Suite): Pick<CheckDocument, 'baseline'> {
  if (baseline) return suiteBaseline(baseline, suite.cases);
  return suite.baseline ? { baseline: suite.baseline } : {};
}

/** The parts of a suite as one suite. */
export async function mergeSuite(merging: Merging, startedAt: Date): Promise<SuiteResult> {
  const { parts, missing, out, markdown } = merging;
  const suites = parts.flatMap(({ suite }) => suite ?? []);
  const [first] = suites as [Suite, ...Suite[]];
  const ids = distinctRunIds(first.cases.length, startedAt);
  const named = first.cases.map(({ name, artifact: path }) => ({ name, path }));
  const cases = first.cases.map((one, position) =>
    one.run === undefined ? broken(one) : mergedCase(merging, one, ids[position] ?? '', { cases: named, position }),
  );
  const { status, exitCode } = withMissing(worstOf(cases.map(({ report }) => report)), missing);
  const ended = {
    suite: {
      name: first.name,
      startedAt: suites.map((one) => one.startedAt).sort()[0] ?? '',
      finishedAt:
        suites
          .map((one) => one.finishedAt)
          .sort()
          .at(-1) ?? '',
      durationMs: Math.max(...suites.map(({ durationMs }) => durationMs)),
      status,
      exitCode,
      notRun: [],
      ...baselineOf(merging, first),
    },
    cases,
    paths: { json: out, markdown },
  };
  return finish(merging, suiteRuns(ended), (runs) => suiteConclusion(ended, runs));
}
