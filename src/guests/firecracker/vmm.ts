import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import { type RunningMachine, watchMachine } from '../qemu/machine.ts';
import { type Sandbox, withoutOwnUid, wrap } from '../qemu/sandbox.ts';
import { toolEnv } from '../qemu/tool-env.ts';
import { serialPort } from '../serial-port.ts';
import { sendAll } from './api.ts';
import type { Firecracker } from './find-firecracker.ts';
import { enterJail, type Jail } from './jail.ts';
import { type ApiRequest, logRequests } from './requests.ts';

/**
 * The serial line of the guest: what it prints is the standard output of Firecracker, which reads the other direction from its
 * standard input where that is a pipe. It writes byte by byte, waits for no one and drops what finds no room: a channel of
 * ours, which is a socket, holds 279 such writes, and a pipe 64 KiB. Its shell stays, so that what it wrote comes through.
 * The log is a pipe, too, so that no guest fills the disk by what Firecracker says of it: the first bytes are kept, at once. In
 * a jail another uid writes to it; no one else reaches its directory.
 */
const WITH_PIPES = [
  'mkfifo -m 600 "$1.in" "$1.out" && mkfifo -m 666 "$2" || exit',
  // Held open until the end: who opens it without waiting finds a reader.
  'exec 4<>"$2"',
  '{ dd bs=1 count="$3" status=none >"$1.log"; cat >/dev/null; } <"$2" 3<&- 4<&- & l=$!',
  'cat <&3 >"$1.in" 4<&- & cat <"$1.out" 3<&- 4<&- & o=$! p=$1',
  'shift 3',
  '"$@" <"$p.in" >"$p.out" 3<&- 4<&-',
  's=$?',
  'exec 4<&-',
  'wait $o $l',
  'exit $s',
].join('\n');
const PIPE = 'line';
const SOCKET = 'api';
const LOG = 'log';
const KEPT_LOG = `${PIPE}.log`;
const SOCKET_PATH_BYTES = 107;

/** A Firecracker that was started and got no request yet, in a directory of its own. */
export interface Vmm extends AsyncDisposable {
  readonly machine: RunningMachine;
  /** Layers around it, as the report calls them. */
  readonly layers: readonly string[];
  /** Path by which it opens a file of this machine. */
  place(path: string, name: string): Promise<string>;
  /** Path by which it makes a file, and where that file is then. */
  own(name: string): { readonly inside: string; readonly outside: string };
  /** @throws ApiError, Error */
  send(requests: readonly ApiRequest[]): Promise<void>;
  /** The first bytes of what it logged. */
  log(): Promise<string>;
}

export interface VmmOptions {
  readonly firecracker: Firecracker;
  readonly sandbox: Sandbox;
}

const MAX_LOG = 64 * 1024;

/** @throws a Node error, HostError where it cannot be started */
export async function startVmm(host: Host, options: VmmOptions): Promise<Vmm> {
  const { firecracker, sandbox } = options;
  const dir = await host.files.tempDir('bpfcompat-fc-');
  try {
    const jail = firecracker.jailer === undefined ? undefined : await enterJail(host, dir.path, firecracker);
    const home = jail?.root ?? dir.path;
    const socket = reachable(join(home, SOCKET));
    const command = jail?.command ?? [firecracker.command, '--api-sock', SOCKET, '--id', 'bpfcompat'];
    const pipes = [join(dir.path, PIPE), join(home, LOG), String(MAX_LOG)];
    const shell = ['-c', WITH_PIPES, 'sh', ...pipes, ...command];
    const layered = layersFor(sandbox, jail);
    const wrapped = wrap(layered, 'sh', shell, { files: [] });
    const child = host.start(wrapped.command, wrapped.args, { cwd: dir.path, env: toolEnv(host), channels: 1 });
    const console = new PassThrough();
    const to = child.channels[0]!;
    const port = serialPort({ from: child.stdout, to, onConsole: (bytes) => console.write(bytes) });
    // Who talks over it hears of errors; where nobody does, as in a probe, they are nothing.
    port.on('error', () => {});
    for (const event of ['end', 'close', 'error']) child.stdout.once(event, () => console.end());
    const machine = watchMachine({ ...child, stdout: console }, { program: 'Firecracker', port, control: undefined });
    let alive = true;
    let logs = false;
    void machine.ended.then(() => {
      alive = false;
    });
    return {
      machine,
      layers: ['seccomp', ...(jail === undefined ? [] : ['jailer']), ...wrapped.layers],
      place: async (path, name) => (await jail?.take(path, name)) ?? path,
      own: (name) => ({ inside: jail === undefined ? join(home, name) : name, outside: join(home, name) }),
      send: (requests) => {
        // A guest that runs has its log, and Firecracker takes no other.
        const before = logs ? [] : logRequests(LOG);
        logs = true;
        return sendAll(host, socket, [...before, ...requests], () => alive);
      },
      log: () => logIn(host, dir.path),
      [Symbol.asyncDispose]: async () => {
        await machine.stop();
        await dir[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await dir[Symbol.asyncDispose]();
    throw error;
  }
}

/** The log, where it is still one: a guest that took Firecracker over may leave a link to what root alone may read. */
async function logIn({ files }: Host, dir: string): Promise<string> {
  const log = join(await files.realPath(dir), KEPT_LOG);
  // Where the shell was ended at once, nothing has made it.
  if (!(await files.stat(log))?.isFile) return '';
  if ((await files.realPath(log)) !== log) return '';
  return Buffer.from(await files.readHead(log, MAX_LOG)).toString();
}

/** @throws HostError for a socket that cannot be connected to: Node cuts a long path off, and finds nothing there */
function reachable(socket: string): string {
  const bytes = Buffer.byteLength(socket);
  if (bytes <= SOCKET_PATH_BYTES) return socket;
  const words = `the path of Firecracker's socket has ${bytes} bytes, of at most ${SOCKET_PATH_BYTES} (${socket})`;
  throw new HostError('limit_reached', `${words}; name a directory with a shorter path in TMPDIR`);
}

/** A jailer drops rights by itself, and needs those of root until then. */
function layersFor(sandbox: Sandbox, jail: Jail | undefined): Sandbox {
  const own = withoutOwnUid(sandbox);
  return jail === undefined ? own : { ...own, layers: own.layers.filter((layer) => layer === 'namespaces') };
}
