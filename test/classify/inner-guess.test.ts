import { expect, test } from 'vitest';
import { classify } from '../../src/classify/classify.ts';
import { words } from '../../src/findings/words.ts';
import * as fx from '../fixtures/evidence.ts';

const SHIM = { kind: 'inner_map', subject: 'rules', detail: 'inner map hash with key 4, value 4, 1 entry', errno: 0 };

function judge(log: string, shims: readonly (typeof SHIM)[] = [SHIM], innerMap?: string) {
  const stages = [
    fx.open({ programs: [fx.programFacts('apply')], shims: [...shims] }),
    fx.rejected('apply', `20: (61) r1 = *(u32 *)(r0 +8)\n${log}\nprocessed 21 insns (limit 1000000)`),
    fx.load({ status: 'fail', errno: -13, inner_map: innerMap }),
    fx.exit({ code: 2 }),
  ];
  const rest = { attachMode: 'disabled', programs: [], validationMode: '', functionalTests: [] } as const;
  const outcome = classify({ evidence: fx.evidence(stages), ...rest });
  if (outcome.status !== 'fail' || !outcome.findings[0]) throw new Error('it does not fail');
  return outcome.findings[0];
}

const TOO_SMALL =
  'invalid access to map value, value_size=4 off=8 size=4\nR0 min value is outside of the allowed memory range';

test('values of our own inner map that are too small are no fault of the program', () => {
  const finding = judge(TOO_SMALL);
  expect(finding).toMatchObject({
    code: 'LOADER_CONTRACT',
    group: 'object',
    subject: 'rules',
    args: { reason: 'inner_map' },
  });
  expect(finding.evidence?.text).toBe('invalid access to map value, value_size=4 off=8 size=4');
  expect(words(finding).remediation).toContain(
    'maps: [{name: rules, inner_map: {type: hash, key_size: 4, value_size: 12, max_entries: 1}}]',
  );
});

test('what the guess became counts, and what it was for programs that were tried before', () => {
  const fitted = 'inner map hash with key 4, value 24, 1 entry';
  const later = judge(TOO_SMALL.replace('value_size=4', 'value_size=24'), [SHIM], fitted);
  expect(later).toMatchObject({ code: 'LOADER_CONTRACT', args: { guess: fitted } });
  expect(judge(TOO_SMALL, [SHIM], fitted)).toMatchObject({ code: 'LOADER_CONTRACT', args: { guess: SHIM.detail } });
});

test('a type that our own inner map does not have is none either', () => {
  const finding = judge('cannot pass map_type 1 into func bpf_map_push_elem#87');
  expect(finding).toMatchObject({ code: 'LOADER_CONTRACT', subject: 'rules', args: { callee: 'bpf_map_push_elem' } });
  expect(words(finding).remediation).toBe('Describe the inner map in the object (__array(values, ...)).');
});

test.each([
  ['another size of values', TOO_SMALL.replace('value_size=4', 'value_size=16'), [SHIM]],
  ['no inner map of ours', TOO_SMALL, []],
  ['an inner map that could not be made', TOO_SMALL, [{ ...SHIM, errno: -22 }]],
  ['another cause', 'R1 !read_ok', [SHIM]],
] as const)('%s: the program keeps its cause', (_, log, shims) => {
  expect(judge(log, shims).code).toBe('VERIFIER_REJECTION');
});
