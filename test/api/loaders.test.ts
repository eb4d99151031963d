import { expect, test } from 'vitest';
import { loadersOf } from '../../src/api/loaders.ts';
import { flaggedLoaders } from '../../src/config/named-loaders.ts';
import type { GuestLoader, LoaderChoice } from '../../src/model/guest-loader.ts';
import { inFlags, spell } from '../../src/model/wording.ts';
import { target } from '../fixtures/run.ts';

/** Every library is there; libbpf is the validator's own. */
async function find({ name }: LoaderChoice): Promise<GuestLoader | undefined> {
  return name === 'libbpf' ? undefined : { name, version: '1', sha256: name, sizeBytes: 1, path: '/l', entries: [] };
}

async function said(loader: string, loaders: readonly string[], arch: 'x86_64' | 'aarch64'): Promise<string> {
  const one = target('debian-12-6.1');
  const targets = [{ ...one, profile: { ...one.profile, arch } }];
  const error = await loadersOf(find, flaggedLoaders({ loader, loaders }), false, targets).catch((thrown) => thrown);
  return spell(error.wording, inFlags);
}

test('the flag that names a library is the one that the message has', async () => {
  expect(await said('ebpf-go', ['eya'], 'x86_64')).toBe('--loaders "eya" is not known; did you mean "aya"?');
  expect(await said('libbpf', ['aya'], 'aarch64')).toMatch(/^--loaders: loaders are built for x86_64, and /);
  expect(await said('ebpf-go', ['aya'], 'aarch64')).toMatch(/^--loader ebpf-go: loaders are built for x86_64, and /);
});
