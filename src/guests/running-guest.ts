import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../host/host.ts';
import { CancelledError, messageOf } from '../model/errors.ts';
import type { Evidence, Hello } from '../model/evidence.ts';
import type { Channel } from '../model/kernel.ts';
import { converse, ProtocolViolation } from './conversation.ts';
import { diskPort } from './disk-port.ts';
import { frameThread } from './frame-reader.ts';
import { type AskOptions, type Guest, GuestError, type GuestRequest, type OpenOptions } from './guest.ts';
import { consoleTail, type GuestPhase, machineFailure } from './machine-failure.ts';
import { DRAIN_MS, type RunningMachine, startMachine } from './qemu/machine.ts';
import { sandboxLayers, type Wrapped } from './qemu/sandbox.ts';

/** How long a machine that could not be restored may take to die by itself: one that dies has closed its channel first. */
const RESTORE_GRACE_MS = 200;
const DYING_GRACE_MS = 10_000;
/** How often the console of a system that boots is looked at. */
const WATCH_MS = 500;

/** A guest that was saved after its hello, and how its machine takes it up again. */
interface SavedGuest {
  readonly hello: Hello;
  readonly resume: (control: Duplex) => Promise<void>;
}

export interface Launch {
  readonly qemu: Wrapped;
  /** What `uname -r` in the guest must say; undefined: whatever the system of a disk boots. */
  readonly release: string | undefined;
  /** Why a system will not come up, as its console shows it. Absent: it comes up, panics or ends. */
  readonly trouble?: (console: string) => string | undefined;
  /** What descriptor 3 of the machine speaks. */
  readonly channel: Channel;
  /** Descriptor 4 of the machine is its control channel. */
  readonly controlled?: boolean;
  /** Needs `controlled`. */
  readonly saved?: SavedGuest;
}

/** A guest with the control channel of its machine. */
export interface RunningGuest extends Guest {
  readonly control: Duplex | undefined;
}

/**
 * Starts a machine and resolves once its guest said hello as the expected kernel, or runs again where it was saved.
 * @throws GuestError when it did not; CancelledError when `signal` was aborted. Nothing is left running then.
 */
export async function openGuest(host: Host, launch: Launch, options: OpenOptions): Promise<RunningGuest> {
  if (options.signal.aborted) throw new CancelledError();
  const { release, saved } = launch;
  const started = host.monotonicMs();
  const machine = startMachine(host, launch.qemu, launch.controlled);
  const port = launch.channel === 'virtio-blk' ? diskPort(machine.port) : machine.port;
  const talk = converse(port, frameThread, saved?.hello);
  let phase: GuestPhase = 'boot';
  let ending: Promise<void> | undefined;
  let failed = false;
  let watching: NodeJS.Timeout | undefined;

  function end(): Promise<void> {
    ending ??= (async () => {
      options.signal.removeEventListener('abort', onAbort);
      clearInterval(watching);
      await machine.stop();
      talk.fail(new GuestError('internal', 'the guest was ended'));
      await writeLogs(host, machine, options.dir, failed);
    })();
    return ending;
  }

  /** The guest is lost: says so to whoever waits and ends it. */
  function fail(error: unknown): void {
    failed = true;
    talk.fail(error);
    void end().catch(() => {});
  }

  function onAbort(): void {
    fail(new CancelledError('cancelled', { cause: options.signal.reason }));
  }

  options.signal.addEventListener('abort', onAbort, { once: true });
  void machine.ended.then(async (why) => {
    // A whole answer counts, however late there is room for it. A machine that is only worthless closes no port.
    await talk.drained(why.kind === 'exit' ? DRAIN_MS : 0);
    if (ending === undefined) fail(machineFailure(machine, why, phase, talk.stages()));
  });

  /** Waits for `answer`, at most `limitMs`; every other way to end is a failure of the guest. */
  async function within<T>(answer: Promise<T>, limitMs: number, onTimeout: () => GuestError): Promise<T> {
    const timer = setTimeout(() => fail(onTimeout()), limitMs);
    try {
      return await answer;
    } catch (error) {
      const reported = error instanceof ProtocolViolation ? protocolError(error.message) : error;
      fail(reported);
      await end();
      throw reported;
    } finally {
      clearTimeout(timer);
    }
  }

  function protocolError(reason: string): GuestError {
    const details = { stages: talk.stages(), consoleTail: consoleTail(machine) };
    return new GuestError('protocol', `the guest broke the protocol: ${reason}`, details);
  }

  async function restored({ hello, resume }: SavedGuest, control: Duplex): Promise<Hello> {
    try {
      await resume(control);
    } catch (cause) {
      // A machine that died says more than its closed channel, and how it ended is told to all who wait.
      const grace = control.readableEnded || control.destroyed ? DYING_GRACE_MS : RESTORE_GRACE_MS;
      const died = await Promise.race([machine.ended.then(() => true), sleep(grace, false, { ref: false })]);
      if (died) await talk.failed;
      throw new GuestError('qemu_failed', `the saved guest could not be restored: ${messageOf(cause)}`, { cause });
    }
    return hello;
  }

  watching = setInterval(() => {
    const words = launch.trouble?.(machine.console.text());
    if (words === undefined) return;
    const details = { consoleTail: consoleTail(machine) };
    fail(new GuestError('system_failed', `the system of the image did not come up: ${words}; see serial.log`, details));
  }, WATCH_MS);
  if (launch.trouble === undefined) clearInterval(watching);

  const up = saved && machine.control ? restored(saved, machine.control) : talk.hello;
  const hello: Hello = await within(Promise.race([up, talk.failed]), options.bootTimeoutMs, () => {
    const words = `the guest did not come up within ${options.bootTimeoutMs} ms; see serial.log`;
    return new GuestError('boot_timeout', words, { consoleTail: consoleTail(machine) });
  });
  const bootMs = host.monotonicMs() - started;
  clearInterval(watching);
  if (release !== undefined && hello.kernel.release !== release) {
    const words = `the guest runs kernel ${hello.kernel.release.slice(0, 80)}, expected ${release}`;
    fail(new GuestError('wrong_kernel', words));
    await end();
    throw new GuestError('wrong_kernel', words);
  }
  phase = 'idle';

  async function ask(request: GuestRequest, requested: AskOptions): Promise<Evidence> {
    if (requested.signal.aborted) throw new CancelledError();
    const onCancel = (): void => fail(new CancelledError('cancelled', { cause: requested.signal.reason }));
    requested.signal.addEventListener('abort', onCancel, { once: true });
    phase = 'ask';
    try {
      const answer = await within(talk.ask(request, requested), requested.timeoutMs, () => {
        const details = { stages: talk.stages(), consoleTail: consoleTail(machine) };
        return new GuestError(
          'timeout',
          `no complete answer within ${requested.timeoutMs} ms; see serial.log`,
          details,
        );
      });
      const last = answer.stages.at(-1);
      if (last?.stage === 'exit' && last.kind === 'protocol') {
        throw protocolError('the validator process in the guest wrote garbage');
      }
      return { hello, ...answer };
    } finally {
      phase = 'idle';
      requested.signal.removeEventListener('abort', onCancel);
    }
  }

  return {
    hello,
    bootMs,
    restored: saved !== undefined,
    sandboxLayers: sandboxLayers(launch.qemu),
    control: machine.control,
    ask,
    console: () => machine.console.text(),
    [Symbol.asyncDispose]: end,
  };
}

/**
 * Writes serial.log (raw bytes, bounded) and qemu.log. A guest that already failed reports that failure and not the
 * one of its logs.
 */
async function writeLogs(host: Host, machine: RunningMachine, dir: string, failed: boolean): Promise<void> {
  try {
    await host.files.writeAtomic(join(dir, 'serial.log'), machine.console.bytes());
    await host.files.writeAtomic(join(dir, 'qemu.log'), machine.stderr.bytes());
  } catch (cause) {
    if (failed) return;
    const full = (cause as NodeJS.ErrnoException).code === 'ENOSPC';
    const words = full ? `no space left for the logs in ${dir}; free some` : `cannot write the logs in ${dir}`;
    throw new GuestError(full ? 'no_space' : 'internal', words, { cause });
  }
}
