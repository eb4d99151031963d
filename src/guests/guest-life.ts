import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { CancelledError } from '../model/errors.ts';
import type { Conversation } from './conversation.ts';
import { GuestError, type OpenOptions } from './guest.ts';
import { consoleTail, type GuestPhase, machineFailure } from './machine-failure.ts';
import { ProtocolViolation } from './protocol-violation.ts';
import { DRAIN_MS, type MachineEnd, type RunningMachine } from './qemu/machine.ts';

/** A machine and the conversation with its guest: they end together, whichever of them ends first. */
export class GuestLife {
  readonly machine: RunningMachine;
  readonly talk: Conversation;
  phase: GuestPhase = 'boot';
  readonly #host: Host;
  readonly #options: Pick<OpenOptions, 'signal' | 'dir'>;
  #ending: Promise<void> | undefined;
  #failed = false;

  /** @param options of the guest: its logs go to `dir`, and an abort of `signal` ends it */
  constructor(host: Host, machine: RunningMachine, talk: Conversation, options: Pick<OpenOptions, 'signal' | 'dir'>) {
    this.machine = machine;
    this.talk = talk;
    this.#host = host;
    this.#options = options;
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
    void machine.ended.then((why) => this.#machineEnded(why));
  }

  /** Resolves when nothing of it is left and its logs are written. */
  end(): Promise<void> {
    this.#ending ??= this.#endOnce();
    return this.#ending;
  }

  /** The guest is lost: says so to whoever waits and ends it. */
  fail(error: unknown): void {
    this.#failed = true;
    this.talk.fail(error);
    void this.end().catch(() => {});
  }

  /** Waits for `result`, at most `limitMs`; every other way to end is a failure of the guest. */
  async within<T>(result: Promise<T>, limitMs: number, onTimeout: () => GuestError): Promise<T> {
    const timer = setTimeout(() => this.fail(onTimeout()), limitMs);
    try {
      return await result;
    } catch (error) {
      const reported = error instanceof ProtocolViolation ? this.protocolError(error.message) : error;
      this.fail(reported);
      await this.end();
      throw reported;
    } finally {
      clearTimeout(timer);
    }
  }

  protocolError(reason: string): GuestError {
    return new GuestError('protocol', `the guest broke the protocol: ${reason}`, this.details());
  }

  /** What an error says about how far the guest came. */
  details(): { readonly stages: ReturnType<Conversation['stages']>; readonly consoleTail: string } {
    return { stages: this.talk.stages(), consoleTail: consoleTail(this.machine) };
  }

  readonly #onAbort = (): void => {
    this.fail(new CancelledError('cancelled', { cause: this.#options.signal.reason }));
  };

  async #endOnce(): Promise<void> {
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    await this.machine.stop();
    this.talk.fail(new GuestError('internal', 'the guest was ended'));
    await writeLogs(this.#host, this.machine, this.#options.dir, this.#failed);
  }

  /** A whole result counts, however late there is room for it. A machine that is only worthless closes no port. */
  async #machineEnded(why: MachineEnd): Promise<void> {
    await this.talk.drained(why.kind === 'exit' ? DRAIN_MS : 0);
    if (this.#ending === undefined) this.fail(machineFailure(this.machine, why, this.phase, this.talk.stages()));
  }
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
