import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtinIds, builtinRows, isPlain } from '../../src/config/builtin-profiles.ts';
import { type Catalog, findProfile } from '../../src/config/catalog.ts';
import { readMatrix } from '../../src/config/matrix.ts';
import { FINGERPRINTS, UNSHIPPED } from '../../src/kernels/keys/shipped.ts';
import { vendorName } from '../../src/model/vendors.ts';
import { catalogKernels } from '../../src/run/resolve.ts';

const dir = join(import.meta.dirname, '../../matrices');
const catalog: Catalog = {
  workspace: '/nowhere',
  builtin: dir,
  files: { list: (path) => readdir(path), read: (path) => readFile(path, 'utf8') },
};
const rows = await builtinRows(catalog.files, dir);
const matrices = readdirSync(dir)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => ({ file: name, text: readFileSync(join(dir, name), 'utf8') }));

test('the profile that is written out, to copy, is the built-in one', async () => {
  const id = 'debian-12-6.1';
  const written = await findProfile({ ...catalog, workspace: join(dir, '..') }, id);
  const shipped = await findProfile(catalog, id);
  expect(written.file).toMatch(/matrices\/profiles\/debian-12-6\.1\.yaml$/);
  expect(written).toMatchObject({ ...shipped, file: written.file });
});

describe('the catalog', () => {
  test.each(rows.map((row) => [row.id, row] as const))('%s', async (id, row) => {
    const profile = await findProfile(catalog, id);
    expect(profile).toMatchObject({ id, distro: row.distro, kernelFamily: row.kernelFamily, builtinKernel: true });
    expect(JSON.stringify(profile)).not.toMatch(/[{][a-z_]+[}]|undefined/);
    // A name in sentences that is more than the word.
    expect(vendorName(profile.distro)).not.toBe(profile.distro);
    expect(profile.problem).toBeUndefined();
    if (row.bootable) expect(profile).toMatchObject({ runner: 'vm', kernel: expect.anything() });
    else expect((profile.unbootable ?? '').length > 20 || profile.kernel === undefined).toBe(true);
    // Who names no build means the machines of most.
    expect(isPlain(row) && profile.arch === 'aarch64').toBe(false);
    expect(profile.arch === 'aarch64').toBe(/-arm64\b/.test(id));
    if (profile.kernel?.source === 'deb') {
      expect(profile.kernel.package).toContain(`-${profile.kernelFamily}.`);
      for (const pin of profile.kernel.pinned ?? []) expect(pin.version).toBe(profile.kernel.version);
    }
    if (profile.kernel?.source === 'rpm') {
      for (const key of profile.kernel.gpgkey) expect(Object.keys(FINGERPRINTS)).toContain(key);
    }
    if (profile.kernel?.source === 'url') {
      for (const key of profile.kernel.gpgkey ?? [])
        expect(Object.keys({ ...FINGERPRINTS, ...UNSHIPPED })).toContain(key);
    }
    if (row.base !== '') {
      const base = await findProfile(catalog, row.base);
      expect(profile).toMatchObject({ distro: base.distro, version: base.version, arch: base.arch });
      expect(profile.exactly?.release).toContain(id.replace(`${row.base}-k`, ''));
      expect(profile.exactly?.packages.length).toBeGreaterThanOrEqual(2);
      expect(profile.kernel).toHaveProperty('version');
    }
  });

  test('no id is there twice, and every one of the contract is there', async () => {
    const expected = readFileSync(join(import.meta.dirname, '../fixtures/contract-profiles.txt'), 'utf8')
      .trim()
      .split('\n');
    const ids = rows.map(({ id }) => id);
    expect(expected.filter((id) => !ids.includes(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(await builtinIds(catalog.files, dir)).toEqual(ids);
  });

  test('the locked kernel is reported so, and so are its builds', async () => {
    for (const id of ['ubuntu-22.04-5.15-lockdown', 'ubuntu-22.04-5.15-lockdown-k5.15.0-186'])
      expect((await findProfile(catalog, id)).kernelArgs).toEqual(['lockdown=integrity']);
  });

  test('what was not tested is counted among kernels that could have been', async () => {
    const known = (await catalogKernels(catalog)).map(({ id }) => id);
    expect(known).toContain('ubuntu-24.04-6.8');
    for (const id of [
      'bottlerocket-aws-6.1',
      'debian-12-6.1-rt',
      'ubuntu-24.04-6.8-k6.8.0-136',
      'ubuntu-22.04-arm64-5.15',
    ])
      expect(known).not.toContain(id);
  });
});

describe('matrices', () => {
  test.each(matrices.map((one) => [one.file, one] as const))('%s', async (_name, source) => {
    const matrix = readMatrix(source);
    const ids = rows.map(({ id }) => id);
    expect(matrix.profiles.map(({ id }) => id).filter((id) => !ids.includes(id))).toEqual([]);
    expect(matrix.name).toBe(source.file === 'canary.yaml' ? 'consumer-canary' : source.file.replace('.yaml', ''));
    expect(source.text.match(/^\s+required: (true|false)$/gm)).toHaveLength(matrix.profiles.length);
  });

  test('quick and debian have what Debian offers, all of it required', () => {
    const [debian, quick] = ['debian.yaml', 'quick.yaml'].map((name) => {
      const source = matrices.find(({ file }) => file === name);
      return readMatrix(source ?? { file: name, text: '' });
    });
    expect(quick?.profiles.map(({ id }) => id)).toEqual([
      'debian-11-5.10',
      'debian-12-6.1',
      'debian-13-6.12',
      'debian-13-7.3',
    ]);
    const plain = rows.filter((row) => row.distro === 'debian' && isPlain(row)).map(({ id }) => id);
    expect(debian?.profiles.map(({ id }) => id).sort()).toEqual(plain.sort());
    expect([debian, quick].flatMap((matrix) => matrix?.profiles.map(({ required }) => required))).not.toContain(false);
  });
});
