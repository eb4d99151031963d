import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type Duplex, duplexPair } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resumeFrom, saveState } from '../../../src/guests/snapshot/save.ts';
import { createHost } from '../../../src/host/create-host.ts';
import type { Host, TempDir } from '../../../src/host/host.ts';

const real = createHost({ env: {} });
let dir: TempDir;
let temporary: string[];
/** The real host; knows the temporary directories that were made. */
let host: Host;

beforeEach(async () => {
  dir = await real.files.tempDir('bpfcompat-save-test-');
  temporary = [];
  const tempDir: Host['files']['tempDir'] = async (prefix, parent) => {
    const made = await real.files.tempDir(prefix, parent);
    temporary.push(made.path);
    return made;
  };
  host = { ...real, files: { ...real.files, tempDir } };
});
afterEach(async () => {
  expect(temporary.filter((path) => existsSync(path))).toEqual([]);
  await dir[Symbol.asyncDispose]();
});

type Command = { readonly execute: string; readonly arguments: Record<string, unknown> };

/** A QEMU that responds to commands with what `answer` gives; undefined closes the channel. */
function qemu(respond: (command: Command) => unknown): { control: Duplex; commands: Command[] } {
  const [control, far] = duplexPair();
  const commands: Command[] = [];
  far.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().split('\n').filter(Boolean)) {
      const command = JSON.parse(line) as Command;
      commands.push(command);
      const reply = respond(command);
      if (reply === undefined) far.end();
      else far.write(`${JSON.stringify(reply)}\n`);
    }
  });
  return { control, commands };
}

const OK = { return: {} };

/** Connects to where the command says, as QEMU does; that no one listens any more is not its trouble. */
function peer({ arguments: { uri } }: Command): Duplex {
  return connect(String(uri).replace(/^unix:/, '')).on('error', () => {});
}

describe('saveState', () => {
  const state = (): string => join(dir.path, 'state');

  it('resolves once all of the state is in its file', async () => {
    let requests = 0;
    const { control, commands } = qemu((command) => {
      if (command.execute === 'migrate') peer(command).end('the state');
      if (command.execute !== 'query-migrate') return OK;
      return { return: { status: requests++ < 3 ? 'active' : 'completed' } };
    });
    const stopped = await saveState(host, control, state());
    expect(await readFile(state(), 'utf8')).toBe('the state');
    expect(commands.map(({ execute }) => execute)).not.toContain('cont');
    await stopped.goOn();
    expect(commands.at(-1)?.execute).toBe('cont');
    const [, capabilities] = commands;
    expect(capabilities).toMatchObject({
      execute: 'migrate-set-capabilities',
      arguments: { capabilities: [{ capability: 'x-ignore-shared', state: true }] },
    });
  });

  it.each<[string, (command: Command) => unknown, RegExp]>([
    [
      'refuses',
      ({ execute }) => (execute === 'migrate' ? { error: { desc: 'blocked by a device' } } : OK),
      /QEMU rejected migrate: blocked by a device/,
    ],
    [
      'does not know the capability',
      ({ execute }) => (execute === 'migrate-set-capabilities' ? { error: { desc: 'no such thing' } } : OK),
      /rejected migrate-set-capabilities: no such thing/,
    ],
    [
      'fails while it sends',
      (command) => {
        if (command.execute === 'migrate') peer(command).end('half');
        return command.execute === 'query-migrate' ? { return: { status: 'failed', 'error-desc': 'it broke' } } : OK;
      },
      /could not save the guest: it broke/,
    ],
    ['dies', ({ execute }) => (execute === 'migrate' ? undefined : OK), /closed its control channel/],
  ])('rejects when QEMU %s, and leaves no socket', async (_, respond, words) => {
    await expect(saveState(host, qemu(respond).control, state())).rejects.toThrow(words);
    // A second one where it is not known yet that QEMU came through.
    expect(temporary.length).toBeLessThanOrEqual(2);
  });

  it('offers another directory to a QEMU that cannot reach the first one', async () => {
    const uris: unknown[] = [];
    const { control } = qemu((command) => {
      if (command.execute === 'migrate') {
        uris.push(command.arguments?.['uri']);
        if (uris.length === 2) peer(command).end('state');
      }
      if (command.execute !== 'query-migrate') return OK;
      return {
        return: uris.length === 1 ? { status: 'failed', 'error-desc': 'Permission denied' } : { status: 'completed' },
      };
    });
    await saveState(host, control, state());
    expect(uris[1]).toMatch(/^unix:\/dev\/shm\//);
  });

  it('gives up on a QEMU that never finishes, and leaves no socket', async () => {
    let now = 0;
    const clock: Host = { ...host, monotonicMs: () => (now += 1000) };
    const { control } = qemu(({ execute }) => (execute === 'query-migrate' ? { return: { status: 'active' } } : OK));
    await expect(saveState(clock, control, state())).rejects.toThrow('did not save the guest within 20000 ms');
  });

  it('gives up also when QEMU is still connected', async () => {
    let now = 0;
    const clock: Host = { ...host, monotonicMs: () => (now += 1000) };
    const sockets: Duplex[] = [];
    const { control } = qemu((command) => {
      if (command.execute === 'migrate') sockets.push(peer(command));
      return command.execute === 'query-migrate' ? { return: { status: 'active' } } : OK;
    });
    await expect(saveState(clock, control, state())).rejects.toThrow('did not save the guest');
    for (const socket of sockets) socket.destroy();
  });
});

describe('resumeFrom', () => {
  it('waits until the guest runs, and hears of it also when that comes at once', async () => {
    const [control, far] = duplexPair();
    far.on('data', (chunk: Buffer) => {
      const { execute } = JSON.parse(chunk.toString()) as Command;
      const event = execute === 'migrate-incoming' ? '{"event":"RESUME"}\n' : '';
      far.write(`${event}${JSON.stringify(OK)}\n`);
    });
    await resumeFrom(control, 'fd:6');
  });

  it.each<[string, (command: Command) => unknown, RegExp]>([
    [
      'does not take the state',
      ({ execute }) => (execute === 'migrate-incoming' ? { error: { desc: 'bad section' } } : OK),
      /rejected migrate-incoming: bad section/,
    ],
    ['dies', ({ execute }) => (execute === 'migrate-incoming' ? undefined : OK), /closed its control channel/],
  ])('rejects when QEMU %s', async (_, respond, words) => {
    await expect(resumeFrom(qemu(respond).control, 'fd:6')).rejects.toThrow(words);
  });

  it('rejects when QEMU dies after it took the state', async () => {
    const { control } = qemu(() => OK);
    const resuming = resumeFrom(control, 'fd:6');
    setTimeout(() => control.destroy(), 50);
    await expect(resuming).rejects.toThrow('closed its control channel');
  });
});
