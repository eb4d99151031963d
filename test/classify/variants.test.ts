import { expect, test } from 'vitest';
import { classify } from '../../src/classify/classify.ts';
import { words } from '../../src/findings/words.ts';
import type { VariantGroup } from '../../src/model/variant-group.ts';
import { evidence, exit, load, open, programFacts, rejected } from '../fixtures/evidence.ts';

type Variant = VariantGroup['programs'][number];

const variant = (name: string, outcome: Variant['outcome'], helper = 0): Variant => ({
  name,
  outcome,
  helper,
  errno: outcome === 'refused' ? -13 : 0,
});

function judge(variants: readonly Variant[] | undefined, chosen = '', groups = ['walker']) {
  const stages = [
    open({ programs: [programFacts('old'), programFacts('new')] }),
    rejected('old', 'R1 !read_ok\nprocessed 3 insns (limit 1000000)'),
    load(variants ? { variants: [{ group: 'walker', chosen, programs: [...variants] }] } : {}),
    exit({ code: chosen === '' ? 2 : 0 }),
  ];
  const rest = { attachMode: 'disabled', programs: [], validationMode: '', functionalTests: [] } as const;
  return classify({ evidence: evidence(stages), ...rest, variantGroups: groups });
}

test('a group of which no program can be loaded fails, and says why for each', () => {
  const result = judge([variant('old', 'refused'), variant('new', 'no_helper', 181)]);
  expect(result).toMatchObject({
    status: 'fail',
    failedStage: 'load',
    findings: [
      {
        code: 'NO_VARIANT_LOADS',
        subject: 'walker',
        args: { programs: 'old, new', causes: expect.stringMatching(/^old: [A-Z_]+ \w+\nnew: this kernel/) },
      },
    ],
  });
  const [finding] = result.status === 'fail' ? result.findings : [];
  expect(finding?.evidence?.text).toContain('R1 !read_ok');
  expect(finding && words(finding).explanation).toContain('R1 !read_ok');
  expect(finding && words(finding).explanation).toContain('new: this kernel has no bpf_loop for it');
});

test('a group that fails over another name of the kernel has another cause', () => {
  const causesOver = (name: string): string | undefined => {
    const log = `libbpf: extern (func ksym) '${name}': not found in kernel or module BTFs`;
    const stages = [
      open({ programs: [programFacts('old')] }),
      rejected('old', '', { log, errno: -22 }),
      load({ variants: [{ group: 'walker', chosen: '', programs: [variant('old', 'refused')] }] }),
      exit({ code: 2 }),
    ];
    const rest = { attachMode: 'disabled', programs: [], validationMode: '', functionalTests: [] } as const;
    const result = classify({ evidence: evidence(stages), ...rest, variantGroups: ['walker'] });
    return result.status === 'fail' ? result.findings[0]?.args['causes'] : undefined;
  };
  expect(causesOver('bpf_first')).toMatch(/^old: MISSING_KFUNC .*bpf_first$/);
  expect(causesOver('bpf_second')).toMatch(/^old: MISSING_KFUNC .*bpf_second$/);
});

test('a group with one that loads passes', () => {
  expect(judge([variant('old', 'refused'), variant('new', 'chosen')], 'new')).toEqual({ status: 'pass', findings: [] });
});

test('what was not tried, and what the guest does not report, is not a verdict', () => {
  expect(judge([variant('old', 'refused'), variant('new', 'untried')])).toMatchObject({ status: 'infra_error' });
  expect(judge(undefined)).toMatchObject({ status: 'infra_error', cause: 'protocol' });
});
