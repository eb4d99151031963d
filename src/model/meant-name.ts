import { slipOf } from './edit-distance.ts';

/** What people write before a name of the kernel, or leave there from elsewhere: a category, a prefix of the caller. */
const BEFORE = /^(?:.*[:/])?(?:security_|bpf_lsm_|bpf_iter_|bpf_)?/;
/** What compilers add to names. */
const BEHIND = /\.(?:isra|constprop|part|cold|llvm)\b.*$/;

function bare(name: string): string {
  return name.replace(BEFORE, '').replace(BEHIND, '');
}

/** Events of system calls have the name of the function: `sys_enter_newstat` is that of stat, `sys_enter_umount` of umount2. */
function event(name: string): string {
  return name.replace(/^(.*sys_(?:enter|exit)_)(?:new)?(.*?)\d*$/, '$1$2');
}

/**
 * The one of `candidates`, names that a kernel has, which was meant by `name`, which it has not: the same but for what
 * stands around it, or a slip of one letter. undefined: none is.
 */
export function meantName(name: string, candidates: readonly string[]): string | undefined {
  const same = candidates.find((other) => other !== name && bare(other) === bare(name));
  const call = /sys_(?:enter|exit)_/.test(name) ? candidates.find((other) => event(other) === event(name)) : undefined;
  return same ?? call ?? slipOf(name, candidates);
}
