import { expect, test } from 'vitest';
import { sha256 } from '../../src/runtime/canonical.ts';
import { selectionDocument } from '../../src/runtime/decision.ts';
import { examine } from '../../src/runtime/examine.ts';
import { NO_LIMITS } from '../../src/runtime/load-limits.ts';
import {
  bundle,
  DEBIAN_12,
  NOW,
  probeOf,
  type StatementParts,
  statement,
  testKey,
  trustedKey,
  trustOf,
} from '../fixtures/runtime-lab.ts';

const key = testKey('p256');
const trust = trustOf({ evidence: [trustedKey('ci', key)] });
const context = { trust, now: NOW, index: undefined };
const made = (nonce: string, more: StatementParts = {}) => bundle(statement({ nonce, ...more }), key);

test('others have their turn while many bundles are verified', async () => {
  const one = await made('1');
  const bundles = Array.from({ length: 1500 }, () => one);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  try {
    expect(await examine(bundles, context, 'conn')).toHaveLength(1500);
  } finally {
    clearInterval(timer);
  }
  expect(turns).toBeGreaterThan(0);
});

test('the result is in the order of the bundles, and what is of another artifact is left out', async () => {
  const [first, broken, last] = [await made('1'), Buffer.from('x'), await made('2')];
  const other = await made('3', { name: 'other' });
  const all = [first, { bytes: broken, sha256: sha256(broken) }, other, last];
  const examined = await examine(all, context, 'conn');
  expect(examined.map(({ bundleSha256 }) => bundleSha256)).toEqual([first.sha256, sha256(broken), last.sha256]);
  expect(examined.map(({ problem }) => problem?.code)).toEqual([undefined, 'bundle_invalid', undefined]);
});

test('a failure under another name is of the same bytes', async () => {
  const passed = await made('1');
  const failed = { name: 'other', result: 'FAILED' } as const;
  const renamed = await made('2', failed);
  const all = [
    renamed,
    await made('3', { ...failed, object: sha256('x') }),
    await made('4', { name: 'other' }),
    passed,
  ];
  const examined = await examine(all, context, 'conn');
  expect(examined.map(({ bundleSha256 }) => bundleSha256)).toEqual([passed.sha256, renamed.sha256]);
  const request = { name: 'conn', version: '', variant: '', sha256: '', profile: '' };
  const input = { request, probe: probeOf(DEBIAN_12), trust, policy: NO_LIMITS, examined };
  const { selected, candidates } = selectionDocument(input, undefined, 0);
  expect(selected).toBeUndefined();
  expect(candidates).toMatchObject([{ bundle_sha256: passed.sha256, rejections: [{ code: 'failed_on_this_kernel' }] }]);

  const forged = await bundle(statement({ nonce: '5', ...failed }), testKey());
  expect(await examine([forged, passed], context, 'conn')).toHaveLength(1);
});
