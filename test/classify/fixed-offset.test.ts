import { expect, test } from 'vitest';
import { classify } from '../../src/classify/classify.ts';
import type { Stage } from '../../src/model/evidence.ts';
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

/** @param insns instructions with a CO-RE relocation; undefined: the object has none */
function argsOf(lines: readonly string[], insns?: readonly number[]) {
  const relocations = (insns ?? []).map((insn) => ({
    ...{ program: 'opens', insn, kind: 'byte_off', access: 'struct file.f_inode', present: true },
  }));
  const core: Stage[] = insns === undefined ? [] : [{ stage: 'core', relocations, dropped: 0 }];
  const evidence = fx.evidence([
    fx.open({ core_relocations: insns?.length ?? 0, programs: [fx.programFacts('opens', { type: 'lsm' })] }),
    ...core,
    fx.rejected('opens', `${lines.join('\n')}\nprocessed 3 insns (limit 1000000)\n`),
    fx.loadFailed(-13),
    fx.exit({ code: 2 }),
  ]);
  const settings = { programs: [], functionalTests: [], attachMode: 'best-effort', validationMode: '' } as const;
  const outcome = classify({ ...settings, evidence });
  return outcome.status === 'fail' ? outcome.findings[0]?.args : undefined;
}

test('without a relocation the member is where the build has it', () => {
  expect(argsOf(BEYOND)).toMatchObject({ reason: 'fixed_offset', struct: 'llist_node' });
  expect(argsOf(BEYOND, [40])).toMatchObject({ reason: 'fixed_offset' });
});

test('what is read there and is no pointer comes from the same', () => {
  expect(argsOf(SCALAR)).toMatchObject({ reason: 'fixed_offset', struct: 'file' });
});

test('an access that the loader placed, or a step to it, has another cause', () => {
  expect(argsOf(BEYOND, [2])).toMatchObject({ reason: 'beyond_struct' });
  expect(argsOf(BEYOND, [1])).toMatchObject({ reason: 'beyond_struct' });
  expect(argsOf(SCALAR, [1])).toMatchObject({ reason: 'invalid_mem_access' });
});

test('a pointer that the verifier does not know is not about places', () => {
  expect(argsOf(KPROBE)).toMatchObject({ reason: 'invalid_mem_access' });
});
