import { describe, expect, test } from 'vitest';
import { supportJson, supportRange } from '../../src/report/support-range.ts';
import { type TargetView, targetViews } from '../../src/report/view.ts';
import { failed, infra, result, runReport, skipped, target } from '../fixtures/run.ts';

const OUTCOMES = { pass: undefined, fail: failed(), infra: infra(), skip: skipped() };

/** Views of one object: `['debian-12-6.1', 'pass']`, in the order of the matrix. */
function views(...cells: (readonly [id: string, outcome: keyof typeof OUTCOMES])[]): TargetView[] {
  const results = cells.map(([, outcome], index) => result({ artifact: 0, target: index }, OUTCOMES[outcome]));
  return targetViews(runReport({ targets: cells.map(([id]) => target(id)), results }), 0);
}

/** The sentence without the causes, whose words belong to others. */
function text(...cells: Parameters<typeof views>): string {
  const range = supportRange(views(...cells));
  return range.segments.reduce(
    (sentence, { cause }) => sentence.replaceAll(cause === '' ? cause : `: ${cause}`, ''),
    range.text,
  );
}

describe('supportRange', () => {
  test.each<[string, Parameters<typeof views>]>([
    [
      'passes 5.10-7.3',
      [
        ['debian-11-5.10', 'pass'],
        ['debian-13-7.3', 'pass'],
      ],
    ],
    ['passes 6.1', [['debian-12-6.1', 'pass']]],
    [
      'fails 5.10-7.3',
      [
        ['debian-11-5.10', 'fail'],
        ['debian-13-7.3', 'fail'],
      ],
    ],
    [
      'passes 5.10-6.1, fails from 7.3',
      [
        ['debian-11-5.10', 'pass'],
        ['debian-12-6.1', 'pass'],
        ['debian-13-7.3', 'fail'],
      ],
    ],
    [
      'fails up to 5.10, passes 6.1-7.3',
      [
        ['debian-11-5.10', 'fail'],
        ['debian-12-6.1', 'pass'],
        ['debian-13-7.3', 'pass'],
      ],
    ],
    [
      'passes 5.10, fails 6.1, passes 7.3',
      [
        ['debian-11-5.10', 'pass'],
        ['debian-12-6.1', 'fail'],
        ['debian-13-7.3', 'pass'],
      ],
    ],
    [
      'passes 6.1, passes debian-12-6.12 but fails debian-13-6.12, passes 7.3',
      [
        ['debian-12-6.1', 'pass'],
        ['debian-12-6.12', 'pass'],
        ['debian-13-6.12', 'fail'],
        ['debian-13-7.3', 'pass'],
      ],
    ],
  ])('%s', (expected, cells) => {
    expect(text(...cells)).toBe(expected);
  });

  test('the order of the matrix is not that of the versions', () => {
    expect(text(['debian-13-7.3', 'fail'], ['debian-12-6.1', 'pass'])).toBe('passes 6.1, fails from 7.3');
  });

  test('the cause is reported where all failures of a range say the same', () => {
    const { segments } = supportRange(views(['debian-11-5.10', 'fail'], ['debian-12-6.1', 'pass']));
    expect(segments[0]?.cause).not.toBe('');
    expect(segments[0]).toMatchObject({ status: 'fail', from: '5.10', to: '5.10', failed: ['debian-11-5.10'] });
  });

  test('what gave no result is not part of a range, and named', () => {
    const range = supportRange(
      views(['debian-11-5.10', 'pass'], ['debian-12-6.1', 'infra'], ['debian-13-7.3', 'skip']),
    );
    expect(range.text).toBe('passes 5.10 (not tested: 6.1, 7.3)');
    expect(range.notTested).toEqual(['debian-12-6.1', 'debian-13-7.3']);
    expect(supportRange(views(['debian-12-6.1', 'infra'])).text).toBe('no kernel has a result (not tested: 6.1)');
    expect(supportRange([]).text).toBe('no kernel has a result');
  });

  test('known kernels that were not part of the run are listed, and no part of the sentence about it', () => {
    const known = ['debian-13-7.0', 'debian-12-6.12', 'debian-13-6.12', 'debian-12-6.1'].map(
      (id) => target(id).profile,
    );
    const range = supportRange(views(['debian-12-6.1', 'pass'], ['debian-13-6.12', 'pass']), known);
    expect(range.notTested).toEqual(['debian-12-6.12', 'debian-13-7.0']);
    expect(range.text).toBe('passes 6.1-6.12');
  });

  test('an id stands for a version where another kernel of it gave a result', () => {
    const cells = views(['debian-12-6.1', 'pass'], ['debian-13-6.12', 'pass'], ['debian-12-6.12', 'infra']);
    expect(supportRange(cells).text).toBe('passes 6.1-6.12 (not tested: debian-12-6.12)');
  });

  test('many are counted by vendor, most first', () => {
    /** A run on one kernel that passes and on these, which gave no result. */
    const without = (...ids: string[]): string =>
      supportRange(views(['debian-12-6.1', 'pass'], ...ids.map((id) => [id, 'infra'] as const))).text;
    const ids = (distro: string, count: number): string[] =>
      Array.from({ length: count }, (_, i) => `${distro}-1-5.${i}`);
    expect(without(...ids('rocky', 8))).toBe('passes 6.1 (not tested: 5.0, 5.1, 5.2, 5.3, 5.4, 5.5, 5.6, 5.7)');
    const vendors = ['rhel', 'sles', 'talos', 'rhcos', 'fedora', 'mine'].flatMap((one) => ids(one, 1));
    expect(without(...ids('rocky', 3), ...ids('ubuntu', 40), ...vendors)).toBe(
      'passes 6.1 (not tested: 40 Ubuntu, 3 Rocky Linux, 1 Fedora, 1 RHCOS, 1 RHEL, 1 SLES, 1 Talos, 1 mine)',
    );
  });

  test('as JSON it leaves out what is empty', () => {
    expect(supportJson(supportRange(views(['debian-12-6.1', 'pass'])))).toEqual({
      text: 'passes 6.1',
      ranges: [{ status: 'pass', from: '6.1', to: '6.1', passed: ['debian-12-6.1'] }],
    });
  });
});
