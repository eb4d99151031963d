import { readFileSync } from 'node:fs';
import { UsageError } from '../model/errors.ts';
import { foreignCode } from './foreign-code.ts';
import type { Env, Runner } from './runner.ts';

function eventOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Events in which the code of others meets the token and the secrets of the repository. */
const TRUSTED_EVENTS = ['pull_request_target', 'workflow_run', 'issue_comment'];

/**
 * Untrusted objects run as root in guests of this machine, and one that outlives the job keeps what they did to it.
 * @returns what a person should know of whose code this is; undefined for the repository's own
 * @throws UsageError on a machine that GitHub does not throw away after the job, unless it was allowed
 */
export function checkFork(env: Env, { hosted }: Pick<Runner, 'hosted'>, allowed: boolean): string | undefined {
  const name = env['GITHUB_EVENT_NAME'] ?? '';
  const whose = foreignCode(name, eventOf(env['GITHUB_EVENT_PATH'] ?? ''));
  if (whose === undefined) return undefined;
  if (hosted) {
    return TRUSTED_EVENTS.includes(name)
      ? `this is ${whose}, and ${name} runs it with the token and the caches of your repository; use pull_request`
      : undefined;
  }
  const why = `this is ${whose}, and this runner is not one that GitHub throws away after the job`;
  if (allowed) return `${why}; allow-fork: true lets it boot kernels here`;
  throw new UsageError(
    'fork_refused',
    `${why}: what an untrusted object does to it would stay; use a hosted runner (ubuntu-latest), or set allow-fork: true for runners that serve one job only`,
  );
}
