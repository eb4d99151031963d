import { readFileSync } from 'node:fs';
import { UsageError } from '../model/errors.ts';
import type { Env, Runner } from './runner.ts';

/** A part of an event; everything in it was written by others. */
type Part = Readonly<Record<string, unknown>> | null | undefined;

const partOf = (from: unknown, key: string): Part => (from as Part)?.[key] as Part;
const nameOf = (repository: Part): unknown => repository?.['full_name'];

/** A repository that was deleted (null) is none of ours; one that the event does not name says nothing. */
function isForeign(head: Part, own: Part): boolean {
  return head === null || (nameOf(head) !== undefined && nameOf(head) !== nameOf(own));
}

/**
 * Whose code a run is about, as far as its event says: undefined for the repository's own, else in words.
 * @param name of the event, `GITHUB_EVENT_NAME`
 * @param event its payload
 */
export function foreignCode(name: string, event: unknown): string | undefined {
  const own = partOf(event, 'repository');
  const request = partOf(event, 'pull_request');
  if (request && isForeign(partOf(partOf(request, 'head'), 'repo'), partOf(partOf(request, 'base'), 'repo') ?? own)) {
    return 'the pull request of a fork';
  }
  const run = partOf(event, 'workflow_run');
  if (run && isForeign(partOf(run, 'head_repository'), own)) return 'the workflow run of a fork';
  if (name === 'issue_comment' && partOf(partOf(event, 'issue'), 'pull_request')) {
    return 'a comment on a pull request, which may be that of a fork';
  }
  return undefined;
}

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
