import { type Duplex, duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { connectQmp, type Qmp } from '../../../src/guests/snapshot/qmp.ts';

const GREETING = '{"QMP": {"version": {"qemu": {"major": 7}}, "capabilities": ["oob"]}}';

/** A QEMU that responds to each command line with the lines `respond` gives, and what was sent to it. */
function fakeQemu(respond: (command: string) => string): { channel: Duplex; qemu: Duplex; commands: string[] } {
  const [channel, qemu] = duplexPair();
  const commands: string[] = [];
  let buffered = '';
  qemu.on('data', (chunk: Buffer) => {
    const lines = (buffered + chunk.toString()).split('\n');
    buffered = lines.pop() ?? '';
    for (const line of lines) {
      commands.push(line);
      const reply = respond(JSON.parse(line).execute);
      if (reply !== '') qemu.write(reply);
    }
  });
  qemu.write(`${GREETING}\n`);
  return { channel, qemu, commands };
}

const DONE = '{"return": {}}\n';

async function connected(respond: (command: string) => string): Promise<ReturnType<typeof fakeQemu> & { qmp: Qmp }> {
  const fake = fakeQemu((command) => (command === 'qmp_capabilities' ? DONE : respond(command)));
  return { ...fake, qmp: await connectQmp(fake.channel) };
}

describe('commands', () => {
  it('negotiates, then sends one command per line with its arguments', async () => {
    const { qmp, commands } = await connected(() => '{"return": {"status": "completed"}}\r\n');
    expect(await qmp.execute('query-migrate')).toEqual({ status: 'completed' });
    await qmp.execute('migrate', { uri: 'fd:6' });
    expect(commands.map((line) => JSON.parse(line))).toEqual([
      { execute: 'qmp_capabilities', arguments: {} },
      { execute: 'query-migrate', arguments: {} },
      { execute: 'migrate', arguments: { uri: 'fd:6' } },
    ]);
  });

  it('rejects with the words of QEMU when it rejects, and goes on', async () => {
    const { qmp } = await connected((command) =>
      command === 'migrate' ? '{"error": {"class": "GenericError", "desc": "State blocked by device"}}\n' : DONE,
    );
    await expect(qmp.execute('migrate')).rejects.toThrow('QEMU rejected migrate: State blocked by device');
    expect(await qmp.execute('query-status')).toEqual({});
  });

  it('takes a response that comes in pieces', async () => {
    const { qmp, qemu } = await connected(() => '');
    const respond = qmp.execute('query-status');
    for (const piece of ['{"retu', 'rn": {"running"', ': true}}', '\n']) {
      qemu.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await respond).toEqual({ running: true });
  });

  it('passes over what is not a response', async () => {
    const junk = ['not json', '[]', '42', 'null', '{}', '{"timestamp": 1}', '', '{"return"'].join('\n');
    const { qmp } = await connected(() => `${junk}\n{"return": 1}\n`);
    expect(await qmp.execute('query-status')).toBe(1);
  });

  it('passes over a response to nothing', async () => {
    const { qmp, qemu } = await connected(() => '{"return": "right"}\n');
    qemu.write('{"return": "too early"}\n');
    await new Promise((resolve) => setImmediate(resolve));
    expect(await qmp.execute('query-status')).toBe('right');
  });
});

describe('the end of the channel', () => {
  it('rejects a negotiation without a response', async () => {
    const { channel, qemu } = fakeQemu(() => '');
    const connecting = connectQmp(channel);
    qemu.end();
    await expect(connecting).rejects.toThrow('QEMU closed its control channel');
  });

  it('rejects what is awaited, and whatever is sent later', async () => {
    const { qmp, channel } = await connected(() => '');
    const [respond, event] = [qmp.execute('query-status'), qmp.event('RESUME')];
    channel.destroy();
    await expect(respond).rejects.toThrow('closed its control channel');
    await expect(event).rejects.toThrow('closed its control channel');
    await expect(qmp.execute('cont')).rejects.toThrow('closed its control channel');
  });

  it('comes when a line gets too long, before memory does', async () => {
    const { qmp, qemu } = await connected(() => '');
    const respond = qmp.execute('query-status');
    const piece = Buffer.alloc(64 * 1024, 'x');
    for (let i = 0; i < 20; i++) qemu.write(piece);
    await expect(respond).rejects.toThrow('closed its control channel');
  });
});

describe('events', () => {
  it('wake who waits for them, by name', async () => {
    const { qmp, qemu } = await connected(() => DONE);
    const [resumed, stopped] = [qmp.event('RESUME'), qmp.event('STOP')];
    let seen = 0;
    void stopped.then(() => seen++);
    qemu.write('{"event": "RESUME", "timestamp": {"seconds": 1}}\n');
    await resumed;
    expect(seen).toBe(0);
    qemu.write('{"event": "STOP"}\n');
    await stopped;
  });

  it('are not responses', async () => {
    const { qmp } = await connected(() => '{"event": "MIGRATION"}\n{"return": "answer"}\n');
    expect(await qmp.execute('query-status')).toBe('answer');
  });
});
