import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as 'x64' | 'arm64'];
const work = join(root, 'build/validator', machine, '.work');

/** Headers and library come with the validator; its build is repeated only where it is missing. */
function library(): string {
  const path = join(work, 'libbpf.a');
  if (!existsSync(path)) execFileSync('make', ['-C', join(root, 'validator-c')], { stdio: 'inherit' });
  return path;
}

/** A directory that holds the built program `libbpf-view`; the caller removes it. */
export function buildView(): string {
  const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-view-'));
  const wrap = ['syscall', 'btf__load_vmlinux_btf'].map((name) => `-Wl,--wrap=${name}`);
  const source = join(root, 'test/tools/libbpf-view.c');
  const archive = library();
  const include = `-I${join(work, 'include')}`;
  execFileSync('cc', [
    '-O1',
    '-D_GNU_SOURCE',
    include,
    source,
    '-o',
    join(dir, 'view'),
    archive,
    '-lelf',
    '-lz',
    ...wrap,
  ]);
  return dir;
}

/** Compiles a source of `test/object/bpf` into `dir` for an instruction set; returns the path of the object. */
export function compile(name: string, dir: string, cpu = 'v3'): string {
  library();
  const object = join(dir, `${name}-${cpu}.bpf.o`);
  const include = [`-I${join(work, 'include')}`, '-idirafter', `/usr/include/${machine}-linux-gnu`];
  const source = join(root, 'test/object/bpf', `${name}.bpf.c`);
  execFileSync('clang', ['-O2', '-g', '-target', 'bpf', `-mcpu=${cpu}`, ...include, '-c', source, '-o', object]);
  return object;
}
