import type { Facts } from './entry.ts';

/**
 * Arguments of findings about how a kernel was built: the option it lacks, its value in the kernel's own configuration (`n`;
 * absent where that could not be read) and the nearest profile that has it (`none`: no kernel of the table does).
 */
export const BUILD = ['config', 'config_value', 'config_profile'] as const;

type Build = Facts<(typeof BUILD)[number]>;

/** `; debian-13-7.3-generic has it`, or nothing. */
function whoHas({ args: { config_profile: profile } }: Build): string {
  if (profile === undefined) return '';
  return profile === 'none' ? "; none of Debian's kernels has it" : `; ${profile} has it`;
}

/** That the kernel was built without an option, and which one has it; empty where no option is known. */
export function builtWithout(f: Build): string {
  const { config, config_value: value } = f.args;
  if (config === undefined) return '';
  return `The kernel was ${value === 'n' ? '' : 'most likely '}built without ${config}${whoHas(f)}.`;
}

/** ` Or use a kernel with CONFIG_HID_BPF (debian-13-7.3-generic).`, behind what can be done otherwise; empty where none is known. */
export function orBuiltWith({ args: { config, config_profile: profile } }: Build): string {
  if (config === undefined) return '';
  const known = profile === undefined || profile === 'none' ? '' : `, such as ${profile}`;
  return ` Or use a kernel with ${config}${known}.`;
}
