import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHost } from '../../../../src/host/create-host.ts';
import type { Host } from '../../../../src/host/host.ts';
import type { RpmKernelSource } from '../../../../src/model/rpm-source.ts';
import { el9Kernel } from '../../../fakes/rpm-kernels.ts';
import { makeVendorKeys, openRpmLab, type RpmLab, type VendorKeys } from '../../../fakes/rpm-lab.ts';
import {
  agePackage,
  buildRpm,
  indexRepository,
  makeRepository,
  readPrimary,
  replacePrimary,
  signFile,
  signRpm,
} from '../../../fakes/rpm-repository.ts';

const OLD = '427.9.1.el9_4';
const NEW = '427.13.1.el9_4';
const CORE = `Packages/kernel-core-5.14.0-${NEW}.x86_64.rpm`;
const OLD_CORE = `Packages/kernel-core-5.14.0-${OLD}.x86_64.rpm`;

let keys: VendorKeys;
let dir: string;

beforeAll(() => {
  keys = makeVendorKeys();
  dir = mkdtempSync(join(tmpdir(), 'bpfcompat-rpms-'));
  makeRepository(dir, [...el9Kernel('5.14.0', OLD), ...el9Kernel('5.14.0', NEW)], keys.good);
}, 120_000);
afterAll(() => {
  keys.drop();
  rmSync(dir, { recursive: true, force: true });
});

/** What is left of a fetch that failed: nothing at all. */
async function expectNothing(lab: RpmLab): Promise<void> {
  expect(await lab.names('tmp')).toEqual([]);
  expect(await lab.names('kernels')).toEqual([]);
  expect(await lab.names('blobs/sha256')).toEqual([]);
}

/** Changes one byte of a file; `at` from its end when negative. */
function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  const index = at < 0 ? bytes.length + at : at;
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

/** Bytes before the main header: the lead and the signatures. */
function headerAt(path: string): number {
  const bytes = readFileSync(path);
  return 96 + Math.ceil((16 + bytes.readUInt32BE(104) * 16 + bytes.readUInt32BE(108)) / 8) * 8;
}

function makeDirWith(path: string, name: string, bytes: Uint8Array): void {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, name), bytes);
}

/** A directory for PATH with these tools alone. */
function linkTools(bin: string, tools: readonly string[]): void {
  mkdirSync(bin, { recursive: true });
  for (const tool of tools) symlinkSync(execFileSync('which', [tool], { encoding: 'utf8' }).trim(), join(bin, tool));
}

interface Case {
  /** What happens to the repository. */
  readonly damage: (lab: RpmLab) => void;
  readonly kernel?: Partial<RpmKernelSource>;
  readonly code: string;
  readonly says: RegExp;
}

const edited = (lab: RpmLab, change: (text: string) => string): void =>
  replacePrimary(lab.repository, change(readPrimary(lab.repository)));

const PACKAGES: Record<string, Case> = {
  'a package is not the one that the index names': {
    damage: (lab) => flip(join(lab.repository, CORE), -40),
    code: 'wrong_digest',
    says: /is not the package that the index names/,
  },
  'a payload was changed, and the index with it': {
    damage: (lab) => {
      flip(join(lab.repository, CORE), -40);
      indexRepository(lab.repository);
    },
    code: 'wrong_digest',
    says: /kernel-core 5\.14\.0-427\.13\.1\.el9_4: its payload is not the one that its vendor signed/,
  },
  'a header was changed, and the index with it': {
    damage: (lab) => {
      const path = join(lab.repository, CORE);
      const at = readFileSync(path).indexOf('A test.', headerAt(path));
      flip(path, at);
      indexRepository(lab.repository);
    },
    code: 'bad_signature',
    says: /its signature does not fit its bytes/,
  },
  'a package is not signed': {
    damage: (lab) => {
      for (const rpm of el9Kernel('5.14.0', NEW)) buildRpm(join(lab.repository, 'Packages'), rpm, undefined);
      indexRepository(lab.repository);
    },
    code: 'bad_signature',
    says: /it is not signed; nothing was used/,
  },
  'a package is signed by another key': {
    damage: (lab) => {
      signRpm(join(lab.repository, CORE), keys.other);
      indexRepository(lab.repository);
    },
    code: 'bad_signature',
    says: /is signed by the key [0-9A-F]{16}, which is not among .*BPFCOMPAT_RPM_KEYS/,
  },
  'only the companion is signed by another key': {
    damage: (lab) => {
      signRpm(join(lab.repository, CORE.replace('core', 'modules-core')), keys.other);
      indexRepository(lab.repository);
    },
    code: 'bad_signature',
    says: /^kernel-modules-core .*is signed by the key/,
  },
  'the name of a package is on another one': {
    damage: (lab) => {
      rmSync(join(lab.repository, CORE));
      renameSync(join(lab.repository, OLD_CORE), join(lab.repository, CORE));
      indexRepository(lab.repository);
      edited(lab, (text) => text.replaceAll(/<version([^>]*)427\.9\.1\.el9_4"/g, `<version$1${NEW}"`));
    },
    code: 'wrong_digest',
    says: /the file is kernel-core 5\.14\.0-427\.9\.1\.el9_4 for x86_64/,
  },
  'no package of the name': {
    damage: () => {},
    kernel: { package: 'kernel-uek-core' },
    code: 'package_not_found',
    says: /has no kernel-uek-core; it has no package of this name/,
  },
  'no such version, and what there is': {
    damage: () => {},
    kernel: { version: '6.12.0' },
    code: 'package_not_found',
    says: /has no kernel-core 6\.12\.0; it has 5\.14\.0-427\.13\.1\.el9_4, 5\.14\.0-427\.9\.1\.el9_4;/,
  },
  'a companion of another build': {
    damage: (lab) => {
      rmSync(join(lab.repository, CORE.replace('core', 'modules-core')));
      indexRepository(lab.repository);
    },
    code: 'package_not_found',
    says: /no kernel-modules-core of that build; it has 5\.14\.0-427\.9\.1\.el9_4;/,
  },
  'a package without a kernel': {
    damage: () => {},
    kernel: { package: 'kernel-modules-core', companions: [] },
    code: 'kernel_unusable',
    says: /no kernel image in it; name the package that holds vmlinuz/,
  },
};

const INDEXES: Record<string, Case> = {
  'the list of packages is another one': {
    damage: (lab) => flip(join(lab.repository, 'repodata/primary.xml.gz'), -20),
    code: 'wrong_digest',
    says: /primary\.xml\.gz is not the file that .*repomd\.xml names/,
  },
  'the index is a page for people': {
    damage: (lab) => writeFileSync(join(lab.repository, 'repodata/repomd.xml'), '<!DOCTYPE html><p>Log in'),
    code: 'bad_index',
    says: /it has a document type/,
  },
  'the index is not an XML': {
    damage: (lab) => writeFileSync(join(lab.repository, 'repodata/repomd.xml'), 'hello'),
    code: 'bad_index',
    says: /it is not an XML document/,
  },
  'entities that grow': {
    damage: (lab) =>
      writeFileSync(
        join(lab.repository, 'repodata/repomd.xml'),
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><repomd>&b;</repomd>',
      ),
    code: 'bad_index',
    says: /document type/,
  },
  'a text that comments divide into short pieces': {
    damage: (lab) => edited(lab, (text) => text.replace('A test.', 'x<!-- -->'.repeat(1_100_000))),
    code: 'bad_index',
    says: /one piece of it is longer than a megabyte/,
  },
  'versions that are lines of a log': {
    damage: (lab) => edited(lab, (text) => text.replaceAll('ver="5.14.0"', 'ver="&#10;::error::&#x9b;31m"')),
    code: 'package_not_found',
    says: /^[\x20-\x7e]* has no kernel-core; it has no package of this name;[^:]*$/,
  },
  'an entity that nobody declared': {
    damage: (lab) => edited(lab, (text) => text.replace('A test.', '&xxe;')),
    code: 'bad_index',
    says: /it is not an XML document/,
  },
  'only MD5 digests': {
    damage: (lab) => {
      const path = join(lab.repository, 'repodata/repomd.xml');
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll('type="sha256"', 'type="md5"'));
    },
    code: 'bad_index',
    says: /no SHA-256 or SHA-512/,
  },
  'a text without end': {
    damage: (lab) => edited(lab, (text) => text.replace('A test.', 'x'.repeat(3_000_000))),
    code: 'bad_index',
    says: /longer than a megabyte/,
  },
  'elements in elements': {
    damage: (lab) => edited(lab, (text) => text.replace('A test.', '<a>'.repeat(100_000))),
    code: 'bad_index',
    says: /too deep/,
  },
  'a list that ends early': {
    damage: (lab) => edited(lab, (text) => text.slice(0, -200)),
    code: 'bad_index',
    says: /it is not an XML document/,
  },
  'packages on another host': {
    damage: (lab) => edited(lab, (text) => text.replaceAll('href="Packages', 'href="http://127.0.0.2:1/Packages')),
    code: 'bad_index',
    says: /names a file on another server/,
  },
  'packages above the parent of the repository': {
    damage: (lab) => edited(lab, (text) => text.replaceAll('href="Packages', 'href="../../Packages')),
    code: 'bad_index',
    says: /names a file on another server/,
  },
  'packages at a base of another host': {
    damage: (lab) => edited(lab, (text) => text.replaceAll('<location ', '<location xml:base="//127.0.0.2:1/" ')),
    code: 'bad_index',
    says: /names a file on another server/,
  },
  'packages behind hidden dots': {
    damage: (lab) => edited(lab, (text) => text.replaceAll('href="Packages', 'href="..%2f..%2fPackages')),
    code: 'bad_index',
    says: /names a file on another server/,
  },
  'a list of packages elsewhere': {
    damage: (lab) => {
      const path = join(lab.repository, 'repodata/repomd.xml');
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll('href="repodata', 'href="/etc'));
    },
    code: 'bad_index',
    says: /names a file on another server/,
  },
  'a package larger than any': {
    damage: (lab) => edited(lab, (text) => text.replaceAll(/<size package="\d+"/g, '<size package="99999999999"')),
    code: 'no_space',
    says: /needs [\d.]+ MB/,
  },
  'no signature of the index': {
    damage: () => {},
    kernel: { repo_gpgcheck: 'true' },
    code: 'bad_signature',
    says: /is not signed .* and kernel\.repo_gpgcheck demands it/,
  },
  'an index that another key signed': {
    damage: (lab) => signFile(join(lab.repository, 'repodata/repomd.xml'), keys.other),
    kernel: { repo_gpgcheck: 'true' },
    code: 'bad_signature',
    says: /repomd\.xml: it is signed by the key/,
  },
  'an index that was changed after it was signed': {
    damage: (lab) => {
      signFile(join(lab.repository, 'repodata/repomd.xml'), keys.good);
      edited(lab, (text) => text.replace('A test.', 'Another.'));
    },
    kernel: { repo_gpgcheck: '1' },
    code: 'bad_signature',
    says: /repomd\.xml: its signature does not fit its bytes/,
  },
  'no repository': {
    damage: (lab) => rmSync(lab.repository, { recursive: true }),
    code: 'mirror_unreachable',
    says: /repomd\.xml returned status 404; check the address/,
  },
  'no package where the index says': {
    damage: (lab) => rmSync(join(lab.repository, CORE)),
    code: 'mirror_unreachable',
    says: /returned status 404/,
  },
};

describe.each([
  ['packages', PACKAGES],
  ['indexes', INDEXES],
])('%s that are rejected', (_name, cases) => {
  test.each(Object.entries(cases))('%s', async (_what, { damage, kernel, code, says }) => {
    await using lab = await openRpmLab(dir, keys.good);
    damage(lab);
    const error = await lab.ensure(lab.profile(kernel)).then(
      () => expect.fail('it was taken'),
      (thrown: Error & { code?: string }) => thrown,
    );
    expect(error.message).toMatch(says);
    expect(error.code).toBe(code);
    await expectNothing(lab);
  });
});

describe('packages of the time of EL7', () => {
  const directory = (lab: RpmLab): Partial<RpmKernelSource> => ({ directory: join(lab.repository, 'Packages') });
  const names = ['kernel-core', 'kernel-modules-core'];
  const file = (lab: RpmLab, name: string): string => join(lab.repository, `Packages/${name}-5.14.0-${NEW}.x86_64.rpm`);
  const age = (lab: RpmLab, over: 'header' | 'whole' | 'nothing', key = keys.good): void => {
    for (const name of names) agePackage(file(lab, name), key, over);
  };

  test('a signature over header and payload is enough', async () => {
    await using lab = await openRpmLab(dir, keys.good);
    age(lab, 'whole');
    const { files } = await lab.ensure(lab.profile(directory(lab)));
    expect(files.record.release).toContain(NEW);
  });

  test('a payload that was changed is not what was signed', async () => {
    await using lab = await openRpmLab(dir, keys.good);
    age(lab, 'whole');
    flip(file(lab, 'kernel-core'), -40);
    await expect(lab.ensure(lab.profile(directory(lab)))).rejects.toMatchObject({
      code: 'bad_signature',
      message: expect.stringContaining('does not fit its bytes'),
    });
    await expectNothing(lab);
  });

  test.each([
    ['another key', 'whole', () => keys.other, /is signed by the key/],
    ['no signature', 'nothing', () => keys.good, /no signature covers its payload/],
    ['a signature over the header alone', 'header', () => keys.good, /no signature covers its payload/],
  ] as const)('%s is refused', async (_what, over, key, says) => {
    await using lab = await openRpmLab(dir, keys.good);
    age(lab, over, key());
    await expect(lab.ensure(lab.profile(directory(lab)))).rejects.toMatchObject({
      code: 'bad_signature',
      message: expect.stringMatching(says),
    });
    await expectNothing(lab);
  });

  test('a signature over the header alone is enough where a signed index names the file', async () => {
    await using lab = await openRpmLab(dir, keys.good);
    age(lab, 'header');
    indexRepository(lab.repository);
    await expect(lab.ensure(lab.profile())).rejects.toMatchObject({ code: 'bad_signature' });
    signFile(join(lab.repository, 'repodata/repomd.xml'), keys.good);
    const { files } = await lab.ensure(lab.profile({ repo_gpgcheck: 'true' }));
    expect(files.record.release).toContain(NEW);
  });
});

describe('keys', () => {
  test('an expired key is none, and the message says what to do; a newer copy of it is one', async () => {
    await using lab = await openRpmLab('', keys.expired);
    makeRepository(lab.repository, el9Kernel('5.14.0', NEW), keys.expired);
    await expect(lab.ensure(lab.profile())).rejects.toMatchObject({
      code: 'bad_signature',
      message: expect.stringMatching(/the key [0-9A-F]{16} that signed it has expired .*BPFCOMPAT_RPM_KEYS/),
    });
    await expectNothing(lab);
  });

  test('a key of the user takes the place of a shipped one of its name', async () => {
    await using lab = await openRpmLab(dir, keys.good);
    const profile = lab.profile({ gpgkey: ['RPM-GPG-KEY-Rocky-9'] });
    await expect(lab.ensure(profile)).rejects.toMatchObject({
      code: 'bad_signature',
      message: expect.stringContaining('which is not among RPM-GPG-KEY-Rocky-9'),
    });
    const own = join(lab.root, 'keys');
    makeDirWith(own, 'RPM-GPG-KEY-Rocky-9', readFileSync(keys.good.file));
    const host = createHost({ env: { ...lab.env, BPFCOMPAT_RPM_KEYS: own } });
    expect((await lab.ensure(profile, { host })).files.record.release).toContain(NEW);
  });

  test.each([
    [
      'RPM-GPG-KEY-nobody',
      'bad_profile',
      /no key RPM-GPG-KEY-nobody comes with bpfcompat; it has .*RPM-GPG-KEY-Rocky-9/,
    ],
    ['/nowhere/key', 'keyring_missing', /\/nowhere\/key is missing/],
  ])('%s', async (name, code, says) => {
    await using lab = await openRpmLab(dir, keys.good);
    await expect(lab.ensure(lab.profile({ gpgkey: [name] }))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(says),
    });
    expect(lab.server.requests).toEqual([]);
  });
});

describe('the network', () => {
  /** Hosts are patient; a test is not. */
  function hasty(lab: RpmLab): Host {
    const host = lab.host();
    const { download } = host.network;
    return {
      ...host,
      network: { ...host.network, download: (url, file, options) => download(url, file, { ...options, stallMs: 300 }) },
    };
  }

  test.each([
    ['breaks off in a package', CORE, 'break', /kernel-core/],
    ['stalls in a package', CORE, 'stall', /it stalled/],
    ['stalls in the index', 'repodata/repomd.xml', 'stall', /it stalled/],
    ['says nothing at all', 'repodata/repomd.xml', 'silent', /it stalled/],
  ])('a server that %s', async (_what, file, how, says) => {
    await using lab = await openRpmLab(dir, keys.good);
    const bytes = readFileSync(join(lab.repository, file));
    lab.server.intercept = (path, response) => {
      if (!path.endsWith(file)) return false;
      if (how === 'silent') return true;
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 200), () => {
        if (how === 'break') response.destroy();
      });
      return true;
    };
    await expect(lab.ensure(lab.profile(), { host: hasty(lab) })).rejects.toMatchObject({
      code: 'mirror_unreachable',
      message: expect.stringMatching(says),
    });
    expect(lab.server.requests.filter((path) => path.endsWith(file))).toHaveLength(2);
    await expectNothing(lab);
  });

  test('more bytes than the index says', async () => {
    await using lab = await openRpmLab(dir, keys.good);
    lab.server.intercept = (path, response) => {
      if (!path.endsWith(CORE)) return false;
      response.writeHead(200).end(Buffer.alloc(5_000_000));
      return true;
    };
    await expect(lab.ensure(lab.profile())).rejects.toMatchObject({
      code: 'wrong_digest',
      message: expect.stringMatching(/has more than the \d+ bytes that it may have/),
    });
    await expectNothing(lab);
  });

  test('a line that breaks once is tried again', async () => {
    await using lab = await openRpmLab(dir, keys.good);
    let broken = 0;
    lab.server.intercept = (path, response) => {
      if (!path.endsWith(CORE) || broken++ > 0) return false;
      response.destroy();
      return true;
    };
    expect((await lab.ensure(lab.profile())).files.record.release).toContain(NEW);
  });

  test('a server that requests a certificate', async () => {
    await using lab = await openRpmLab(dir, keys.good);
    lab.server.intercept = (_path, response) => {
      response.writeHead(403).end('no');
      return true;
    };
    await expect(lab.ensure(lab.profile())).rejects.toMatchObject({
      message: expect.stringMatching(
        /status 403; it may want a client certificate: kernel\.sslclientcert.*kernel\.directory/,
      ),
    });
  });

  test('a server that no one listens on', async () => {
    await using lab = await openRpmLab(dir, keys.good);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await expect(lab.ensure(lab.profile({ baseurl: `http://127.0.0.1:${port}/x` }))).rejects.toMatchObject({
      code: 'mirror_unreachable',
      message: expect.stringMatching(
        /ECONNREFUSED.*; check the network and its proxy \(https_proxy\), or name another place/,
      ),
    });
  });

  test('stopped in the middle of a package', async () => {
    await using lab = await openRpmLab(dir, keys.good);
    const stop = new AbortController();
    lab.server.intercept = (path, response) => {
      if (!path.endsWith(CORE)) return false;
      response.writeHead(200);
      response.write(Buffer.alloc(100), () => stop.abort());
      return true;
    };
    await expect(lab.ensure(lab.profile(), { signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' });
    await expectNothing(lab);
  });

  test('a profile with a variable that is not known', async () => {
    await using lab = await openRpmLab(dir, keys.good);
    await expect(lab.ensure(lab.profile({ baseurl: `${lab.server.url}/$stream` }))).rejects.toMatchObject({
      code: 'bad_profile',
      message: expect.stringContaining('$stream has no value'),
    });
  });
});

describe('tools', () => {
  test.each(['gpgv', 'gzip'])('without %s', async (missing) => {
    await using lab = await openRpmLab(dir, keys.good);
    const bin = join(lab.root, 'bin');
    const tools = ['setpriv', 'gpgv', 'gzip', 'sh', 'tail', 'find', 'xz'].filter((tool) => tool !== missing);
    linkTools(bin, tools);
    const host = createHost({ env: { ...lab.env, PATH: bin } });
    await expect(lab.ensure(lab.profile(), { host })).rejects.toMatchObject({
      code: 'tool_missing',
      message: expect.stringContaining(`install the package ${missing}`),
    });
    await expectNothing(lab);
    expect(readdirSync(lab.cacheDir)).toContain('tmp');
  });
});
