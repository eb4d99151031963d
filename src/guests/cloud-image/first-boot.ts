/** What brings the validator into a system as it boots for the first time. */
export type FirstBoot = 'cloud-init' | 'ignition';

/** Systems that read a configuration of Ignition, before anything else runs. */
const IGNITION: ReadonlySet<string> = new Set(['fedora-coreos', 'rhcos', 'flatcar']);

/** Systems without a shell, which start no program of ours. */
const CLOSED: ReadonlySet<string> = new Set(['talos', 'bottlerocket']);

/** How systems of a vendor are configured; undefined where nothing starts a validator in them. */
export function firstBootOf(distro: string): FirstBoot | undefined {
  if (CLOSED.has(distro)) return undefined;
  return IGNITION.has(distro) ? 'ignition' : 'cloud-init';
}
