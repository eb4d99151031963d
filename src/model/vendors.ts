/** Who makes the kernels of a `distro`: the name in sentences, and a short one for columns. */
interface Vendor {
  readonly name: string;
  readonly short?: string;
}

const VENDORS: ReadonlyMap<string, Vendor> = new Map(
  Object.entries({
    almalinux: { name: 'AlmaLinux', short: 'alma' },
    'amazon-linux': { name: 'Amazon Linux', short: 'amzn' },
    'azure-linux': { name: 'Azure Linux', short: 'azl' },
    bottlerocket: { name: 'Bottlerocket' },
    'centos-stream': { name: 'CentOS Stream', short: 'cs' },
    'ci-kernels': { name: 'upstream (ci-kernels)', short: 'ci' },
    debian: { name: 'Debian', short: 'deb' },
    fedora: { name: 'Fedora' },
    'fedora-coreos': { name: 'Fedora CoreOS', short: 'fcos' },
    flatcar: { name: 'Flatcar' },
    'linux-mainline': { name: 'mainline Linux', short: 'linux' },
    local: { name: 'own kernel', short: 'own' },
    opensuse: { name: 'openSUSE', short: 'suse' },
    oracle: { name: 'Oracle Linux', short: 'ol' },
    rhcos: { name: 'RHCOS' },
    rhel: { name: 'RHEL' },
    rocky: { name: 'Rocky Linux' },
    sles: { name: 'SLES' },
    talos: { name: 'Talos' },
    ubuntu: { name: 'Ubuntu', short: 'ubu' },
  }),
);

/** Is a word the id of a kernel by its look (`debian-12-6.1-arm64`), or a choice of some (`ubuntu>=22.04`)? */
export function looksLikeKernel(word: string): boolean {
  const name = /^([a-z][a-z-]*[a-z])(?:(?:-\d[\d.]*)+(?:-[a-z0-9]+)*|[<>=]+[\d.]+)$/.exec(word)?.[1];
  return name !== undefined && VENDORS.has(name);
}

/** `Rocky Linux` for rocky; the word itself of an unknown distro. */
export function vendorName(distro: string): string {
  return VENDORS.get(distro)?.name ?? distro;
}

/** `deb` for debian; the word itself where there is no shorter one. */
export function shortDistro(distro: string): string {
  return VENDORS.get(distro)?.short ?? distro;
}
