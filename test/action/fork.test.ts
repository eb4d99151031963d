import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { foreignCode } from '../../src/action/foreign-code.ts';
import { checkFork } from '../../src/action/fork.ts';

const own = { full_name: 'o/r' };
const fork = { full_name: 'stranger/r', fork: true };
const request = (repo: unknown) => ({ repository: own, pull_request: { head: { repo }, base: { repo: own } } });
const run = (repo: unknown) => ({ repository: own, workflow_run: { event: 'pull_request', head_repository: repo } });

describe('whose code it is', () => {
  test.each<[string, string, unknown, RegExp | undefined]>([
    ['a push', 'push', { repository: own, ref: 'refs/heads/main' }, undefined],
    ['a pull request of a branch', 'pull_request', request(own), undefined],
    [
      'a pull request inside of a fork',
      'pull_request',
      { repository: fork, pull_request: { head: { repo: fork }, base: { repo: fork } } },
      undefined,
    ],
    ['a pull request of a fork', 'pull_request', request(fork), /pull request of a fork/],
    ['of a fork that is gone', 'pull_request', request(null), /pull request of a fork/],
    ['the same with the token of the repository', 'pull_request_target', request(fork), /pull request of a fork/],
    ['a review of it', 'pull_request_review', request(fork), /pull request of a fork/],
    ['a workflow run of a branch', 'workflow_run', run(own), undefined],
    ['a workflow run of a fork', 'workflow_run', run(fork), /workflow run of a fork/],
    ['of one that is gone', 'workflow_run', run(null), /workflow run of a fork/],
    ['a comment on an issue', 'issue_comment', { repository: own, issue: { number: 1 } }, undefined],
    [
      'a comment on a pull request',
      'issue_comment',
      { repository: own, issue: { pull_request: {} } },
      /may be that of a fork/,
    ],
    ['a schedule', 'schedule', { repository: own }, undefined],
    ['no payload', 'push', undefined, undefined],
    ['a payload that is none', 'push', 'text', undefined],
    ['a pull request without a payload', 'pull_request', undefined, /does not say of which repository/],
    ['a payload that lacks it', 'pull_request_target', { pull_request: {} }, /does not say of which repository/],
    ['a workflow run that does not say it', 'workflow_run', {}, /does not say of which repository/],
    ['a comment on nothing', 'issue_comment', {}, /does not say of which repository/],
  ])('%s', (_what, name, event, whose) => {
    if (whose === undefined) expect(foreignCode(name, event)).toBeUndefined();
    else expect(foreignCode(name, event)).toMatch(whose);
  });
});

describe('where it may run', () => {
  function env(name: string, event: unknown): Record<string, string> {
    const path = join(mkdtempSync(join(tmpdir(), 'bpfcompat-event-')), 'event.json');
    writeFileSync(path, JSON.stringify(event));
    return { GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path };
  }

  test('not on a machine that outlives the job, unless that is allowed, which is reported', () => {
    const of = env('pull_request', request(fork));
    expect(() => checkFork(of, { hosted: false }, false)).toThrow(/pull request of a fork.*allow-fork: true/);
    expect(checkFork(of, { hosted: false }, true)).toMatch(/allow-fork: true/);
    expect(checkFork(of, { hosted: true }, false)).toBeUndefined();
    writeFileSync(of['GITHUB_EVENT_PATH'] ?? '', 'not JSON');
    expect(() => checkFork(of, { hosted: false }, false)).toThrow(/does not say of which repository.*allow-fork: true/);
    expect(checkFork(env('pull_request', request(own)), { hosted: false }, false)).toBeUndefined();
  });

  test('with the token of the repository it is reported on every machine', () => {
    const of = env('pull_request_target', request(fork));
    expect(checkFork(of, { hosted: true }, false)).toMatch(/token.*use pull_request$/);
    expect(() => checkFork(of, { hosted: false }, false)).toThrow(/allow-fork/);
  });
});
