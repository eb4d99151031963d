import { expect, test } from 'vitest';
import { sha256 } from '../../src/runtime/canonical.ts';
import { examine } from '../../src/runtime/examine.ts';
import { bundle, NOW, statement, testKey, trustedKey, trustOf } from '../fixtures/runtime-lab.ts';

const key = testKey('p256');
const trust = trustOf({ evidence: [trustedKey('ci', key)] });
const context = { trust, now: NOW, index: undefined };
const made = (nonce: string, more: object = {}) => bundle(statement({ nonce, ...more }), key);

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
