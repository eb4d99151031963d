// One kernel in the packages of four vendors, served on loopback until standard input ends. Arguments: a directory for it,
// the unpacked package of the kernel, its release. Prints one line of JSON: kernel blocks by source, and what to download by hand.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeArchive, makeKey, poolPath } from '../../test/fakes/deb-archive.ts';
import { serveFiles } from '../../test/fakes/file-server.ts';
import { imageFiles, serveRegistry } from '../../test/fakes/registry.ts';
import { makeRepository, makeVendorKey, readPrimary, replacePrimary } from '../../test/fakes/rpm-repository.ts';

const [dir = '', tree = '', release = ''] = process.argv.slice(2);
const www = join(dir, 'www');
const HUGE_BYTES = 100_000_000;

function filesOf(root: string, from: string): Record<string, Uint8Array> {
  const names = readdirSync(join(root, from), { recursive: true, encoding: 'utf8' }).map((name) => join(from, name));
  const regular = names.filter((name) => statSync(join(root, name)).isFile());
  return Object.fromEntries(regular.map((name) => [name, readFileSync(join(root, name))]));
}

/** The list of a repository with so many other packages that it has 100 MB. */
function hugePrimary(root: string): void {
  const text = readPrimary(root);
  const at = text.indexOf('<package ');
  const whole = text.slice(at, text.indexOf('</package>') + 10).replaceAll('kernel', 'another');
  const others = whole.repeat(Math.ceil(HUGE_BYTES / whole.length));
  replacePrimary(root, `${text.slice(0, at)}${others}${text.slice(at)}`);
}

mkdirSync(www, { recursive: true });
const boot = filesOf(tree, 'boot');
const modules = filesOf(tree, `lib/modules/${release}`);
const vmlinuz = boot[`boot/vmlinuz-${release}`] ?? new Uint8Array();
const all = { [`boot/vmlinuz-${release}`]: vmlinuz, [`boot/config-${release}`]: boot[`boot/config-${release}`] ?? '' };

const archive = makeKey(join(dir, 'archive-key'));
const deb = { name: 'linux-image-lab-amd64', version: '1', files: { ...all, ...modules } };
makeArchive(join(www, 'deb'), 'lab', [deb], archive);

const vendor = makeVendorKey(join(dir, 'vendor-key'));
const rpm = { name: 'kernel-lab', version: '1', release: '1', files: deb.files, payload: 'w3.zstdio' as const };
makeRepository(join(www, 'rpm'), [rpm], vendor);
makeRepository(join(www, 'huge'), [rpm], vendor);
hugePrimary(join(www, 'huge'));
makeRepository(join(www, 'plain'), [rpm], vendor);

const images = imageFiles();
const layer = images.layer({ 'boot/vmlinuz': vmlinuz, ...modules });
const registry = await serveRegistry(images);
registry.tags.set('lab/kernels:stable', images.image([layer]).digest);

mkdirSync(join(www, 'url'), { recursive: true });
writeFileSync(join(www, 'url/vmlinuz'), vmlinuz);
execFileSync('tar', ['-C', tree, '-czf', join(www, 'url/modules.tar.gz'), `lib/modules/${release}`]);
const sums = ['vmlinuz', 'modules.tar.gz'].map(
  (name) =>
    `${createHash('sha256')
      .update(readFileSync(join(www, 'url', name)))
      .digest('hex')}  ${name}\n`,
);
writeFileSync(join(www, 'url/SUMS'), sums.join(''));
execFileSync('gpg', ['--batch', '--detach-sign', '--output', join(www, 'url/SUMS.gpg'), join(www, 'url/SUMS')], {
  env: { PATH: process.env['PATH'], GNUPGHOME: vendor.home },
});

const { url } = await serveFiles(www);
const repository = (name: string) => ({
  source: 'rpm',
  baseurl: `${url}/${name}`,
  package: 'kernel-lab',
  gpgkey: [vendor.file],
});
const blocks = {
  deb: { source: 'deb', archive: 'debian', suite: 'lab', package: 'linux-image-lab-amd64', keyring: archive.keyring },
  rpm: repository('rpm'),
  oci: { source: 'oci', image: `${registry.host}/lab/kernels:stable` },
  url: {
    source: 'url',
    image: `${url}/url/vmlinuz`,
    modules: `${url}/url/modules.tar.gz`,
    checksums: `${url}/url/SUMS`,
    signature: `${url}/url/SUMS.gpg`,
    gpgkey: [vendor.file],
  },
  huge: repository('huge'),
  plain: repository('plain'),
};
const byHand = {
  deb: { files: [`${url}/deb/${poolPath(deb)}`], unpack: 'dpkg-deb -x 0 out' },
  rpm: { files: [`${url}/rpm/Packages/kernel-lab-1-1.x86_64.rpm`], unpack: 'rpm2cpio 0 | cpio -id -D out' },
  oci: { files: [`http://${registry.host}/v2/lab/kernels/blobs/${layer.digest}`], unpack: 'tar -C out -xzf 0' },
  url: { files: [`${url}/url/modules.tar.gz`, `${url}/url/vmlinuz`], unpack: 'tar -C out -xzf 0' },
};
console.log(JSON.stringify({ blocks, byHand, mirror: `${url}/deb` }));
process.stdin.resume().on('end', () => process.exit(0));
