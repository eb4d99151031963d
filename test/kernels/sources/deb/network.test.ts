import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Host } from '../../../../src/host/host.ts';
import { poolPath } from '../../../fakes/deb-archive.ts';
import { serveFiles } from '../../../fakes/file-server.ts';
import { wholeKernel } from '../../../fakes/kernel-debs.ts';
import { type KernelLab, type KeyRing, makeKeys, openLab, SUITE } from '../../../fakes/kernel-lab.ts';

// What servers do to apt: each ends in a message and in a store with nothing in it.
let keys: KeyRing;
beforeAll(() => {
  keys = makeKeys();
}, 60_000);
afterAll(() => keys.drop());

const RELEASE = '6.1.0-9-cloud-amd64';
const PACKAGE = { name: `linux-image-${RELEASE}`, version: '6.1.9-1' };

async function labWithKernel(): Promise<KernelLab> {
  const lab = await openLab(keys);
  lab.offer(wholeKernel(RELEASE, PACKAGE.version));
  return lab;
}

async function expectNothing(lab: KernelLab): Promise<void> {
  for (const dir of ['blobs/sha256', 'kernels', 'tmp']) expect(await lab.names(dir)).toEqual([]);
}

/** Hosts are patient, and try again; a test does not. */
function hasty(lab: KernelLab): Host {
  const host = lab.host();
  const hurried = (args: readonly string[]): string[] =>
    args.flatMap((arg) => {
      if (arg.startsWith('Acquire::Retries=')) return ['Acquire::Retries=0'];
      return arg === 'apt-get' ? [arg, '-o', 'Acquire::http::Timeout=1'] : [arg];
    });
  return { ...host, run: (command, args, options) => host.run(command, hurried(args), options) };
}

type Fault = 'break' | 'stall' | 'silent' | 'gone' | 'endless' | 'other';

/** @param file what the paths that go wrong have in them */
function spoil(lab: KernelLab, file: string, how: Fault): void {
  lab.server.intercept = (path, response) => {
    if (!path.includes(file)) return false;
    if (how === 'silent') return true;
    if (how === 'gone') response.writeHead(404).end();
    if (how === 'other') response.writeHead(200).end('<html>please log in</html>');
    if (how === 'gone' || how === 'other') return true;
    if (how === 'endless') {
      const more = (): void => void (response.destroyed || response.write(Buffer.alloc(1 << 20, 65), more));
      response.writeHead(200);
      more();
      return true;
    }
    // A list that is not there under this name is requested under others.
    const stat = statSync(join(lab.root, path), { throwIfNoEntry: false });
    if (!stat?.isFile()) return false;
    const bytes = readFileSync(join(lab.root, path));
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, 200), () => {
      if (how === 'break') response.destroy();
    });
    return true;
  };
}

const DEB = poolPath(PACKAGE);

describe('a server that', () => {
  test.each<[string, string, Fault, string, RegExp]>([
    ['breaks off in a package', DEB, 'break', 'mirror_unreachable', /linux-image-.*BPFCOMPAT_DEBIAN_MIRROR/],
    ['stalls in a package', DEB, 'stall', 'mirror_unreachable', /timed out/],
    ['no longer has a package', DEB, 'gone', 'mirror_unreachable', /404/],
    ['sends more than a package', DEB, 'endless', 'wrong_digest', /linux-image-/],
    ['sends a page for a package', DEB, 'other', 'wrong_digest', /linux-image-/],
    ['breaks off in the list', '/Packages', 'break', 'mirror_unreachable', /Packages/],
    ['has a list without end', '/Packages', 'endless', 'wrong_digest', /Packages/],
    ['stalls in the signed index', 'Release', 'stall', 'mirror_unreachable', /Release/],
    ['says nothing at all', 'Release', 'silent', 'mirror_unreachable', /Release|timed out/],
    ['has an index without end', 'Release', 'endless', 'wrong_digest', /Release/],
    ['sends a page for people', '/InRelease', 'other', 'bad_signature', /Clearsigned|log in|signed/],
  ])(
    '%s',
    async (_what, file, how, code, says) => {
      await using lab = await labWithKernel();
      spoil(lab, file, how);
      const error = await lab.ensure(lab.profile(), { host: hasty(lab) }).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({ code, message: expect.stringMatching(says) });
      await expectNothing(lab);
    },
    60_000,
  );
});

test('a mirror that moved sends to another host, and the bytes are checked all the same', async () => {
  await using lab = await labWithKernel();
  await using there = await serveFiles(lab.root);
  lab.server.intercept = (path, response) => {
    response.writeHead(302, { location: `${there.url}${path}` }).end();
    return true;
  };
  const { files } = await lab.ensure(lab.profile());
  expect(files.record).toMatchObject({ release: RELEASE, vouched: { by: 'signature' } });
  expect(there.requests).toContain(`/dists/${SUITE}/InRelease`);
});

test('where the mirror of an Ubuntu host no longer has the release, the next one is tried and named', async () => {
  await using lab = await labWithKernel();
  await using empty = await openLab(keys);
  const { BPFCOMPAT_UBUNTU_MIRROR: _, ...env } = lab.env;
  const host = lab.host();
  const files: Readonly<Record<string, string>> = {
    '/etc/os-release': 'ID=ubuntu\n',
    '/etc/apt/sources.list': `deb ${empty.server.url}/ubuntu test main\n`,
  };
  const read = async (path: string, max: number): Promise<Buffer> =>
    path in files ? Buffer.from(files[path] ?? '') : host.files.read(path, max);
  const list = async (dir: string): Promise<string[]> => (dir.startsWith('/etc/apt') ? [] : host.files.list(dir));
  const ubuntu: Host = { ...host, env, files: { ...host.files, read, list } };
  const profile = lab.profile({ archive: 'ubuntu', mirror: lab.server.url });
  const { files: kernel } = await lab.ensure(profile, { host: ubuntu });
  expect(kernel.record.release).toBe(RELEASE);
  expect(lab.notes.join('\n')).toMatch(new RegExp(`does not have a Release file.*; trying ${lab.server.url}`));
});
