import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VERIFIER_RULES } from '../../src/classify/rules.ts';
import { verifierCause } from '../../src/classify/verifier-log.ts';

const dir = join(import.meta.dirname, '..', 'fixtures', 'verifier-logs', 'kernels');

interface Recorded {
  readonly kernel: string;
  /** `CODE/reason` of the rule that has to know it. */
  readonly rule: string;
  /** Object of the confusion matrix that the kernel rejected. */
  readonly object: string;
  readonly log: string;
}

/**
 * Ends of logs as our guests' kernels wrote them, one file per kernel: `=== CODE/reason object`, then the log. A wording
 * that an older kernel has already is not repeated, except for the newest with its longer logs.
 */
function recorded(): Recorded[] {
  return readdirSync(dir).flatMap((file) =>
    readFileSync(join(dir, file), 'utf8')
      .split(/^=== /m)
      .slice(1)
      .map((part) => {
        const [head = '', ...log] = part.split('\n');
        const [rule = '', object = ''] = head.split(' ');
        return { kernel: file.replace(/\.txt$/, ''), rule, object, log: log.join('\n') };
      }),
  );
}

const logs = recorded();

test('there are logs of several kernels', () => {
  expect(new Set(logs.map(({ kernel }) => kernel)).size).toBeGreaterThan(3);
  expect(logs.length).toBeGreaterThan(80);
});

test.each(logs.map((entry) => [`${entry.kernel} ${entry.object}`, entry] as const))('%s', (_name, { rule, log }) => {
  const match = verifierCause(VERIFIER_RULES, log)?.match;
  expect(`${match?.rule.code}/${match?.rule.reason}`).toBe(rule);
});

test.each(logs.map((entry) => [`${entry.kernel} ${entry.object}`, entry] as const))(
  'without its cause nothing in the log of %s is taken for one',
  (_name, { log }) => {
    const cause = verifierCause(VERIFIER_RULES, log);
    let rest = log;
    // What the verifier says in several lines goes together.
    for (let found = cause?.match, times = 0; found && times < 3; times++) {
      rest = rest
        .split('\n')
        .filter((line) => line.trimEnd() !== found?.line)
        .join('\n');
      found = verifierCause(VERIFIER_RULES, rest)?.match;
    }
    expect(verifierCause(VERIFIER_RULES, rest)?.match).toBeUndefined();
  },
);
