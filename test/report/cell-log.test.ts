import { expect, test } from 'vitest';
import { logTails } from '../../src/report/cell-log.ts';
import type { SavedTarget } from '../../src/report/saved-report.ts';

test('what a test printed takes no seconds, whatever it is', () => {
  const spaces = `${' '.repeat(256 * 1024)}x`;
  const tests = [{ name: 't', status: 'fail', stdout_tail: spaces, stderr_tail: '' }];
  const target = { programs: [], functional: { tests } } as unknown as SavedTarget;
  const start = process.cpuUsage();
  expect(logTails(target, 10)).toEqual([{ title: 'standard output of t', text: expect.stringMatching(/^ {100}/) }]);
  expect(process.cpuUsage(start).user).toBeLessThan(1_000_000);
});
