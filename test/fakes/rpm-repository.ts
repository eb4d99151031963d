import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A package as a vendor would build it. Needs rpmbuild and rpmsign (package rpm). */
export interface FakeRpm {
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly epoch?: number;
  readonly arch?: string;
  /** Content by path inside the package. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Targets of symbolic links by path. */
  readonly links?: Readonly<Record<string, string>>;
  readonly payload?: 'w6.xzdio' | 'w3.zstdio' | 'w9.gzdio';
}

/** A key pair of gpg in a home of its own; `file` is what a vendor publishes. */
export interface VendorKey {
  readonly home: string;
  readonly file: string;
  readonly name: string;
  /** Arguments that gpg needs to sign with it. */
  readonly clock: readonly string[];
}

const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', SOURCE_DATE_EPOCH: '1700000000' };

function tool(command: string, args: readonly string[], extra: Record<string, string> = {}): Buffer {
  return execFileSync(command, args, { env: { ...env, ...extra }, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** @param expired the key was good for a day, long ago, and what it signs was signed on that day */
export function makeVendorKey(dir: string, { expired = false } = {}): VendorKey {
  const home = join(dir, 'gnupg');
  const file = join(dir, 'RPM-GPG-KEY-test');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const clock = expired ? ['--faked-system-time', '20200101T120000'] : [];
  const name = 'Test Vendor <vendor@example.org>';
  const args = ['--batch', ...clock, '--passphrase', '', '--quick-generate-key', name, 'rsa2048', 'sign'];
  tool('gpg', [...args, expired ? '1d' : 'never'], { GNUPGHOME: home });
  writeFileSync(file, tool('gpg', ['--batch', '--armor', '--export'], { GNUPGHOME: home }));
  return { home, file, name, clock };
}

export function dropVendorKey({ home }: VendorKey): void {
  tool('gpgconf', ['--kill', 'all'], { GNUPGHOME: home });
}

/** Builds a package and signs it. @returns its path */
export function buildRpm(dir: string, rpm: FakeRpm, key: VendorKey | undefined): string {
  const { name, version, release, epoch, arch = 'x86_64', files, links = {}, payload = 'w9.gzdio' } = rpm;
  const work = mkdtempSync(join(tmpdir(), 'bpfcompat-rpm-'));
  const tree = join(work, 'tree');
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
  }
  for (const [path, target] of Object.entries(links)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    symlinkSync(target, join(tree, path));
  }
  const spec = [
    `Name: ${name}`,
    `Version: ${version}`,
    `Release: ${release}`,
    ...(epoch === undefined ? [] : [`Epoch: ${epoch}`]),
    'Summary: a test',
    'License: none',
    'AutoReqProv: no',
    '%description',
    'A test.',
    '%install',
    `cp -a ${tree}/. %{buildroot}/`,
    '%files',
    ...[...Object.keys(files), ...Object.keys(links)].map((path) => `/${path}`),
    '',
  ].join('\n');
  writeFileSync(join(work, 'one.spec'), spec);
  const defines = Object.entries({
    _topdir: join(work, 'top'),
    _rpmdir: join(work, 'out'),
    _dbpath: join(work, 'db'),
    _binary_payload: payload,
    _build_id_links: 'none',
    __os_install_post: '%{nil}',
    debug_package: '%{nil}',
  }).flatMap(([macro, value]) => ['--define', `${macro} ${value}`]);
  tool('rpmbuild', ['-bb', '--quiet', '--target', arch, ...defines, join(work, 'one.spec')], { HOME: work });
  const [built = ''] = readdirSync(join(work, 'out', arch));
  const path = join(dir, built);
  mkdirSync(dir, { recursive: true });
  writeFileSync(path, readFileSync(join(work, 'out', arch, built)));
  rmSync(work, { recursive: true });
  if (key !== undefined) signRpm(path, key);
  return path;
}

export function signRpm(path: string, { home, name, clock }: VendorKey): void {
  const past = clock.length === 0 ? [] : [`_gpg_sign_cmd_extra_args ${clock.join(' ')}`];
  const defines = ['__gpg /usr/bin/gpg', `_gpg_name ${name}`, `_gpg_path ${home}`, ...past];
  tool('rpmsign', [...defines.flatMap((one) => ['--define', one]), '--addsign', path], { GNUPGHOME: home });
}

/** Signs a file as `FILE.asc`. */
export function signFile(path: string, { home, clock }: VendorKey): void {
  rmSync(`${path}.asc`, { force: true });
  tool('gpg', ['--batch', ...clock, '--armor', '--detach-sign', path], { GNUPGHOME: home });
}

/** Writes the index of the packages below `root`. Needs createrepo_c. */
export function indexRepository(root: string, packing: 'gz' | 'xz' | 'zst' = 'gz'): void {
  rmSync(join(root, 'repodata'), { recursive: true, force: true });
  tool('createrepo_c', [
    '--no-database',
    '--simple-md-filenames',
    `--general-compress-type=${packing === 'xz' ? 'xz' : 'gz'}`,
    root,
  ]);
  // This createrepo_c cannot pack with zstd, as newer ones do.
  if (packing === 'zst') replacePrimary(root, readPrimary(root), 'zst');
}

export function readPrimary(root: string): string {
  return gunzipSync(readFileSync(join(root, 'repodata/primary.xml.gz'))).toString('utf8');
}

/** Puts another list of packages in place, with the digest and size that the index then names. */
export function replacePrimary(root: string, text: string, packing: 'gz' | 'zst' = 'gz'): void {
  const plain = join(root, 'repodata/primary.xml');
  writeFileSync(plain, text);
  const [command, ...args] = packing === 'gz' ? ['gzip', '-nf', plain] : ['zstd', '-qf', '--rm', plain];
  tool(command ?? '', args);
  replaceInIndex(root, `primary.xml.${packing}`, readFileSync(`${plain}.${packing}`));
}

/** Rewrites `repomd.xml` so that its list of packages is a file with these bytes. */
function replaceInIndex(root: string, file: string, bytes: Uint8Array): void {
  const path = join(root, 'repodata/repomd.xml');
  const text = readFileSync(path, 'utf8').replace(/<data type="primary">[\s\S]*?<\/data>/, (data) =>
    data
      .replace(/(<checksum type="sha256">)[^<]*/, `$1${createHash('sha256').update(bytes).digest('hex')}`)
      .replace(/(<location href=")[^"]*/, `$1repodata/${file}`)
      .replace(/(<size>)[^<]*/, `$1${bytes.length}`),
  );
  writeFileSync(path, text);
}

/** Builds packages and their index. */
export function makeRepository(
  root: string,
  rpms: readonly FakeRpm[],
  key: VendorKey,
  packing?: 'gz' | 'xz' | 'zst',
): void {
  for (const rpm of rpms) buildRpm(join(root, 'Packages'), rpm, key);
  indexRepository(root, packing);
}

/** A header with entries of bytes (type 7), as rpm lays it out. */
function headerOf(entries: readonly (readonly [tag: number, bytes: Buffer])[]): Buffer {
  const store = Buffer.concat(entries.map(([, bytes]) => bytes));
  const intro = Buffer.alloc(16);
  intro.writeUInt32BE(0x8eade801, 0);
  intro.writeUInt32BE(entries.length, 8);
  intro.writeUInt32BE(store.length, 12);
  let offset = 0;
  const index = entries.map(([tag, bytes]) => {
    const entry = Buffer.alloc(16);
    for (const [nth, word] of [tag, 7, offset, bytes.length].entries()) entry.writeUInt32BE(word, nth * 4);
    offset += bytes.length;
    return entry;
  });
  const all = Buffer.concat([intro, ...index, store]);
  return Buffer.concat([all, Buffer.alloc((8 - (all.length % 8)) % 8)]);
}

function signature(bytes: Uint8Array, { home, clock }: VendorKey): Buffer {
  return execFileSync('gpg', ['--batch', ...clock, '--detach-sign'], {
    input: bytes,
    env: { ...env, GNUPGHOME: home },
  });
}

/**
 * Makes a package one of the time of EL7: its header has no digest of the payload.
 * @param over what its one signature covers
 */
export function agePackage(path: string, key: VendorKey, over: 'header' | 'whole' | 'nothing'): void {
  const bytes = readFileSync(path);
  const at = 96 + Math.ceil((16 + bytes.readUInt32BE(104) * 16 + bytes.readUInt32BE(108)) / 8) * 8;
  const rest = Buffer.from(bytes.subarray(at));
  const [entries, store] = [rest.readUInt32BE(8), rest.readUInt32BE(12)];
  for (let entry = 16; entry < 16 + entries * 16; entry += 16) {
    // The tag of the digest becomes one that no one knows.
    if (rest.readUInt32BE(entry) === 5092) rest.writeUInt32BE(5999, entry);
  }
  const header = rest.subarray(0, 16 + entries * 16 + store);
  const signatures = {
    header: [[268, signature(header, key)]] as const,
    whole: [[1002, signature(rest, key)]] as const,
    nothing: [],
  };
  writeFileSync(path, Buffer.concat([bytes.subarray(0, 96), headerOf(signatures[over]), rest]));
}
