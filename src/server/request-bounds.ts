import type { PreparedCheck } from '../api/check.ts';
import { parseDuration } from '../config/duration.ts';
import { quoted } from '../config/words.ts';
import type { Caller } from './access.ts';
import { ApiError } from './problem.ts';
import type { Services } from './services.ts';
import type { ObjectUpload, SuiteUpload } from './upload.ts';

/** The time-out of a request, no longer than the server allows. */
function timeoutOf(word: string | undefined, most: number): number | undefined {
  if (word === undefined) return undefined;
  const ms = parseDuration(word);
  if (ms === undefined || ms < 1)
    throw new ApiError(400, 'bad_form', `timeout: ${quoted(word)} is not a duration; write 90s or 5m`);
  return Math.min(Math.ceil(ms), most);
}

/** What holds for the whole request, within the bounds of the server. */
export function boundsOf({ form }: ObjectUpload | SuiteUpload, caller: Caller, { settings }: Services) {
  const { env, offline } = settings;
  const timeoutMs = timeoutOf(form.timeout, env.timeoutMs);
  return {
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(form.concurrency !== undefined && { concurrency: Math.min(form.concurrency, env.concurrency) }),
    // Nobody has as many processors for as long as they like.
    ...(caller.kind === 'nobody' && { limitMs: env.anonymousJobMs }),
    // What is fetched for a request is only fetched for somebody.
    offline: offline || caller.kind === 'nobody',
  };
}

/** What a job costs is bounded where no one is known to pay for it. @throws ApiError 422 before it is queued */
export function checkCells({ runs }: Pick<PreparedCheck, 'runs'>, caller: Caller, { settings }: Services): void {
  const cells = runs.reduce((sum, { run }) => sum + run.subjects.length * run.targets.length, 0);
  const most = settings.env.anonymousCells;
  if (caller.kind !== 'nobody' || cells <= most) return;
  throw new ApiError(
    422,
    'too_many_cells',
    `these are ${cells} cells (objects on kernels), and ${most} is the most without a credential; divide the job, or send a credential`,
  );
}
