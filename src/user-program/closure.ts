import { dirname, join, posix } from 'node:path';
import type { Host } from '../host/host.ts';
import { UsageError } from '../model/errors.ts';
import type { GuestEntry } from '../model/guest-entry.ts';
import { phrase, type Wording } from '../model/wording.ts';
import { libraryDirs } from './library-dirs.ts';
import { type ProgramFile, readProgramFile } from './program-file.ts';

export type ElfFile = Extract<ProgramFile, { kind: 'elf' }>;

const MAX_LIBRARY_BYTES = 64 * 1024 * 1024;
const MAX_LIBRARIES = 500;
const ET_DYN = 3;

/** A directory here, and where it is in the guest. They differ only below `$ORIGIN` of what is moved. */
interface Dir {
  readonly host: string;
  readonly guest: string;
}

/** A file of the closure, with those that wanted it. */
interface Member {
  readonly elf: ElfFile;
  readonly name: string;
  /** Where it is, for `$ORIGIN`. */
  readonly dir: Dir;
  /** `rpath` of this file and of those that need it: it is inherited, `runpath` is not. */
  readonly inherited: readonly Dir[];
}

interface Found {
  readonly elf: ElfFile;
  readonly bytes: Uint8Array;
  readonly dir: Dir;
  /** The loader finds it by itself only where its configuration is. */
  readonly configured: boolean;
}

/** `$ORIGIN` filled in. Directories with other variables are left out: they depend on the loader. */
function expand(dirs: readonly string[], origin: Dir): Dir[] {
  return dirs.flatMap((dir) => {
    const at = (base: string): string => posix.normalize(dir.replace(/\$(?:ORIGIN\b|\{ORIGIN\})/g, base));
    const host = at(origin.host);
    return host.includes('$') || !host.startsWith('/') ? [] : [{ host, guest: at(origin.guest) }];
  });
}

/**
 * Everything that a dynamic program needs to start: its interpreter and all libraries, found as this machine's loader
 * would find them, put at the same absolute paths. Libraries that are opened later by name (dlopen) are not known.
 * @param program what was read of the program
 * @param dir where it is here and in the guest
 * @param origin how to call it in messages
 * @throws UsageError when a library or the interpreter is nowhere, with what needs it and where it was looked for
 */
export async function libraryClosure(host: Host, program: ElfFile, dir: Dir, origin: Wording): Promise<GuestEntry[]> {
  if (program.interpreter === '') return [];
  const entries = new Map<string, GuestEntry>();
  const add = (path: string, bytes: Uint8Array): void => {
    entries.set(path, { kind: 'file', path, executable: true, bytes });
  };
  add(program.interpreter, await readInterpreter(host, program, origin));
  const dirs = (await libraryDirs(host, program.interpreter)).map((path) => ({ host: path, guest: path }));
  const known = new Map<string, Found>();
  const queue: Member[] = [{ elf: program, name: 'it', dir, inherited: [] }];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const rpath = next.elf.runpath.length > 0 ? [] : expand(next.elf.rpath, next.dir);
    const inherited = [...rpath, ...next.inherited];
    const own = [...(next.elf.runpath.length > 0 ? [] : inherited), ...expand(next.elf.runpath, next.dir)];
    for (const name of next.elf.needed) {
      // The interpreter is a library too, and is there already.
      if (known.has(name) || posix.basename(program.interpreter) === name) continue;
      const found = await findLibrary(host, name, own, dirs, program);
      if (found === undefined) throw missing(origin, name, next.name, [...own, ...dirs]);
      if (known.size >= MAX_LIBRARIES)
        throw new UsageError('too_many_libraries', phrase`${origin}: needs over 500 libraries`);
      known.set(name, found);
      add(name.includes('/') ? name : join(found.dir.guest, posix.basename(name)), found.bytes);
      queue.push({ elf: found.elf, name, dir: found.dir, inherited });
    }
  }
  return [...entries.values(), ...linksFor(known)];
}

/** Built to be put anywhere in memory: libraries and dynamic linkers, and no plain file or object. */
function isShared(elf: ProgramFile, { bits, machine }: ElfFile): elf is ElfFile {
  return elf.kind === 'elf' && elf.type === ET_DYN && elf.bits === bits && elf.machine === machine;
}

/** Whether a file that a program names may be read at all: those of the kernel are made, or used up, by reading them. */
async function isLibraryFile(host: Host, path: string): Promise<boolean> {
  const stat = await host.files.stat(path).catch(() => undefined);
  return stat?.isFile === true && !(await host.files.isVirtual(path));
}

/**
 * A program names any file as its interpreter, and guests are handed it: what is shipped has to be a dynamic linker,
 * which starts by itself and needs nothing.
 */
async function readInterpreter(host: Host, program: ElfFile, origin: Wording): Promise<Uint8Array> {
  const path = program.interpreter;
  const reject = (why: string): never => {
    const remedy = 'build it statically, or run where it can be run';
    throw new UsageError('interpreter_missing', phrase`${origin}: it is started by ${path}, ${why}; ${remedy}`);
  };
  if (!path.startsWith('/') || !(await isLibraryFile(host, path))) return reject('which this machine does not have');
  const bytes = await host.files.read(path, MAX_LIBRARY_BYTES);
  const elf = readProgramFile(bytes);
  const starts = isShared(elf, program) && elf.hasEntry && elf.interpreter === '' && elf.needed.length === 0;
  return starts ? bytes : reject('which is not a dynamic linker for it');
}

async function findLibrary(
  host: Host,
  name: string,
  own: readonly Dir[],
  dirs: readonly Dir[],
  program: ElfFile,
): Promise<Found | undefined> {
  const candidates = name.includes('/')
    ? [{ path: name, dir: { host: dirname(name), guest: dirname(name) }, configured: false }]
    : [
        ...own.map((dir) => ({ path: join(dir.host, name), dir, configured: false })),
        ...dirs.map((dir) => ({ path: join(dir.host, name), dir, configured: true })),
      ];
  for (const { path, dir, configured } of candidates) {
    if (!(await isLibraryFile(host, path))) continue;
    const bytes = await host.files.read(path, MAX_LIBRARY_BYTES);
    const elf = readProgramFile(bytes);
    // As the loader does: what is not a library, or one of another architecture, is passed over.
    if (!isShared(elf, program)) continue;
    return { elf, bytes, dir, configured };
  }
  return undefined;
}

/**
 * Links beside libc for libraries elsewhere: a guest has no configuration of the loader, but the directory that libc was
 * found in is one that every loader knows.
 */
function linksFor(known: ReadonlyMap<string, Found>): GuestEntry[] {
  const libc = [...known].find(([name, { configured }]) => configured && /^(?:libc\.so\.6|libc\.musl)/.test(name))?.[1];
  if (libc === undefined) return [];
  const home = libc.dir.guest;
  return [...known].flatMap(([name, { dir, configured }]): GuestEntry[] =>
    configured && dir.guest !== home ? [{ kind: 'link', path: join(home, name), target: join(dir.guest, name) }] : [],
  );
}

function missing(origin: Wording, name: string, by: string, dirs: readonly Dir[]): UsageError {
  const places = [...new Set(dirs.map(({ host }) => host))];
  return new UsageError(
    'library_missing',
    phrase`${origin}: ${by === 'it' ? 'it' : `its library ${by}`} needs ${name}, which is in none of ${places.join(', ')}; install that library, name its directory in the program (-Wl,-rpath) or in /etc/ld.so.conf, or build statically`,
  );
}
