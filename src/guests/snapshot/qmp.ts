import type { Duplex } from 'node:stream';

/** QEMU's machine protocol on a connected channel: one command at a time. */
export interface Qmp {
  /** Resolves when QEMU next reports the event; rejects when the channel closes. */
  event(name: string): Promise<void>;
  /** @throws Error with QEMU's own words when it rejects the command, or when the channel closes */
  execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
}

interface Message {
  readonly event?: unknown;
  readonly return?: unknown;
  readonly error?: { readonly desc?: unknown };
}

/** QEMU is ours, but the guest may have taken it over: a response longer than this is not a response. */
const MAX_LINE = 1024 * 1024;

/** Greets QEMU and leaves its capabilities negotiation behind. */
export async function connectQmp(channel: Duplex): Promise<Qmp> {
  const qmp = new QmpChannel(channel);
  await qmp.execute('qmp_capabilities');
  return qmp;
}

class QmpChannel implements Qmp {
  readonly #channel: Duplex;
  #buffered = '';
  #waiting: { resolve(response: Message): void; reject(error: Error): void } | undefined;
  readonly #listening: { readonly name: string; resolve(): void; reject(error: Error): void }[] = [];

  constructor(channel: Duplex) {
    this.#channel = channel;
    for (const end of ['end', 'close']) channel.on(end, () => this.#fail(closed()));
    channel.on('data', (chunk: Buffer) => this.#receive(chunk));
  }

  async execute(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const response = await new Promise<Message>((resolve, reject) => {
      if (this.#channel.destroyed || this.#channel.readableEnded) return reject(closed());
      this.#waiting = { resolve, reject };
      this.#channel.write(`${JSON.stringify({ execute: command, arguments: args })}\n`);
    });
    if (response.error) throw new Error(`QEMU rejected ${command}: ${String(response.error.desc)}`);
    return response.return;
  }

  event(name: string): Promise<void> {
    const happened = new Promise<void>((resolve, reject) => {
      this.#listening.push({ name, resolve, reject });
    });
    // No one may be waiting any more when the channel closes.
    happened.catch(() => {});
    return happened;
  }

  #receive(chunk: Buffer): void {
    this.#buffered += chunk.toString('utf8');
    if (this.#buffered.length > MAX_LINE) return void this.#channel.destroy();
    for (let end = this.#buffered.indexOf('\n'); end >= 0; end = this.#buffered.indexOf('\n')) {
      const message = parseMessage(this.#buffered.slice(0, end));
      this.#buffered = this.#buffered.slice(end + 1);
      if (message !== undefined) this.#take(message);
    }
  }

  #take(message: Message): void {
    if (message.event !== undefined) {
      this.#report(message.event);
      return;
    }
    this.#waiting?.resolve(message);
    this.#waiting = undefined;
  }

  #report(name: unknown): void {
    for (const listener of this.#listening.filter((candidate) => candidate.name === name)) {
      this.#listening.splice(this.#listening.indexOf(listener), 1);
      listener.resolve();
    }
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
    for (const listener of this.#listening.splice(0)) listener.reject(error);
  }
}

function closed(): Error {
  return new Error('QEMU closed its control channel');
}

/** The response or event a line holds; undefined for the greeting and whatever is not JSON. */
function parseMessage(line: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return undefined;
    return 'return' in value || 'error' in value || 'event' in value ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}
