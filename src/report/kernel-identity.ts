import type { KernelIdentity } from '../model/kernel-identity.ts';
import { some } from './json-values.ts';
import type { TargetView } from './view.ts';

/**
 * The kernel that gave the result, as its guest described itself before it had the object. Digests come from the stored
 * files of that build: the guest was compared with it by its build id. Undefined without a guest that gave a result.
 */
export function kernelIdentityJson({
  target,
  result,
  evidence,
}: Pick<TargetView, 'target' | 'result' | 'evidence'>): KernelIdentity | undefined {
  if (!evidence) return undefined;
  const { kernel, btf, facts } = evidence.hello;
  const { profile } = target;
  const stored = result?.kernel;
  const identity = {
    arch: kernel.machine,
    release: kernel.release,
    version: some(kernel.version),
    build_id: some(facts.build_id) ?? stored?.buildId,
    btf_sha256: btf.vmlinux ? stored?.btfSha256 : null,
    config_sha256: stored?.config?.sha256,
    distro: some(profile.distro),
    distro_version: some(profile.version),
  };
  return Object.fromEntries(Object.entries(identity).filter(([, value]) => value !== undefined)) as KernelIdentity;
}
