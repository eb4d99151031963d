import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { CancelledError } from '../../src/model/errors.ts';

const env = { PATH: process.env['PATH'] ?? '' };
const host = createHost({ env });

/** A killed orphan may stay as a zombie until the init of this machine reaps it: that is dead enough. */
function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('run', () => {
  test('gives exit code and both outputs', async () => {
    const result = await host.run('sh', ['-c', 'echo out; echo err >&2; exit 3']);
    expect(result).toMatchObject({ exitCode: 3, signal: null, timedOut: false, cancelled: false, truncated: false });
    expect(result.stdout.toString()).toBe('out\n');
    expect(result.stderr.toString()).toBe('err\n');
  });

  test('a missing tool is a HostError that names it', async () => {
    await expect(host.run('no-such-tool-here', [])).rejects.toMatchObject({ code: 'tool_missing' });
  });

  test('a time-out kills the whole group, grandchildren included', async () => {
    await using dir = await host.files.tempDir('bpfcompat-run-');
    const pidFile = join(dir.path, 'pid');
    const result = await host.run('sh', ['-c', `sleep 60 & echo $! > ${pidFile}; wait`], { timeoutMs: 300 });
    expect(result.timedOut).toBe(true);
    const pid = Number(await readFile(pidFile, 'utf8'));
    await sleep(50);
    expect(alive(pid)).toBe(false);
  });

  test('output above the limit is dropped, not kept', async () => {
    const result = await host.run('sh', ['-c', 'head -c 1000000 /dev/zero'], { maxOutput: 1000 });
    expect(result.stdout.length).toBe(1000);
    expect(result.truncated).toBe(true);
  });

  test('lines arrive while the tool runs', async () => {
    const lines: string[] = [];
    await host.run('sh', ['-c', 'echo a; echo b >&2'], { onLine: (fd, line) => lines.push(`${fd}${line}`) });
    expect(lines.sort()).toEqual(['1a', '2b']);
  });

  test('an aborted signal ends it', async () => {
    const result = await host.run('sleep', ['60'], { signal: AbortSignal.timeout(100) });
    expect(result.cancelled).toBe(true);
  });

  test('the child sees no variable of ours but the plain ones', async () => {
    process.env['BPFCOMPAT_TEST_SECRET'] = 'secret';
    const result = await host.run('env', []);
    delete process.env['BPFCOMPAT_TEST_SECRET'];
    expect(result.stdout.toString()).not.toContain('secret');
  });
});

describe('start', () => {
  test('extra channels are duplex sockets at descriptor 3 and up', async () => {
    await using child = host.start('sh', ['-c', 'read line <&3; echo "got $line" >&3; read x <&3'], {
      cwd: '/',
      env,
      channels: 1,
    });
    const [channel] = child.channels;
    channel?.write('hello\n');
    const response = await new Promise<string>((resolve) =>
      channel?.once('data', (d: Buffer) => resolve(d.toString())),
    );
    expect(response).toBe('got hello\n');
  });

  test('dispose ends a child that ignores SIGTERM', async () => {
    const child = host.start('sh', ['-c', 'trap "" TERM; echo up; while :; do sleep 1; done'], { cwd: '/', env });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await child.stop(200);
    expect(alive(child.pid)).toBe(false);
    expect((await child.exited).signal).toBe('SIGKILL');
  });
});

describe('files', () => {
  test('an atomic write leaves the old file when it fails, and no temporary file', async () => {
    await using dir = await host.files.tempDir('bpfcompat-files-');
    const target = join(dir.path, 'target');
    await mkdir(target);
    await writeFile(join(target, 'keep'), 'x');
    await expect(host.files.writeAtomic(target, 'data')).rejects.toThrow();
    expect(await readdir(dir.path)).toEqual(['target']);
    await host.files.writeAtomic(join(dir.path, 'ok'), 'data');
    expect(await readFile(join(dir.path, 'ok'), 'utf8')).toBe('data');
  });

  test('a file that does not say its size is read, and no further than the limit', async () => {
    await expect(host.files.read('/dev/zero', 99)).rejects.toThrow(/more bytes than allowed, at most 99/);
    const read = await host.files.read('/proc/self/status', 1_000_000);
    expect(read.toString()).toMatch(/^Name:/);
    expect(await host.files.read('/dev/null', 99)).toHaveLength(0);
  });

  test('a file above the limit is rejected before it is read', async () => {
    await using dir = await host.files.tempDir('bpfcompat-files-');
    await writeFile(join(dir.path, 'big'), 'x'.repeat(100));
    await expect(host.files.read(join(dir.path, 'big'), 99)).rejects.toThrow(/100 bytes/);
  });

  test('stat of nothing is undefined; a temporary directory is gone after its block', async () => {
    let path: string;
    {
      await using dir = await host.files.tempDir('bpfcompat-files-');
      path = dir.path;
      expect(await host.files.stat(join(path, 'none'))).toBeUndefined();
      expect(await host.files.freeBytes(join(path, 'not', 'there'))).toBeGreaterThan(0);
      expect(await host.files.timesChanges('/dev/shm')).toBe(false);
    }
    expect(existsSync(path)).toBe(false);
  });

  test('sha256 of a known text', async () => {
    await using dir = await host.files.tempDir('bpfcompat-files-');
    await writeFile(join(dir.path, 'a'), 'abc');
    expect(await host.files.sha256(join(dir.path, 'a'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});

test('appendDurably makes a file, adds to it, and needs its directory', async () => {
  await using dir = await host.files.tempDir('bpfcompat-durable-');
  const path = join(dir.path, 'rows');
  for (const row of ['a\n', 'b\n']) await host.files.appendDurably(path, row);
  expect((await host.files.read(path, 100)).toString()).toBe('a\nb\n');
  await expect(host.files.appendDurably(join(dir.path, 'none', 'rows'), 'a')).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a write that the disk cuts short leaves no half line, and what was there', async () => {
  await using dir = await host.files.tempDir('bpfcompat-full-');
  const path = join(dir.path, 'rows');
  await host.files.writeDurably(path, 'first\n');
  const program = join(dir.path, 'program.mjs');
  await build({
    stdin: {
      contents: `
    import { createFiles } from './files.ts';
    const files = createFiles();
    for (const write of ['appendDurably', 'writeDurably'])
      await files[write](process.argv[2], 'x'.repeat(4000)).then(() => console.log('written'), (error) => console.log(error.code));
    await files.appendDurably(process.argv[2], 'last\\n');`,
      resolveDir: join(import.meta.dirname, '../../src/host'),
    },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outfile: program,
  });
  // The largest file that a process may write stands for a disk that gets full.
  const limited = `trap '' XFSZ; ulimit -f 2; exec "$@"`;
  const ran = await host.run('bash', ['-c', limited, 'bash', process.execPath, program, path]);
  expect([ran.stdout.toString(), ran.stderr.toString()]).toEqual(['EFBIG\nEFBIG\n', '']);
  expect(await readFile(path, 'utf8')).toBe('first\nlast\n');
  expect((await readdir(dir.path)).sort()).toEqual(['program.mjs', 'rows']);
});

describe('lock', () => {
  test('one holder at a time, waiting can be cancelled', async () => {
    await using dir = await host.files.tempDir('bpfcompat-lock-');
    const path = join(dir.path, 'locks', 'x');
    const first = await host.files.lock(path);
    await expect(host.files.lock(path, AbortSignal.timeout(150))).rejects.toBeInstanceOf(CancelledError);
    const order: string[] = [];
    const second = host.files.lock(path).then((lock) => {
      order.push('second');
      return lock;
    });
    await sleep(100);
    order.push('first released');
    await first[Symbol.asyncDispose]();
    await (await second)[Symbol.asyncDispose]();
    expect(order).toEqual(['first released', 'second']);
  });
});

describe('makeDir', () => {
  test('makes parents, and takes a directory that is there', async () => {
    await using dir = await host.files.tempDir('bpfcompat-files-');
    const path = join(dir.path, 'a', 'b', 'c');
    await Promise.all([host.files.makeDir(path), host.files.makeDir(path)]);
    await host.files.makeDir(path);
    expect((await host.files.stat(path))?.isDirectory).toBe(true);
  });

  test('a place that takes no entries is an error, not an endless loop', async () => {
    await expect(host.files.makeDir('/proc/bpfcompat/reports')).rejects.toThrow();
  });

  test('a file in the way is an error', async () => {
    await using dir = await host.files.tempDir('bpfcompat-files-');
    await writeFile(join(dir.path, 'file'), '');
    await expect(host.files.makeDir(join(dir.path, 'file'))).rejects.toThrow(/EEXIST/);
    await expect(host.files.makeDir(join(dir.path, 'file', 'below'))).rejects.toThrow();
  });
});
