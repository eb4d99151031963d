import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelTransfer, userlandId } from '../api/kernel-transfer.ts';
import { planShards } from '../api/plan.ts';
import { wantedKernels } from '../api/wanted-kernels.ts';
import { onGroupStart } from '../host/child.ts';
import { createHost } from '../host/create-host.ts';
import { CancelledError, HostError, messageOf, UsageError } from '../model/errors.ts';
import { type Cancel, watchCancel } from './cancel.ts';
import { endGroup, failed, group, say } from './commands.ts';
import { conclude } from './conclude.ts';
import { setOutputs } from './files.ts';
import { type Job, readJob } from './job.ts';
import { type RestoredKernels, restoreKernels } from './kernel-cache.ts';
import { partialRun, partialSummary } from './partial.ts';
import { runJob } from './run-job.ts';
import { type Env, type Runner, runnerOf } from './runner.ts';
import { makeScratch } from './scratch.ts';
import { notePid, saveState } from './state.ts';
import { appendSummary } from './summary.ts';
import { ensureTools, openKvm } from './tools.ts';

const NO_KERNELS: RestoredKernels = { restored: [], present: [], missing: [], toSave: [] };

/** Kernels that a run needs; of a shard only its own. */
async function kernelsOf({ parsed, input }: Job, env: Env, cwd: string): Promise<string[]> {
  if (parsed.command !== 'test' && parsed.command !== 'suite') return [];
  const { options } = parsed;
  const surroundings = { env, cwd };
  const wanted = parsed.command === 'test' ? { kernels: parsed.options.kernels } : { suite: parsed.options.suite };
  const all = await wantedKernels(wanted, surroundings);
  const { shard } = options;
  if (shard === undefined) return all;
  const question =
    parsed.command === 'test' ? { artifacts: parsed.options.artifacts, kernels: all } : { suite: parsed.options.suite };
  try {
    const { matrix } = await planShards({
      ...surroundings,
      ...question,
      shards: shard.total,
      baseline: input('baseline'),
    });
    return matrix.include.find((one) => one.shard === `${shard.index}/${shard.total}`)?.kernels.split(',') ?? [];
  } catch {
    // The run meets the same mistake, and says where it is.
    return all;
  }
}

/** Whether guests may need a shell: then it comes the way kernels come. */
function mayRunCommands({ parsed, input }: Job): boolean {
  return parsed.command === 'suite' || ['manifest', 'command'].some((name) => input(name) !== '');
}

async function prepareKernels(job: Job, env: Env, runner: Runner, scratch: string): Promise<RestoredKernels> {
  if (!job.settings.cache) return NO_KERNELS;
  const surroundings = { env, cwd: runner.workspace };
  const profiles = await kernelsOf(job, env, runner.workspace);
  const userland = userlandId('x86_64');
  const wanted = [...profiles, ...(mayRunCommands(job) ? [userland] : [])];
  const all = await restoreKernels(wanted, kernelTransfer(surroundings), { env, runner, arch: process.arch });
  saveState(env, { kernels: all.toSave, scratch });
  const kernelsOnly = (ids: readonly string[]): string[] => ids.filter((id) => id !== userland);
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

/** Everything before the question: tools, KVM, kernels. Only for what boots kernels. */
async function prepare(job: Job, env: Env, runner: Runner, scratch: string, signal: AbortSignal) {
  if (job.command !== 'test' && job.command !== 'suite') return NO_KERNELS;
  group('Prepare this machine');
  try {
    const machine = { host: createHost({ env }), signal };
    if (job.binary === '') await ensureTools(env, job.settings.installQemu, machine);
    await openKvm(runner, machine);
    return await prepareKernels(job, env, runner, scratch);
  } finally {
    endGroup();
  }
}

interface Ground {
  readonly env: Env;
  readonly runner: Runner;
  readonly scratch: string;
  readonly cancel: Cancel;
  readonly partial: ReturnType<typeof partialRun>;
}

async function work({ env, runner, scratch, cancel, partial }: Ground): Promise<void> {
  const job = readJob(env, runner.workspace, scratch);
  const kernels = await cancel.guard(prepare(job, env, runner, scratch, cancel.signal));
  const surroundings = {
    env: job.settings.requireKvm ? { ...env, BPFCOMPAT_ACCEL: 'kvm' } : env,
    workspace: runner.workspace,
    signal: cancel.signal,
    onEvent: partial.onEvent,
  };
  const { exitCode, printed } = await cancel.guard(runJob(job, surroundings));
  await cancel.guard(conclude({ env, runner, job, scratch, kernels, exitCode, printed, accel: partial.now().accel }));
}

/** What a thrown value means to the person who reads the log. */
function tell(error: unknown, { env, runner, partial }: Ground): void {
  if (error instanceof CancelledError) {
    setOutputs(env, { result: 'cancelled', 'exit-code': 1 });
    appendSummary(runner, partialSummary(partial.now()));
    failed('cancelled; the summary tells what was known until then');
    return;
  }
  const known = error instanceof UsageError || error instanceof HostError;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = known ? messageOf(error) : `this is a bug in bpfcompat, please report it with what follows\n${stack}`;
  appendSummary(runner, `## ⚠️ bpfcompat: no verdict\n\nNothing was found out; the log of the step says why.\n`);
  failed(message);
}

/** The guest validator that was committed with this bundle, whatever else lies in the checkout of the action. */
const OWN_VALIDATOR = fileURLToPath(new URL('validator/bpfcompat-validator-x86_64', import.meta.url));

/** The step: from inputs to outputs and an exit code. Never throws. */
export async function runStep(env: NodeJS.ProcessEnv): Promise<void> {
  const runner = runnerOf(env);
  const cancel = watchCancel();
  const partial = partialRun();
  // What is not overwritten later is true of a step that was killed.
  setOutputs(env, { result: 'error', 'exit-code': 1 });
  const scratch = makeScratch(runner);
  saveState(env, { kernels: [], scratch });
  onGroupStart((pid) => notePid(scratch, pid));
  // Whatever makes temporary files makes them where post removes them.
  env['TMPDIR'] = join(scratch, 'tmp');
  mkdirSync(env['TMPDIR']);
  if (!env['BPFCOMPAT_VALIDATOR_BIN'] && existsSync(OWN_VALIDATOR)) env['BPFCOMPAT_VALIDATOR_BIN'] = OWN_VALIDATOR;
  const ground = { env, runner, scratch, cancel, partial };
  try {
    await work(ground);
  } catch (error) {
    tell(error, ground);
    if (cancel.signal.aborted) setTimeout(() => process.exit(1), 500).unref();
  }
}
