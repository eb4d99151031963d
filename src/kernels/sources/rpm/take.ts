import { join } from 'node:path';
import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../model/errors.ts';
import { openBundle } from '../../module-bundle.ts';
import type { FetchedKernel } from '../../unpacked.ts';
import { locateKernel } from '../locate-kernel.ts';
import type { Signer } from '../signer.ts';
import { keepPackages, type LocalPackage, type RpmRequest } from './acquire.ts';
import type { Keyring } from './keyring.ts';
import { unpackPayload } from './payload.ts';
import { readPackage } from './read-package.ts';
import { verifyPackage } from './verify.ts';
import { compareEvr, evrText } from './version.ts';

/** An index, or a name of a file, could pass one signed package off as another. @throws HostError `wrong_digest` */
function checkIdentity(
  facts: Awaited<ReturnType<typeof readPackage>>['facts'],
  expected: LocalPackage['chosenPackage'],
  arch: string,
): void {
  if (facts.name === expected.name && compareEvr(facts, expected) === 0 && facts.arch === arch) return;
  const real = `${facts.name} ${evrText(facts)} for ${facts.arch}`;
  throw new HostError(
    'wrong_digest',
    `${expected.name} ${evrText(expected)}: the file is ${real}; nothing was used, choose another mirror`,
  );
}

/**
 * Verifies packages, unpacks them and finds the kernel.
 * @param origin where they come from, for the record
 * @param indexSigned whether a signed index names their digests
 * @throws HostError `bad_signature`, `wrong_digest`, `bad_package`, `kernel_unusable`
 */
export async function takeKernel(
  host: Host,
  keyring: Keyring,
  files: readonly LocalPackage[],
  origin: string,
  indexSigned: boolean,
  request: RpmRequest,
): Promise<FetchedKernel> {
  const { source, arch, paths, listener } = request;
  const { signal } = listener;
  const found = new Map<string, string>();
  const bundle = openBundle(host, join(paths.workDir, 'module-bundle'));
  const records: FetchedKernel['package']['files'] = [];
  let first: Signer | undefined;
  listener.onProgress(`unpacking ${source.package}`, 0, 0);
  for (const [index, { chosenPackage: expected, path, sha256, url }] of files.entries()) {
    const file = await readPackage(host, path);
    const dir = join(paths.workDir, `package-${index}`);
    const signer = await verifyPackage(host, file, keyring, join(dir, 'signatures'), indexSigned, signal);
    first ??= signer;
    const { facts } = file;
    checkIdentity(facts, expected, arch);
    records.push({
      name: facts.name,
      version: evrText(facts),
      sha256: sha256 ?? (await host.files.sha256(path)),
      signer: signer.key,
      ...(url !== undefined && { url }),
    });
    for (const [inside, target] of await unpackPayload(host, file, join(dir, 'root'), bundle, signal))
      found.set(inside, target);
  }
  const kernel = locateKernel(found);
  const [main] = records;
  if (kernel === undefined || main === undefined) {
    const names = files.map(({ chosenPackage }) => `${chosenPackage.name} ${evrText(chosenPackage)}`).join(' and ');
    throw new HostError(
      'kernel_unusable',
      `${names}: there is no kernel image in it; name the package that holds vmlinuz`,
    );
  }
  await keepPackages(host, files, request);
  const { name, version } = main;
  const from = { name, version, archive: origin, suite: '', files: records, ...(first && { signer: first }) };
  return { kernel: { ...kernel, placeModule: bundle.place }, package: from };
}
