import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Host } from '../../src/host/host.ts';
import type { FakeKey } from './deb-archive.ts';
import { signFile, type VendorKey } from './rpm-repository.ts';
import { signUbuntu } from './ubuntu-archive.ts';

/** A package as an index has it: `NAME VERSION-RELEASE`, with `aarch64` behind it where it is of that. */
export type Listed = string;

function put(path: string, data: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, data);
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/**
 * Writes the index of an rpm repository, without its packages, and signs it.
 * @param dir where its packages lie below the repository: `Packages`, `Packages/k`, `getPackage`, `x86_64`
 */
export function listRpms(root: string, listed: readonly Listed[], dir: string, key: VendorKey): void {
  const packages = listed.map((text) => {
    const [, name, version, release, arch = 'x86_64'] = /^(\S+) ([^\s-]+)-(\S+)(?: (\S+))?$/.exec(text) ?? [];
    return [
      `<package type="rpm"><name>${name}</name><arch>${arch}</arch>`,
      `<version epoch="0" ver="${version}" rel="${release}"/>`,
      `<checksum type="sha256" pkgid="YES">${sha256(text)}</checksum><size package="1000" installed="9000"/>`,
      `<location href="${dir}/${name}-${version}-${release}.${arch}.rpm"/></package>`,
    ].join('');
  });
  const head = '<metadata xmlns="http://linux.duke.edu/metadata/common" packages="0">';
  const primary = gzipSync(`<?xml version="1.0"?>${head}${packages.join('')}</metadata>`);
  put(join(root, 'repodata/primary.xml.gz'), primary);
  const data = `<data type="primary"><checksum type="sha256">${sha256(primary)}</checksum><location href="repodata/primary.xml.gz"/><size>${primary.length}</size></data>`;
  const index = join(root, 'repodata/repomd.xml');
  put(index, `<?xml version="1.0"?><repomd xmlns="http://linux.duke.edu/metadata/repo">${data}</repomd>`);
  signFile(index, key);
}

/** Writes and signs one suite of an archive of Debian packages, without these packages. */
export function listDebs(root: string, suite: string, arch: string, debs: readonly string[], key: FakeKey): void {
  const entries = debs.map((text) => {
    const [name, version] = text.split(' ');
    const path = `pool/main/l/linux/${name}_${version}_${arch}.deb`;
    return `Package: ${name}\nVersion: ${version}\nArchitecture: ${arch}\nMaintainer: x <x@example.org>\nFilename: ${path}\nSize: 1000\nSHA256: ${sha256(text)}\nDescription: x\n`;
  });
  const list = join(root, 'dists', suite, `main/binary-${arch}/Packages`);
  put(list, entries.join('\n'));
  execFileSync('xz', ['-kf', list]);
  signUbuntu(root, suite, key);
}

/** A host whose network has what lies in `www/HOST/PATH` of a loopback server, and nothing else. */
export function vendorHost(host: Host, server: string): Host {
  const there = (url: string): string => url.replace(/^https?:\//, server);
  const back = (url: string): string => (url.startsWith(server) ? `https:/${url.slice(server.length)}` : url);
  return {
    ...host,
    network: {
      ...host.network,
      async download(url, file, options) {
        const response = await host.network.download(there(url), file, options);
        return { ...response, url: back(response.url) };
      },
    },
  };
}
