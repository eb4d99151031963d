import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pruneKernels } from '../../src/kernels/inventory.ts';
import { ensureUserland } from '../../src/kernels/userland.ts';
import { makeArchive } from '../fakes/deb-archive.ts';
import { type KernelLab, type KeyRing, makeKeys, openLab } from '../fakes/kernel-lab.ts';

let keys: KeyRing;
beforeAll(() => {
  keys = makeKeys();
}, 60_000);
afterAll(() => keys.drop());

function offer(lab: KernelLab, files: Record<string, string> = { 'bin/busybox': 'a static program' }): void {
  makeArchive(lab.root, 'bookworm', [{ name: 'busybox-static', version: '1:1.35.0-4', files }], keys.good);
}

describe('ensureUserland', () => {
  test('an archive signed by a key that is not Debian’s is rejected, and nothing is kept', async () => {
    await using lab = await openLab(keys);
    offer(lab);
    await expect(ensureUserland('x86_64', { host: lab.host() })).rejects.toMatchObject({ code: 'bad_signature' });
    expect(await lab.names('blobs/sha256')).toEqual([]);
    expect(await lab.names('tmp')).toEqual([]);
  });

  test('offline without a stored one says how to fetch it', async () => {
    await using lab = await openLab(keys);
    await expect(ensureUserland('x86_64', { host: lab.host(), offline: true })).rejects.toMatchObject({
      code: 'userland_not_stored',
      message: expect.stringContaining('kernels fetch --userland'),
    });
    expect(lab.server.requests).toEqual([]);
  });

  test('fetched once, whole, kept by a clean-up, and gone with everything', async () => {
    await using lab = await openLab(keys);
    offer(lab);
    const keyring = keys.good.keyring;
    const first = await ensureUserland('x86_64', { host: lab.host(), keyring });
    expect(first).toMatchObject({ cached: false, record: { package: { name: 'busybox-static', suite: 'bookworm' } } });
    expect(readFileSync(first.busybox, 'utf8')).toBe('a static program');
    const requested = lab.server.requests.length;
    await pruneKernels(lab.host());
    expect((await ensureUserland('x86_64', { host: lab.host(), offline: true })).cached).toBe(true);
    expect(lab.server.requests).toHaveLength(requested);
    writeFileSync(first.busybox, 'another program!');
    const again = await ensureUserland('x86_64', { host: lab.host(), keyring });
    expect(again.cached).toBe(false);
    expect(readFileSync(again.busybox, 'utf8')).toBe('a static program');
    await pruneKernels(lab.host(), { all: true });
    expect(await lab.names('blobs/sha256')).toEqual([]);
    expect(await lab.names('userland')).toEqual([]);
  });

  test('a package without the program is rejected', async () => {
    await using lab = await openLab(keys);
    offer(lab, { 'usr/share/doc/busybox': 'no program' });
    const { keyring } = keys.good;
    await expect(ensureUserland('x86_64', { host: lab.host(), keyring })).rejects.toMatchObject({
      code: 'userland_unusable',
    });
    expect(await lab.names('tmp')).toEqual([]);
  });
});
