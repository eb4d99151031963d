import type { Duplex } from 'node:stream';

/** QEMU's machine protocol on a connected channel: one command at a time, events are passed over. */
export interface Qmp {
  /** @throws Error with QEMU's own words when it refuses, or when the channel closes */
  execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
}

interface Answer {
  readonly return?: unknown;
  readonly error?: { readonly desc?: unknown };
}

/** QEMU is ours, but the guest may have taken it over: an answer longer than this is no answer. */
const MAX_LINE = 1024 * 1024;

/** Greets QEMU and leaves its capabilities negotiation behind. */
export async function connectQmp(channel: Duplex): Promise<Qmp> {
  let buffered = '';
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  const settle = (error: Error): void => {
    waiting?.reject(error);
    waiting = undefined;
  };
  channel.on('close', () => settle(new Error('QEMU closed its control channel')));
  channel.on('data', (chunk: Buffer) => {
    buffered += chunk.toString('utf8');
    if (buffered.length > MAX_LINE) return void channel.destroy();
    for (let end = buffered.indexOf('\n'); end >= 0; end = buffered.indexOf('\n')) {
      const line = buffered.slice(0, end);
      buffered = buffered.slice(end + 1);
      const answer = parseAnswer(line);
      if (answer === undefined) continue;
      waiting?.resolve(answer);
      waiting = undefined;
    }
  });

  async function execute(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const answer = await new Promise<Answer>((resolve, reject) => {
      if (channel.destroyed) return reject(new Error('QEMU closed its control channel'));
      waiting = { resolve, reject };
      channel.write(`${JSON.stringify({ execute: command, arguments: args })}\n`);
    });
    if (answer.error) throw new Error(`QEMU refused ${command}: ${String(answer.error.desc)}`);
    return answer.return;
  }

  await execute('qmp_capabilities');
  return { execute };
}

/** The answer a line holds; undefined for the greeting, events and whatever is no JSON. */
function parseAnswer(line: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return undefined;
    return 'return' in value || 'error' in value ? (value as Answer) : undefined;
  } catch {
    return undefined;
  }
}
