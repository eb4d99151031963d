import { shortDistro } from '../model/vendors.ts';
import type { CheckDocument } from './document.ts';
import { oneLine } from './escape.ts';
import { byVendor } from './kernel-order.ts';
import { profileName } from './names.ts';
import type { SavedTarget } from './saved-report.ts';

/** A kernel that some object of a document was tested on. All texts are plain, and clipped. */
export interface DocumentKernel {
  readonly id: string;
  /** `6.1`; the id where the report does not say. */
  readonly family: string;
  /** Of the distribution; may be empty. */
  readonly vendor: string;
  /** `deb 12`; may be empty. */
  readonly distro: string;
  /** May be empty. */
  readonly arch: string;
  /** `Debian 12 (6.1)`, `Debian 12 (6.1) aarch64`; the id where the report does not say. */
  readonly name: string;
  /** The family where no other kernel of the document has it, else the name. */
  readonly short: string;
}

type Named = Omit<DocumentKernel, 'short'>;

function kernelOf(target: SavedTarget): Named {
  const { profile_id: id, profile, host } = target;
  const { distro = '', version = '', kernel_family: family = '', arch = '' } = profile ?? host ?? {};
  const known = distro !== '' && family !== '';
  // Kernels of one release for several architectures may stand beside each other.
  const other = arch === '' || arch === 'x86_64' ? '' : ` ${arch}`;
  return {
    id,
    family: oneLine(known ? family : id, 64),
    vendor: known ? oneLine(distro, 40) : '',
    distro: known ? oneLine(`${shortDistro(distro)} ${version}`, 40) : '',
    arch: oneLine(arch, 20),
    name: oneLine(known ? `${profileName({ distro, version, kernelFamily: family })}${other}` : id, 100),
  };
}

/** Two profiles of one release and family are distinguished by their ids. */
function twin({ name, arch }: Named, all: readonly Named[]): boolean {
  return all.filter((other) => other.name === name && other.arch === arch).length > 1;
}

/** All kernels of a document, each once: by architecture and vendor, oldest first. */
export function documentKernels({ cases }: Pick<CheckDocument, 'cases'>): DocumentKernel[] {
  const kernels = new Map<string, Named>();
  for (const { targets } of cases) {
    for (const target of targets) {
      const before = kernels.get(target.profile_id);
      // A case whose report is gone knows the id only.
      if (!before || before.distro === '') kernels.set(target.profile_id, kernelOf(target));
    }
  }
  const all = [...kernels.values()];
  const alone = (family: string): boolean => all.filter((other) => other.family === family).length === 1;
  const named = all.map((kernel) => ({
    ...kernel,
    name: twin(kernel, all) ? `${kernel.name} ${oneLine(kernel.id, 64)}` : kernel.name,
  }));
  const shown = named.map((kernel) => ({ ...kernel, short: alone(kernel.family) ? kernel.family : kernel.name }));
  return byVendor(shown, ({ arch, vendor, family }) => ({ arch, vendor, family }));
}
