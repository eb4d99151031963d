import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import type { Host } from '../../src/host/host.ts';
import { exportStored, importStored, recordDigest, userlandId, wholeRecord } from '../../src/kernels/transfer.ts';
import { KernelRecord, UserlandRecord } from '../../src/model/kernel.ts';

let scratch: string;
let host: Host;
let dir: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'bpfcompat-transfer-'));
  dir = join(scratch, 'files');
  host = createHost({ env: { PATH: process.env['PATH'], BPFCOMPAT_CACHE_DIR: join(scratch, 'store') } });
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

function blob(text: string): { sha256: string; size: number } {
  const sha256 = createHash('sha256').update(text).digest('hex');
  mkdirSync(join(dir, 'blobs'), { recursive: true });
  writeFileSync(join(dir, 'blobs', sha256), text);
  return { sha256, size: Buffer.byteLength(text) };
}

const ONE = `one-6.1@${'ef'.repeat(8)}`;
const PACKAGE = { name: 'linux-image', version: '1', archive: 'debian', suite: 'bookworm', files: [] };

function kernel(profile = 'one-6.1'): KernelRecord {
  const same = blob('module');
  const record = KernelRecord.parse({
    schema: 'bpfcompat_kernel.v3',
    profile,
    source: 'ef'.repeat(32),
    vouched: { by: 'signature', file: 'built-in: one-6.1.yaml' },
    arch: 'x86_64',
    release: '6.1.0',
    package: PACKAGE,
    vmlinuz: blob('kernel'),
    config: blob('config'),
    modules: [
      { name: 'a', file: same },
      { name: 'b', file: same },
    ],
    fetchedAt: '2026-11-01T00:00:00Z',
  });
  writeFileSync(join(dir, 'record.json'), JSON.stringify(record));
  return record;
}

describe('a kernel from files that may come from anywhere', () => {
  test('is taken whole, and given again as it was', async () => {
    const record = kernel();
    // What came with it does not vouch for it.
    const taken = { ...record, vouched: { ...record.vouched, by: 'cache' } };
    expect(await importStored(host, ONE, dir, recordDigest(record))).toEqual(taken);
    expect(await wholeRecord(host, ONE)).toEqual(taken);
    const again = join(scratch, 'again');
    expect(await exportStored(host, ONE, again)).toEqual(taken);
    for (const { sha256 } of [record.vmlinuz, record.modules[0]?.file ?? record.vmlinuz]) {
      expect(readFileSync(join(again, 'blobs', sha256))).toEqual(readFileSync(join(dir, 'blobs', sha256)));
    }
  });

  test('has the same digest whenever it was fetched', () => {
    const record = kernel();
    expect(recordDigest({ ...record, fetchedAt: 'later' })).toBe(recordDigest(record));
    expect(recordDigest({ ...record, release: '6.1.1' })).not.toBe(recordDigest(record));
  });

  test.each([
    ['another profile', `two-6.1@${'ef'.repeat(8)}`, () => {}, /another profile/],
    ['another source', `one-6.1@${'0'.repeat(16)}`, () => {}, /another source/],
    ['a name that is a path', '../x', () => {}, /no profile id/],
    ['no record', ONE, () => rmSync(join(dir, 'record.json')), /cannot be read/],
    ['a record of something else', ONE, () => writeFileSync(join(dir, 'record.json'), '{}'), /not that of a kernel/],
    [
      'other bytes',
      ONE,
      (r: KernelRecord) => writeFileSync(join(dir, 'blobs', r.vmlinuz.sha256), 'lenrek'),
      /other bytes/,
    ],
    [
      'fewer bytes',
      ONE,
      (r: KernelRecord) => writeFileSync(join(dir, 'blobs', r.vmlinuz.sha256), 'ker'),
      /missing or cut/,
    ],
    ['a blob less', ONE, (r: KernelRecord) => rmSync(join(dir, 'blobs', r.vmlinuz.sha256)), /missing or cut/],
  ])('is refused with %s, and nothing is stored', async (_what, profile, spoil, why) => {
    const record = kernel();
    const digest = recordDigest(record);
    spoil(record);
    expect(await importStored(host, profile, dir, digest)).toEqual({ rejected: expect.stringMatching(why) });
    expect(await wholeRecord(host, ONE)).toBeUndefined();
  });

  test('is refused when its record is not the one that was promised', async () => {
    const promised = recordDigest(kernel());
    writeFileSync(join(dir, 'record.json'), JSON.stringify({ ...kernel(), release: '6.1.99' }));
    expect(await importStored(host, ONE, dir, promised)).toEqual({
      rejected: expect.stringMatching(/another digest/),
    });
  });
});

test('a userland goes the same way', async () => {
  const record = UserlandRecord.parse({
    schema: 'bpfcompat_userland.v1',
    arch: 'x86_64',
    package: PACKAGE,
    busybox: blob('busybox'),
    fetchedAt: '2026-11-01T00:00:00Z',
  });
  writeFileSync(join(dir, 'record.json'), JSON.stringify(record));
  const id = userlandId('x86_64');
  expect(await importStored(host, id, dir, recordDigest(record))).toEqual(record);
  expect(await wholeRecord(host, id)).toEqual(record);
  expect(await importStored(host, userlandId('aarch64'), dir, recordDigest(record))).toMatchObject({
    rejected: expect.any(String),
  });
});
