import { join } from 'node:path';
import { findProfile, profileIds } from '../../src/config/catalog.ts';
import { createHost } from '../../src/host/create-host.ts';
import type { KernelSource, Profile } from '../../src/model/kernel.ts';
import { table } from '../../src/report/markdown-table.ts';
import { createCatalog } from '../../src/run/resolve.ts';

/** Where the kernel of a profile comes from, in a few words; addresses are in the tables of matrices/catalog. */
function placeOf(kernel: KernelSource): string {
  switch (kernel.source) {
    case 'deb':
      return `\`${kernel.package}\` of ${kernel.archive}`;
    case 'rpm':
      return `\`${kernel.package}\`, rpm repository`;
    case 'oci':
      return 'container image';
    case 'url':
      return 'a file by its address';
    case 'file':
      return 'a file of this machine';
  }
}

const withoutBtf = ({ expectedBtf }: Profile): string => (expectedBtf === undefined ? '-' : expectedBtf ? 'yes' : 'no');

/** docs/profile-catalog.md. @param root directory of the package */
export async function profileCatalog(root: string): Promise<string> {
  // No workspace: what a file of the current directory says is not part of the catalog.
  const catalog = createCatalog({
    host: createHost({ env: {} }),
    workspace: join(root, 'test/no-such-workspace'),
    builtin: `${root}/matrices`,
    allowOverride: false,
    lock: 'ignore',
  });
  const profiles = await Promise.all((await profileIds(catalog)).map((id) => findProfile(catalog, id)));
  const rows = profiles.map((profile) => [
    `\`${profile.id}\``,
    `${profile.distro} ${profile.version}`,
    profile.kernelFamily,
    profile.arch,
    withoutBtf(profile),
    profile.unbootable ?? (profile.kernel === undefined ? 'disk image only' : placeOf(profile.kernel)),
  ]);
  return [
    '# Profile catalog',
    '',
    'Every built-in kernel, by the name that `--kernels` and matrices know it by. This page is made by `npm run pages` of',
    'the tables in [matrices/catalog](../matrices/catalog), which have the addresses, suites and keys; [kernels.md](kernels.md)',
    'says how each source is verified and which kernels this project has seen booting, [matrix.md](matrix.md) how to write a profile',
    'of your own. `bpfcompat kernels list` shows which are on this machine.',
    '',
    'BTF: what the newest builds of the series have, as far as it is known; each guest is looked at, and a report says where they differ.',
    '',
    ...table(['profile', 'system', 'kernel', 'architecture', 'BTF', 'kernel from'], rows),
    '',
  ].join('\n');
}
