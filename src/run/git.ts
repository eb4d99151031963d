import type { Host, RunOptions } from '../host/host.ts';

/**
 * Nothing that a repository's own settings name is run. A commit may hold a directory that git takes for a repository
 * (HEAD, objects, refs), with settings of its own; and where an object is missing, git runs what they call a remote.
 */
const SAFE = ['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'safe.bareRepository=explicit'].flatMap((word) => [
  '-c',
  word,
]);
const NO_REMOTES = { GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: 'none', GIT_TERMINAL_PROMPT: '0' };

/**
 * What a git command that only reads prints; undefined when git is not there, fails, or prints more than `maxOutput`.
 * @param root a directory with a `.git`: git must not look for a repository itself, in which it may find another one
 */
export async function readGit(
  host: Host,
  root: string,
  args: readonly string[],
  options: Pick<RunOptions, 'input' | 'timeoutMs' | 'maxOutput' | 'signal'>,
): Promise<Buffer | undefined> {
  const env = { PATH: host.env['PATH'] ?? '', HOME: host.env['HOME'] ?? '', LC_ALL: 'C', ...NO_REMOTES };
  try {
    const { exitCode, stdout, truncated } = await host.run('git', [...SAFE, '-C', root, ...args], { ...options, env });
    return exitCode === 0 && !truncated ? stdout : undefined;
  } catch {
    // No git here.
    return undefined;
  }
}
