import type { Duplex } from 'node:stream';
import type { Child, Host } from '../../host/host.ts';
import { type BoundedLog, createBoundedLog } from '../bounded-log.ts';
import { kvmErrorLine } from './kvm-errors.ts';
import type { Wrapped } from './sandbox.ts';
import { toolEnv } from './tool-env.ts';

/** Why a machine cannot go on. */
export type MachineEnd =
  | { readonly kind: 'kvm-error'; readonly line: string }
  | { readonly kind: 'panic' }
  | { readonly kind: 'exit'; readonly exitCode: number | null; readonly signal: string | null };

/** A running QEMU, or what stands for it: its port for the guest protocol, and what it prints, drained for ever and bounded. */
export interface RunningMachine {
  /** What ends with the machine, as errors name it. */
  readonly program: string;
  readonly port: Duplex;
  /** Its control channel, when it was started with one. */
  readonly control: Duplex | undefined;
  readonly console: BoundedLog;
  readonly stderr: BoundedLog;
  /** Never rejects. What was printed before the end has been taken in when it resolves; the port may hold more. */
  readonly ended: Promise<MachineEnd>;
  /** The guest is worthless from here on: kills at once, resolves when nothing is left. */
  stop(): Promise<void>;
}

const CONSOLE_HEAD = 256 * 1024;
const CONSOLE_TAIL = 768 * 1024;
const STDERR_HEAD = 32 * 1024;
const STDERR_TAIL = 32 * 1024;
/** After the process is gone, its pipes are read for at most this long, and its port while it is quiet no longer. */
export const DRAIN_MS = 1000;
/** A panicked guest ends by itself (panic=-1); one that does not is ended after this. */
const PANIC_GRACE_MS = 2000;
const PANIC = 'Kernel panic - not syncing';

function finished(stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['end', 'close', 'error']) stream.once(event, () => resolve());
  });
}

/** Calls `found` once, when `words` first go by, also across chunks. */
function watchFor(stream: NodeJS.ReadableStream, words: string, found: () => void): void {
  let carry = '';
  let done = false;
  stream.on('data', (chunk: Buffer) => {
    if (done) return;
    const text = carry + chunk.toString('latin1');
    carry = text.slice(-words.length);
    if (!text.includes(words)) return;
    done = true;
    found();
  });
}

/** Starts QEMU as `wrapped` says; its descriptor 3 is the port, and 4 the control channel where one is wanted. */
export function startMachine(host: Host, wrapped: Wrapped, controlled = false): RunningMachine {
  const channels = controlled ? 2 : 1;
  const child = host.start(wrapped.command, wrapped.args, { cwd: '/', env: toolEnv(host), channels });
  return watchMachine(child, { program: 'QEMU', port: child.channels[0]!, control: child.channels[1] });
}

interface MachineParts extends Pick<RunningMachine, 'program' | 'port' | 'control'> {
  /** true: the kernel's console comes on the standard error, with what the program itself says. */
  readonly consoleOnStderr?: boolean;
}

/** A machine that `child` runs. */
export function watchMachine(child: Child, { consoleOnStderr = false, ...parts }: MachineParts): RunningMachine {
  const console = createBoundedLog(CONSOLE_HEAD, CONSOLE_TAIL);
  const stderr = createBoundedLog(STDERR_HEAD, STDERR_TAIL);
  const drained = Promise.all([child.stdout, child.stderr].map(finished));
  let timer: NodeJS.Timeout | undefined;

  const ended = new Promise<MachineEnd>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => console.append(chunk));
    watchFor(child.stdout, PANIC, () => {
      timer = setTimeout(() => resolve({ kind: 'panic' }), PANIC_GRACE_MS);
    });
    if (consoleOnStderr) {
      watchFor(child.stderr, PANIC, () => {
        timer = setTimeout(() => resolve({ kind: 'panic' }), PANIC_GRACE_MS);
      });
    }
    child.stderr.on('data', (chunk: Buffer) => {
      stderr.append(chunk);
      if (consoleOnStderr) console.append(chunk);
      const line = kvmErrorLine(stderr.tail(4096));
      if (line !== undefined) resolve({ kind: 'kvm-error', line });
    });
    void child.exited.then(async (exit) => {
      clearTimeout(timer);
      const patience = new Promise((done) => {
        timer = setTimeout(done, DRAIN_MS);
      });
      await Promise.race([drained, patience]);
      clearTimeout(timer);
      resolve({ kind: 'exit', ...exit });
    });
  });

  return {
    ...parts,
    console,
    stderr,
    ended,
    async stop() {
      await child.stop(0);
      clearTimeout(timer);
    },
  };
}

/** Whether the kernel said that it panicked. */
export function panicked(machine: RunningMachine): boolean {
  return machine.console.text().includes(PANIC);
}
