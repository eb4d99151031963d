import { describe, expect, test } from 'vitest';
import { classify } from '../../src/classify/classify.ts';
import type { SettingNames } from '../../src/classify/settings.ts';
import { words } from '../../src/findings/words.ts';
import type { Shim } from '../../src/model/evidence.ts';
import { evidence, exit, hello, load, open, program, programFacts } from '../fixtures/evidence.ts';

const shim = (part: Partial<Shim>): Shim => ({ kind: 'rodata', subject: 'pid', detail: '12', errno: 0, ...part });

function outcome(shims: Shim[], failing = false, btf = true, settingNames?: SettingNames) {
  const programs = [programFacts('on_read', { section: 'fentry/dummy' }), programFacts('on_exec')];
  const rejected = program('on_read', {
    section: 'fentry/dummy',
    status: 'fail',
    errno: -3,
    log: "libbpf: prog 'on_read': failed to find kernel BTF type ID of 'dummy': -ESRCH\n",
  });
  const stages = failing
    ? [open({ programs, shims }), rejected, load({ status: 'fail', errno: -3 }), exit({ code: 2 })]
    : [open({ programs, shims }), load(), exit()];
  const given = evidence(stages, hello({ btf }));
  const rest = { attachMode: 'disabled', programs: [], validationMode: '', functionalTests: [], settingNames } as const;
  return classify({ evidence: given, ...rest });
}

describe('settings for the load', () => {
  test('what was done, and what no loader would miss, is not a finding', () => {
    const untested = shim({ kind: 'inner_map', subject: 'm', errno: -1 });
    expect(outcome([shim({}), untested])).toEqual({ status: 'pass', findings: [] });
  });

  test('a name the object does not have fails, with near names', () => {
    const unknown = shim({ detail: 'no such variable (set to 12)', errno: -2 });
    const result = outcome([unknown], false, true, { inOtherObject: () => false, near: () => ['target_pid'] });
    expect(result).toMatchObject({
      status: 'fail',
      failedStage: 'validation',
      findings: [{ code: 'SETTING_NOT_APPLIED', group: 'object', subject: 'pid', args: { errno: 'ENOENT' } }],
    });
    const [finding] = result.status === 'fail' ? result.findings : [];
    expect(finding && words(finding)).toMatchObject({
      title: 'the value of variable pid could not be set: no such variable (set to 12)',
      remediation: expect.stringContaining('Did you mean target_pid?'),
    });
  });

  test.each(['map_setting', 'program_type', 'rodata', 'attach_target', 'autoload', 'variant', 'companion'])(
    'a %s for a name that is not there never passes',
    (kind) => expect(outcome([shim({ kind, errno: -2 })])).toMatchObject({ status: 'fail' }),
  );

  test('a flag that is for another object of the run is a remark', () => {
    const names = {
      inOtherObject: (kind: string, name: string) => kind === 'rodata' && name === 'pid',
      near: () => [],
    };
    const note = { status: 'pass', findings: [{ code: 'SETTING_NOT_APPLIED' }] };
    expect(outcome([shim({ errno: -2 })], false, true, names)).toMatchObject(note);
    expect(outcome([shim({ errno: -34 })], false, true, names)).toMatchObject({ status: 'fail' });
  });

  test('a value that does not fit never passes', () => {
    expect(outcome([shim({ detail: 'too large', errno: -34 })])).toMatchObject({
      status: 'fail',
      failedStage: 'validation',
      findings: [{ code: 'SETTING_NOT_APPLIED', phase: 'open', confidence: 'high' }],
    });
  });

  test('an attach target that this kernel lacks replaces what the placeholder of the object caused', () => {
    const target = shim({ kind: 'attach_target', subject: 'on_read', detail: 'vfs_gone', errno: -3 });
    const result = outcome([target], true);
    expect(result).toMatchObject({
      status: 'fail',
      failedStage: 'load',
      findings: [{ code: 'ATTACH_TARGET_NOT_FOUND', subject: 'on_read', args: { function: 'vfs_gone' } }],
    });
    expect(result.status === 'fail' && result.findings).toHaveLength(1);
    expect(outcome([target], true, false)).toMatchObject({ findings: [{ code: 'MISSING_BTF' }] });
  });

  test('a load that failed for another reason keeps its finding first', () => {
    const result = outcome([shim({ errno: -2 })], true, true, { inOtherObject: () => true, near: () => [] });
    expect(result).toMatchObject({ findings: [{ subject: 'on_read' }, { code: 'SETTING_NOT_APPLIED' }] });
  });
});
