import { describe, expect, test } from 'vitest';
import { compareReports } from '../../src/compare/compare.ts';
import { causeDetail as detailOf } from '../../src/model/cause-detail.ts';
import { type RecordedCause, type RecordedReport, type RecordedTarget, totalOf } from '../../src/model/comparison.ts';
import { nameList } from '../../src/model/name-list.ts';
import { detailTexts, newsText } from '../../src/report/compare-words.ts';

function cause(part: Partial<RecordedCause> = {}): RecordedCause {
  return { code: 'UNSUPPORTED_HELPER', reason: 'unknown', subject: 'p', file: '/a/x.c', line: 3, title: '', ...part };
}

function target(profile: string, part: Partial<RecordedTarget> = {}): RecordedTarget {
  return {
    profile,
    required: true,
    status: 'pass',
    classification: '',
    confidence: '',
    fixups: 0,
    causes: [],
    programs: [],
    ...part,
  };
}

function failing(profile: string, part: Partial<RecordedTarget> = {}): RecordedTarget {
  return target(profile, {
    status: 'fail',
    classification: 'VERIFIER_REJECTION',
    confidence: 'high',
    causes: [cause()],
    ...part,
  });
}

const silent = (profile: string, part: Partial<RecordedTarget> = {}): RecordedTarget =>
  target(profile, { status: 'infra_error', ...part });

function report(...targets: RecordedTarget[]): RecordedReport {
  return { path: 'r.json', runId: 'run', summaryStatus: 'pass', targets };
}

function one(base: RecordedTarget | undefined, head: RecordedTarget | undefined) {
  const { profiles, summary } = compareReports(report(...(base ? [base] : [])), report(...(head ? [head] : [])));
  return { diff: profiles[0] ?? expect.fail('no profile'), summary };
}

test('a warning in the place of a failure is counted beside what is fixed', () => {
  const warning = cause({ code: 'ATTACH_TARGET_NOT_FOUND', decisive: false });
  const failed = failing('k', { causes: [{ ...warning, decisive: true }] });
  const { diff, summary } = one(failed, target('k', { causes: [warning] }));
  expect(summary).toMatchObject({ fixed: 1, fixedWithWarning: 1 });
  expect(newsText(summary)).toBe('1 fixed (1 with a new warning in its place)');
  expect(detailTexts(diff)[0]).toMatch(/^was: /);
  expect(detailTexts(diff)[1]).toMatch(/^warning new: ATTACH_TARGET_NOT_FOUND/);
  expect(one(failed, target('k')).summary.fixedWithWarning).toBe(0);
});

describe('what happened to a kernel', () => {
  const skipped = target('k', { status: 'skipped', classification: 'UNSUPPORTED_TRANSPORT' });
  test.each([
    ['passes as before', target('k'), target('k'), 'unchanged', undefined, 'unchanged'],
    ['fails as before', failing('k'), failing('k'), 'unchanged', 'known', 'unchanged'],
    [
      'fails with another code',
      failing('k'),
      failing('k', { classification: 'MISSING_BTF' }),
      'classification_changed',
      'known',
      'VERIFIER_REJECTION->MISSING_BTF',
    ],
    ['fails now', target('k'), failing('k'), 'regressed', 'new', 'new:VERIFIER_REJECTION'],
    ['is mended', failing('k'), target('k'), 'improved', 'fixed', 'cleared:VERIFIER_REJECTION'],
    ['was not tested before', undefined, failing('k'), 'added', 'new', 'new:VERIFIER_REJECTION'],
    ['is not tested any more', failing('k'), undefined, 'removed', undefined, 'cleared:VERIFIER_REJECTION'],
    ['gives no result now', target('k'), silent('k'), 'changed', undefined, undefined],
    ['gave no result before', silent('k'), target('k'), 'changed', undefined, undefined],
    ['gave no result and fails', silent('k'), failing('k'), 'changed', 'new', undefined],
    ['failed and gives no result', failing('k'), silent('k'), 'changed', undefined, undefined],
    ['never gave a result', silent('k'), silent('k'), 'unchanged', undefined, undefined],
    ['is skipped now', target('k'), skipped, 'changed', undefined, undefined],
  ] as const)('it %s', (_name, base, head, change, failure, classificationDelta) => {
    expect(one(base, head).diff).toMatchObject({ change, failure, classificationDelta });
  });

  test('a kernel inconclusive is inconclusive, never a regression', () => {
    const { diff, summary } = one(target('k'), silent('k'));
    expect(diff.inconclusive).toBe(true);
    expect(summary).toMatchObject({ regressed: 0, requiredRegressions: 0, inconclusive: 1, requiredInconclusive: 1 });
  });

  test('a required kernel that was not tested before or gave no result has a new failure', () => {
    expect(one(undefined, failing('k')).summary).toMatchObject({ requiredRegressions: 0, requiredNewFailures: 1 });
    expect(one(silent('k'), failing('k')).summary).toMatchObject({ requiredRegressions: 0, requiredNewFailures: 1 });
    const optional = one(undefined, failing('k', { required: false }));
    expect(optional.summary).toMatchObject({ newFailures: 1, requiredNewFailures: 0 });
  });

  test('required is what the head says', () => {
    const { diff, summary } = one(target('k'), failing('k', { required: false }));
    expect(diff.required).toBe(false);
    expect(summary).toMatchObject({ regressed: 1, requiredRegressions: 0, headRequiredFailed: 0 });
    expect(one(target('k', { required: false }), undefined).diff.required).toBe(false);
  });
});

describe('causes', () => {
  test('the same cause at another line moved; a directory is not a move', () => {
    const there = failing('k', { causes: [cause({ file: '/ci/x.c' }), cause({ subject: 'q', line: 9 })] });
    const here = failing('k', { causes: [cause({ subject: 'q', line: 12 }), cause()] });
    const { diff, summary } = one(there, here);
    expect(diff).toMatchObject({ newCauses: [], clearedCauses: [] });
    expect(diff.movedCauses).toMatchObject([{ base: { line: 9 }, head: { line: 12 } }]);
    expect(summary.changedCauses).toBe(0);
  });

  test.each([{ code: 'MISSING_KFUNC' }, { reason: 'not_allowed' }, { subject: 'q' }])(
    'another %j is another cause',
    (part) => {
      const { diff, summary } = one(failing('k'), failing('k', { causes: [cause(part)] }));
      expect(diff).toMatchObject({ newCauses: [part], clearedCauses: [cause()] });
      // The same thing of the same program that the kernel rejects in other words is no other failure.
      const known = 'reason' in part;
      expect(diff).toMatchObject({ change: known ? 'unchanged' : 'regressed', failure: known ? 'known' : 'new' });
      expect(summary).toMatchObject({ changedCauses: known ? 1 : 0, requiredRegressions: known ? 0 : 1 });
    },
  );

  describe('known is the same cause', () => {
    const newsOf = (base: RecordedCause[], head: RecordedCause[]) =>
      one(failing('k', { causes: base }), failing('k', { causes: head }));

    test('what else fails is not known where the response is not reliable', () => {
      const cut = (reason: string) =>
        cause({ code: 'RESPONSE_UNRELIABLE', subject: '', program: '', reason, decisive: false });
      expect(newsOf([cause()], [cause(), cut('unfinished')]).diff.failure).toBe('new');
      expect(newsOf([cause()], [cause(), cut('contradiction')]).diff.failure).toBe('new');
      expect(newsOf([cause(), cut('unfinished')], [cause(), cut('unfinished')]).diff.failure).toBe('known');
      expect(newsOf([cause(), cut('unfinished')], [cause()]).diff.failure).toBe('known');
      expect(newsOf([cause()], [cause(), cut('left_out')]).diff.failure).toBe('known');
    });

    test('how a response broke off is part of it, and the numbers of one guest are not', () => {
      const cut = (reason: string, why: string) =>
        cause({
          ...{ code: 'RESPONSE_UNRELIABLE', subject: '', program: '', reason },
          detail: detailOf('RESPONSE_UNRELIABLE', { reason, why }),
        });
      const newsFrom = (before: RecordedCause, now: RecordedCause) =>
        newsOf([cause(), before], [cause(), now]).diff.failure;
      const hung = cut('unfinished', 'no response within 90 s; last step: attach tp_a');
      expect(newsFrom(hung, cut('unfinished', 'no response within 60 s; last step: attach tp_a'))).toBe('known');
      expect(newsFrom(hung, cut('unfinished', 'no response within 90 s; last step: load'))).toBe('new');
      expect(newsFrom(hung, cut('contradiction', 'no response within 90 s; last step: attach tp_a'))).toBe('new');
      const left = cut('left_out', '12 more findings');
      expect(newsFrom(left, left)).toBe('known');
      expect(newsFrom(left, cut('left_out', '13 more findings'))).toBe('new');
    });

    test('a program called like two others is none of them', () => {
      const about = (...names: string[]) => cause({ subject: 'm', program: nameList(names) });
      expect(newsOf([about('a', 'b')], [about('b', 'a')]).diff.failure).toBe('known');
      expect(newsOf([about('a', 'b')], [about('a, b')]).diff).toMatchObject({
        failure: 'new',
        newCauses: [{ program: 'a\\, b' }],
      });
      expect(newsOf([about('a, b')], [about('a', 'b')]).diff.failure).toBe('new');
      expect(newsOf([about('a\\', 'b')], [about('a\\, b')]).diff.failure).toBe('new');
    });

    test('under a code that anything can have, other words are another cause', () => {
      const library = (error: string, reason = 'extern') =>
        cause({
          code: 'LOADER_REJECTED',
          subject: '',
          reason,
          program: '',
          detail: detailOf('LOADER_REJECTED', { reason, error }),
        });
      const [before, same] = [library('CONFIG_A: not found at 0xffff1'), library('CONFIG_A: not found at 0xabc2')];
      expect(newsOf([before], [same]).diff).toMatchObject({ failure: 'known', newCauses: [] });
      for (const now of [library('CONFIG_B: not found'), library('no such section', 'other')]) {
        expect(newsOf([before], [now]).diff).toMatchObject({
          failure: 'new',
          newCauses: [now],
          clearedCauses: [before],
        });
      }
      // A report that does not say more is about either.
      expect(newsOf([{ ...before, detail: undefined }], [library('CONFIG_B: not found')]).diff.failure).toBe('known');
    });

    test.each([
      [
        'a command that crashes',
        'COMMAND_VALIDATION_FAILURE',
        { reason: 'exit_code', exit_code: '3' },
        { reason: 'signal', signal: 'SIGSEGV' },
      ],
      [
        'a test that does not hold any more',
        'FUNCTIONAL_TEST_FAILURE',
        { reason: 'timeout' },
        { reason: 'expectation', kind: 'map', expected_of: 'm' },
      ],
      [
        'a test whose command crashes now',
        'FUNCTIONAL_TEST_FAILURE',
        { reason: 'failed', exit_code: '3' },
        { reason: 'failed', exit_code: '139' },
      ],
      [
        'a further expectation of a test',
        'FUNCTIONAL_TEST_FAILURE',
        { reason: 'expectation', kind: 'map', expected_of: 'a' },
        { reason: 'expectation', kind: 'map', expected_of: 'a', also_failed: '1', also_1: 'map b c' },
      ],
      [
        'another reason of the verifier',
        'VERIFIER_REJECTION',
        { reason: 'invalid_mem_access' },
        { reason: 'null_check' },
      ],
      [
        'another complaint of the verifier that no rule knows',
        'VERIFIER_REJECTION',
        { reason: 'unclassified', said: 'R1 is odd' },
        { reason: 'unclassified', said: 'R1 is even' },
      ],
      [
        'a complaint that no rule knows in the place of another one',
        'VERIFIER_REJECTION',
        { reason: 'null_check' },
        { reason: 'unclassified', said: 'R1 is odd' },
      ],
      [
        'an oops of the kernel after a warning',
        'KERNEL_WARNING',
        { reason: 'tainted', line: 'tainted gained W (a warning)' },
        { reason: 'tainted', line: 'tainted gained D (an oops)' },
      ],
      ['a bug of the kernel after a warning', 'KERNEL_WARNING', { reason: 'warning' }, { reason: 'bug' }],
      [
        'a group of which a program is rejected for another thing',
        'NO_VARIANT_LOADS',
        { causes: 'new: UNSUPPORTED_HELPER\nold: VERIFIER_REJECTION null_check' },
        { causes: 'new: UNSUPPORTED_HELPER\nold: VERIFIER_REJECTION loop' },
      ],
      ['a file that is broken in another way', 'INVALID_OBJECT', { reason: 'truncated' }, { reason: 'not_elf' }],
      [
        'another thing that libbpf does not take',
        'OBJECT_NOT_LIBBPF_COMPATIBLE',
        { reason: 'map_attr' },
        { reason: 'relocation' },
      ],
      ['a map with another errno', 'MAP_CREATE_FAILED', { errno: 'EINVAL' }, { errno: 'E2BIG' }],
      ['a crash by another signal', 'VALIDATOR_CRASH', { signal: 'SIGSEGV' }, { signal: 'SIGABRT' }],
      ['another errno without a cause', 'UNKNOWN', { errno: 'EINVAL' }, { errno: 'EPERM' }],
    ])('%s is another cause', (_, code, then, now) => {
      const of = (args: Readonly<Record<string, string>>) =>
        cause({ code, subject: 'x', program: '', detail: detailOf(code, args) });
      expect(newsOf([of(then)], [of(now)]).diff.failure).toBe('new');
      expect(newsOf([of(now)], [of(now)]).diff.failure).toBe('known');
    });

    test.each([
      [
        'an expectation that holds now',
        'FUNCTIONAL_TEST_FAILURE',
        { reason: 'expectation', kind: 'map', expected_of: 'a', also_1: 'run p' },
        { reason: 'expectation', kind: 'run', expected_of: 'p' },
      ],
      [
        'the same in the light of other kernels',
        'VERIFIER_REJECTION',
        { reason: 'null_check' },
        { reason: 'verifier_precision', proof: 'null_check' },
      ],
      [
        'words that an older version did not know',
        'VERIFIER_REJECTION',
        { reason: 'unclassified' },
        { reason: 'null_check' },
      ],
      [
        'words that a later rule knows',
        'VERIFIER_REJECTION',
        { reason: 'unclassified', said: 'R1 is odd' },
        { reason: 'null_check' },
      ],
      [
        'an unknown complaint about another register',
        'VERIFIER_REJECTION',
        { reason: 'unclassified', said: 'R1 is odd at 12' },
        { reason: 'unclassified', said: 'R7 is odd at 9' },
      ],
      [
        'an unknown complaint with another number, as hexadecimal digits',
        'VERIFIER_REJECTION',
        { reason: 'unclassified', said: 'R1 is odd at 0xfe' },
        { reason: 'unclassified', said: 'R1 is odd at 0x1c0' },
      ],
    ])('%s is no new cause', (_, code, then, now) => {
      const of = (args: Readonly<Record<string, string>>) =>
        cause({ code, subject: 'x', program: '', detail: detailOf(code, args) });
      expect(newsOf([of(then)], [of(now)]).diff.failure).toBe('known');
    });

    const other = cause({ code: 'STACK_LIMIT', subject: 'on_exit', program: 'on_exit' });

    test('a new one beside it is a regression, one that went is reported', () => {
      expect(newsOf([cause()], [cause(), other])).toMatchObject({
        diff: { failure: 'new', change: 'regressed', newCauses: [other] },
        summary: { requiredRegressions: 1, newFailures: 1, knownFailures: 0 },
      });
      expect(newsOf([cause(), other], [cause()])).toMatchObject({
        diff: { failure: 'known', change: 'unchanged', clearedCauses: [other] },
        summary: { requiredRegressions: 0, changedCauses: 1 },
      });
    });

    test('warnings do not count', () => {
      const warning = { ...other, decisive: false };
      expect(newsOf([cause()], [cause(), warning]).diff.failure).toBe('known');
      // What only warned before and fails now is new.
      expect(newsOf([cause(), warning], [cause(), other]).diff.failure).toBe('new');
    });

    test.each([
      ['a, b', 'b, a', 'known'],
      ['a, b', 'a', 'known'],
      ['a', 'a, b', 'new'],
      ['', 'a', 'new'],
      // A report that does not say which program it was.
      [undefined, 'a', 'known'],
      ['a', undefined, 'known'],
    ] as const)('programs %s, then %s: %s', (before, after, failure) => {
      expect(newsOf([cause({ program: before })], [cause({ program: after })]).diff.failure).toBe(failure);
    });

    test('the program that came, and the one that went, are reported alone', () => {
      const { diff } = newsOf([cause({ program: 'a, b' })], [cause({ program: 'b, c' })]);
      expect(diff).toMatchObject({ newCauses: [{ program: 'c' }], clearedCauses: [{ program: 'a' }], movedCauses: [] });
    });

    test('without causes the classification decides', () => {
      const bare = failing('k', { causes: [] });
      expect(one(bare, failing('k')).diff.failure).toBe('known');
      expect(one({ ...bare, classification: 'MISSING_BTF' }, failing('k')).diff.failure).toBe('new');
      const head = (coarse: string) =>
        failing('k', { causes: [cause({ coarse: 'VERIFIER_REJECTION' }), cause({ code: 'OTHER', coarse })] });
      expect(one(bare, head('VERIFIER_REJECTION')).diff.failure).toBe('known');
      expect(one(bare, head('MISSING_BTF')).diff.failure).toBe('new');
    });
  });

  test('two equal causes, one of which went', () => {
    const { diff } = one(failing('k', { causes: [cause(), cause()] }), failing('k'));
    expect(diff).toMatchObject({ newCauses: [], clearedCauses: [cause()], movedCauses: [] });
  });

  test('a kernel inconclusive has no causes to compare', () => {
    expect(one(failing('k'), silent('k')).diff.clearedCauses).toEqual([]);
  });
});

test('programs that cost more, the greatest growth first', () => {
  const costs = (...insns: number[]) => ({ programs: insns.map((n, index) => ({ name: `p${index}`, insns: n })) });
  const { diff, summary } = one(target('k', costs(1000, 100, 50, 7)), target('k', costs(1100, 300, 49, 7, 900)));
  expect(diff.grown).toEqual([
    { name: 'p1', base: 100, head: 300 },
    { name: 'p0', base: 1000, head: 1100 },
  ]);
  expect(summary).toMatchObject({ changed: 0, grownPrograms: 2 });
});

test('profiles are sorted by id, and the counts add up', () => {
  const base = report(target('b'), failing('a'), failing('c', { required: false }));
  const head = report(failing('b'), target('a'), target('d'), failing('c', { required: false }));
  const { profiles, summary } = compareReports(base, head);
  expect(profiles.map(({ profile }) => profile)).toEqual(['a', 'b', 'c', 'd']);
  expect(summary).toMatchObject({
    total: 4,
    changed: 3,
    improved: 1,
    regressed: 1,
    requiredRegressions: 1,
    requiredNewFailures: 1,
    baseRequiredFailed: 1,
    headRequiredFailed: 1,
    newFailures: 1,
    knownFailures: 1,
    fixed: 1,
  });
  expect(totalOf([summary, summary])).toMatchObject({ total: 8, requiredRegressions: 2, fixed: 2 });
});
