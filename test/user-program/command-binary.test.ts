import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import type { Host } from '../../src/host/host.ts';
import { type CommandBinary, loadCommandBinary } from '../../src/user-program/command-binary.ts';

const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-loader-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const host = createHost({ env: {} });

function compile(name: string, source: string, flags: readonly string[] = []): string {
  const out = join(dir, name);
  mkdirSync(join(out, '..'), { recursive: true });
  writeFileSync(`${out}.c`, source);
  execFileSync('gcc', ['-o', out, `${out}.c`, ...flags], { cwd: dir, stdio: ['ignore', 'ignore', 'pipe'] });
  return out;
}

const MAIN = 'int answer(void); int main(void) { return answer(); }\n';
const PLAIN = 'int main(void) { return 0; }\n';

const load = (path: string, on: Host = host): Promise<CommandBinary> =>
  loadCommandBinary(on, dir, path, `--command-binary ${path}`);

const paths = ({ entries }: CommandBinary): string[] => entries.map(({ path }) => path);

beforeAll(() => {
  compile('plain', PLAIN);
  compile('static', PLAIN, ['-static']);
  compile('lib/libanswer.so', 'int answer(void) { return 42; }\n', ['-shared', '-fPIC']);
  const link = ['-Llib', '-lanswer'];
  compile('bin/origin', MAIN, [...link, '-Wl,-rpath,$ORIGIN/../lib']);
  compile('bin/rpath', MAIN, [...link, '-Wl,--disable-new-dtags', `-Wl,-rpath,${join(dir, 'lib')}`]);
  compile('bin/lost', MAIN, link);
});

describe('what a program brings along', () => {
  test('a static one: itself', async () => {
    const binary = await load('static');
    expect(paths(binary)).toEqual(['/bpfcompat/bin/static']);
    expect(binary).toMatchObject({
      basename: 'static',
      source: join(dir, 'static'),
      guestPath: '/bpfcompat/bin/static',
    });
    expect(binary.entries[0]).toMatchObject({ kind: 'file', executable: true });
    expect(binary.sha256).toBe(execFileSync('sha256sum', [join(dir, 'static')], { encoding: 'utf8' }).slice(0, 64));
  });

  test('a dynamic one: its interpreter and what ldd names', async () => {
    const binary = await load('/usr/bin/env');
    const said = execFileSync('ldd', ['/usr/bin/env'], { encoding: 'utf8' });
    const expected = [...said.matchAll(/(\/\S+)/g)].map(([path]) => path);
    expect(expected.length).toBeGreaterThan(1);
    for (const path of expected) expect(paths(binary)).toContain(path);
    for (const entry of binary.entries) if (entry.kind === 'file') expect(entry.bytes.length).toBeGreaterThan(1000);
  });

  test('$ORIGIN is where the program is in the guest', async () => {
    expect(paths(await load('bin/origin'))).toContain('/bpfcompat/lib/libanswer.so');
  });

  test('$ORIGIN of a program that is found through a link is the place of the file itself', async () => {
    mkdirSync(join(dir, 'elsewhere'), { recursive: true });
    symlinkSync('../bin/origin', join(dir, 'elsewhere/loader'));
    const binary = await load('elsewhere/loader');
    expect(paths(binary)).toContain('/bpfcompat/lib/libanswer.so');
    expect(binary.guestPath).toBe('/bpfcompat/bin/loader');
  });

  test('an old RPATH with an absolute directory', async () => {
    expect(paths(await load('bin/rpath'))).toContain(join(dir, 'lib/libanswer.so'));
  });

  test('a directory of ld.so.conf gets a link beside libc', async () => {
    const conf = 'include /etc/ld.so.conf.d/*.conf\n';
    const files: Record<string, string> = {
      '/etc/ld.so.conf': conf,
      '/etc/ld.so.conf.d/mine.conf': `# mine\n${join(dir, 'lib')}  # here\n/lib/x86_64-linux-gnu\n`,
      '/etc/ld.so.conf.d/ignored.txt': '/nowhere\n',
    };
    const own: Host = {
      ...host,
      files: {
        ...host.files,
        list: async (path) =>
          path === '/etc/ld.so.conf.d' ? ['mine.conf', 'ignored.txt', 'ld.so.conf'] : host.files.list(path),
        read: async (path, max) => (path in files ? Buffer.from(files[path] ?? '') : host.files.read(path, max)),
      },
    };
    const binary = await load('bin/lost', own);
    expect(paths(binary)).toContain(join(dir, 'lib/libanswer.so'));
    const link = binary.entries.find(({ kind }) => kind === 'link');
    expect(link).toMatchObject({ target: join(dir, 'lib/libanswer.so') });
    expect(link?.path).toMatch(/\/x86_64-linux-gnu\/libanswer\.so$/);
  });

  test('a script for the shell', async () => {
    writeFileSync(join(dir, 'run.sh'), '#!/usr/bin/env sh\nexit 0\n');
    expect(paths(await load('run.sh'))).toEqual(['/bpfcompat/bin/run.sh']);
  });
});

describe('what no guest could run is rejected before any boot', () => {
  beforeAll(() => {
    const elf = execFileSync('cat', [join(dir, 'static')], { maxBuffer: 1 << 26 });
    const machine = (number: number, bits = 2): Buffer => {
      const bytes = Buffer.from(elf);
      bytes.writeUInt16LE(number, 18);
      bytes[4] = bits;
      return bytes;
    };
    writeFileSync(join(dir, 'arm'), machine(183));
    writeFileSync(join(dir, 'small'), machine(3, 1));
    writeFileSync(join(dir, 'object.bpf.o'), machine(247));
    writeFileSync(join(dir, 'cut'), elf.subarray(0, 70));
    writeFileSync(join(dir, 'run.py'), '#!/usr/bin/env python3\n');
    writeFileSync(join(dir, 'text'), 'echo hello\n');
    writeFileSync(join(dir, 'empty'), '');
    copyFileSync(join(dir, 'static'), join(dir, 'two words'));
    compile('strange', PLAIN, ['-Wl,--dynamic-linker=/nix/store/none/ld.so']);
    writeFileSync(join(dir, 'secret.txt'), 'top secret\n');
    compile('reads-secret', PLAIN, [`-Wl,--dynamic-linker=${join(dir, 'secret.txt')}`]);
    compile('reads-library', PLAIN, [`-Wl,--dynamic-linker=${join(dir, 'lib/libanswer.so')}`]);
    compile('reads-kernel', PLAIN, ['-Wl,--dynamic-linker=/proc/kmsg']);
    execFileSync('gcc', ['-c', '-o', join(dir, 'unlinked.o'), join(dir, 'plain.c')]);
  });

  test.each([
    ['bin/lost', 'library_missing', /it needs libanswer\.so, which is in none of .*; install/],
    ['arm', 'binary_wrong_arch', /aarch64/],
    ['small', 'binary_wrong_arch', /32-bit x86/],
    ['object.bpf.o', 'binary_not_runnable', /with artifacts/],
    ['cut', 'binary_not_runnable', /neither a Linux program/],
    ['run.py', 'interpreter_missing', /script for python3.*\/bin\/sh/],
    ['text', 'binary_not_runnable', /#!/],
    ['empty', 'binary_not_runnable', /empty/],
    ['two words', 'bad_binary_name', /rename/],
    ['strange', 'interpreter_missing', /\/nix\/store\/none\/ld\.so/],
    ['reads-secret', 'interpreter_missing', /started by .*secret\.txt, which is not a dynamic linker for it/],
    ['reads-library', 'interpreter_missing', /started by .*libanswer\.so, which is not a dynamic linker for it/],
    // Reading it would wait for what the kernel says next.
    ['reads-kernel', 'interpreter_missing', /started by \/proc\/kmsg, which this machine does not have/],
    ['unlinked.o', 'binary_not_runnable', /not linked/],
    ['nowhere', 'binary_unreadable', /no such file/],
    ['lib', 'binary_unreadable', /not a regular file/],
  ])('%s', async (path, code, words) => {
    await expect(load(path)).rejects.toMatchObject({ code, message: expect.stringMatching(words) });
  });

  test('a library of a library that is missing names both', async () => {
    compile('lib/libinner.so', 'int inner(void) { return 1; }\n', ['-shared', '-fPIC']);
    compile('lib/libouter.so', 'int inner(void); int answer(void) { return inner(); }\n', [
      '-shared',
      '-fPIC',
      '-Llib',
      '-linner',
    ]);
    compile('bin/outer', MAIN, ['-Llib', '-louter', '-Wl,-rpath-link,lib', '-Wl,-rpath,$ORIGIN/../lib']);
    rmSync(join(dir, 'lib/libinner.so'));
    await expect(load('bin/outer')).rejects.toThrow(/its library libouter\.so needs libinner\.so/);
  });
});
