import { createHash } from 'node:crypto';
import { basename, dirname, resolve } from 'node:path';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import { type GuestEntry, REMOTE_ROOT } from '../model/guest-entry.ts';
import { option, phrase, type Wording } from '../model/wording.ts';
import { libraryClosure } from './closure.ts';
import { type ProgramFile, readProgramFile } from './program-file.ts';

/** The user's own program, ready to be put into guests with all that it needs to start. */
export interface CommandBinary {
  /** Absolute path on this machine. */
  readonly source: string;
  readonly basename: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly bytes: Uint8Array;
  /** Where it is in the guest. */
  readonly guestPath: string;
  /** The program, its interpreter and its libraries. */
  readonly entries: readonly GuestEntry[];
}

const MAX_BYTES = 64 * 1024 * 1024;
const X86_64 = 62;
const BPF = 247;
const MACHINES: Readonly<Record<number, string>> = { 3: '32-bit x86', 40: '32-bit ARM', 183: 'aarch64', 243: 'RISC-V' };
/** What scripts can be run by: the shell and tools that a guest gets. */
const INTERPRETERS: ReadonlySet<string> = new Set(['sh', 'ash', 'awk', 'sed', 'busybox']);

function reject(code: string, message: Wording): never {
  throw new UsageError(code, message);
}

async function readBinary(host: Host, path: string, origin: Wording): Promise<Uint8Array> {
  const stat = await host.files.stat(path);
  if (stat === undefined)
    reject('binary_unreadable', phrase`${origin}: there is no such file; build it or correct the path`);
  if (!stat.isFile) reject('binary_unreadable', phrase`${origin}: it is not a regular file; name the program itself`);
  if (stat.size > MAX_BYTES) {
    reject(
      'binary_too_large',
      phrase`${origin}: it has ${stat.size} bytes, at most 64 MiB can be copied into the guest; strip it`,
    );
  }
  try {
    return await host.files.read(path, MAX_BYTES);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new UsageError('binary_unreadable', phrase`${origin}: cannot be read (${why}); correct its permissions`, {
      cause,
    });
  }
}

/** @throws UsageError for what no guest can execute, with what to do */
function requireRunnable(file: ProgramFile, origin: Wording): void {
  if (file.kind === 'script') {
    const words = `${file.interpreter} ${file.argument}`.split(/\s+/).map((word) => basename(word));
    const program = words[0] === 'env' ? (words.slice(1).find((word) => !word.startsWith('-')) ?? '') : words[0];
    if (INTERPRETERS.has(program ?? '')) return;
    reject(
      'interpreter_missing',
      phrase`${origin}: it is a script for ${program || file.interpreter}, which guests do not have; write it for /bin/sh (busybox), or bring a program`,
    );
  }
  if (file.kind === 'other') {
    reject('binary_not_runnable', phrase`${origin}: it is neither a Linux program nor a script that begins with #!`);
  }
  if (file.machine === BPF) {
    reject(
      'binary_not_runnable',
      phrase`${origin}: it is a BPF object, not a program; give it with ${option('artifact')}`,
    );
  }
  if (file.bits !== 64 || file.machine !== X86_64) {
    const what = MACHINES[file.machine] ?? `a machine with number ${file.machine}`;
    reject('binary_wrong_arch', phrase`${origin}: it is built for ${what}, guests are x86_64; build it for x86_64`);
  }
  if (file.type !== 2 && file.type !== 3) {
    reject('binary_not_runnable', phrase`${origin}: it is an object file that was not linked; link it to a program`);
  }
}

/**
 * Reads the user's program and finds what it needs to start in a guest.
 * @param path as typed, relative to `cwd`
 * @param said how messages name it, such as `--command-binary ./loader`
 * @throws UsageError for a file that is missing or that no guest can run: other architecture, missing library, ...
 */
export async function loadCommandBinary(host: Host, cwd: string, path: string, said: Wording): Promise<CommandBinary> {
  const source = resolve(cwd, path);
  const bytes = await readBinary(host, source, said);
  if (bytes.length === 0) reject('binary_not_runnable', phrase`${said}: the file is empty; build it again`);
  const file = readProgramFile(bytes);
  requireRunnable(file, said);
  const name = basename(source);
  if (/[\s\u0000-\u001f\u007f]/.test(name)) {
    reject('bad_binary_name', phrase`${said}: its name has a space or a control character; rename it`);
  }
  const guestPath = `${REMOTE_ROOT}/bin/${name}`;
  // Where the file itself is, as the loader sees it: libraries may lie beside it.
  const home = dirname(await host.files.realPath(source));
  const libraries =
    file.kind === 'elf' ? await libraryClosure(host, file, { host: home, guest: dirname(guestPath) }, said) : [];
  return {
    source,
    basename: name,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.length,
    bytes,
    guestPath,
    entries: [{ kind: 'file', path: guestPath, executable: true, bytes }, ...libraries],
  };
}
