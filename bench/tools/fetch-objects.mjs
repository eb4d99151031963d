// Objects of a Debian package that this machine need not have installed, nor be able to: fetched with apt on private
// directories, as the product fetches kernels, and unpacked.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHost } from '../../lib/host/create-host.js';
import { openApt } from '../../lib/kernels/sources/deb/apt.js';
import { DEFAULT_KEYRING } from '../../lib/kernels/sources/deb/archives.js';
import { choosePackage } from '../../lib/kernels/sources/deb/choose.js';
import { mirrorsFor } from '../../lib/kernels/sources/deb/mirror.js';
import { unpackDebs } from '../../lib/kernels/sources/deb/unpack.js';

const digest = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** A package that was fetched before, `<sha256>-<name>_<version>.deb`, when its bytes are still those. */
function kept(dir, name) {
  const found = existsSync(dir) ? readdirSync(dir) : [];
  return found
    .filter((file) => new RegExp(`^[0-9a-f]{64}-${name}_.*\\.deb$`).test(file))
    .map((file) => join(dir, file))
    .find((path) => path.includes(digest(path)));
}

async function download(host, source, dir, workDir) {
  const [mirror] = await mirrorsFor(host, source);
  const dirs = { state: join(workDir, 'state'), cache: join(workDir, 'cache') };
  const debs = join(workDir, 'debs');
  mkdirSync(debs, { recursive: true });
  const apt = await openApt(host, { dirs, source, mirror, arch: 'amd64', signal: undefined });
  // Old objects are as good for measuring as new ones: signed lists past their date will do.
  const line = `deb [arch=amd64 signed-by=${DEFAULT_KEYRING} check-valid-until=no] ${mirror} ${source.suite} main\n`;
  writeFileSync(join(dirs.state, 'sources.list'), line);
  await apt.update();
  const offered = await apt.packages(source.package, (name) => name === source.package);
  const chosen = choosePackage(source, offered);
  await apt.download([chosen], debs, () => {});
  const [file] = readdirSync(debs).filter((name) => name.endsWith('.deb'));
  if (file === undefined || digest(join(debs, file)) !== chosen.sha256)
    throw new Error(`${source.package}: wrong bytes`);
  mkdirSync(dir, { recursive: true });
  const path = join(dir, `${chosen.sha256}-${chosen.name}_${chosen.version.replaceAll(':', '%3a')}.deb`);
  copyFileSync(join(debs, file), path);
  return path;
}

/**
 * Paths of all files of the newest `name` in Debian's `suite`, unpacked below `workDir`.
 * @param cacheDir the store of kernels, or any directory; the package is kept in its directory `sources`
 * @throws HostError or Error when it cannot be had
 */
export async function filesOfPackage({ env, name, suite, cacheDir, workDir }) {
  const host = createHost({ env });
  const dir = join(cacheDir, 'sources');
  const source = { source: 'deb', archive: 'debian', suite, package: name, mirror: 'http://ftp.debian.org/debian' };
  const aptDir = join(workDir, 'apt');
  const deb = kept(dir, name) ?? (await download(host, source, dir, aptDir));
  rmSync(aptDir, { recursive: true, force: true });
  const files = await unpackDebs(host, [deb], join(workDir, name), undefined);
  return [...files.values()].sort();
}

/** The `.bpf.o` files among them. */
export async function objectsOfPackage(place) {
  return (await filesOfPackage(place)).filter((path) => path.endsWith('.bpf.o'));
}
