import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import type { HostFiles, TempDir } from '../../src/host/host.ts';
import { createSpill } from '../../src/run/spill.ts';

const { files } = createHost({ env: {} });
const MB = 1024 * 1024;
let dir: TempDir;
let written: string[];

beforeEach(async () => {
  dir = await files.tempDir('bpfcompat-spill-test-');
  written = [];
});
afterEach(() => dir[Symbol.asyncDispose]());

const path = (): string => `${dir.path}/log`;
const text = async (): Promise<string> => (await files.read(path(), 100 * MB)).toString();

const heard: Pick<HostFiles, 'writeAtomic' | 'append'> = {
  writeAtomic: (to, data) => {
    written.push('whole');
    return files.writeAtomic(to, data);
  },
  append: (to, data) => {
    written.push('more');
    return files.append(to, data);
  },
};

describe('a text that is written while it comes', () => {
  it('is one whole file when it is short, and empty when there is none', async () => {
    const spill = createSpill(heard, path());
    spill.add('a\n');
    spill.add('b\n');
    expect(spill.room()).toBeUndefined();
    await spill.end();
    expect([await text(), written]).toEqual(['a\nb\n', ['whole']]);
    await createSpill(heard, path()).end();
    expect(await text()).toBe('');
  });

  it('replaces what an earlier try left, and then grows', async () => {
    await files.writeAtomic(path(), 'earlier');
    const spill = createSpill(heard, path());
    const lines = Array.from({ length: 50 }, (_, index) => `${index} ${'x'.repeat(200_000)}\n`);
    for (const line of lines) {
      spill.add(line);
      await spill.room();
    }
    await spill.end();
    expect(await text()).toBe(lines.join(''));
    expect(written.length).toBeGreaterThan(5);
    expect(written.indexOf('whole')).toBe(written.lastIndexOf('whole'));
  });

  it('has no room while a piece waits behind another', async () => {
    let done = (): void => {};
    const slow = { ...heard, writeAtomic: () => new Promise<void>((resolve) => (done = resolve)) };
    const spill = createSpill(slow, path());
    spill.add('x'.repeat(MB));
    expect(spill.room()).toBeUndefined();
    spill.add('y'.repeat(MB));
    const room = spill.room();
    expect(room).toBeInstanceOf(Promise);
    done();
    await room;
    expect(spill.room()).toBeUndefined();
  });

  it('reports a failed write to whoever waits, and to the end', async () => {
    const full = async (): Promise<never> => {
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    };
    const spill = createSpill({ writeAtomic: full, append: full }, path());
    spill.add('x'.repeat(MB));
    spill.add('x'.repeat(MB));
    await expect(spill.room()).rejects.toThrow('no space');
    await expect(spill.end()).rejects.toThrow('no space');
    await spill.abandon();
  });

  it('ends what was begun when it is given up, and begins nothing', async () => {
    const none = createSpill(heard, path());
    none.add('a little');
    await none.abandon();
    expect(written).toEqual([]);
    const spill = createSpill(heard, path());
    spill.add('x'.repeat(MB));
    spill.add('the rest');
    await spill.abandon();
    expect(await text()).toBe(`${'x'.repeat(MB)}the rest`);
  });
});
