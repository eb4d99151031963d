import { compareKernels, kernelNumber } from '../model/kernel-range.ts';
import { oneLine } from './escape.ts';
import type { GateDocument } from './gate-document.ts';
import { profileName, shortDistro } from './names.ts';
import type { SavedTarget } from './saved-report.ts';

/** A kernel that some object of a document was asked on. All texts are plain, and clipped. */
export interface DocumentKernel {
  readonly id: string;
  /** `6.1`; the id where the report does not say. */
  readonly family: string;
  /** `deb 12`; may be empty. */
  readonly distro: string;
  /** May be empty. */
  readonly arch: string;
  /** `Debian 12 (6.1)`; the id where the report does not say. */
  readonly name: string;
  /** The family where no other kernel of the document has it, else the name. */
  readonly short: string;
}

function kernelOf(target: SavedTarget): Omit<DocumentKernel, 'short'> {
  const { profile_id: id, profile, host } = target;
  const { distro = '', version = '', kernel_family: family = '', arch = '' } = profile ?? host ?? {};
  const known = distro !== '' && family !== '';
  return {
    id,
    family: oneLine(known ? family : id, 64),
    distro: known ? oneLine(`${shortDistro(distro)} ${version}`, 40) : '',
    arch: oneLine(arch, 20),
    name: known ? oneLine(profileName({ distro, version, kernelFamily: family }), 100) : oneLine(id, 100),
  };
}

function byAge(a: Pick<DocumentKernel, 'family'>, b: Pick<DocumentKernel, 'family'>): number {
  const [x, y] = [kernelNumber(a.family), kernelNumber(b.family)];
  // What has no number comes last.
  if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
  return compareKernels(x, y);
}

/** All kernels of a document, each once: grouped by architecture, oldest first. */
export function documentKernels({ cases }: GateDocument): DocumentKernel[] {
  const kernels = new Map<string, Omit<DocumentKernel, 'short'>>();
  for (const { targets } of cases) {
    for (const target of targets) {
      const before = kernels.get(target.profile_id);
      // A case whose report is gone knows the id only.
      if (!before || before.distro === '') kernels.set(target.profile_id, kernelOf(target));
    }
  }
  const all = [...kernels.values()];
  const alone = (family: string): boolean => all.filter((other) => other.family === family).length === 1;
  const archs = [...new Set(all.map(({ arch }) => arch))];
  return all
    .map((kernel) => ({ ...kernel, short: alone(kernel.family) ? kernel.family : kernel.name }))
    .sort((a, b) => archs.indexOf(a.arch) - archs.indexOf(b.arch) || byAge(a, b));
}
