import { expect, test } from 'vitest';
import type { CellResult } from '../../src/model/cell.ts';
import type { BroughtBtf, KernelBtf } from '../../src/model/kernel-btf.ts';
import { suppliedBtfJson, suppliedBtfNotes } from '../../src/report/btf.ts';
import { runWithBtf } from '../../src/run/btf-cells.ts';
import { hello, open } from '../fixtures/evidence.ts';

const BTF: KernelBtf = { path: '/b/old.btf', bytes: Buffer.from('12345'), sha256: 'a'.repeat(64) };
const PASS = { status: 'pass', findings: [] } as const;
const missing = { code: 'MISSING_BTF', decisive: true, args: {} };
const FAIL = { status: 'fail', failedStage: 'load', findings: [missing] };

function resultOf(outcome: unknown, btf: boolean, relocations: number): CellResult {
  const evidence = { hello: hello({ btf }), stages: [open({ core_relocations: relocations })], document: undefined };
  return { outcome, evidence } as unknown as CellResult;
}

/** A cell of which the first result is given; with BTF it passes. */
async function request(first: CellResult, btf: BroughtBtf | undefined = BTF) {
  const requests: (BroughtBtf | undefined)[] = [];
  const result = await runWithBtf(async (given) => {
    requests.push(given);
    return given === undefined ? first : resultOf(PASS, false, 3);
  }, btf);
  return { result, requests };
}

test('a kernel without BTF is tested both ways, and the verdict is the one with it', async () => {
  const { result, requests } = await request(resultOf(FAIL, false, 3));
  expect(requests).toEqual([undefined, BTF]);
  expect(result.outcome).toEqual(PASS);
  expect(suppliedBtfJson(result.btf)).toEqual({
    path: '/b/old.btf',
    sha256: 'a'.repeat(64),
    size_bytes: 5,
    used: true,
    without: { status: 'fail', failed_stage: 'load', code: 'MISSING_BTF' },
  });
  expect(suppliedBtfNotes(result.btf)[0]).toMatch(
    /supplied by you: old\.btf .*Without it: fail at load \(MISSING_BTF\)$/,
  );
});

test.each([
  ['has BTF of its own', resultOf(PASS, true, 3), 'kernel_has_btf'],
  ['fails for other reasons', resultOf({ ...FAIL, findings: [] }, true, 3), 'kernel_has_btf'],
  ['gets an object without CO-RE', resultOf(PASS, false, 0), 'no_core_relocations'],
  ['gave no result', { outcome: { status: 'infra_error' } } as unknown as CellResult, 'no_answer'],
])('a kernel that %s is tested once, and the reason is reported', async (_, first, reason) => {
  const { result, requests } = await request(first);
  expect(requests).toEqual([undefined]);
  expect(result.outcome).toEqual(first.outcome);
  expect(result.btf).toMatchObject({ used: false, reason });
  expect(suppliedBtfNotes(result.btf)[0]).toContain('not used: old.btf');
});

test('BTF that libbpf cannot read counts as none', async () => {
  expect((await request(resultOf(FAIL, true, 3))).requests).toHaveLength(2);
});

test('without BTF of the user nothing is said of it', async () => {
  const requests: (KernelBtf | undefined)[] = [];
  const first = resultOf(FAIL, false, 3);
  const result = await runWithBtf(async (given) => {
    requests.push(given);
    return first;
  }, undefined);
  expect([requests, result]).toEqual([[undefined], first]);
});

test('where a directory has none for a kernel that needs it, nothing is said of the object', async () => {
  const { result, requests } = await request(resultOf(FAIL, false, 3), { none: 'DIR has no a/1/x86_64/R.btf' });
  expect(requests).toEqual([undefined]);
  expect(result.outcome).toEqual({
    status: 'infra_error',
    cause: 'btf_unavailable',
    message: 'the kernel has no BTF, and DIR has no a/1/x86_64/R.btf. Without BTF: fail at load (MISSING_BTF)',
  });
});

test('a kernel with BTF needs none of a directory', async () => {
  expect((await request(resultOf(PASS, true, 3), { none: 'DIR has none' })).result.outcome).toEqual(PASS);
});
