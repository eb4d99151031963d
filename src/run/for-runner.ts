import type { Target } from '../model/cell.ts';
import type { Profile, Runner } from '../model/kernel.ts';
import { flag } from '../model/wording.ts';

/** A kernel of the user's own, which every runner can boot from its file. */
function local(profile: Profile, runner: Runner): Profile | undefined {
  if (profile.distro !== 'local' || profile.kernel?.source !== 'file') return undefined;
  if (runner === 'firecracker')
    return { ...profile, runner, firecracker: { kernel: profile.kernel.image, bootArgs: [] } };
  if (runner === 'virtme-ng') return { ...profile, runner, virtme: { run: profile.kernel.image, extraArgs: [] } };
  return undefined;
}

/** The targets of a run whose runner was chosen: those whose profiles want another one say so, and are not run. */
export function forRunner(targets: readonly Target[], runner: Runner): Target[] {
  return targets.map((target) => {
    const { profile } = target;
    if (profile.runner === runner) return target;
    const own = local(profile, runner);
    if (own !== undefined) return { ...target, profile: own };
    const unserved = `${profile.id} wants the runner ${profile.runner}; choose it for a run of its own (${flag('runner')} ${profile.runner})`;
    return { ...target, profile: { ...profile, unserved } };
  });
}
