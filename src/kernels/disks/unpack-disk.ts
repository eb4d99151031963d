import { dirname } from 'node:path';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../model/errors.ts';
import { outgrown, roomIn } from '../space.ts';
import { lastWords, runTool, XZ_LIMIT } from '../tool.ts';

/** Of a disk that was unpacked: a small file can stand for any number of bytes. */
const MAX_UNPACKED = 64 * 1024 ** 3;

const PACKINGS: readonly (readonly [string, string, string])[] = [
  ['1f8b', 'gzip', 'gzip'],
  ['fd377a585a00', 'xz', 'xz-utils'],
  ['28b52ffd', 'zstd', 'zstd'],
];

/** The program that unpacks a file which begins like this; undefined for one that is not packed. */
export function packingOf(head: Uint8Array): string | undefined {
  const hex = Buffer.from(head.subarray(0, 8)).toString('hex');
  return PACKINGS.find(([magic]) => hex.startsWith(magic))?.[1];
}

const NOT_FOUND = 127;

/** Unpacks `from` into the new file `to`. @throws HostError `bad_package`, `tool_missing`, `no_space`; CancelledError */
export async function unpackDisk(
  host: Host,
  tool: string,
  from: string,
  to: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const script = `XZ_DEFAULTS=${XZ_LIMIT} exec "$1" -dc -- "$2" >"$3"`;
  const doing = `unpacking ${from}`;
  const room = await roomIn(host, dirname(to), MAX_UNPACKED, doing);
  const words = [`--fsize=${room}`, 'sh', '-c', script, 'sh', tool, from, to];
  const result = await runTool(host, 'prlimit', words, { signal });
  if (result.exitCode === 0) return;
  const said = lastWords(result);
  if (result.exitCode === NOT_FOUND) {
    const requested = PACKINGS.find(([, name]) => name === tool)?.[2] ?? tool;
    throw new HostError('tool_missing', `cannot run ${tool}: install the package ${requested}`);
  }
  const isCut = result.signal === 'SIGXFSZ' || /File too large/i.test(said);
  if (isCut && room < MAX_UNPACKED) throw outgrown(dirname(to), doing);
  if (/No space left/i.test(said)) throw new HostError('no_space', `no space left to unpack ${from}`);
  throw new HostError('bad_package', `${from} cannot be unpacked (${said}); nothing was used`);
}
