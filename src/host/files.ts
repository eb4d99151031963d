import { createHash } from 'node:crypto';
import {
  access,
  appendFile,
  chmod,
  constants,
  copyFile,
  type FileHandle,
  mkdir,
  mkdtemp,
  open,
  readdir,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  unlink,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UsageError } from '../model/errors.ts';
import { globFiles } from './glob.ts';
import type { FileStat, HostFiles, TempDir } from './host.ts';
import { directoryPrefix, leftoverFiles, sweepLeftovers, temporaryName } from './leftovers.ts';
import { rejectLink, rejectLinksIn } from './links.ts';
import { lockFile } from './lock.ts';
import { rejectPipe } from './pipes.ts';
import { receiveInto } from './receive.ts';

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/**
 * Opens a file to read it. Some files of the kernel (/proc/kmsg, trace_pipe) call themselves regular, and whoever reads them
 * waits for what happens next, out of reach of every signal: such a read fails (EAGAIN).
 */
async function openToRead(path: string): Promise<FileHandle> {
  await rejectPipe(path);
  const isFile = (await stat(path)).isFile();
  return open(path, isFile ? constants.O_RDONLY | constants.O_NONBLOCK : 'r');
}

/** What reading it would fail with, and which one it is. */
function directoryError(path: string): Error {
  const message = `EISDIR: illegal operation on a directory, read '${path}'`;
  return Object.assign(new Error(message), { code: 'EISDIR', syscall: 'read', path });
}

async function readBounded(path: string, maxBytes: number): Promise<Buffer> {
  await using handle = await openToRead(path);
  const found = await handle.stat();
  if (found.isDirectory()) throw directoryError(path);
  const { size } = found;
  const fail = (what: string): UsageError =>
    new UsageError('file_too_large', `${path}: ${what}, at most ${maxBytes} are accepted`);
  if (size > maxBytes) throw fail(`${size} bytes`);
  if (size > 0) return await handle.readFile();
  // Pipes, devices and files of the kernel do not say how much they hold.
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of handle.createReadStream({ end: maxBytes, autoClose: false })) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
  }
  if (length > maxBytes) throw fail('more bytes than allowed');
  return Buffer.concat(chunks);
}

async function readHead(path: string, bytes: number, from = 0): Promise<Uint8Array> {
  const stat = await statOrUndefined(path);
  if (!stat?.isFile) return new Uint8Array();
  await using handle = await openToRead(path);
  // Files of the kernel do not say how much they hold. A small file needs no buffer of the largest size.
  const most = stat.size > 0 ? Math.min(bytes, Math.max(0, stat.size - from)) : bytes;
  const { buffer, bytesRead } = await handle.read(new Uint8Array(most), 0, most, from);
  return buffer.subarray(0, bytesRead);
}

/** Opening /dev/stdout again starts at the beginning of a file, and fails for a socket. */
function printed(data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(data, (error) => (error ? reject(error) : resolve()));
  });
}

async function writeAtomic(path: string, data: string | Uint8Array, durably = false): Promise<void> {
  // Whoever waits at the other end would wait for ever: the file would take the place of the pipe.
  await rejectPipe(path);
  const temporary = join(dirname(path), temporaryName(path));
  try {
    {
      await using handle = await open(temporary, 'wx', 0o644);
      await handle.writeFile(data);
      // Else the name could be on the disk before the bytes are.
      if (durably) await handle.sync();
    }
    await rename(temporary, path);
    if (durably) await syncDirectory(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function statOrUndefined(path: string): Promise<FileStat | undefined> {
  try {
    const s = await stat(path);
    return {
      size: s.size,
      allocated: s.blocks * 512,
      isFile: s.isFile(),
      isDirectory: s.isDirectory(),
      executable: (s.mode & 0o111) !== 0,
      mtimeMs: s.mtimeMs,
      dev: s.dev,
      ino: s.ino,
      ctimeMs: s.ctimeMs,
      mode: s.mode & 0o7777,
      uid: s.uid,
    };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function digest(path: string, algorithm: 'sha256' | 'sha512', start = 0): Promise<string> {
  await using handle = await openToRead(path);
  const hash = createHash(algorithm);
  const chunks = handle.createReadStream({ start, highWaterMark: 1024 * 1024, autoClose: false });
  for await (const chunk of chunks) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Numbers of file systems that exist only in memory of the kernel, from linux/magic.h. tmpfs is not one of them. */
const VIRTUAL: ReadonlySet<number> = new Set([
  0x9fa0, // proc
  0x62656572, // sysfs
  0x1cd1, // devpts
  0x64626720, // debugfs
  0x74726163, // tracefs
  0x73636673, // securityfs
  0x27e0eb, // cgroup
  0x63677270, // cgroup2
  0xcafe4a11, // bpf
  0x6e736673, // nsfs
  0x19800202, // mqueue
  0xde5e81e4, // efivarfs
]);

async function isVirtual(path: string): Promise<boolean> {
  return VIRTUAL.has((await statfs(path)).type);
}

/**
 * File systems that show a change through a mapping by the times of the file: their `page_mkwrite` sets them. A page of
 * tmpfs that was read through a writable mapping can be written without any fault, and so without a trace.
 */
const TIMES_CHANGES: ReadonlySet<number> = new Set([
  0xef53, // ext4
  0x58465342, // xfs
  0x9123683e, // btrfs
  0xf2f52010, // f2fs
]);

async function timesChanges(path: string): Promise<boolean> {
  return TIMES_CHANGES.has((await statfs(path)).type);
}

async function freeBytes(path: string): Promise<number> {
  let at = path;
  for (;;) {
    try {
      const fs = await statfs(at);
      return fs.bavail * fs.bsize;
    } catch (error) {
      if (!isMissing(error) || dirname(at) === at) throw error;
      at = dirname(at);
    }
  }
}

async function tempDir(prefix: string, parent = tmpdir()): Promise<TempDir> {
  const path = await mkdtemp(join(parent, directoryPrefix(prefix)));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

async function removeFile(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (!isMissing(error)) throw error;
  });
}

async function removeEmpty(dir: string): Promise<void> {
  await rmdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(error.code ?? '')) throw error;
  });
}

async function createSparse(file: string, size: number, mode: number): Promise<void> {
  await using handle = await open(file, 'wx', mode);
  await handle.truncate(size);
  await handle.chmod(mode);
}

/**
 * Not `mkdir(path, { recursive: true })`: Node tries for ever where an existing directory takes no entries, such as
 * /proc.
 */
async function makeDir(path: string, mode?: number): Promise<void> {
  const parent = dirname(path);
  try {
    await makeOneDir(path, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error;
    await makeDir(parent, mode);
    await makeOneDir(path, mode);
  }
}

async function makeOneDir(path: string, mode?: number): Promise<void> {
  try {
    await mkdir(path, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !(await statOrUndefined(path))?.isDirectory) throw error;
  }
}

/** A file that is new, or took the place of another, is there for sure only when its directory is on the disk, too. */
async function syncDirectory(path: string): Promise<void> {
  await using dir = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  await dir.sync().catch((error: NodeJS.ErrnoException) => {
    // Some file systems do not know the call.
    if (error.code !== 'EINVAL') throw error;
  });
}

/** Half a line would become a part of the next one. */
async function appendDurably(path: string, data: string | Uint8Array): Promise<void> {
  await rejectPipe(path);
  await using handle = await open(path, 'a');
  const { size } = await handle.stat();
  try {
    await handle.writeFile(data);
    await handle.sync();
  } catch (error) {
    await handle.truncate(size);
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** The real files of this machine. */
export function createFiles(): HostFiles {
  return {
    read: readBounded,
    readHead,
    writeAtomic: (path, data) => writeAtomic(path, data),
    writeDurably: (path, data) => writeAtomic(path, data, true),
    append: async (path, data) => {
      if (path === '/dev/stdout') return printed(data);
      await rejectPipe(path);
      await appendFile(path, data);
    },
    appendDurably,
    copy: async (from, to) => {
      await Promise.all([rejectPipe(from), rejectPipe(to)]);
      await copyFile(from, to, constants.COPYFILE_FICLONE);
    },
    rename: (from, to) => rename(from, to),
    remove,
    removeFile,
    removeEmpty,
    makeDir,
    checkWritable: (dir) => access(dir, constants.W_OK | constants.X_OK),
    readOnly: async (dir) =>
      (await statOrUndefined(dir))?.isDirectory === true &&
      (await access(dir, constants.W_OK | constants.X_OK).then(
        () => false,
        () => true,
      )),
    list: (path) => readdir(path),
    glob: globFiles,
    realPath: (path) => realpath(path),
    isVirtual,
    rejectLink,
    rejectLinksIn,
    stat: statOrUndefined,
    sha256: (path) => digest(path, 'sha256'),
    digest,
    freeBytes,
    timesChanges,
    tempDir,
    sweep: (dir = tmpdir()) => sweepLeftovers(dir),
    ownName: temporaryName,
    leftovers: leftoverFiles,
    receive: receiveInto,
    createSparse,
    setMode: (path, mode) => chmod(path, mode),
    lock: lockFile,
    rejectPipe,
  };
}
