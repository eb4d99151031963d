import { describe, expect, test } from 'vitest';
import { gate } from '../../src/gate/gate.ts';
import { withRequired } from '../../src/gate/required.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Expectation } from '../../src/model/gate.ts';
import { parseKernelRange } from '../../src/model/kernel-range.ts';
import { failed, infra, kernelRecord, result, skipped, target } from '../fixtures/run.ts';

const pass = { status: 'pass', findings: [] } as const;

function run(...cells: [required: boolean, outcome: Parameters<typeof result>[1]][]) {
  return {
    targets: cells.map(([required], index) => target(`k${index}`, { required })),
    results: cells.map(([, outcome], index) => result({ artifact: 0, target: index }, outcome)),
  };
}

describe('first match wins', () => {
  test.each([
    ['all pass', run([true, pass], [false, pass]), 'pass', 0],
    ['an optional failure changes nothing', run([true, pass], [false, failed()]), 'pass', 0],
    ['an optional infra error changes nothing', run([true, pass], [false, infra()]), 'pass', 0],
    ['a required failure', run([true, failed()], [true, pass]), 'fail', 2],
    ['a failure that was seen beats a required infra error', run([true, failed()], [true, infra()]), 'fail', 2],
    ['an optional failure does not', run([false, failed()], [true, infra()]), 'error', 1],
    ['a required target that was skipped has no result', run([true, pass], [true, skipped()]), 'error', 1],
    ['no result at all is an error', run([false, infra()], [false, skipped()]), 'error', 1],
  ] as const)('%s', (_name, input, status, exitCode) => {
    expect(gate(input)).toMatchObject({ status, exitCode });
  });
});

test('where nothing is required, the verdict says that nothing can fail it', () => {
  const words = 'no kernel of this run is required, so no failure can fail it';
  expect(gate(run([false, failed()], [false, pass])).reasons).toContain(words);
  expect(gate(run([false, failed()], [true, pass])).reasons).not.toContain(words);
  expect(gate(run([false, pass]), { requiredProfiles: ['k0'] }).reasons).toEqual([]);
  expect(gate(run([false, pass]), { failOn: 'any' }).reasons).toEqual([]);
});

describe('min_kernel above every kernel of the run', () => {
  const minKernel = { number: [6, 12], origin: 'm.yaml:3:13' } as const;
  const said =
    'min_kernel 6.12 (m.yaml:3:13) requires no kernel of this run, so nothing that it promises was tested; add a kernel ' +
    'from 6.12 on to --kernels or the matrix, or lower min_kernel';

  test.each([
    ['passes', run([false, pass])],
    ['fails', run([false, failed()])],
  ])('is not a pass where the older kernel %s', (_name, input) => {
    expect(gate(input, { minKernel })).toMatchObject({ status: 'error', exitCode: 1, inconclusive: true });
    expect(gate(input, { minKernel }).reasons).toContain(said);
  });

  test('is fine beside a kernel that is required, and where any kernel decides', () => {
    expect(gate(run([false, failed()], [true, pass]), { minKernel })).toMatchObject({ status: 'pass', exitCode: 0 });
    expect(gate(run([false, pass]), { minKernel, requiredProfiles: ['k0'] })).toMatchObject({ exitCode: 0 });
    expect(gate(run([false, pass]), { minKernel, failOn: 'any' })).toMatchObject({ exitCode: 0, reasons: [] });
    expect(gate(run([false, failed()]), { minKernel, failOn: 'any' })).toMatchObject({ exitCode: 2 });
  });

  test('requires a kernel that its profile calls older than it is', () => {
    const { targets } = run([true, pass], [false, infra()]);
    const respond = (release: string) => {
      const kernel = kernelRecord('k1', release);
      const results = [
        result({ artifact: 0, target: 0 }, pass),
        result({ artifact: 0, target: 1 }, infra(), { kernel }),
      ];
      return gate({ targets, results }, { minKernel });
    };
    expect(respond('6.11.9-x')).toMatchObject({ status: 'pass', exitCode: 0 });
    expect(respond('6.12.0-x')).toMatchObject({ status: 'error', exitCode: 1 });
    expect(respond('6.12.0-x').reasons[0]).toMatch(/^required k1: inconclusive/);
  });

  test('reports say of each kernel what the gate makes of it', () => {
    const { targets } = run([true, pass], [false, pass], [false, pass], [false, pass]);
    const releases = ['6.1.0', '6.12.0', '6.11.0', '6.1.0'];
    const results = releases.map((release, index) =>
      result({ artifact: 0, target: index }, pass, { kernel: kernelRecord(`k${index}`, release) }),
    );
    const reported = withRequired({ targets, results }, { minKernel, requiredProfiles: ['k3'] });
    expect(reported.targets.map(({ required }) => required)).toEqual([true, true, false, true]);
    expect(reported.targets[2]).toBe(targets[2]);
  });

  test('what one machine of several lacks is run by the others', () => {
    const part = { ...run([false, pass]), partial: true } as const;
    expect(gate(part, { minKernel, requiredProfiles: ['k9'] })).toMatchObject({ status: 'pass', exitCode: 0 });
  });
});

test('reasons name the target, whether it was required, and the code', () => {
  expect(gate(run([true, failed()], [false, infra('the guest died')])).reasons).toEqual([
    'required k0: failed at load (VERIFIER_REJECTION)',
    'optional k1: inconclusive: the guest died',
  ]);
});

test('the manifest makes an optional profile gate', () => {
  const input = run([true, pass], [false, failed()]);
  expect(gate(input, { requiredProfiles: ['k1'] })).toMatchObject({ status: 'fail', exitCode: 2 });
});

test('a required kernel that a run of a few does not test keeps it from passing, and hides no failure', () => {
  const options = { requiredProfiles: ['k0', 'k9'] };
  const reason = 'required k9: was not tested in this run; add it to --kernels';
  expect(gate(run([true, pass]), options)).toMatchObject({ status: 'error', exitCode: 1, reasons: [reason] });
  expect(gate(run([true, failed()]), options)).toMatchObject({
    status: 'fail',
    exitCode: 2,
    reasons: ['required k0: failed at load (VERIFIER_REJECTION)', reason],
  });
});

test('a target without a result is an error', () => {
  const { targets } = run([true, pass], [true, pass]);
  expect(gate({ targets, results: [result({ artifact: 0, target: 0 }, pass)] })).toMatchObject({
    status: 'error',
    reasons: ['required k1: was not run'],
  });
});

test('every artifact is held to every target', () => {
  const targets = [target('k0')];
  const results = [result({ artifact: 0, target: 0 }, pass), result({ artifact: 1, target: 0 }, failed())];
  expect(gate({ targets, results })).toMatchObject({ status: 'fail', exitCode: 2 });
});

test('an empty run has shown nothing', () => {
  expect(gate({ targets: [], results: [] })).toMatchObject({ status: 'error', exitCode: 1 });
});

describe('what makes a run fail', () => {
  const both = run([true, failed()], [false, failed()], [true, pass]);
  const optional = run([true, pass], [false, failed()]);
  const silent = run([true, pass], [false, infra()], [false, skipped()]);

  test.each([
    ['required', both, 'fail', 2],
    ['any', both, 'fail', 2],
    ['regression', both, 'fail', 2],
    ['never', both, 'fail', 0],
    ['required', optional, 'pass', 0],
    ['any', optional, 'fail', 2],
    ['regression', optional, 'pass', 0],
    ['never', optional, 'pass', 0],
    ['required', silent, 'pass', 0],
    ['any', silent, 'error', 1],
    ['any', run([true, pass], [false, skipped()]), 'pass', 0],
    ['regression', run([true, infra()], [true, pass]), 'error', 1],
    ['never', run([true, infra()], [true, pass]), 'error', 1],
    ['never', run([true, infra()], [true, failed()]), 'error', 1],
    ['any', run([true, infra()], [false, failed()]), 'fail', 2],
  ] as const)('%s', (failOn, input, status, exitCode) => {
    expect(gate(input, { failOn })).toMatchObject({ status, exitCode });
  });

  test('the policy stands in the verdict unless it is the usual one', () => {
    expect(gate(both, { failOn: 'never' }).failOn).toBe('never');
    expect(gate(both, { failOn: 'required' })).not.toHaveProperty('failOn');
  });

  test('a failure of the baseline is known, and only regression lets it pass', () => {
    const older = { profiles: [{ profile: 'k0', failure: 'known' as const }] };
    const before = { ...both, baseline: [older] };
    expect(gate(before, { failOn: 'regression' })).toMatchObject({
      status: 'pass',
      exitCode: 0,
      reasons: ['known required k0: failed at load (VERIFIER_REJECTION)', expect.stringMatching(/^optional k1: /)],
    });
    expect(gate(before)).toMatchObject({ status: 'fail', exitCode: 2 });
    const other = { ...both, baseline: [undefined, older] };
    expect(gate(other, { failOn: 'regression' })).toMatchObject({ status: 'fail', exitCode: 2 });
  });
});

describe('declared failures', () => {
  const declared = (part: Partial<Expectation>): Expectation => ({
    profiles: ['k0'],
    kernels: undefined,
    code: 'UNSUPPORTED_HELPER',
    reason: 'bpf_loop came in 5.17',
    origin: 'compat.yaml:3:5',
    ...part,
  });
  const input = run([true, failed()], [true, pass]);

  test.each(['UNSUPPORTED_HELPER', 'VERIFIER_REJECTION'])('the code may be %s', (code) => {
    expect(gate(input, { expectations: [declared({ code })], failOn: 'any' })).toEqual({
      status: 'pass',
      exitCode: 0,
      failOn: 'any',
      reasons: ['expected k0: failed at load (VERIFIER_REJECTION): bpf_loop came in 5.17'],
      expected: [
        {
          artifact: 0,
          target: 0,
          code,
          reason: 'bpf_loop came in 5.17',
          met: 'failed',
          causes: [{ code: 'UNSUPPORTED_HELPER', subject: 'on_exec', program: 'on_exec', by: declared({ code }) }],
        },
      ],
    });
  });

  test('another cause than the declared one is a failure', () => {
    const verdict = gate(input, { expectations: [declared({ code: 'MISSING_BTF' })] });
    expect(verdict).toMatchObject({ status: 'fail', exitCode: 2, expected: [{ met: 'other_cause' }] });
    expect(verdict.reasons).toEqual(['required k0: failed at load (VERIFIER_REJECTION); MISSING_BTF was expected']);
  });

  test('a declaration of the right code says what of it does not fit', () => {
    const { code } = declared({});
    const wrongSubject = gate(input, { expectations: [declared({ code, subject: 'on_open' })] });
    expect(wrongSubject.reasons).toEqual([
      `required k0: failed at load (VERIFIER_REJECTION); ${code} was expected: the code fits, the subject differs: "on_open" is declared, "on_exec" was found`,
    ]);
    const wrongProgram = gate(input, { expectations: [declared({ code, program: 'on_open' })] });
    expect(wrongProgram.reasons.join()).toContain('the program differs: "on_open" is declared, "on_exec" was found');
    expect(wrongProgram.expected?.[0]?.causes[0]?.misfit).toMatchObject({ what: 'program', declared: 'on_open' });
  });

  describe('only causes of the failure are met, and every one has to be', () => {
    const base = failed();
    const [one] = base.status === 'fail' ? base.findings : [];
    if (!one) throw new Error('the fixture has a finding');
    const warning: Finding = { ...one, code: 'MISSING_KFUNC', rollup: 'MISSING_KFUNC', decisive: false };
    const second: Finding = { ...one, code: 'STACK_LIMIT', subject: 'on_exit', args: { program: 'on_exit' } };
    const verdictOf = (findings: readonly Finding[], ...expectations: Expectation[]) =>
      gate(run([true, { status: 'fail', failedStage: 'load', findings }], [true, pass]), { expectations });

    test('a warning meets nothing', () => {
      const verdict = verdictOf([one, warning], declared({ code: 'MISSING_KFUNC' }));
      expect(verdict).toMatchObject({ exitCode: 2, expected: [{ met: 'other_cause' }] });
    });

    test('a warning beside the declared cause needs no declaration, and is not a reason', () => {
      const verdict = verdictOf([one, warning], declared({}));
      expect(verdict).toMatchObject({ exitCode: 0, expected: [{ met: 'failed', causes: [{ program: 'on_exec' }] }] });
      expect(verdict.reasons.join()).not.toContain('MISSING_KFUNC');
    });

    test('a second cause is a failure of its own, until it is declared too', () => {
      const verdict = verdictOf([one, second], declared({}));
      expect(verdict).toMatchObject({
        exitCode: 2,
        expected: [{ met: 'other_cause', causes: [{}, { by: undefined }] }],
      });
      expect(verdict.reasons[0]).toMatch(/; STACK_LIMIT on_exit was not expected$/);
      expect(verdictOf([one, second], declared({}), declared({ code: 'STACK_LIMIT' })).exitCode).toBe(0);
    });

    test('a further program that fails over the same thing', () => {
      const both = { ...one, args: { ...one.args, program: 'on_exec, on_exit' } };
      expect(verdictOf([both], declared({})).exitCode).toBe(0);
      const verdict = verdictOf([both], declared({ program: 'on_exec' }));
      expect(verdict).toMatchObject({ exitCode: 2 });
      expect(verdict.reasons[0]).toMatch(/UNSUPPORTED_HELPER on_exit was not expected$/);
    });

    test.each([
      [{ subject: 'on_exec' }, 0],
      [{ subject: 'events' }, 2],
      [{ program: 'on_exec' }, 0],
      [{ program: 'on_exit' }, 2],
    ])('%j', (part, exitCode) => {
      expect(verdictOf([one], declared(part)).exitCode).toBe(exitCode);
    });

    test('what else fails is not known where the response is not reliable: that is to be declared, too', () => {
      const about = (reason: string): Finding => ({
        ...one,
        ...{ code: 'RESPONSE_UNRELIABLE', rollup: 'RESPONSE_UNRELIABLE' },
        subject: undefined,
        decisive: false,
        args: { reason, why: 'the validator was killed' },
      });
      for (const reason of ['unfinished', 'contradiction']) {
        const verdict = verdictOf([one, about(reason)], declared({}));
        expect(verdict.exitCode).toBe(2);
        expect(verdict.reasons[0]).toMatch(/RESPONSE_UNRELIABLE was not expected$/);
        const both = [declared({}), declared({ code: 'RESPONSE_UNRELIABLE' })];
        expect(verdictOf([one, about(reason)], ...both).exitCode).toBe(0);
      }
      // Warnings that a report has no room for.
      expect(verdictOf([one, about('left_out')], declared({})).exitCode).toBe(0);
    });

    test('words of the library: other ones are another cause', () => {
      const rejected = (error: string): Finding => ({
        ...one,
        code: 'LOADER_REJECTED',
        subject: undefined,
        args: { loader: 'ebpf-go', reason: 'other', error },
        evidence: undefined,
      });
      const known = declared({ code: 'LOADER_REJECTED', says: 'STB_WEAK' });
      expect(verdictOf([rejected('unsupported binding: STB_WEAK')], known).exitCode).toBe(0);
      const verdict = verdictOf([rejected('section .maps: damaged')], known);
      expect(verdict.exitCode).toBe(2);
      expect(verdict.reasons[0]).toContain(
        'the words differ: "STB_WEAK" is declared, "section .maps: damaged" was found',
      );
    });

    describe('a warning that decides for what follows from it', () => {
      const code = 'FUNCTIONAL_TEST_FAILURE';
      const root: Finding = {
        ...one,
        code: 'ATTACH_TARGET_NOT_FOUND',
        subject: 'gone',
        args: { program: 'on_exec', decides_for: code },
      };
      const follower: Finding = { ...one, code, subject: 't', args: { because: root.code, because_subject: 'gone' } };

      test('is met where that is declared, and needs no declaration', () => {
        expect(verdictOf([root, follower], declared({ code }))).toMatchObject({
          exitCode: 0,
          expected: [{ met: 'failed', causes: [{ by: { code } }, { by: { code } }] }],
        });
      });

      test('does not stand for it', () => {
        const verdict = verdictOf([root, follower], declared({ code: root.code }));
        expect(verdict).toMatchObject({ exitCode: 2, expected: [{ causes: [{ by: { code: root.code } }, {}] }] });
        expect(verdict.reasons[0]).toMatch(/FUNCTIONAL_TEST_FAILURE t was not expected$/);
      });

      test('is not met where a part of it is not declared, and not by what follows from another one', () => {
        const other = { ...follower, subject: 'u' };
        expect(verdictOf([root, follower, other], declared({ code, subject: 't' })).exitCode).toBe(2);
        const foreign = { ...follower, args: { ...follower.args, because_subject: 'elsewhere' } };
        expect(verdictOf([root, foreign], declared({ code })).exitCode).toBe(2);
      });

      test('a cause of its own has to be declared as ever', () => {
        const required = { ...root, args: { program: 'on_exec' } };
        expect(verdictOf([required, follower], declared({ code })).exitCode).toBe(2);
        expect(verdictOf([required, follower], declared({ code }), declared({ code: root.code })).exitCode).toBe(0);
      });
    });

    test('a failure that no one can explain meets no declaration', () => {
      expect(verdictOf([], declared({}))).toMatchObject({ exitCode: 2, expected: [{ met: 'other_cause' }] });
    });
  });

  test('one of several declarations is enough', () => {
    const expectations = [declared({ code: 'MISSING_BTF' }), declared({})];
    expect(gate(input, { expectations })).toMatchObject({ status: 'pass', expected: [{ met: 'failed' }] });
  });

  test.each([
    ['required', 'pass', 0],
    ['regression', 'pass', 0],
    ['any', 'fail', 2],
  ] as const)('a pass that was not expected under %s', (failOn, status, exitCode) => {
    const verdict = gate(run([true, pass]), { failOn, expectations: [declared({})] });
    expect(verdict).toMatchObject({ status, exitCode, expected: [{ met: 'passed' }] });
    expect(verdict.reasons[0]).toMatch(
      /^unexpected k0: passes, and UNSUPPORTED_HELPER was expected \(bpf_loop came in 5\.17\); remove it/,
    );
  });

  test('one that nothing bears out is reported with its place', () => {
    const later = declared({ profiles: [], kernels: parseKernelRange('>=9.0'), origin: 'compat.yaml:7:5' });
    expect(gate(input, { expectations: [declared({}), later] })).toMatchObject({
      status: 'pass',
      reasons: [
        'expected k0: failed at load (VERIFIER_REJECTION): bpf_loop came in 5.17',
        'warning: compat.yaml:7:5: this expectation names no kernel of this run (kernels: >=9.0); correct or remove it',
      ],
    });
    const beside = declared({ code: 'MISSING_BTF', origin: 'compat.yaml:9:5' });
    expect(gate(input, { expectations: [declared({}), beside] }).reasons).toContain(
      'warning: compat.yaml:9:5: no failure on k0 meets this expectation of MISSING_BTF; correct or remove it',
    );
    const outside = { ...input, partial: true } as const;
    expect(gate(outside, { expectations: [declared({}), later] }).reasons.join()).not.toContain('warning');
    const silent = run([true, infra()], [true, pass]);
    expect(gate(silent, { expectations: [declared({})] }).reasons.join()).not.toContain('warning');
  });

  test('no result stays an error', () => {
    const verdict = gate(run([true, infra()], [true, pass]), { expectations: [declared({})] });
    expect(verdict).toMatchObject({ status: 'error', exitCode: 1, expected: [{ met: 'no_answer' }] });
  });

  test.each([
    ['<5.18', ['debian-12-5.17']],
    ['>=5.18', ['debian-12-5.18', 'debian-12-6.1']],
    ['6.2', []],
  ])('kernels %s', (text, ids) => {
    const targets = ['debian-12-5.17', 'debian-12-5.18', 'debian-12-6.1'].map((id) => target(id));
    const results = targets.map((_, index) => result({ artifact: 0, target: index }, failed()));
    const expectations = [declared({ profiles: [], kernels: parseKernelRange(text) })];
    const { expected = [] } = gate({ targets, results }, { expectations });
    expect(expected.map(({ target: index }) => targets[index]?.profile.id)).toEqual(ids);
  });
});
