import * as z from 'zod';
import { messageOf } from '../model/errors.ts';
import { sameComment } from '../report/comment.ts';
import { notice, say } from './commands.ts';
import type { Runner } from './runner.ts';

const User = z.object({ login: z.string(), type: z.string().default('User') });
const Comments = z.array(z.object({ id: z.number(), body: z.string().nullish(), user: User.nullish() }));
type Comment = z.infer<typeof Comments>[number];

const PER_PAGE = 100;
/** Pull requests with more comments than these pages hold get a second one of ours. */
const MAX_PAGES = 20;
const TIMEOUT_MS = 20_000;

interface Place {
  readonly apiUrl: string;
  readonly repository: string;
  readonly token: string;
}

async function call({ apiUrl, token }: Place, method: string, path: string, body?: object): Promise<unknown> {
  const { HttpClient } = await import('./clients.ts');
  // The toolkit's client goes through the proxy of the runner.
  const client = new HttpClient('bpfcompat', [], { socketTimeout: TIMEOUT_MS });
  const headers = {
    accept: 'application/vnd.github+json',
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
  };
  const response = await client.request(method, `${apiUrl}${path}`, body ? JSON.stringify(body) : '', headers);
  const text = await response.readBody();
  const { statusCode = 0 } = response.message;
  if (statusCode < 200 || statusCode > 299) throw new Error(`${method} ${path} returned status ${statusCode}`);
  return JSON.parse(text);
}

/** Anyone can write a marker: ours are those of a bot, or of the owner of the token. */
async function isOurs(place: Place, { user }: Comment): Promise<boolean> {
  if (user?.type === 'Bot') return true;
  const owner = await call(place, 'GET', '/user').catch(() => undefined);
  const known = User.safeParse(owner);
  return known.success && known.data.login === user?.login;
}

async function findOurs(place: Place, number: number, marker: string) {
  for (let page = 1; page <= MAX_PAGES; page++) {
    const path = `/repos/${place.repository}/issues/${number}/comments?per_page=${PER_PAGE}&page=${page}`;
    const comments = Comments.parse(await call(place, 'GET', path));
    for (const one of comments) {
      if (one.body?.startsWith(marker) && (await isOurs(place, one))) return one;
    }
    if (comments.length < PER_PAGE) return undefined;
  }
  return undefined;
}

/**
 * Writes the comment of a pull request, or replaces the one of an earlier run; nothing when it says the same already.
 * Never throws: without the permission (a fork, a workflow that does not grant it) it is a notice.
 * @param body begins with its marker, a line of its own
 */
export async function writePullRequest(body: string, token: string, runner: Runner): Promise<void> {
  const { pullRequest: number, apiUrl, repository } = runner;
  if (number === undefined) {
    say('no comment: this run is not about a pull request');
    return;
  }
  if (token === '') {
    notice('no comment was written: set the input github-token to the token of the job, secrets.GITHUB_TOKEN');
    return;
  }
  const place = { apiUrl, repository, token };
  try {
    const marker = body.slice(0, body.indexOf('\n'));
    const ours = await findOurs(place, number, marker);
    if (ours?.body && sameComment(ours.body, body)) return;
    if (ours) await call(place, 'PATCH', `/repos/${repository}/issues/comments/${ours.id}`, { body });
    else await call(place, 'POST', `/repos/${repository}/issues/${number}/comments`, { body });
  } catch (error) {
    notice(`the comment was not written (${messageOf(error)}); the job needs the permission pull-requests: write`);
  }
}
