import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../host/host.ts';
import { CancelledError, messageOf } from '../model/errors.ts';
import type { Evidence, Hello } from '../model/evidence.ts';
import type { Channel } from '../model/kernel.ts';
import { converse } from './conversation.ts';
import { diskPort } from './disk-port.ts';
import { frameThread } from './frame-reader.ts';
import { type Guest, GuestError, type GuestRequest, type OpenOptions, type RequestOptions } from './guest.ts';
import { GuestLife } from './guest-life.ts';
import { consoleTail } from './machine-failure.ts';
import { type RunningMachine, startMachine } from './qemu/machine.ts';
import { sandboxLayers, type Wrapped } from './qemu/sandbox.ts';

/** How long a machine that could not be restored may take to die by itself: one that dies has closed its channel first. */
const RESTORE_GRACE_MS = 200;
const DYING_GRACE_MS = 10_000;
/** How often the console of a system that boots is looked at. */
const WATCH_MS = 500;

/** A guest that was saved after its hello, and how its machine takes it up again. */
interface SavedGuest {
  readonly hello: Hello;
  readonly resume: (control: Duplex | undefined) => Promise<void>;
}

export interface Launch {
  readonly qemu: Wrapped;
  /** Starts the machine where that is more than a QEMU with the port on its descriptor 3. */
  readonly start?: () => RunningMachine;
  /** What `uname -r` in the guest must say; undefined: whatever the system of a disk boots. */
  readonly release: string | undefined;
  /** Why a system will not come up, as its console shows it. Absent: it comes up, panics or ends. */
  readonly trouble?: (console: string) => string | undefined;
  /** What descriptor 3 of the machine speaks. */
  readonly channel: Channel;
  /** Descriptor 4 of the machine is its control channel. */
  readonly controlled?: boolean;
  /** What a machine needs before it boots. Absent: its arguments say all. */
  readonly begin?: () => Promise<void>;
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
  const { saved } = launch;
  const started = host.monotonicMs();
  const machine = launch.start?.() ?? startMachine(host, launch.qemu, launch.controlled);
  const port = launch.channel === 'virtio-blk' ? diskPort(machine.port) : machine.port;
  const life = new GuestLife(host, machine, converse(port, frameThread, saved?.hello), options);
  const hello = await helloOf(life, launch, options.bootTimeoutMs);
  const bootMs = host.monotonicMs() - started;
  await checkRelease(life, hello, launch.release);
  life.phase = 'idle';
  return {
    hello,
    bootMs,
    restored: saved !== undefined,
    sandboxLayers: sandboxLayers(launch.qemu),
    control: machine.control,
    run: (request, requested) => runRequest(life, hello, request, requested),
    console: () => machine.console.text(),
    [Symbol.asyncDispose]: () => life.end(),
  };
}

/** Waits until the guest is up. @throws GuestError, and the guest is ended then */
async function helloOf(life: GuestLife, launch: Launch, limitMs: number): Promise<Hello> {
  const { saved, begin, trouble } = launch;
  const { machine, talk } = life;
  const watching = trouble && setInterval(() => lookFor(trouble, life), WATCH_MS);
  try {
    const up = saved ? restored(life, saved) : begin ? begun(life, begin) : talk.hello;
    return await life.within(Promise.race([up, talk.failed]), limitMs, () => {
      const words = `the guest did not come up within ${limitMs} ms; see serial.log`;
      return new GuestError('boot_timeout', words, { consoleTail: consoleTail(machine) });
    });
  } finally {
    clearInterval(watching);
  }
}

/** Ends a guest whose console shows that it will not come up. */
function lookFor(trouble: NonNullable<Launch['trouble']>, life: GuestLife): void {
  const words = trouble(life.machine.console.text());
  if (words === undefined) return;
  const details = { consoleTail: consoleTail(life.machine) };
  life.fail(
    new GuestError('system_failed', `the system of the image did not come up: ${words}; see serial.log`, details),
  );
}

/** The hello of a guest that runs again where it was saved. */
async function restored(life: GuestLife, saved: SavedGuest): Promise<Hello> {
  const { control } = life.machine;
  try {
    await saved.resume(control);
  } catch (cause) {
    await unlessDead(life, control?.readableEnded || control?.destroyed ? DYING_GRACE_MS : RESTORE_GRACE_MS);
    throw new GuestError('qemu_failed', `the saved guest could not be restored: ${messageOf(cause)}`, { cause });
  }
  return saved.hello;
}

/** The hello of a guest whose machine needs more than its arguments. */
async function begun(life: GuestLife, begin: () => Promise<void>): Promise<Hello> {
  try {
    await begin();
  } catch (cause) {
    await unlessDead(life, RESTORE_GRACE_MS);
    throw cause instanceof GuestError ? cause : new GuestError('qemu_failed', messageOf(cause), { cause });
  }
  return await life.talk.hello;
}

/** A machine that died says more than its closed channel, and all who wait get how it ended. */
async function unlessDead({ machine, talk }: GuestLife, graceMs: number): Promise<void> {
  const died = await Promise.race([machine.ended.then(() => true), sleep(graceMs, false, { ref: false })]);
  if (died) await talk.failed;
}

/** @throws GuestError `wrong_kernel`; the guest is ended then */
async function checkRelease(life: GuestLife, { kernel }: Hello, expected: string | undefined): Promise<void> {
  if (expected === undefined || kernel.release === expected) return;
  const words = `the guest runs kernel ${kernel.release.slice(0, 80)}, expected ${expected}`;
  life.fail(new GuestError('wrong_kernel', words));
  await life.end();
  throw new GuestError('wrong_kernel', words);
}

async function runRequest(
  life: GuestLife,
  hello: Hello,
  request: GuestRequest,
  { signal, timeoutMs, ...sinks }: RequestOptions,
): Promise<Evidence> {
  if (signal.aborted) throw new CancelledError();
  const onCancel = (): void => life.fail(new CancelledError('cancelled', { cause: signal.reason }));
  signal.addEventListener('abort', onCancel, { once: true });
  life.phase = 'run';
  try {
    const response = await life.within(life.talk.run(request, sinks), timeoutMs, () => {
      return new GuestError('timeout', `no complete response within ${timeoutMs} ms; see serial.log`, life.details());
    });
    const last = response.stages.at(-1);
    if (last?.stage === 'exit' && last.kind === 'protocol') {
      throw life.protocolError('the validator process in the guest wrote garbage');
    }
    return { hello, ...response };
  } finally {
    life.phase = 'idle';
    signal.removeEventListener('abort', onCancel);
  }
}
