import { dirname } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { CancelledError, HostError } from '../../../model/errors.ts';
import { runTool, XZ_LIMIT } from '../../tool.ts';

/** How files and payloads are packed. `plain`: not at all; `deb`: the files of a Debian package, as a tar archive. */
export type Packing = 'plain' | 'gzip' | 'bzip2' | 'xz' | 'zstd' | 'lz4' | 'deb';

const TOOLS: Readonly<Record<Packing, readonly string[]>> = {
  plain: ['cat'],
  gzip: ['gzip', '-dc'],
  bzip2: ['bzip2', '-dc'],
  xz: ['xz', '-dc'],
  zstd: ['zstd', '-q', '-dc'],
  lz4: ['lz4', '-q', '-dc'],
  deb: ['dpkg-deb', '--fsys-tarfile', '-'],
};

const PACKAGES: Readonly<Record<string, string>> = { xz: 'xz-utils', 'dpkg-deb': 'dpkg' };

/** Begins with the byte `$1` (the first is 1) of the file `$2`; all words after it are the tool. */
const FROM_BYTE = 'from=$1 file=$2; shift 2; tail -c "+$from" -- "$file" | exec "$@"';

/** The same into the file `$4`, which gets at most `$1` blocks of 512 bytes. */
const INTO_FILE = 'ulimit -f "$1"; from=$2 file=$3 target=$4; shift 4; tail -c "+$from" -- "$file" | "$@" >"$target"';

const NOT_FOUND = 127;
const LAST_WORDS = 300;

function toolEnv(host: Host): Readonly<Record<string, string>> {
  return { PATH: host.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', XZ_DEFAULTS: XZ_LIMIT };
}

/**
 * What can be unpacked of a file from byte `from` on, as another file. Whether that is all of it is for the caller to see.
 * @throws CancelledError
 */
export async function unpackInto(
  host: Host,
  path: string,
  packing: Packing,
  { from, target, maxBytes }: { readonly from: number; readonly target: string; readonly maxBytes: number },
  signal: AbortSignal | undefined,
): Promise<void> {
  const places = [String(Math.ceil(maxBytes / 512)), String(from + 1), path, target];
  await runTool(host, 'sh', ['-c', INTO_FILE, 'sh', ...places, ...TOOLS[packing]], { env: toolEnv(host), signal });
}

/**
 * The bytes of a file from byte `from` on, unpacked, as they come; the tool waits while no one reads.
 * @throws HostError `bad_package` when they cannot be unpacked, `tool_missing`; CancelledError
 */
export async function* unpacked(
  host: Host,
  path: string,
  packing: Packing,
  signal: AbortSignal | undefined,
  from = 0,
): AsyncGenerator<Buffer> {
  const tool = TOOLS[packing];
  const [name = ''] = tool;
  const env = toolEnv(host);
  const words = ['--pdeathsig', 'KILL', '--', 'sh', '-c', FROM_BYTE, 'sh', String(from + 1), path, ...tool];
  await using child = host.start('setpriv', words, { cwd: dirname(path), env });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString('utf8')}`.slice(-LAST_WORDS);
  });
  const onAbort = (): void => void child.stop(0);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    if (!signal?.aborted) for await (const chunk of child.stdout) yield chunk as Buffer;
    if (signal?.aborted) throw new CancelledError();
    const { exitCode } = await child.exited;
    if (exitCode === 0) return;
    if (exitCode === NOT_FOUND) {
      throw new HostError('tool_missing', `cannot run ${name}: install the package ${PACKAGES[name] ?? name}`);
    }
    const words = said.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
    throw new HostError(
      'bad_package',
      `${path} cannot be unpacked (${words || `exit code ${exitCode}`}); nothing was used`,
    );
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}
