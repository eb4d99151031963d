import { randomInt } from 'node:crypto';
import type { Host } from '../../host/host.ts';
import { HostError, throwIfCancelled } from '../../model/errors.ts';
import { toolEnv } from './tool-env.ts';

/** Layers around QEMU besides its own seccomp filter. A missing one is recorded, never fatal. */
export type SandboxLayer = 'namespaces' | 'own-uid' | 'no-new-privs' | 'limits';

/** What the wrapper programs can do on this machine, strongest combination that really ran. */
export interface Sandbox {
  readonly layers: readonly SandboxLayer[];
  /** Namespaces need a user namespace first, because we are not root. */
  readonly userNamespace: boolean;
  /** Layers that a user like this one should have; see `layerNote`. */
  readonly requested?: readonly SandboxLayer[] | undefined;
  /** Group a program with a uid of its own keeps (that of /dev/kvm). */
  readonly group?: number | undefined;
}

export interface Wrapped {
  readonly command: string;
  readonly args: readonly string[];
  /** The layers that are in this very command line. */
  readonly layers: readonly SandboxLayer[];
}

export interface WrapOptions {
  /** Files the program may read, opened before rights are dropped; see `wrappedFile`. At most `MAX_FILES`. */
  readonly files: readonly string[];
  /**
   * What a file may have that it writes. Beyond that it ends by SIGXFSZ, which the first process of a namespace does not
   * hear of: then its writes fail. Absent: it writes none.
   */
  readonly maxFileBytes?: number;
}

/** Uids no one else uses: above those of containers and of users. */
const FIRST_UID = 1_900_000_000;
const UID_COUNT = 100_000_000;

/** Everything but QEMU itself that a uid of its own runs: threads. */
const MAX_THREADS = 64;

/** Shells open single-digit descriptors only; channels of the host count up from 3, files count down from 9. */
const LAST_FD = 9;

/** Descriptors 3 and 4 are the port and the control channel. */
const MAX_FILES = LAST_FD - 4;

/** Descriptor number on which the wrapped program finds `files[index]`, open for reading. */
export function wrappedFd(index: number): number {
  return LAST_FD - index;
}

/** Path below which the wrapped program finds `files[index]`, whatever its uid may reach in the file system. */
export function wrappedFile(index: number): string {
  return `/proc/self/fd/${LAST_FD - index}`;
}

/**
 * The command line that runs `command` inside the layers. All wrappers replace themselves (or die with their child), so
 * killing the process group ends everything, and a killed bpfcompat takes the program with it.
 */
export function wrap(sandbox: Sandbox, command: string, args: readonly string[], options: WrapOptions): Wrapped {
  if (options.files.length > MAX_FILES) throw new RangeError(`${options.files.length} files, of at most ${MAX_FILES}`);
  const words: string[] = [];
  const has = (layer: SandboxLayer): boolean => sandbox.layers.includes(layer);
  if (has('namespaces')) words.push('setpriv', '--pdeathsig', 'KILL', ...unshareArgs(sandbox.userNamespace));
  words.push(...openFiles(options.files));
  if (has('no-new-privs')) {
    words.push('setpriv', '--no-new-privs', '--ambient-caps=-all', '--inh-caps=-all', '--bounding-set=-all');
    if (has('own-uid')) words.push(...ownUidArgs(sandbox.group));
    // Changing the uid clears the parent-death signal, hence (again) here.
    words.push('--pdeathsig', 'KILL');
  }
  if (has('limits')) {
    words.push('prlimit', '--nofile=256', '--core=0');
    if (options.maxFileBytes !== undefined) words.push(`--fsize=${options.maxFileBytes}`);
    if (has('own-uid')) words.push(`--nproc=${MAX_THREADS}`);
  }
  words.push(command, ...args);
  return { command: words[0]!, args: words.slice(1), layers: sandbox.layers };
}

function unshareArgs(userNamespace: boolean): string[] {
  return [
    'unshare',
    ...(userNamespace ? ['--user', '--map-current-user', '--keep-caps'] : []),
    ...['--net', '--ipc', '--uts', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
  ];
}

function ownUidArgs(group: number | undefined): string[] {
  const uid = FIRST_UID + randomInt(UID_COUNT);
  const groups = group === undefined ? ['--clear-groups'] : [`--groups=${group}`];
  return [`--reuid=${uid}`, `--regid=${uid}`, ...groups];
}

/** Paths travel as arguments of the shell, never inside its script. */
function openFiles(files: readonly string[]): string[] {
  if (files.length === 0) return [];
  const opens = files.map((_, index) => `${LAST_FD - index}<"$${index + 1}"`).join(' ');
  return ['sh', '-c', `exec ${opens}; shift ${files.length}; exec "$@"`, 'sh', ...files];
}

function candidates(root: boolean): Sandbox[] {
  const combinations: SandboxLayer[][] = root
    ? [
        ['namespaces', 'own-uid', 'no-new-privs', 'limits'],
        ['own-uid', 'no-new-privs', 'limits'],
        ['namespaces', 'no-new-privs', 'limits'],
      ]
    : [['namespaces', 'no-new-privs', 'limits']];
  combinations.push(['no-new-privs', 'limits'], ['no-new-privs'], ['limits']);
  return combinations.map((layers) => ({ layers, userNamespace: !root && layers.includes('namespaces') }));
}

/** The layers must show in the process itself; a wrapper that exits 0 without effect does not count. */
function showsLayers(status: string, sandbox: Sandbox): boolean {
  const field = (name: string): string => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? '';
  if (!sandbox.layers.includes('no-new-privs')) return true;
  if (field('NoNewPrivs') !== '1' || !/^0+$/.test(field('CapEff'))) return false;
  return !sandbox.layers.includes('own-uid') || Number(field('Uid')) >= FIRST_UID;
}

/** Tries the layers, strongest combination first, and keeps the first that works here. About 30 ms. */
export async function detectSandbox(host: Host, signal: AbortSignal): Promise<Sandbox> {
  const env = toolEnv(host);
  const options = { env, cwd: '/', timeoutMs: 10_000, signal };
  const id = await host.run('id', ['-u'], options);
  const root = id.stdout.toString().trim() === '0';
  const all = candidates(root);
  const requested = all[0]!.layers;
  for (const sandbox of all) {
    const { command, args } = wrap(sandbox, 'cat', ['/proc/self/status'], { files: [] });
    // A wrapper program that is not installed is a layer we do not have.
    const result = await host.run(command, args, options).catch((error: unknown) => {
      if (error instanceof HostError && error.code === 'tool_missing') return undefined;
      throw error;
    });
    throwIfCancelled(signal);
    if (result?.exitCode === 0 && showsLayers(result.stdout.toString(), sandbox)) return { ...sandbox, requested };
  }
  return { layers: [], userNamespace: false, requested };
}

/** The same without the uid of its own. */
export function withoutOwnUid(sandbox: Sandbox): Sandbox {
  return { ...sandbox, layers: sandbox.layers.filter((layer) => layer !== 'own-uid') };
}

/** Layers as the report calls them: QEMU's own filter of system calls is always there. */
export function sandboxLayers(by: { readonly layers: readonly SandboxLayer[] }): string[] {
  return ['seccomp', ...by.layers];
}

/** What the report says about layers that should be around a QEMU and are not; undefined when all are there. */
export function layerNote(sandbox: Sandbox): string | undefined {
  const missing = (sandbox.requested ?? []).filter((layer) => !sandbox.layers.includes(layer));
  if (missing.length === 0) return undefined;
  return `QEMU runs without ${missing.join(', ')}: this machine or the modes of the cache do not allow it; see bpfcompat doctor`;
}

/** Files that a wrapped program opens again by their descriptor's path, in the order in which it is handed them. */
export interface NeededFiles {
  readonly read: readonly string[];
  /** Handed over after those of `read`. */
  readonly write?: readonly string[];
}

const OWN_FILE_MODE = 0o644;
const ALL_READ = 0o444;

/**
 * Gives up the uid of its own where it could not open `files` (private modes); the other layers stay. Without that
 * layer nothing changes.
 * @param ours the files to read are of our cache, which no one else can enter: private modes (a strict umask) are
 * widened first
 */
export async function sandboxForFiles(
  host: Host,
  sandbox: Sandbox,
  files: NeededFiles,
  signal: AbortSignal,
  ours = false,
): Promise<Sandbox> {
  if (!sandbox.layers.includes('own-uid')) return sandbox;
  if (await opens(host, sandbox, files, signal)) return sandbox;
  if (!ours) return withoutOwnUid(sandbox);
  // Not at once: a changed mode makes the store verify the file again.
  for (const file of files.read) {
    const mode = (await host.files.stat(file))?.mode ?? OWN_FILE_MODE;
    if ((mode & ALL_READ) !== ALL_READ) await host.files.setMode(file, OWN_FILE_MODE).catch(() => {});
  }
  return (await opens(host, sandbox, files, signal)) ? sandbox : withoutOwnUid(sandbox);
}

const openings = new WeakMap<Sandbox, Map<string, Promise<boolean>>>();

/**
 * Whether the wrapped program could open the files; tried once for files of the same owners and modes. No list of other
 * users' rights can name its uid, which is one of a hundred million.
 */
async function opens(host: Host, sandbox: Sandbox, needed: NeededFiles, signal: AbortSignal): Promise<boolean> {
  const { read, write = [] } = needed;
  const stats = await Promise.all([...read, ...write].map((file) => host.files.stat(file)));
  const rights = stats.map((stat) => (stat ? [stat.dev, stat.uid, stat.mode.toString(8)].join(' ') : 'missing'));
  const key = [read.length, ...rights].join(', ');
  const known = openings.get(sandbox) ?? new Map<string, Promise<boolean>>();
  openings.set(sandbox, known);
  const tried = known.get(key) ?? triesToOpen(host, sandbox, needed, signal);
  known.set(key, tried);
  // Who was cancelled found out nothing.
  tried.catch(() => known.delete(key));
  return await tried;
}

/** Opens the files as the wrapped program would: their paths are those of its descriptors. */
const OPEN_ALL = 'n=$1; shift; for f; do if [ $n -gt 0 ]; then : <"$f"; else : <>"$f"; fi || exit 1; n=$((n-1)); done';

async function triesToOpen(host: Host, sandbox: Sandbox, needed: NeededFiles, signal: AbortSignal): Promise<boolean> {
  const files = [...needed.read, ...(needed.write ?? [])];
  const paths = files.map((_, index) => wrappedFile(index));
  const script = ['-c', OPEN_ALL, 'sh', String(needed.read.length), ...paths];
  const { command, args } = wrap(sandbox, 'sh', script, { files });
  const result = await host.run(command, args, { env: toolEnv(host), cwd: '/', timeoutMs: 10_000, signal });
  throwIfCancelled(signal);
  return result.exitCode === 0;
}
