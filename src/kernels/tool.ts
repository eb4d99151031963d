import type { Host, RunOptions, RunResult } from '../host/host.ts';
import { CancelledError, HostError } from '../model/errors.ts';

const LAST_WORDS = 400;

/** A file of xz says how much memory its reader takes, up to 4 GiB; what kernels come in takes less than 0.1. */
export const XZ_LIMIT = '--memlimit-decompress=1GiB';

/** What a tool said when it failed, as one short printable line. */
export function lastWords(result: RunResult): string {
  const said = result.stderr.toString('utf8').trim() || result.stdout.toString('utf8').trim();
  const line = said.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(-LAST_WORDS);
  return line === '' ? `exit code ${result.exitCode ?? result.signal}` : line;
}

/** Debian's package for each tool whose name is not the package's. */
const PACKAGES: Readonly<Record<string, string>> = {
  'apt-get': 'apt',
  'apt-cache': 'apt',
  'apt-config': 'apt',
  '/usr/lib/apt/apt-helper': 'apt',
  'dpkg-deb': 'dpkg',
  xz: 'xz-utils',
  find: 'findutils',
  mkdir: 'coreutils',
};

/** setpriv's exit code when it cannot execute the tool. */
const NOT_EXECUTABLE = 127;

/**
 * Runs a tool that may fail; the caller reads the exit code. It dies with this process, even when we are killed:
 * a forgotten apt would hold its locks and write into directories that the next run cleans.
 * @throws HostError `tool_missing`; CancelledError when `options.signal` was aborted.
 */
export async function runTool(
  host: Host,
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  if (options.signal?.aborted) throw new CancelledError();
  const result = await host.run('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], options);
  if (result.cancelled || options.signal?.aborted) throw new CancelledError();
  if (result.exitCode === NOT_EXECUTABLE && /^setpriv: /m.test(result.stderr.toString('utf8'))) {
    throw new HostError('tool_missing', `cannot run ${command}: install the package ${PACKAGES[command] ?? command}`);
  }
  return result;
}

/**
 * Runs a tool that must succeed.
 * @throws HostError `tool_failed` with the tool's last words, `no_space` when the disk is full; CancelledError.
 */
export async function mustRun(
  host: Host,
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const result = await runTool(host, command, args, options);
  if (result.exitCode === 0 && !result.truncated) return result;
  const words = lastWords(result);
  if (/No space left on device/i.test(words)) throw new HostError('no_space', `${command}: ${words}`);
  throw new HostError('tool_failed', `${command} failed: ${result.truncated ? 'too much output' : words}`);
}
