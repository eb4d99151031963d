// What the guest validator in dist/ was made from and with. Called with the root of the repository as current directory.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The guest validators of a release: name in dist/validator, where make leaves them, and the target that builds them. */
export const VALIDATORS = [
  { arch: 'x86_64', goal: 'validator-static' },
  { arch: 'aarch64', goal: 'validator-arm64' },
].map((one) => ({
  ...one,
  name: `bpfcompat-validator-${one.arch}`,
  built: `build/validator/${one.arch}/bpfcompat-validator`,
}));

/** SHA-256 over everything the validator is built from. */
export function validatorSources() {
  const hash = createHash('sha256');
  const files = readdirSync('validator-c', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('/tests'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

function firstLine(command, ...args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\n')[0]
      .trim();
  } catch {
    return 'unknown';
  }
}

/** Compiler and libraries: the same ones give the same bytes. */
export function toolchain() {
  return {
    compiler: firstLine('gcc', '--version'),
    cross_compiler: firstLine('aarch64-linux-gnu-gcc', '--version'),
    libc: firstLine('ldd', '--version'),
    libelf: firstLine('pkg-config', '--modversion', 'libelf'),
  };
}
