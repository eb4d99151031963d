import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The kernels that every claim is checked on: one per generation, oldest first. */
export const KERNELS = ['debian-11-5.10', 'debian-12-6.1', 'debian-13-6.12', 'debian-13-7.3'] as const;

/** The kernel that claims about arm64 are checked on. */
export const ARM64 = 'debian-12-6.1-arm64';

/** Those that the confusion matrix is checked on: the oldest, one in the middle and the newest. */
export const CONFUSED_ARM64 = ['debian-11-5.10-arm64', 'debian-13-6.12-arm64', 'debian-13-7.3-arm64'] as const;

/** All arm64 kernels of the tests. */
export const ARM64_KERNELS = [ARM64, ...CONFUSED_ARM64] as const;

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
export const CLI = join(ROOT, 'bin/bpfcompat');

/** `debian-11-5.10` as a number that compares: 5010. */
export function versionOf(kernel: string): number {
  const [major = '', minor = ''] = (kernel.split('-').at(-1) ?? '').split('.');
  return Number(major) * 1000 + Number(minor);
}

/** The compiled object of an example: `simple-pass` is `examples/simple-pass/simple_pass.bpf.o`. */
export function example(name: string): string {
  return join(ROOT, 'examples', name, `${name.replaceAll('-', '_')}.bpf.o`);
}

/** An object that was compiled for these tests. */
export function fixture(name: string): string {
  return join(ROOT, 'test/fixtures/bpf', `${name}.bpf.o`);
}

/** An object of the confusion matrix. */
export function confusionObject(name: string): string {
  return join(ROOT, 'test/confusion/objects', `${name}.bpf.o`);
}

/** Compiled objects that packages of the distribution installed, sorted by name. */
export function systemObjects(): string[] {
  return readdirSync('/usr/lib')
    .filter((name) => name.endsWith('-linux-gnu'))
    .flatMap((triplet) => {
      const dir = join('/usr/lib', triplet, 'bpf');
      try {
        return readdirSync(dir).map((name) => join(dir, name));
      } catch {
        return [];
      }
    })
    .filter((path) => path.endsWith('.o'))
    .sort();
}
