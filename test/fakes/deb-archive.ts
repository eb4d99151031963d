import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface FakeDeb {
  readonly name: string;
  readonly version: string;
  readonly depends?: string;
  /** Content by path inside the package. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** In the pool only, not in the index. */
  readonly unlisted?: boolean;
}

/** A key pair of gpg in a home of its own; `keyring` is what an archive's keyring package would hold. */
export interface FakeKey {
  readonly home: string;
  readonly keyring: string;
}

const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' };

function tool(command: string, args: readonly string[], extra: Record<string, string> = {}): void {
  execFileSync(command, args, { env: { ...env, ...extra }, stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Makes a signing key. Needs gpg (package gnupg). `gpg`: options of gpg; `expires`: as gpg writes it. */
export function makeKey(
  dir: string,
  { gpg: more = [], expires = 'never' }: { readonly gpg?: readonly string[]; readonly expires?: string } = {},
): FakeKey {
  const home = join(dir, 'gnupg');
  const keyring = join(dir, 'keyring.gpg');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const gpg = ['--batch', ...more, '--passphrase', ''];
  tool('gpg', [...gpg, '--quick-generate-key', 'Test Archive <test@example.org>', 'rsa2048', 'sign', expires], {
    GNUPGHOME: home,
  });
  tool('gpg', ['--batch', '--output', keyring, '--export'], { GNUPGHOME: home });
  return { home, keyring };
}

/** Ends the agent that gpg started for the key. */
export function dropKey(key: FakeKey): void {
  tool('gpgconf', ['--kill', 'all'], { GNUPGHOME: key.home });
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Path of a package below the archive's root. */
export function poolPath(deb: FakeDeb): string {
  return `pool/main/l/linux/${deb.name}_${deb.version}_amd64.deb`;
}

function buildDeb(root: string, deb: FakeDeb): string {
  const tree = join(root, 'tree');
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  const control = [
    `Package: ${deb.name}`,
    `Version: ${deb.version}`,
    'Architecture: amd64',
    'Maintainer: Test <test@example.org>',
    ...(deb.depends === undefined ? [] : [`Depends: ${deb.depends}`]),
    'Description: a test',
  ].join('\n');
  writeFileSync(join(tree, 'DEBIAN', 'control'), `${control}\n`);
  for (const [path, content] of Object.entries(deb.files ?? {})) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
  }
  const target = join(root, poolPath(deb));
  mkdirSync(dirname(target), { recursive: true });
  tool('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', tree, target]);
  rmSync(tree, { recursive: true, force: true });
  if (deb.unlisted) return '';
  const bytes = readFileSync(target);
  return `${control}\nFilename: ${poolPath(deb)}\nInstalled-Size: 64\nSize: ${bytes.length}\nSHA256: ${sha256(bytes)}\n\n`;
}

/** Digest and size of a package of the archive, as a profile pins them. */
export function pinOf(root: string, deb: FakeDeb): { path: string; size: number; sha256: string } {
  const bytes = readFileSync(join(root, poolPath(deb)));
  return { path: poolPath(deb), size: bytes.length, sha256: sha256(bytes) };
}

/** Signs `dists/<suite>/InRelease` over the Packages file that is there. `more`: further header lines. */
export function signSuite(root: string, suite: string, key: FakeKey, more: readonly string[] = []): void {
  const dist = join(root, 'dists', suite);
  const packages = readFileSync(join(dist, 'main/binary-amd64/Packages'));
  const release = [
    'Origin: Test',
    `Suite: ${suite}`,
    `Codename: ${suite}`,
    `Date: ${new Date().toUTCString().replace('GMT', 'UTC')}`,
    ...more,
    'Architectures: amd64',
    'Components: main',
    'SHA256:',
    ` ${sha256(packages)} ${packages.length} main/binary-amd64/Packages`,
  ].join('\n');
  writeFileSync(join(dist, 'Release'), `${release}\n`);
  const out = join(dist, 'InRelease');
  rmSync(out, { force: true });
  const args = ['--batch', '--digest-algo', 'SHA512', '--output', out, '--clearsign', join(dist, 'Release')];
  tool('gpg', args, { GNUPGHOME: key.home });
  rmSync(join(dist, 'Release'));
}

/** Writes a signed archive with one suite. A second call replaces the index. Needs dpkg-deb and gpg. */
export function makeArchive(root: string, suite: string, debs: readonly FakeDeb[], key: FakeKey): void {
  const dir = join(root, 'dists', suite, 'main/binary-amd64');
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'Packages'), debs.map((deb) => buildDeb(root, deb)).join(''));
  signSuite(root, suite, key);
}
