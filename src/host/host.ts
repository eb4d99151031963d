import type { Duplex } from 'node:stream';
import type { Leftover } from './leftovers.ts';
import type { HostSockets } from './sockets.ts';

/**
 * The only hands of the program. Everything outside `src/host` and the faces reaches the machine through this object,
 * which is handed in; tests hand in the real one with a temporary directory, or a part of it scripted.
 */
export interface Host {
  readonly arch: 'x86_64' | 'aarch64';
  /** Environment the face allows the core to see. Never read `process.env` elsewhere. */
  readonly env: Readonly<Record<string, string | undefined>>;
  now(): Date;
  /** Milliseconds of a clock that never jumps. */
  monotonicMs(): number;
  /** Bytes of memory that programs could take now without swapping; undefined when the system does not say. */
  availableMemory(): Promise<number | undefined>;
  run(command: string, args: readonly string[], options?: RunOptions): Promise<RunResult>;
  start(command: string, args: readonly string[], options: StartOptions): Child;
  readonly files: HostFiles;
  readonly network: HostNetwork;
  readonly sockets: HostSockets;
}

export interface HostNetwork {
  /**
   * Gets what lies at an address (http, https) into the new file `file`, through the proxies of the environment.
   * Redirects are followed, also to other hosts (the bytes need a check of their own), but never from https to http, and
   * the identity of `tls` and `authorization` go to the first host alone. A line that breaks is taken up where it broke, where
   * the server says that the file is still the same. After a failure the file may be there, in part.
   * @throws HostError `mirror_unreachable` when the server cannot be reached, stalls or breaks off, `wrong_digest` for
   * more than `maxBytes`; CancelledError
   */
  download(url: string, file: string, options: DownloadOptions): Promise<Downloaded>;
  /**
   * Sends a request and returns its response, whatever its status; redirects are not followed.
   * @throws HostError `mirror_unreachable` when there is no response, or one of more than 4 MiB
   */
  send(url: string, options: SendOptions): Promise<Sent>;
}

export interface SendOptions {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface Sent {
  readonly status: number;
  readonly location: string | undefined;
  readonly challenge: string | undefined;
  readonly body: Buffer;
}

export interface DownloadOptions {
  readonly maxBytes: number;
  /** Only the first `maxBytes` are wanted: what comes behind them is not read, and no error. */
  readonly headOnly?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The server may be silent for this long; default half a minute. */
  readonly stallMs?: number;
  /** All of it may take this long; default `beginMs`, and 50 s for each MB of the file, or of `maxBytes` where that is not known. */
  readonly limitMs?: number;
  /** After this time 2 KB must have come for each second of it that is over; default a minute. */
  readonly beginMs?: number;
  /** Of `digest`; default sha256. */
  readonly algorithm?: 'sha256' | 'sha512' | undefined;
  /** PEM texts. */
  readonly tls?: TlsIdentity | undefined;
  /** Kinds of content that are understood. */
  readonly accept?: string | undefined;
  /** `Bearer TOKEN`: goes to the first host alone. */
  readonly authorization?: string | undefined;
  /** `total` 0: the server does not say. */
  readonly onBytes?: (bytes: number, total: number) => void;
}

/** Who we are for a server that wants a certificate, and whom we believe. `key` absent: it is in `cert`. */
export interface TlsIdentity {
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Instead of the authorities that Node trusts. */
  readonly ca?: string | undefined;
}

export interface Downloaded {
  /** Of HTTP. There is a file only with 200. */
  readonly status: number;
  /** Where it came from after all redirects. */
  readonly url: string;
  readonly bytes: number;
  /** Hex. */
  readonly digest: string;
  /** How a server that responds 401 wants the request. */
  readonly challenge?: string | undefined;
}

export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment of the child; default: PATH, HOME and LC_ALL=C. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of stdout and of stderr that are kept; more than that is dropped and `truncated` is set. Default 16 MiB. */
  readonly maxOutput?: number;
  /** Called with each complete line of stdout (`fd` 1) or stderr (`fd` 2) as it comes. */
  readonly onLine?: (fd: 1 | 2, line: string) => void;
}

/** Same shape for success and failure; only a command that cannot be started at all is an exception (HostError). */
export interface RunResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly truncated: boolean;
  readonly timedOut: boolean;
  readonly cancelled: boolean;
  readonly durationMs: number;
}

export interface StartOptions {
  readonly cwd: string;
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string>>;
  /** Number of extra duplex channels; they are descriptors 3, 4, ... in the child (socket pairs). */
  readonly channels?: number;
}

/** A long-lived child in its own process group. It dies with `stop`, with dispose, and when this process dies. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  readonly stdout: NodeJS.ReadableStream;
  readonly stderr: NodeJS.ReadableStream;
  readonly channels: readonly Duplex[];
  readonly exited: Promise<{ readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }>;
  /** SIGTERM to the group, SIGKILL after `graceMs` (default 2000; 0 kills at once). Resolves when the child is gone. */
  stop(graceMs?: number): Promise<void>;
}

export interface HostFiles {
  /** Reads a file, rejecting one larger than `maxBytes`. ENOENT and friends become UsageError-free Node errors. */
  read(path: string, maxBytes: number): Promise<Buffer>;
  /** The first bytes of a file, or those from byte `from` on, at most `bytes`; none of what is not a regular file. */
  readHead(path: string, bytes: number, from?: number): Promise<Uint8Array>;
  /** Writes through a temporary file in the same directory and renames it: readers never see half a file. */
  writeAtomic(path: string, data: string | Uint8Array): Promise<void>;
  /** The same, and returns when it is on the disk: after a loss of power the path has all of it, or what was there before. */
  writeDurably(path: string, data: string | Uint8Array): Promise<void>;
  append(path: string, data: string | Uint8Array): Promise<void>;
  /**
   * The same, and returns when it is on the disk: power may go then. What could not be written as a whole (the disk is full)
   * is cut off again.
   */
  appendDurably(path: string, data: string | Uint8Array): Promise<void>;
  copy(from: string, to: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Removes a file or a link if it is there. @throws a Node error for a directory: nothing below it goes */
  removeFile(path: string): Promise<void>;
  /** Removes a directory that has nothing in it; leaves what has something, or is not there. */
  removeEmpty(dir: string): Promise<void>;
  /** With all directories above it. @param mode of those that are new, narrowed by the umask; default 0777 */
  makeDir(path: string, mode?: number): Promise<void>;
  /** @throws a Node error when this user may not make files in the directory */
  checkWritable(dir: string): Promise<void>;
  /** There is a directory, and this user may not make files in it. */
  readOnly(dir: string): Promise<boolean>;
  list(path: string): Promise<string[]>;
  /**
   * Files that match a pattern (`*`, `**`, `?`, `[]`, `{}`) below `cwd`: absolute paths, sorted. What is no directory is
   * one, also a pipe and a link that leads nowhere, for the reader to report. Wildcards go through no link to a directory.
   * What was found so far after an abort.
   */
  glob(pattern: string, cwd: string, signal?: AbortSignal): Promise<string[]>;
  /** The path without links. @throws a Node error when there is nothing */
  realPath(path: string): Promise<string>;
  /** The file system of `path` is made up by the kernel (/proc, /sys, ...): its files are no data of anybody. */
  isVirtual(path: string): Promise<boolean>;
  /** @throws UsageError when there is a link at `path`, wherever it leads: for places that are ours alone */
  rejectLink(path: string): Promise<void>;
  /** @throws UsageError when a link lies in the directory; says nothing where there is none */
  rejectLinksIn(dir: string): Promise<void>;
  /** @throws UsageError when there is a named pipe at `path`: to open it may take for ever */
  rejectPipe(path: string): Promise<void>;
  /** undefined when there is nothing at `path`. */
  stat(path: string): Promise<FileStat | undefined>;
  /** SHA-256 in hex, streamed. */
  sha256(path: string): Promise<string>;
  /** Digest in hex of a file from byte `from` on, streamed. */
  digest(path: string, algorithm: 'sha256' | 'sha512', from?: number): Promise<string>;
  /** Bytes free for this user on the file system of `path` (nearest existing parent). */
  freeBytes(path: string): Promise<number>;
  /**
   * Whether a file there keeps the time of every change, also of one through a mapping: files of a disk do, those of a
   * file system in memory do not.
   */
  timesChanges(path: string): Promise<boolean>;
  /** A private (0700) directory that is gone after dispose. `parent` defaults to the system's temporary directory. */
  tempDir(prefix: string, parent?: string): Promise<TempDir>;
  /**
   * Removes temporary files and directories that killed processes of ours left in `dir`, which defaults to the
   * system's temporary directory. Never throws.
   */
  sweep(dir?: string): Promise<void>;
  /** Name of a file for `path` that says that it is this process's. */
  ownName(path: string): string;
  /** The files of such names in `dir` whose processes are gone; none where it cannot be read. */
  leftovers(dir: string): Promise<Leftover[]>;
  /** Listens on the Unix socket `socketPath` and writes what its first peer sends into the new file `file`. */
  receive(socketPath: string, file: string, maxBytes: number): Promise<Reception>;
  /** Creates `file` with `size` bytes of nothing (sparse); `mode` is not narrowed by the umask. */
  createSparse(file: string, size: number, mode: number): Promise<void>;
  setMode(path: string, mode: number): Promise<void>;
  /**
   * Exclusive lock between processes; released by dispose and by the death of this process. `onWait` is called once
   * when another process has held it for seconds.
   * @param giveUpMs absent: minutes where `signal` can end the waiting, half a minute where nothing can
   * @throws HostError `lock_held` then
   */
  lock(path: string, signal?: AbortSignal, onWait?: () => void, giveUpMs?: number): Promise<AsyncDisposable>;
}

export interface FileStat {
  readonly size: number;
  /** Bytes that the file really takes on disk: fewer than `size` where it is sparse. */
  readonly allocated: number;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  /** Somebody may execute it. */
  readonly executable: boolean;
  readonly mtimeMs: number;
  readonly dev: number;
  readonly ino: number;
  readonly ctimeMs: number;
  /** Permission bits. */
  readonly mode: number;
  /** Number of the user who owns it. */
  readonly uid: number;
}

export interface TempDir extends AsyncDisposable {
  readonly path: string;
}

/** One transfer that is being waited for. */
export interface Reception extends AsyncDisposable {
  /** Bytes that arrived; resolves when the peer has closed and the file is complete. */
  readonly done: Promise<number>;
}
