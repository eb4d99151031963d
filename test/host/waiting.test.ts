import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import type { TempDir } from '../../src/host/host.ts';
import { lockFile } from '../../src/host/lock.ts';

// Nothing waits for ever for somebody else: not for the other end of a pipe, not for a lock.
const host = createHost({ env: {} });
let dir: TempDir;
const at = (name: string): string => join(dir.path, name);

beforeEach(async () => {
  dir = await host.files.tempDir('bpfcompat-waiting-test-');
});
afterEach(() => dir[Symbol.asyncDispose]());

describe('a named pipe', () => {
  it('is rejected by everything that would open it', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const rejected = { name: 'UsageError', message: expect.stringContaining(`${at('pipe')} is a named pipe`) };
    const { files } = host;
    await files.writeAtomic(at('file'), 'x');
    for (const attempt of [
      () => files.read(at('pipe'), 10),
      () => files.sha256(at('pipe')),
      () => files.append(at('pipe'), 'x'),
      () => files.writeAtomic(at('pipe'), 'x'),
      () => files.copy(at('pipe'), at('copy')),
      () => files.copy(at('file'), at('pipe')),
      () => files.lock(at('pipe')),
    ]) {
      await expect(attempt()).rejects.toMatchObject(rejected);
    }
  });
});

describe('a file of the kernel that has nothing to say yet', () => {
  it('is not waited for', async () => {
    const read = () => host.files.read('/proc/kmsg', 64 * 1024 * 1024);
    // What is there is read up; then it would wait.
    await read().catch(() => {});
    // Only root may open it, and not every machine has it: no response either, and at once.
    await expect(read()).rejects.toThrow(/EAGAIN|EPERM|EACCES|ENOENT/);
  });
});

describe('a lock that another process holds', () => {
  it('is waited for, which is reported once, and not for ever', async () => {
    await using _held = await lockFile(at('lock'));
    let reported = 0;
    const waiting = lockFile(at('lock'), undefined, () => void reported++, 400, 50);
    await expect(waiting).rejects.toMatchObject({
      name: 'HostError',
      code: 'lock_held',
      message: expect.stringContaining(`${at('lock')} has been locked`),
    });
    expect(reported).toBe(1);
  });

  it('is nothing to report about when it is free', async () => {
    let reported = 0;
    await using _lock = await lockFile(at('lock'), undefined, () => void reported++, 400, 300);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(reported).toBe(0);
  });
});
