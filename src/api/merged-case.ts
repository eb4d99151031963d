import { gate } from '../gate/gate.ts';
import { UsageError } from '../model/errors.ts';
import type { ShardCase } from '../model/shard.ts';
import type { RunCase } from './baseline.ts';
import type { EndedCase } from './finish-suite.ts';
import { type Merging, mergedGate, mergedRun } from './merge-parts.ts';

/** A case that could not start on any machine. */
export function broken({ run: _none, ...facts }: ShardCase): EndedCase {
  const nothing = { completed: undefined, json: '', markdownPath: '' };
  return { report: { ...facts, status: 'error', exitCode: 1, ...nothing } };
}

/** A case with the results of all machines, and what the gate makes of it. */
export function mergedCase(merging: Merging, one: ShardCase, runId: string, about: RunCase): EndedCase {
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
