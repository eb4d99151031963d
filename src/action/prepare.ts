import { archesOfKernels } from '../api/kernel-arches.ts';
import { kernelTransfer, userlandId } from '../api/kernel-transfer.ts';
import { namedLocalKernels, neededKernels } from '../api/needed-kernels.ts';
import { planShards } from '../api/plan.ts';
import { say } from './commands.ts';
import type { Job } from './job.ts';
import { type RestoredKernels, restoreKernels } from './kernel-cache.ts';
import type { Env, Runner } from './runner.ts';
import { writeState } from './state.ts';
import { ensureTools, type Machine, openKvm } from './tools.ts';

const NOTHING_SAID = { allowProfileOverride: false, lock: 'use', localKernels: [] } as const;
export const NO_KERNELS: RestoredKernels = { restored: [], present: [], missing: [], toSave: [] };

/** Kernels that a run needs; of a shard only its own. */
async function kernelsOf({ parsed, input }: Job, env: Env, cwd: string): Promise<string[]> {
  if (parsed.command !== 'test' && parsed.command !== 'suite') return [];
  const { options } = parsed;
  const { allowProfileOverride, lock, localKernels } = options;
  const environment = { env, cwd, allowProfileOverride, lock };
  const needed = parsed.command === 'test' ? { kernels: parsed.options.kernels } : { suite: parsed.options.suite };
  const chosen = await neededKernels(needed, environment);
  const all = [...chosen, ...(await namedLocalKernels(localKernels, environment))];
  const { shard } = options;
  if (shard === undefined) return all;
  const subjects =
    parsed.command === 'test'
      ? { artifacts: parsed.options.artifacts, kernels: chosen, localKernels }
      : { suite: parsed.options.suite, localKernels };
  try {
    const { matrix } = await planShards({
      ...environment,
      ...subjects,
      shards: shard.total,
      baseline: input('baseline'),
    });
    const own = matrix.include.find((one) => one.shard === `${shard.index}/${shard.total}`)?.kernels.split(',') ?? [];
    return own.filter((id) => all.includes(id));
  } catch {
    // The run meets the same mistake, and says where it is.
    return all;
  }
}

/** Shells that guests of these kernels may need, one of each architecture: they come the way kernels come. */
export async function userlandsOf(
  { parsed, input }: Job,
  profiles: readonly string[],
  options: Parameters<typeof archesOfKernels>[1],
): Promise<string[]> {
  const mayRunCommands = parsed.command === 'suite' || ['manifest', 'command'].some((name) => input(name) !== '');
  return mayRunCommands ? (await archesOfKernels(profiles, options)).map(userlandId) : [];
}

/** Kernels of the cache, as far as the job wants them from there. */
export async function prepareKernels(job: Job, env: Env, runner: Runner, scratch: string): Promise<RestoredKernels> {
  if (!job.settings.cache) return NO_KERNELS;
  const { parsed } = job;
  const runsKernels = parsed.command === 'test' || parsed.command === 'suite';
  const { allowProfileOverride, lock, localKernels } = runsKernels ? parsed.options : NOTHING_SAID;
  const settings = { cwd: runner.workspace, allowProfileOverride, lock, localKernels: [...localKernels] };
  const profiles = await kernelsOf(job, env, runner.workspace);
  const userlands = await userlandsOf(job, profiles, { env, ...settings });
  const needed = [...profiles, ...userlands];
  const all = await restoreKernels(needed, kernelTransfer({ env, ...settings }), { env, runner, arch: process.arch });
  await writeState(env, { kernels: all.toSave, scratch, settings });
  const kernelsOnly = (ids: readonly string[]): string[] => ids.filter((id) => !userlands.includes(id));
  const restored = {
    restored: kernelsOnly(all.restored),
    present: kernelsOnly(all.present),
    missing: kernelsOnly(all.missing),
    toSave: all.toSave,
  };
  if (profiles.length > 0) {
    const { length } = restored.restored;
    say(`kernels: ${length} from the cache, ${restored.present.length} stored here, of ${profiles.length}`);
  }
  return restored;
}

/** Tools and KVM. Only for what boots kernels. */
export async function prepareMachine(job: Job, env: Env, runner: Runner, machine: Machine): Promise<void> {
  if (job.binary === '') {
    const { parsed } = job;
    const isRun = parsed.command === 'test' || parsed.command === 'suite';
    const { allowProfileOverride, localKernels } = isRun ? parsed.options : NOTHING_SAID;
    const ids = await kernelsOf(job, env, runner.workspace);
    const arches = await archesOfKernels(ids, { env, cwd: runner.workspace, allowProfileOverride, localKernels });
    await ensureTools(env, job.settings.installQemu, machine, arches);
  }
  await openKvm(runner, machine);
}
