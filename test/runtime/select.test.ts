import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/runtime/canonical.ts';
import { decisionId, selectionDocument } from '../../src/runtime/decision.ts';
import { NO_LIMITS } from '../../src/runtime/load-limits.ts';
import type { Examined, SelectInput } from '../../src/runtime/select.ts';
import { DEBIAN_12, probeOf, type StatementParts, statement, trustOf, UBUNTU_20 } from '../fixtures/runtime-lab.ts';

const REQUEST = { name: 'conn', version: '', variant: '', sha256: '', profile: '' };
const TRUST = trustOf({});

function examined(parts: StatementParts, problem?: Examined['problem']): Examined {
  const bundleSha256 = sha256(JSON.stringify([parts, problem]));
  const document = { value: statement(parts), bundleSha256, signer: 'ci', keyId: 'k' };
  return { bundleSha256, document, problem };
}

function select(all: readonly Examined[], more: Partial<SelectInput> = {}) {
  const input = {
    request: REQUEST,
    probe: probeOf(DEBIAN_12),
    trust: TRUST,
    policy: NO_LIMITS,
    examined: all,
    ...more,
  };
  return selectionDocument(input, undefined, 0);
}

function codesOf(all: readonly Examined[], more: Partial<SelectInput> = {}): string[] {
  const { selected, candidates } = select(all, more);
  expect(selected).toBeUndefined();
  return candidates.flatMap((one) => ('rejections' in one ? (one.rejections ?? []) : [])).map(({ code }) => code);
}

describe('filters', () => {
  test.each<[string, StatementParts, Partial<SelectInput>, string[]]>([
    ['another kernel', { kernel: UBUNTU_20 }, {}, ['kernel_mismatch']],
    ['another architecture', { kernel: { ...DEBIAN_12, arch: 'aarch64' } }, {}, ['arch_mismatch']],
    ['a guess', { kernel: { ...DEBIAN_12, build_id: '33'.repeat(20) } }, {}, ['tier_not_allowed']],
    ['a failure', { result: 'FAILED' }, {}, ['result_failed', 'failed_on_this_kernel']],
    ['a warning', { result: 'WARNED' }, {}, ['result_warned']],
    [
      'no BTF here',
      { needs: { btf: true, mapTypes: [], programTypes: [] }, kernel: UBUNTU_20 },
      { probe: probeOf(UBUNTU_20) },
      ['host_no_btf'],
    ],
    ['lockdown', {}, { probe: probeOf(DEBIAN_12, { lockdown: 'none [integrity]' }) }, ['host_lockdown']],
    [
      'LSM',
      { needs: { btf: false, mapTypes: [], programTypes: ['lsm'] } },
      { probe: probeOf(DEBIAN_12, { lsm: 'capability' }) },
      ['host_lsm'],
    ],
    ['limits', {}, { policy: { ...NO_LIMITS, min_required_passed: 2 } }, ['policy_min_required_passed']],
    ['a version', {}, { request: { ...REQUEST, version: '2.0.0' } }, ['version_mismatch']],
    ['a variant', {}, { request: { ...REQUEST, variant: 'perfbuf' } }, ['variant_mismatch']],
    ['a digest', {}, { request: { ...REQUEST, sha256: sha256('x') } }, ['digest_mismatch']],
    ['a profile', {}, { request: { ...REQUEST, profile: 'x' } }, ['profile_mismatch']],
  ])('%s', (_name, parts, more, codes) => {
    expect(codesOf([examined(parts)], more)).toEqual(codes);
  });

  test('what was not verified is a candidate with its code', () => {
    const problem = { code: 'signature_invalid', detail: 'x' } as const;
    expect(codesOf([{ bundleSha256: 'b', document: undefined, problem }])).toEqual(['signature_invalid']);
    expect(codesOf([examined({}, { code: 'stale', detail: '' })])).toEqual(['stale']);
  });

  test('a guess is taken where the trust lists it', () => {
    const trust = trustOf({}, { matchTiers: ['exact', 'same', 'likely'] });
    const { selected } = select([examined({ kernel: { ...DEBIAN_12, build_id: '33'.repeat(20) } })], { trust });
    expect(selected).toMatchObject({ match_tier: 'likely' });
  });

  test('25 passes elsewhere do not outweigh a failure here', () => {
    const outside = Array.from({ length: 25 }, (_, index) =>
      examined({ kernel: { ...DEBIAN_12, release: `5.${index}.0-1-x`, build_id: sha256(`${index}`).slice(0, 40) } }),
    );
    const { selected, candidates_reviewed: all } = select([...outside, examined({ result: 'FAILED' })]);
    expect([selected, all]).toEqual([undefined, 26]);
  });

  test('a failure here holds even where it is stale, and where somebody else saw a pass', () => {
    const stale = examined({ result: 'FAILED' }, { code: 'stale', detail: '' });
    expect(codesOf([examined({}), stale])).toContain('failed_on_this_kernel');
  });

  test('the other variant is taken where the first one fails', () => {
    const ringbuf = examined({ object: sha256('r'), variant: 'ringbuf', result: 'FAILED' });
    const perfbuf = examined({ object: sha256('p'), variant: 'perfbuf' });
    expect(select([ringbuf, perfbuf]).selected).toMatchObject({ artifact_variant: 'perfbuf', sha256: sha256('p') });
  });
});

describe('ranking', () => {
  test.each<[string, StatementParts, StatementParts]>([
    [
      'tier',
      { object: sha256('a'), version: '1.0.0' },
      { version: '2.0.0', kernel: { ...DEBIAN_12, build_id: undefined } },
    ],
    ['mode', { object: sha256('a'), mode: 'behavior', version: '1.0.0' }, { version: '2.0.0' }],
    ['version', { object: sha256('a'), version: '1.10.0' }, { version: '1.9.0' }],
    ['a release before its candidate', { object: sha256('a'), version: '1.0.0' }, { version: '1.0.0-rc.1' }],
    ['time', { object: sha256('a'), finishedOn: '2026-06-03T00:00:00Z' }, {}],
  ])('%s decides', (_name, better, worse) => {
    for (const all of [
      [examined(better), examined(worse)],
      [examined(worse), examined(better)],
    ])
      expect(select(all).selected?.sha256).toBe(sha256('a'));
  });

  test('the preferred variant, and between equals the smaller digest', () => {
    const all = ['ringbuf', 'perfbuf'].map((variant) => examined({ variant, object: sha256(variant) }));
    const trust = trustOf({}, { variants: ['perfbuf', 'ringbuf'] });
    expect(select(all, { trust }).selected).toMatchObject({ artifact_variant: 'perfbuf' });
    const smaller = [sha256('ringbuf'), sha256('perfbuf')].sort()[0];
    expect(select(all).selected?.sha256).toBe(smaller);
  });
});

describe('the decision', () => {
  const all = [examined({}), examined({ nonce: 'n2' }), examined({ result: 'FAILED', kernel: UBUNTU_20 })];

  test('its id can be computed again from its parts', () => {
    const { decision, decision_id: id } = select(all);
    expect(decisionId(JSON.parse(JSON.stringify(decision)))).toBe(id);
    expect(id).toMatch(/^dec_[0-9a-f]{64}$/);
    expect(decision.bundles).toHaveLength(2);
    expect(select([]).decision_id).not.toBe(id);
  });

  test('the same input in any order gives the same bytes', () => {
    const bytes = JSON.stringify(select(all));
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        expect(JSON.stringify(select(shuffled))).toBe(bytes);
      }),
    );
  });
});

test('no input turns an artifact that failed on this kernel into a selection', () => {
  const kernels = [
    DEBIAN_12,
    { ...DEBIAN_12, build_id: undefined },
    { ...DEBIAN_12, build_id: '33'.repeat(20) },
    UBUNTU_20,
  ] as const;
  const parts = fc.record({
    object: fc.constantFrom(sha256('a'), sha256('b')),
    result: fc.constantFrom('PASSED', 'WARNED', 'FAILED'),
    kernel: fc.constantFrom(...kernels),
    mode: fc.constantFrom('load_only', 'load_attach', 'behavior'),
    version: fc.constantFrom('1.0.0', '2.0.0', 'x'),
    stale: fc.boolean(),
  });
  const tiers = fc.subarray(['exact', 'same', 'likely'] as const);
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 12 }), tiers, (list, matchTiers) => {
      const made = list.map(({ stale, ...one }) =>
        examined(one as StatementParts, stale ? { code: 'stale', detail: '' } : undefined),
      );
      const { selected } = select(made, { trust: trustOf({}, { matchTiers }) });
      if (!selected) return;
      const here = [kernels[0], kernels[1]];
      const own = list.filter(({ object }) => object === selected.sha256);
      expect(own.some(({ result, kernel }) => result === 'FAILED' && here.some((one) => one === kernel))).toBe(false);
      expect(own.some(({ result, stale }) => result === 'PASSED' && !stale)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
