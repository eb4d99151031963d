import { dirname } from 'node:path';
import type { Host, RunResult } from '../../../host/host.ts';
import { CancelledError, HostError } from '../../../model/errors.ts';
import { lastWords, runTool, XZ_LIMIT } from '../../tool.ts';

/** How files and payloads are packed. `plain`: not at all; `deb`: the files of a Debian package, as a tar archive. */
export type Packing = 'plain' | 'gzip' | 'bzip2' | 'xz' | 'lzma' | 'lzo' | 'zstd' | 'lz4' | 'deb';

const TOOLS: Readonly<Record<Packing, readonly string[]>> = {
  plain: ['cat'],
  gzip: ['gzip', '-dc'],
  bzip2: ['bzip2', '-dc'],
  xz: ['xz', '-dc'],
  lzma: ['xz', '--format=lzma', '-dc'],
  lzo: ['lzop', '-q', '-dc'],
  zstd: ['zstd', '-q', '-dc'],
  lz4: ['lz4', '-q', '-dc'],
  deb: ['dpkg-deb', '--fsys-tarfile', '-'],
};

const PACKAGES: Readonly<Record<string, string>> = { xz: 'xz-utils', 'dpkg-deb': 'dpkg' };

/** Begins with the byte `$1` (the first is 1) of the file `$2`; all words after it are the tool. */
const FROM_BYTE = 'from=$1 file=$2; shift 2; tail -c "+$from" -- "$file" | exec "$@"';

/** The same of `$3` bytes into the file `$5`, which gets at most `$1` blocks of 512 bytes. */
const INTO_FILE =
  'ulimit -f "$1"; from=$2 size=$3 file=$4 target=$5; shift 5; tail -c "+$from" -- "$file" | head -c "$size" | "$@" >"$target"';

const NOT_FOUND = 127;
const LAST_WORDS = 300;

function toolEnv(host: Host): Readonly<Record<string, string>> {
  return { PATH: host.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', XZ_DEFAULTS: XZ_LIMIT };
}

/** A part of a file, and where it goes unpacked. */
export interface PartInto {
  readonly from: number;
  /** Absent: to its end. */
  readonly size?: number;
  readonly target: string;
  readonly maxBytes: number;
}

/**
 * What can be unpacked of a part of a file, as another file. Whether that is all of it is for the caller to see.
 * @returns how the tool ended
 * @throws CancelledError
 */
export async function unpackInto(
  host: Host,
  path: string,
  packing: Packing,
  { from, size = Number.MAX_SAFE_INTEGER, target, maxBytes }: PartInto,
  signal: AbortSignal | undefined,
): Promise<RunResult> {
  const tool = TOOLS[packing];
  const places = [String(Math.ceil(maxBytes / 512)), String(from + 1), String(size), path, target];
  return runTool(host, 'sh', ['-c', INTO_FILE, 'sh', ...places, ...tool], { env: toolEnv(host), signal });
}

/** The same of a part that must be whole. @throws HostError `bad_package`, `tool_missing`; CancelledError */
export async function unpackWhole(
  host: Host,
  path: string,
  packing: Packing,
  part: PartInto,
  signal: AbortSignal | undefined,
): Promise<void> {
  const result = await unpackInto(host, path, packing, part, signal);
  if (result.exitCode === 0) return;
  if (result.exitCode === NOT_FOUND) throw missing(TOOLS[packing]);
  throw new HostError('bad_package', `${path} cannot be unpacked (${lastWords(result)}); nothing was used`);
}

function missing([name = '']: readonly string[]): HostError {
  return new HostError('tool_missing', `cannot run ${name}: install the package ${PACKAGES[name] ?? name}`);
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
    if (exitCode === NOT_FOUND) throw missing(tool);
    const words = said.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
    throw new HostError(
      'bad_package',
      `${path} cannot be unpacked (${words || `exit code ${exitCode}`}); nothing was used`,
    );
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}
