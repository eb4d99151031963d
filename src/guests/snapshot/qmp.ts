import type { Duplex } from 'node:stream';

/** QEMU's machine protocol on a connected channel: one command at a time. */
export interface Qmp {
  /** Resolves when QEMU next reports the event; rejects when the channel closes. */
  event(name: string): Promise<void>;
  /** @throws Error with QEMU's own words when it refuses, or when the channel closes */
  execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
}

interface Message {
  readonly event?: unknown;
  readonly return?: unknown;
  readonly error?: { readonly desc?: unknown };
}

/** QEMU is ours, but the guest may have taken it over: an answer longer than this is no answer. */
const MAX_LINE = 1024 * 1024;

/** Greets QEMU and leaves its capabilities negotiation behind. */
export async function connectQmp(channel: Duplex): Promise<Qmp> {
  let buffered = '';
  let waiting: { resolve(answer: Message): void; reject(error: Error): void } | undefined;
  const listening: { readonly name: string; resolve(): void; reject(error: Error): void }[] = [];
  const settle = (error: Error): void => {
    waiting?.reject(error);
    waiting = undefined;
    for (const listener of listening.splice(0)) listener.reject(error);
  };
  const report = (name: unknown): void => {
    for (const listener of listening.filter((candidate) => candidate.name === name)) {
      listening.splice(listening.indexOf(listener), 1);
      listener.resolve();
    }
  };
  for (const end of ['end', 'close']) channel.on(end, () => settle(new Error('QEMU closed its control channel')));
  channel.on('data', (chunk: Buffer) => {
    buffered += chunk.toString('utf8');
    if (buffered.length > MAX_LINE) return void channel.destroy();
    for (let end = buffered.indexOf('\n'); end >= 0; end = buffered.indexOf('\n')) {
      const line = buffered.slice(0, end);
      buffered = buffered.slice(end + 1);
      const answer = parseMessage(line);
      if (answer === undefined) continue;
      if (answer.event !== undefined) {
        report(answer.event);
        continue;
      }
      waiting?.resolve(answer);
      waiting = undefined;
    }
  });

  async function execute(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const answer = await new Promise<Message>((resolve, reject) => {
      if (channel.destroyed || channel.readableEnded) return reject(new Error('QEMU closed its control channel'));
      waiting = { resolve, reject };
      channel.write(`${JSON.stringify({ execute: command, arguments: args })}\n`);
    });
    if (answer.error) throw new Error(`QEMU refused ${command}: ${String(answer.error.desc)}`);
    return answer.return;
  }

  function event(name: string): Promise<void> {
    const happened = new Promise<void>((resolve, reject) => {
      listening.push({ name, resolve, reject });
    });
    // Nobody may be waiting any more when the channel closes.
    happened.catch(() => {});
    return happened;
  }

  await execute('qmp_capabilities');
  return { execute, event };
}

/** The answer or event a line holds; undefined for the greeting and whatever is no JSON. */
function parseMessage(line: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return undefined;
    return 'return' in value || 'error' in value || 'event' in value ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}
