import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withoutOldReportsAt } from '../api/old-reports.ts';
import { useStore } from '../api/store-use.ts';
import { readInputs } from '../config/action-values.ts';
import { inInputs } from '../config/action-words.ts';
import { onGroupStart } from '../host/child.ts';
import { createHost } from '../host/create-host.ts';
import { notesOf } from '../model/error-notes.ts';
import { CancelledError, HostError, messageOf, throwIfCancelled, UsageError, wordingOf } from '../model/errors.ts';
import type { RunEvent } from '../model/events.ts';
import { spell } from '../model/wording.ts';
import { fence } from '../report/escape.ts';
import type { Cancel } from './cancel.ts';
import { endGroup, failed, group, notice, say } from './commands.ts';
import { conclude } from './conclude.ts';
import { setOutputs } from './files.ts';
import { checkFork } from './fork.ts';
import { commandOf, type Job, readJob, reportInputs } from './job.ts';
import { partialRun, partialSummary } from './partial.ts';
import { NO_KERNELS, prepareKernels, prepareMachine } from './prepare.ts';
import { hushToolkit } from './quiet.ts';
import { runJob } from './run-job.ts';
import { type Env, type Runner, runnerOf } from './runner.ts';
import { makeScratch } from './scratch.ts';
import { notePid, writeState } from './state.ts';
import { appendSummary } from './summary.ts';

/** The guest validator that was committed with this bundle, whatever else lies in the checkout of the action. */
const OWN_VALIDATOR = fileURLToPath(new URL('validator/bpfcompat-validator-x86_64', import.meta.url));

interface Context {
  readonly env: Env;
  readonly runner: Runner;
  readonly scratch: string;
  readonly cancel: Cancel;
  readonly partial: ReturnType<typeof partialRun>;
  /** Everything has been reported: nothing that happens now changes it. */
  reported: boolean;
}

/** Messages of the command line in the words of a workflow. */
function inInputWords(error: unknown, job: Job): unknown {
  const { command, settings } = job;
  const known = error instanceof UsageError ? UsageError : error instanceof HostError ? HostError : undefined;
  if (known === undefined) return error;
  const words = spell(wordingOf(error), inInputs(command));
  const { code } = error as UsageError;
  const unwritable = job.reports.find(
    ({ path }) => code === 'report_unwritable' && words.startsWith(`cannot write ${path}:`),
  );
  const said = unwritable === undefined ? words : `input ${unwritable.input}: ${words}`;
  const message = settings.requireKvm ? said.replace(/set BPFCOMPAT_ACCEL=\w+/, 'set require-kvm: false') : said;
  return new known(code, message, { cause: error });
}

async function work(context: Context): Promise<void> {
  const { env, runner, scratch, cancel } = context;
  throwIfCancelled(cancel.signal);
  const inputs = readInputs(env);
  const full = (names: readonly string[]): string[] =>
    names.flatMap((name) => inputs.get(name) || []).map((path) => resolve(runner.workspace, path));
  const reports = full(reportInputs(commandOf(inputs)).map(({ input }) => input));
  await withoutOldReportsAt(reports, full(['baseline']), { env, cwd: runner.workspace }, async () => {
    const job = readJob(env, runner.workspace, scratch);
    for (const note of job.notes) say(note);
    try {
      await workOn(job, context);
    } catch (error) {
      throw inInputWords(error, job);
    }
  });
}

/** A person should see that results take longer than they need to, unless that was chosen. */
function accelNotice(env: Env): (event: RunEvent) => void {
  return (event) => {
    if (event.type !== 'accel' || event.accel !== 'tcg' || env['BPFCOMPAT_ACCEL'] === 'tcg') return;
    notice(`KVM is not available, using TCG (slower, same results): ${event.reason}`);
  };
}

function bootsKernels({ command }: Job): boolean {
  return command === 'test' || command === 'suite';
}

/** Programs that the step takes from its environment instead of its own. */
const REPLACING = [
  'BPFCOMPAT_VALIDATOR_BIN',
  'BPFCOMPAT_QEMU',
  'BPFCOMPAT_QEMU_AARCH64',
  'BPFCOMPAT_LOADERS_DIR',
  'BPFCOMPAT_RPM_KEYS',
] as const;

/** Whose code this is and what runs it, where that is not what a reader of the workflow would think. */
function logContext({ settings }: Job, env: Env, runner: Runner): void {
  const fork = checkFork(env, runner, settings.allowFork);
  if (fork !== undefined) notice(fork);
  for (const name of REPLACING) {
    if (!env[name] || env[name] === OWN_VALIDATOR) continue;
    notice(`${name} of the environment is used: ${env[name]}; unset it for the program of this action`);
  }
}

/** Makes the machine ready and brings kernels; they stay until `store` is disposed of. */
async function prepare(job: Job, { env, runner, scratch, cancel }: Context) {
  const machine = { host: createHost({ env }), signal: cancel.signal };
  group('Prepare this machine');
  try {
    await cancel.guard(prepareMachine(job, env, runner, machine));
    const store = await useStore(machine.host, cancel.signal);
    return { store, kernels: await cancel.guard(prepareKernels(job, env, runner, scratch)) };
  } finally {
    endGroup();
  }
}

async function workOn(job: Job, context: Context): Promise<void> {
  const { env, runner, scratch, cancel, partial } = context;
  const onAccel = accelNotice(env);
  const boots = bootsKernels(job);
  if (boots) logContext(job, env, runner);
  const { store, kernels } = boots ? await prepare(job, context) : { store: undefined, kernels: NO_KERNELS };
  await using _store = store;
  const environment = {
    env: {
      ...env,
      ...(job.settings.requireKvm && { BPFCOMPAT_ACCEL: 'kvm' }),
      // What the cache keeps are packages, which are gone once a kernel is made of them.
      ...(kernels.toSave.length > 0 && { BPFCOMPAT_KEEP_PACKAGES: '1' }),
    },
    workspace: runner.workspace,
    signal: cancel.signal,
    onEvent(event: RunEvent) {
      partial.onEvent(event);
      onAccel(event);
    },
  };
  const end = await cancel.guard(runJob(job, environment));
  const ended = { ...end, env, runner, job, scratch, kernels, accel: partial.now().accel };
  const alreadyReported = conclude(ended).then(() => {
    context.reported = true;
  });
  await cancel.guard(alreadyReported);
}

/** What a thrown value means to the person who reads the log. */
async function reportFailure(error: unknown, { env, runner, partial, reported }: Context): Promise<void> {
  if (reported) return;
  if (error instanceof CancelledError) {
    await setOutputs(env, { result: 'cancelled', 'exit-code': 1 });
    await appendSummary(runner, partialSummary(partial.now()));
    failed('cancelled; see the partial summary');
    return;
  }
  const known = error instanceof UsageError || error instanceof HostError;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = known ? messageOf(error) : `this is a bug in bpfcompat, please report it with what follows\n${stack}`;
  await appendSummary(runner, `## ⚠️ bpfcompat: inconclusive\n\nThe object was not tested:\n\n${fence(message)}\n`);
  failed(message);
  for (const note of notesOf(error)) say(`note: ${note}`);
}

/** The step: from inputs to outputs and an exit code. Never throws. */
export async function runStep(env: NodeJS.ProcessEnv, cancel: Cancel): Promise<void> {
  hushToolkit();
  const runner = runnerOf(env);
  const partial = partialRun();
  // What is not overwritten later is true of a step that was killed.
  await setOutputs(env, { result: 'error', 'exit-code': 1 });
  const scratch = makeScratch(runner);
  await writeState(env, { kernels: [], scratch });
  onGroupStart((pid) => notePid(scratch, pid));
  // Whatever makes temporary files makes them where post removes them.
  env['TMPDIR'] = join(scratch, 'tmp');
  mkdirSync(env['TMPDIR']);
  if (!env['BPFCOMPAT_VALIDATOR_BIN'] && existsSync(OWN_VALIDATOR)) env['BPFCOMPAT_VALIDATOR_BIN'] = OWN_VALIDATOR;
  const context: Context = { env, runner, scratch, cancel, partial, reported: false };
  try {
    await work(context);
  } catch (error) {
    await reportFailure(error, context);
    if (cancel.signal.aborted) setTimeout(() => process.exit(), 500).unref();
  }
}
