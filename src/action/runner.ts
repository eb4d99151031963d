import { readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';

export type Env = Readonly<Record<string, string | undefined>>;

/** What the runner says about the job; texts it does not say are empty. */
export interface Runner {
  /** Directory that relative inputs start from. */
  readonly workspace: string;
  /** Directory of the job, emptied by the runner. */
  readonly temp: string;
  readonly summaryFile: string;
  readonly repository: string;
  readonly sha: string;
  readonly ref: string;
  readonly runId: string;
  /** Id of the job in the workflow: the same for all legs of its matrix. */
  readonly job: string;
  /** 1 for the first. */
  readonly attempt: number;
  readonly serverUrl: string;
  readonly apiUrl: string;
  /** true on a machine of GitHub's own, which is thrown away after the job. */
  readonly hosted: boolean;
  /** Number of the pull request this is about. */
  readonly pullRequest: number | undefined;
}

function pullRequestOf(eventPath: string): number | undefined {
  try {
    const event: unknown = JSON.parse(readFileSync(eventPath, 'utf8'));
    const { pull_request: request } = event as { pull_request?: { number?: unknown } };
    const number = request?.number;
    return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
  } catch {
    return undefined;
  }
}

export function runnerOf(env: Env): Runner {
  return {
    workspace: env['GITHUB_WORKSPACE'] || process.cwd(),
    temp: env['RUNNER_TEMP'] || tmpdir(),
    summaryFile: env['GITHUB_STEP_SUMMARY'] ?? '',
    repository: env['GITHUB_REPOSITORY'] ?? '',
    sha: env['GITHUB_SHA'] ?? '',
    ref: env['GITHUB_REF'] ?? '',
    runId: env['GITHUB_RUN_ID'] ?? '',
    job: env['GITHUB_JOB'] ?? '',
    attempt: Number(env['GITHUB_RUN_ATTEMPT']) || 1,
    serverUrl: env['GITHUB_SERVER_URL'] || 'https://github.com',
    apiUrl: env['GITHUB_API_URL'] || 'https://api.github.com',
    hosted: env['RUNNER_ENVIRONMENT'] === 'github-hosted',
    pullRequest: pullRequestOf(env['GITHUB_EVENT_PATH'] ?? ''),
  };
}

/** Address of this run in the web; empty when it has none. */
export function runUrl({ serverUrl, repository, runId }: Runner): string {
  return repository && runId ? `${serverUrl}/${repository}/actions/runs/${runId}` : '';
}

/** Path of `path` below the home directory, the same text on every machine. */
export const KERNEL_CACHE = '~/.cache/bpfcompat-action';

/** A path of ours that may begin with `~`, in full. */
export function expandHome(path: string): string {
  return path.replace(/^~(?=\/)/, homedir());
}
