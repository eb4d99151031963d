import type { StartPreset } from '../site/start-page.tsx';
import type { ServedKernel } from './kernels.ts';

type Known = ServedKernel['profile'];

const EL: readonly string[] = ['rhel', 'almalinux', 'rocky', 'centos-stream', 'oracle'];
const isUbuntuLts = ({ distro, version }: Known): boolean => distro === 'ubuntu' && /^\d[02468]\.04$/.test(version);
const isEnterprise = (one: Known): boolean =>
  [...EL, 'sles', 'amazon-linux', 'debian'].includes(one.distro) || isUbuntuLts(one);

/** Other builds and flavors of a kernel that is there already, and other architectures than most have. */
const VARIANT = /-(?:k\d|generic|rt|minimal|lockdown|arm64)/;

/** Sets by what a kernel is, as the names of earlier versions have it. */
const SETS: readonly (readonly [name: string, title: string, has: (one: Known) => boolean])[] = [
  ['enterprise-broad', 'enterprise, broad', isEnterprise],
  ['ubuntu-lts', 'Ubuntu LTS', isUbuntuLts],
  ['rhel-like', 'RHEL and alike', ({ distro }) => EL.includes(distro)],
  ['aws', 'Amazon Linux', ({ distro }) => distro === 'amazon-linux'],
  ['debian', 'Debian', ({ distro }) => distro === 'debian'],
];

/** Of each release of a distribution the newest kernel: a set is to be broad, not to have everything. */
function newest(kernels: readonly Known[]): Known[] {
  return [...new Map(kernels.map((one) => [`${one.distro} ${one.version}`, one])).values()];
}

/** What can be chosen at once among the kernels of the form; sets that no kernel of it belongs to are left out. */
export function presetsOf(offered: readonly ServedKernel[]): StartPreset[] {
  const profiles = offered.map(({ profile }) => profile);
  const standard = offered.filter((one) => one.standard !== undefined).map(({ profile }) => profile.id);
  const sets = SETS.map(([name, title, has]) => {
    const own = profiles.filter((one) => has(one) && !VARIANT.test(one.id));
    return { name, title, ids: (name === 'enterprise-broad' ? newest(own) : own).map(({ id }) => id) };
  });
  return [{ name: 'default', title: 'default', ids: standard }, ...sets].filter(({ ids }) => ids.length > 0);
}
