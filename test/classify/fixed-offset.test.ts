import { expect, test } from 'vitest';
import { classify } from '../../src/classify/classify.ts';
import { withFixedOffset } from '../../src/classify/fixed-offset.ts';
import type { ObjectFacts } from '../../src/object/facts.ts';
import type { ProgramFacts } from '../../src/object/programs.ts';
import * as fx from '../fixtures/evidence.ts';

const BEYOND = [
  '0: (79) r1 = *(u64 *)(r1 +0)         ; R1_w=trusted_ptr_file()',
  '1: (79) r1 = *(u64 *)(r1 +8)         ; R1_w=ptr_llist_node()',
  '2: (79) r1 = *(u64 *)(r1 +8)',
  'access beyond struct llist_node at off 8 size 8',
];
const SCALAR = [
  '0: (79) r1 = *(u64 *)(r1 +0)         ; R1_w=trusted_ptr_file()',
  '1: (79) r1 = *(u64 *)(r1 +8)         ; R1_w=scalar()',
  '2: (79) r1 = *(u64 *)(r1 +8)',
  "R1 invalid mem access 'scalar'",
];
/** The pointer is an argument of a kprobe: nothing was read out of a structure that the verifier knows. */
const KPROBE = [
  '0: (79) r1 = *(u64 *)(r1 +112)       ; R1_w=scalar()',
  '1: (79) r1 = *(u64 *)(r1 +8)',
  "R1 invalid mem access 'scalar'",
];

interface Access {
  readonly insn: number;
  readonly access?: string;
  readonly fn?: number;
}

/** @param core CO-RE relocations of the object, whose program has the first 20 instructions and calls a function behind it */
function findingOf(lines: readonly string[], core: readonly Access[] = [], records = core.length) {
  const evidence = fx.evidence([
    fx.open({ core_relocations: records, programs: [fx.programFacts('opens', { type: 'lsm' })] }),
    fx.rejected('opens', `${lines.join('\n')}\nprocessed 3 insns (limit 1000000)\n`),
    fx.loadFailed(-13),
    fx.exit({ code: 2 }),
  ]);
  const parts = [
    { fn: 0, start: 0 },
    { fn: 1, start: 20 },
  ];
  const program = { name: 'opens', section: 'lsm/file_open', layout: { parts } } as unknown as ProgramFacts;
  const facts = {
    core: core.map((one) => ({ fn: 0, access: 'struct cred.uid', ...one })),
    functions: [{ insns: 20 }, { insns: 10 }],
  } as unknown as ObjectFacts;
  const settings = { programs: [], functionalTests: [], attachMode: 'best-effort', validationMode: '' } as const;
  const outcome = classify({ ...settings, evidence });
  const [finding] = outcome.status === 'fail' ? outcome.findings : [];
  return finding && withFixedOffset(finding, evidence, facts, program);
}

const argsOf = (...of: Parameters<typeof findingOf>) => findingOf(...of)?.args;
const behind = (lines: readonly string[]) =>
  lines.map((line) => line.replace(/^\d+/, (insn) => `${Number(insn) + 20}`));

test('without a relocation the member is where the build has it', () => {
  expect(findingOf(BEYOND)).toMatchObject({
    confidence: 'high',
    args: { reason: 'fixed_offset', struct: 'llist_node' },
  });
  expect(argsOf(BEYOND, [{ insn: 15 }])).toMatchObject({ reason: 'fixed_offset' });
});

test('what is read there and is no pointer comes from the same, or is void *', () => {
  expect(findingOf(SCALAR)).toMatchObject({ confidence: 'medium', args: { reason: 'fixed_offset', struct: 'file' } });
});

test('an access that the loader placed, or a step to it, has another cause', () => {
  expect(argsOf(BEYOND, [{ insn: 2 }])).toMatchObject({ reason: 'beyond_struct' });
  expect(argsOf(BEYOND, [{ insn: 1 }])).toMatchObject({ reason: 'beyond_struct' });
  expect(argsOf(SCALAR, [{ insn: 1 }])).toMatchObject({ reason: 'invalid_mem_access' });
});

test('the offset may be added from far', () => {
  const access = 'struct file___old.f_path.dentry';
  expect(argsOf(SCALAR, [{ insn: 18, access }])).toMatchObject({ reason: 'invalid_mem_access' });
  expect(argsOf(SCALAR, [{ insn: 18, access, fn: 1 }])).toMatchObject({ reason: 'fixed_offset' });
});

test('relocations of a function that the program calls count from its start', () => {
  expect(argsOf(behind(BEYOND))).toMatchObject({ reason: 'fixed_offset' });
  expect(argsOf(behind(BEYOND), [{ insn: 2, fn: 1 }])).toMatchObject({ reason: 'beyond_struct' });
});

test('what was not read of the object proves nothing', () => {
  expect(argsOf(BEYOND, [], 4)).toMatchObject({ reason: 'beyond_struct' });
  const outside = BEYOND.map((line) => line.replace(/^\d+/, (insn) => `${Number(insn) + 40}`));
  expect(argsOf(outside)).toMatchObject({ reason: 'beyond_struct' });
});

test('a pointer that the verifier does not know is not about places', () => {
  expect(argsOf(KPROBE)).toMatchObject({ reason: 'invalid_mem_access' });
});
