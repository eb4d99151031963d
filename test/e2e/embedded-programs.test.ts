import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type NamedInput, openNamed } from '../../src/api/named-objects.ts';
import { createHost } from '../../src/host/create-host.ts';
import { check } from './support/check.ts';
import { ROOT } from './support/places.ts';
import { scratchDir } from './support/scratch.ts';

// Programs of Debian's libbpf-tools and xdp-tools, which are stripped, and the same objects linked into programs that are not.
const scratch = scratchDir();
const host = createHost({ env: process.env });

const PROGRAMS = [
  ...['vfsstat', 'execsnoop', 'opensnoop', 'biolatency', 'tcpconnect', 'runqlat', 'mountsnoop', 'capable', 'filetop'],
  ...['cpudist', 'fsslower', 'xdp-loader'],
];
const WITHOUT = ['/usr/sbin/bpftool', '/bin/ls', '/bin/bash'];

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const placeOf = (program: string): string => `/usr/sbin/${program}`;

async function objectsIn(path: string): Promise<readonly NamedInput[]> {
  return await openNamed(host, { cwd: scratch, paths: [path] });
}

const digestsOf = (found: readonly NamedInput[]): string[] =>
  found.flatMap(({ object }) => object?.sha256 ?? []).sort();

/** What another search finds, which looks for ELF headers and for nothing else. */
function digestsByHeaders(path: string): string[] {
  const out = join(mkdtempSync(join(scratch, 'by-headers-')), 'objects');
  execFileSync('node', [join(ROOT, 'bench/tools/embedded-objects.mjs'), '--out', out, path]);
  const files = existsSync(out) ? readdirSync(out) : [];
  return files.map((name) => sha256(readFileSync(join(out, name)))).sort();
}

/** A program around an object, as a build of one's own leaves it: with symbols and types, in sections that are packed or not. */
function linked(name: string, bytes: Uint8Array, flags: readonly string[]): string {
  const object = join(scratch, `${name}.bpf.o`);
  const source = join(scratch, `${name}.c`);
  const program = join(scratch, name);
  writeFileSync(object, bytes);
  // PATH of a user has no /usr/sbin.
  const skeleton = execFileSync('/usr/sbin/bpftool', ['gen', 'skeleton', object, 'name', 'agent_bpf']);
  writeFileSync(join(scratch, `${name}.skel.h`), skeleton);
  const main = 'int main(void) { struct agent_bpf *s = agent_bpf__open(); return !s; }';
  writeFileSync(source, `#include "${name}.skel.h"\n${main}\n`);
  // Linked statically, newer versions of libelf need libzstd.
  execFileSync('gcc', [...flags, source, '-o', program, '-lbpf', '-lelf', '-lz', '-lzstd'], { cwd: scratch });
  return program;
}

describe.each(PROGRAMS)('%s of a Debian package', (name) => {
  test('has the objects that a search for their headers finds, each with a name', async () => {
    const path = placeOf(name);
    const found = await objectsIn(path);
    expect(found.map(({ problem }) => problem)).toEqual(found.map(() => undefined));
    expect(found.length).toBeGreaterThan(0);
    expect(digestsOf(found)).toEqual(digestsByHeaders(path));
    expect(new Set(found.map((one) => one.name)).size).toBe(found.length);
    for (const one of found) expect(one.name).toMatch(new RegExp(`^${name}(?:\\[[^\\]]+\\]|@0x[0-9a-f]+)$`));
  });
});

describe.each([
  ['not stripped', ['-g']],
  ['stripped', ['-s']],
  ['not stripped, with packed sections', ['-g', '-gz=zlib']],
  ['static', ['-static', '-g', '-gz=zlib']],
])('a program of one of these objects, %s', (words, flags) => {
  test('has that object', async () => {
    const [first] = await objectsIn(placeOf('vfsstat'));
    if (first?.object === undefined) throw new Error('vfsstat has an object');
    const program = linked(words.replaceAll(/\W+/g, '_'), first.object.bytes, flags);
    const sections = execFileSync('readelf', ['-SW', program], { encoding: 'utf8' });
    expect(/\.debug_info +PROGBITS .* C /.test(sections)).toBe(flags.includes('-gz=zlib'));
    expect(sections.includes('.symtab')).toBe(!flags.includes('-s'));
    const found = await objectsIn(program);
    expect(digestsOf(found)).toEqual([first.object.sha256]);
    // Linked in, libbpf's own functions (bpf_object__open, ...) are called like those of a skeleton.
    const says = !flags.includes('-s') && !flags.includes('-static');
    expect(found[0]?.object?.source.inside).toBe(says ? '[agent_bpf]' : first.object.source.inside);
  });
});

test.each(WITHOUT)('%s has none, which is no verdict', async (path) => {
  const [only, ...more] = await objectsIn(path);
  expect(more).toEqual([]);
  expect(only?.problem?.code).toBe('artifact_without_object');
  expect(digestsByHeaders(path)).toEqual([]);
});

test('an object that a packaged program holds is tested on a kernel', async () => {
  const { report, verdict } = await check(scratch, [placeOf('vfsstat')], { kernels: ['debian-12-6.1'] });
  expect(verdict).toMatchObject({ status: 'pass', exitCode: 0 });
  expect(report.artifacts.map(({ source }) => source?.place)).toEqual([placeOf('vfsstat')]);
  expect(basename(report.artifacts[0]?.path ?? '')).toMatch(/^vfsstat\[/);
}, 120_000);
