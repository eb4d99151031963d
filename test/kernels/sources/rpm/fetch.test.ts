import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHost } from '../../../../src/host/create-host.ts';
import { ensureKernel } from '../../../../src/kernels/supply.ts';
import { givePackages, takePackages } from '../../../../src/kernels/transfer.ts';
import { serveFiles } from '../../../fakes/file-server.ts';
import { amazonKernel, el9Kernel, LOADED, suseKernel } from '../../../fakes/rpm-kernels.ts';
import { makeVendorKeys, openRpmLab, type RpmLab, type VendorKeys } from '../../../fakes/rpm-lab.ts';
import {
  buildRpm,
  indexRepository,
  makeRepository,
  readPrimary,
  replacePrimary,
  signFile,
} from '../../../fakes/rpm-repository.ts';

const OLD = '427.9.1.el9_4';
const NEW = '427.13.1.el9_4';
const NEWER = '500.1.el9';

let keys: VendorKeys;
let dir: string;
const at = (name: string): string => join(dir, name);

beforeAll(() => {
  keys = makeVendorKeys();
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-rpms-'));
  makeRepository(at('el9'), [...el9Kernel('5.14.0', OLD), ...el9Kernel('5.14.0', NEW, 'w6.xzdio')], keys.good);
  // A later build of another architecture is none for us.
  const [core] = el9Kernel('5.14.0', '600.1.el9');
  if (core !== undefined) buildRpm(join(at('el9'), 'Packages'), { ...core, arch: 'aarch64' }, keys.good);
  indexRepository(at('el9'));
  makeRepository(at('newer'), el9Kernel('5.14.0', NEWER, 'w3.zstdio'), keys.good, 'zst');
  makeRepository(at('suse'), [suseKernel('6.4.0', '150600.23.100.1')], keys.good, 'xz');
  signFile(join(at('suse'), 'repodata/repomd.xml'), keys.good);
  makeRepository(at('amazon'), [amazonKernel('4.14.252', '195.483.amzn2')], keys.good);
}, 180_000);
afterAll(() => {
  keys.drop();
  rmSync(dir, { recursive: true, force: true });
});

const open = (template: string): Promise<RpmLab> => openRpmLab(at(template), keys.good);

/** Nothing of a finished fetch is left, and no blob without a record. */
async function expectClean(lab: RpmLab, kernels: number): Promise<void> {
  expect(await lab.names('tmp')).toEqual([]);
  expect(await lab.names('kernels')).toHaveLength(kernels);
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

describe('layouts', () => {
  test('EL9: image in one package, modules in another; the newest build for this architecture', async () => {
    await using lab = await open('el9');
    const progress: [string, number, number][] = [];
    const { files, cached } = await lab.ensure(lab.profile(), { onProgress: (...one) => progress.push(one) });
    const release = `5.14.0-${NEW}.x86_64`;
    expect(cached).toBe(false);
    expect(files.record).toMatchObject({
      release,
      package: { name: 'kernel-core', version: `5.14.0-${NEW}`, archive: `${lab.baseurl}/`, suite: '' },
      vouched: { by: 'signature', file: 'lab-kernel.yaml' },
    });
    expect(files.record.package.files).toEqual(
      ['kernel-core', 'kernel-modules-core'].map((name) => ({
        name,
        version: `5.14.0-${NEW}`,
        sha256: digestOf(join(lab.repository, `Packages/${name}-5.14.0-${NEW}.x86_64.rpm`)),
        signer: expect.stringMatching(/^[0-9A-F]{40}$/),
        url: `${lab.baseurl}/Packages/${name}-5.14.0-${NEW}.x86_64.rpm`,
      })),
    );
    expect(await readFile(files.vmlinuz, 'utf8')).toContain(`kernel ${release}`);
    expect(await readFile(files.config ?? '', 'utf8')).toContain('CONFIG_TEST=y');
    expect(files.modules.map(({ name }) => name)).toEqual(LOADED);
    expect(lab.server.requests.map((path) => path.replace('/pub/el9/', ''))).toEqual([
      'repodata/repomd.xml',
      'repodata/primary.xml.gz',
      `Packages/kernel-core-5.14.0-${NEW}.x86_64.rpm`,
      `Packages/kernel-modules-core-5.14.0-${NEW}.x86_64.rpm`,
    ]);
    const [, bytes, total] = progress.findLast(([what]) => what === 'kernel-core') ?? [];
    expect(bytes).toBe(total);
    expect(total).toBeGreaterThan(10_000);
    await expectClean(lab, 1);
  });

  test('SUSE: all in one, /boot, modules and payload with zstd, a signed index packed with xz', async () => {
    await using lab = await open('suse');
    const { files } = await lab.ensure(
      lab.profile({ package: 'kernel-default', companions: [], repo_gpgcheck: 'true' }),
    );
    expect(files.record.release).toBe('6.4.0-150600.23.100-default');
    expect(files.record.package.version).toBe('6.4.0-150600.23.100.1');
    expect(files.modules.map(({ name }) => name)).toEqual(LOADED);
    expect(lab.server.requests).toContain('/pub/el9/repodata/repomd.xml.asc');
    await expectClean(lab, 1);
  });

  test('Amazon: the address in mirror.list has variables and no slash at its end', async () => {
    await using lab = await open('amazon');
    const guid = join(lab.root, '2/core/2.0/x86_64/0123abcd');
    mkdirSync(join(guid, '..'), { recursive: true });
    renameSync(lab.repository, guid);
    const list = join(lab.root, '2/core/latest/x86_64');
    mkdirSync(list, { recursive: true });
    writeFileSync(
      join(list, 'mirror.list'),
      `${lab.server.url}/2/core/2.0/$basearch/0123abcd\nhttp://127.0.0.1:1/other\n`,
    );
    const mirrorList = `${lab.server.url}/2/core/latest/$basearch/mirror.list`;
    const { files } = await lab.ensure(lab.profile({ mirror_list: mirrorList, package: 'kernel', companions: [] }));
    expect(files.record.release).toBe('4.14.252-195.483.amzn2.x86_64');
    expect(files.record.package.archive).toBe(`${lab.server.url}/2/core/2.0/x86_64/0123abcd/`);
    expect(files.modules.map(({ name }) => name)).toEqual(LOADED);
  });

  test('an index beside its packages, as Leap 16 has it', async () => {
    await using lab = await open('amazon');
    const index = join(lab.root, 'pub/x86_64');
    mkdirSync(index);
    renameSync(join(lab.repository, 'repodata'), join(index, 'repodata'));
    replacePrimary(index, readPrimary(index).replace('href="Packages/', 'href="../el9/Packages/'));
    const { files } = await lab.ensure(
      lab.profile({ baseurl: `${lab.server.url}/pub/x86_64`, package: 'kernel', companions: [] }),
    );
    expect(files.record.release).toBe('4.14.252-195.483.amzn2.x86_64');
  });
});

describe('versions', () => {
  test.each([`5.14.0-${OLD}`, `0:5.14.0-${OLD}`])('exactly %s', async (version) => {
    await using lab = await open('el9');
    const profile = lab.profile({ version });
    const { files } = await lab.ensure(profile);
    expect(files.record.release).toBe(`5.14.0-${OLD}.x86_64`);
    expect((await lab.ensure(profile, { offline: true })).cached).toBe(true);
  });

  test('a refresh takes what is newer, and nothing when nothing is', async () => {
    await using lab = await open('el9');
    const profile = lab.profile();
    await lab.ensure(profile);
    lab.server.requests.length = 0;
    expect((await lab.ensure(profile, { refresh: true })).cached).toBe(true);
    expect(lab.server.requests.filter((path) => path.endsWith('.rpm'))).toEqual([]);
    rmSync(lab.repository, { recursive: true });
    cpSync(at('newer'), lab.repository, { recursive: true });
    const { files } = await lab.ensure(profile, { refresh: true });
    expect(files.record.release).toBe(`5.14.0-${NEWER}.x86_64`);
    await expectClean(lab, 1);
  });

  test('a mirror that offers an older build than the stored one changes nothing', async () => {
    await using lab = await open('newer');
    const profile = lab.profile();
    await lab.ensure(profile);
    rmSync(lab.repository, { recursive: true });
    cpSync(at('el9'), lab.repository, { recursive: true });
    const { files, cached } = await lab.ensure(profile, { refresh: true });
    expect([files.record.release, cached]).toEqual([`5.14.0-${NEWER}.x86_64`, true]);
    expect(lab.notes.join()).toContain(`5.14.0-${NEW}, which is older than the stored 5.14.0-${NEWER}; that stays`);
  });

  test('the stored kernel stays in use while the repository cannot be reached', async () => {
    await using lab = await open('el9');
    const profile = lab.profile();
    await lab.ensure(profile);
    rmSync(lab.repository, { recursive: true });
    const { files, cached } = await lab.ensure(profile, { refresh: true });
    expect([files.record.release, cached]).toEqual([`5.14.0-${NEW}.x86_64`, true]);
    expect(lab.notes.join()).toContain('using the stored kernel');
  });
});

describe('places', () => {
  test('a mirrorlist: one mirror is gone, the next one has it', async () => {
    await using lab = await open('el9');
    const odd = 'http://127.0.0.1/$nothing/';
    writeFileSync(join(lab.root, 'list'), `# mirrors\n${odd}\n${lab.server.url}/gone/\r\n\nftp://x/\n${lab.baseurl}\n`);
    const { files } = await lab.ensure(
      lab.profile({ mirrorlist: `${lab.server.url}/list?arch=$basearch&repo=BaseOS-$releasever`, releasever: '9' }),
    );
    expect(files.record.release).toBe(`5.14.0-${NEW}.x86_64`);
    expect(lab.notes.join()).toMatch(/gone\/repodata\/repomd\.xml returned status 404.*; trying http/);
  });

  test('a metalink: a mirror with another index is passed over', async () => {
    await using lab = await open('el9');
    cpSync(at('newer'), join(lab.root, 'stale'), { recursive: true });
    const url = (base: string, preference: number): string =>
      `<url protocol="http" type="http" preference="${preference}">${lab.server.url}${base}/repodata/repomd.xml</url>`;
    const hash = digestOf(join(lab.repository, 'repodata/repomd.xml'));
    const metalink = `<?xml version="1.0"?><metalink version="3.0" xmlns="http://www.metalinker.org/">
      <files><file name="repomd.xml"><verification><hash type="md5">00</hash><hash type="sha256">${hash}</hash></verification>
      <resources><url protocol="rsync">rsync://x/repodata/repomd.xml</url>${url('/pub/el9', 90)}${url('/stale', 100)}</resources>
      </file></files></metalink>`;
    writeFileSync(join(lab.root, 'metalink'), metalink);
    const { files } = await lab.ensure(lab.profile({ metalink: `${lab.server.url}/metalink` }));
    expect(files.record.release).toBe(`5.14.0-${NEW}.x86_64`);
    expect(lab.notes.join()).toContain('is not the index that the metalink names');
  });

  test('a vault, for what the repository no longer has', async () => {
    await using lab = await open('el9');
    cpSync(at('newer'), join(lab.root, 'now'), { recursive: true });
    const vault = [`${lab.server.url}/nowhere`, lab.baseurl];
    const kernel = { baseurl: `${lab.server.url}/now`, vault, version: `5.14.0-${OLD}` };
    const { files } = await lab.ensure(lab.profile(kernel));
    expect(files.record).toMatchObject({ release: `5.14.0-${OLD}.x86_64`, package: { archive: `${lab.baseurl}/` } });
    expect(lab.notes.join()).toContain(`it has 5.14.0-${NEWER}; correct package or version`);
  });

  test('packages in a directory: no network, and signatures count as ever', async () => {
    await using lab = await open('el9');
    writeFileSync(join(lab.repository, 'Packages', 'another.rpm'), 'not even a package');
    const { files } = await lab.ensure(lab.profile({ directory: join(lab.repository, 'Packages') }));
    expect(files.record.release).toBe(`5.14.0-${NEW}.x86_64`);
    expect(lab.server.requests).toEqual([]);
    expect(readdirSync(join(lab.repository, 'Packages'))).toHaveLength(6);
    const other = lab.profile({ directory: join(lab.repository, 'Packages'), gpgkey: [keys.other.file] }, 'other');
    await expect(lab.ensure(other)).rejects.toMatchObject({ code: 'bad_signature' });
  });

  test('a redirect to another host is followed, and its bytes are checked', async () => {
    await using lab = await open('el9');
    await using mirror = await serveFiles(lab.repository);
    lab.server.intercept = (path, response) => {
      if (!path.endsWith('.rpm')) return false;
      response.writeHead(302, { location: `${mirror.url}${path.replace('/pub/el9', '')}` }).end();
      return true;
    };
    const { files } = await lab.ensure(lab.profile());
    expect(files.record.release).toBe(`5.14.0-${NEW}.x86_64`);
    expect(mirror.requests).toHaveLength(2);
  });
});

describe('packages that are kept for a cache', () => {
  test('make the same kernel elsewhere, without the network', async () => {
    await using lab = await open('el9');
    const profile = lab.profile();
    const here = createHost({ env: { ...lab.env, BPFCOMPAT_KEEP_PACKAGES: '1' } });
    const { files } = await ensureKernel(profile, { host: here });
    const cache = join(lab.root, 'cache-of-ci');
    expect(await givePackages(here, { profile }, cache)).toBe(true);
    lab.server.requests.length = 0;
    const there = createHost({ env: { ...lab.env, BPFCOMPAT_CACHE_DIR: join(lab.root, 'other') } });
    const taken = await takePackages(there, { profile }, cache);
    // The report says where they are from, and not where a cache was unpacked.
    const { archive } = files.record.package;
    expect(taken).toMatchObject({ release: files.record.release, vmlinuz: files.record.vmlinuz, package: { archive } });
    expect(lab.server.requests).toEqual([]);
    const [first = ''] = readdirSync(join(cache, 'rpms'));
    const bytes = readFileSync(join(cache, 'rpms', first));
    bytes[bytes.length - 40] = (bytes[bytes.length - 40] ?? 0) ^ 1;
    writeFileSync(join(cache, 'rpms', first), bytes);
    const bad = createHost({ env: { ...lab.env, BPFCOMPAT_CACHE_DIR: join(lab.root, 'third') } });
    expect(await takePackages(bad, { profile }, cache)).toMatchObject({ rejected: expect.stringContaining('payload') });
  });
});
