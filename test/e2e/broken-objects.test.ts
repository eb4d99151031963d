import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Checked, check, reportOf } from './support/check.ts';
import { bpfcompat, type CliEnd } from './support/cli.ts';
import { example, fixture, ROOT } from './support/places.ts';
import { readReport, targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// Files that are no object for these kernels: never a pass, never a crash, always words that help.
const scratch = scratchDir();
const OLD = 'debian-11-5.10';
const NEW = 'debian-13-7.3';
const GOOD = example('ringbuf-modern');

function file(name: string, bytes: Uint8Array | string = ''): string {
  const path = join(scratch, name);
  writeFileSync(path, bytes);
  return path;
}

/** Bytes without any pattern that are the same in every run. */
function noise(seed: string, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHash('sha256').update(`${seed} ${index}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

/** Where .BTF says how large a structure is. @throws when it has no such structure */
function structSizeAt(object: Buffer, name: string): number {
  const magic = object.indexOf(Buffer.from([0x9f, 0xeb, 1, 0, 24, 0, 0, 0]));
  const [types, typesSize, strings, stringsSize] = [8, 12, 16, 20].map((at) => object.readUInt32LE(magic + at));
  const names = magic + 24 + (strings ?? 0);
  const nameAt = object.subarray(names, names + (stringsSize ?? 0)).indexOf(`\0${name}\0`) + 1;
  for (let at = magic + 24 + (types ?? 0); at < magic + 24 + (types ?? 0) + (typesSize ?? 0); at += 4) {
    const kind = (object.readUInt32LE(at + 4) >> 24) & 0x1f;
    if (object.readUInt32LE(at) === nameAt && kind === 4) return at + 8;
  }
  throw new Error(`no struct ${name} in .BTF`);
}

/** Compiles a source of the examples for another target. @throws an error that names clang when it is not there */
function compile(target: string[], name: string): string {
  const out = join(scratch, name);
  const source = join(ROOT, 'examples/simple-pass/simple_pass.bpf.c');
  const include = `-I/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  execFileSync('clang', ['-O2', '-g', ...target, include, '-c', source, '-o', out], { timeout: 30_000 });
  return out;
}

describe('files that are tested and rejected', () => {
  const good = readFileSync(GOOD);
  const headerOnly = Buffer.concat([good.subarray(0, 7), Buffer.alloc(3000)]);
  const cuts = [1, 4, 16, 40, 63, 64, 65, 100, 400, 1000, good.length - 300, good.length - 1];
  const cases: [name: string, path: string, reason: RegExp, remedy: RegExp][] = [
    ['text', file('text.o', 'this is not an object\n'), /not_elf/, /clang -target bpf/],
    ['the example with a text file', join(ROOT, 'examples/unknown-load-fail/invalid_object.bin'), /not_elf/, /clang/],
    ['random bytes', file('random.o', noise('random', 5000)), /not_elf/, /clang -target bpf/],
    [
      'random bytes behind the magic of ELF',
      file('elf-random.o', Buffer.concat([good.subarray(0, 4), noise('elf', 4000)])),
      /not_elf|truncated|not_bpf|wrong_endian/,
      /./,
    ],
    ['zeros behind an ELF header', file('elf-zeros.o', headerOnly), /truncated|not_bpf/, /Build it again|-target bpf/],
    ['a big-endian object', compile(['-target', 'bpfeb'], 'big.bpf.o'), /wrong_endian/, /bpfel/],
    ...cuts.map((length): [string, string, RegExp, RegExp] => [
      `an object cut after ${length} bytes`,
      file(`cut-${length}.bpf.o`, good.subarray(0, length)),
      length < 64 ? /not_elf/ : /truncated/,
      length < 64 ? /clang -target bpf/ : /Build it again/,
    ]),
  ];
  let run: Checked;
  beforeAll(async () => {
    const paths = cases.map(([, path]) => path);
    run = await check(scratch, paths, { kernels: [OLD, NEW] });
  });

  test(`none of them passes on ${OLD} or ${NEW}`, () => {
    expect(run.verdict).toMatchObject({ status: 'fail', exitCode: 2 });
    expect(run.report.results.map(({ outcome }) => outcome.status)).toEqual(cases.flatMap(() => ['fail', 'fail']));
  });

  test.each(cases)('%s', (_name, path, reason, remedy) => {
    const report = reportOf(run, path);
    expect(report.artifact.basename).toBe(basename(path));
    expect(report.summary.status).toBe('fail');
    for (const kernel of [OLD, NEW]) {
      const target = targetOf(report, kernel);
      // The coarse code has to be UNKNOWN here, which is why there must be a finer one.
      expect(target).toMatchObject({ failed_stage: 'load', classification_code: 'UNKNOWN' });
      expect(target.findings).toHaveLength(1);
      const [finding] = target.findings ?? [];
      expect(finding).toMatchObject({ code: 'INVALID_OBJECT', confidence: expect.stringMatching(/high|medium/) });
      expect(finding?.args?.['reason']).toMatch(reason);
      expect(finding?.title).toMatch(/^the file is /);
      expect(finding?.remediation).toMatch(remedy);
      expect(finding?.evidence?.text).toMatch(/./);
    }
  });
});

test('a struct_ops map whose member ends beyond its structure is not given to libbpf', async () => {
  const bytes = readFileSync(fixture('struct_ops_two_maps'));
  // The entry of the structure in .BTF: three numbers, its name first; its size says less than its members need.
  const size = structSizeAt(bytes, 'tcp_congestion_ops');
  bytes.writeUInt32LE(bytes.readUInt32LE(size) - 7, size);
  const object = file('struct-ops-beyond.bpf.o', bytes);
  const run = await check(scratch, [object], { kernels: [OLD, NEW] });
  expect(run.verdict).toMatchObject({ status: 'fail', exitCode: 2 });
  for (const kernel of [OLD, NEW]) {
    const target = targetOf(reportOf(run, object), kernel);
    expect(target.findings).toMatchObject([
      { code: 'INVALID_OBJECT', subject: expect.any(String), args: { reason: 'struct_ops_bounds' } },
    ]);
  }
});

describe(`objects with a few bytes changed, on ${NEW}`, () => {
  const good = readFileSync(GOOD);
  const files = Array.from({ length: 32 }, (_, index) => {
    const bytes = Buffer.from(good);
    const where = noise(`mutant ${index}`, 32);
    // Half of them are hit in the headers, where every byte counts.
    const range = index % 2 === 0 ? 64 : bytes.length;
    for (let hit = 0; hit < 4; hit++) {
      const at = index % 2 === 0 && hit > 1 ? bytes.length - 600 : 4;
      bytes[(at + where.readUInt16LE(hit * 4)) % (at > 4 ? bytes.length : range)] = where[hit * 4 + 2] ?? 0;
    }
    return file(`mutant-${index}.bpf.o`, bytes);
  });

  test('get a result, whatever they are, and every no has a cause', async () => {
    const run = await check(scratch, files, { kernels: [NEW] });
    for (const [index, { outcome }] of run.report.results.entries()) {
      const name = basename(files[index] ?? '');
      expect(['pass', 'fail'], `${name}: ${JSON.stringify(outcome)}`).toContain(outcome.status);
      if (outcome.status !== 'fail') continue;
      const [finding] = outcome.findings;
      expect(finding, name).toBeDefined();
      // A cause no one knows by name must at least show what was said.
      if (finding?.code === 'UNKNOWN') expect(finding.evidence?.text ?? '', name).toMatch(/./);
    }
    expect(run.report.results.filter(({ outcome }) => outcome.status === 'fail').length).toBeGreaterThan(8);
  });
});

describe('files that cannot be tested', () => {
  mkdirSync(join(scratch, 'directory.o'));
  file('empty.bpf.o');
  truncateSync(file('large.bpf.o'), 65 * 1024 * 1024);
  execFileSync('mkfifo', [join(scratch, 'pipe.bpf.o')]);
  mkdirSync(join(scratch, 'layout'));
  file('layout/oci-layout', '{"imageLayoutVersion":"1.0.0"}');
  execFileSync('tar', ['-cf', 'image.tar', 'layout'], { cwd: scratch });
  execFileSync('gzip', ['-k', 'image.tar'], { cwd: scratch });
  compile(['-target', 'x86_64-linux-gnu'], 'host.o');
  const many = Array.from({ length: 2049 }, (_, index) => `SEC("xdp") int p${index}(void *c) { return 2; }`);
  const header = '#define SEC(name) __attribute__((section(name), used))\n';
  file('many.bpf.c', `${header}${many.join('\n')}\n`);
  execFileSync('clang', ['-O2', '-target', 'bpf', '-c', 'many.bpf.c', '-o', 'many.bpf.o'], { cwd: scratch });
  execFileSync('ar', ['rc', 'libx.a', 'host.o'], { cwd: scratch });

  test.each([
    ['an empty file', 'empty.bpf.o', /the file is empty; .*\S/],
    ['a file that is not there', 'nowhere.bpf.o', /there is no such file; .*build/],
    ['a directory', 'directory.o', /no file is called \*\*\/\*\.bpf\.o below .*; build/],
    ['a file over 64 MiB', 'large.bpf.o', /large|bytes|MiB/],
    ['a named pipe', 'pipe.bpf.o', /pipe\.bpf\.o: .*; .*\S/],
    ['a device', '/dev/zero', /\/dev\/zero: .*; .*\S/],
    [
      'a program of this machine',
      '/bin/true',
      /no BPF object in \/bin\/true: it is an ELF file for x86_64 without one; .*\S/,
    ],
    ['an object for another machine', 'host.o', /no BPF object in host\.o: it is an ELF file for x86_64 without one/],
    ['an image as a directory', 'layout', /layout: an image that cannot be read \(.*it has no index\.json/],
    [
      'an image as an archive',
      'image.tar',
      /no BPF object in image\.tar: it is a tar archive without a \.bpf\.o, nor a program/,
    ],
    ['a packed archive', 'image.tar.gz', /no BPF object in image\.tar\.gz: it is a gzip file without a \.bpf\.o/],
    ['an object with more programs than can be tested', 'many.bpf.o', /2049 programs, and at most 2048 .*; split it/],
    ['a library', 'libx.a', /no BPF object in libx\.a: it is a static library without one/],
    ['an address', 'https://host.example/conn.bpf.o', /it is neither a path nor an image; fetch it first/],
  ])('%s', async (_name, path, words) => {
    const args = ['test', '--artifact', path, '--kernels', NEW, '--out', 'unasked.json'];
    const { code, signal, stderr } = await bpfcompat(args, { cwd: scratch, limitMs: 20_000 });
    expect({ code, signal }).toEqual({ code: 1, signal: null });
    const said = stderr.split('\n').filter((line) => line.startsWith('bpfcompat: '));
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('--artifact');
    expect(said[0]).toContain(basename(path));
    expect(said[0]).toMatch(words);
    expect(stderr).not.toMatch(/ at \S+ \(|is a bug in/);
    expect(existsSync(join(scratch, 'unasked.json'))).toBe(false);
  });
});

describe('through the program', () => {
  let ended: CliEnd;
  beforeAll(async () => {
    const args = ['test', '--artifact', file('cut.bpf.o', readFileSync(GOOD).subarray(0, 900))];
    ended = await bpfcompat([...args, '--kernels', `${OLD},${NEW}`, '--out', 'cut.json'], { cwd: scratch });
  });

  test(`a truncated object ends with 2 and the remedy on ${OLD} and ${NEW}`, () => {
    expect(ended.code).toBe(2);
    expect(ended.stdout).toMatch(/\ncut\.bpf\.o\s+FAIL\s+FAIL\n/);
    expect(ended.stdout).toMatch(/the file is damaged or cut short/);
    expect(ended.stdout).toMatch(/-> Build it again/);
    expect(readReport(join(scratch, 'cut.json')).summary.status).toBe('fail');
  });
});
