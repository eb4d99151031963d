import { kernelOptionsOf } from '../api/kernel-options.ts';
import { lockMode } from '../config/lock.ts';
import type { PlanArguments } from '../config/merge-options.ts';
import { planShards } from '../index.ts';
import { plural } from '../report/style.ts';
import { table } from '../text/table.ts';
import type { Io } from './io.ts';

/**
 * `plan`: one line of JSON for the job matrix of a workflow, on stdout or in a file; on stderr what it means for a
 * person.
 */
export async function planCommand(options: PlanArguments, io: Io, signal: AbortSignal): Promise<number> {
  if (options.group || options.sample) return (await import('./plan-classes.ts')).planClasses(options, io, signal);
  const { artifacts, kernels, localKernels, suite, baseline, shards, targetTimeMs: targetMs, out, quiet } = options;
  const { matrix, json, cells, expectedMs } = await planShards({
    ...(kernels && kernelOptionsOf(kernels)),
    localKernels,
    artifacts,
    suite,
    baseline,
    shards,
    targetMs,
    out,
    allowProfileOverride: options.allowProfileOverride,
    lock: lockMode(options),
    env: io.env,
    cwd: io.cwd,
    signal,
  });
  if (!quiet) {
    const rows = matrix.include.map(({ shard, kernels: ids }, i) => [
      shard,
      `about ${Math.ceil((expectedMs[i] ?? 0) / 1000)} s`,
      ids.replaceAll(',', ', '),
    ]);
    const fewer = shards > rows.length ? `; ${shards} would leave some with nothing to do` : '';
    io.err(`${plural(cells, 'cell')} in ${plural(rows.length, 'shard')}${fewer}\n${table(rows).join('\n')}\n`);
  }
  if (out === '') io.out(json);
  return 0;
}
