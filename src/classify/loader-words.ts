import type { ReasonOf } from '../findings/findings.ts';

/** Why a library rejected an object by itself, by its own words. */
type Reason = ReasonOf<'LOADER_REJECTED'>;

/** Most specific first. Each pattern is of words that a library was seen to print (docs/loaders.md). */
const RULES: readonly (readonly [reason: Reason, words: RegExp])[] = [
  ['section_name', /invalid program section|missing BPF prog type/],
  ['extern', /unsupported binding: STB_WEAK|resolve \.kconfig: |fixing up kfuncs: /],
  ['extern', /size of section `\.k(?:config|syms)`|virtual \.ksyms section/],
  // What names a function or variable of another object file.
  ['extern', /function 0x[\da-f]+ not found while relocating|: unsatisfied program reference/],
  [
    'map_definition',
    /requires InnerMap|pin type \d+: not supported|both (?:key and key_size|value and value_size) given/,
  ],
  ['map_definition', /unrecognized field \w+ in BTF map definition|initializing BTF map definitions: not supported/],
  ['map_size', /can't get size of BTF (?:key|value)|MaxEntries may be incorrectly set to zero/],
  ['legacy_map', /reference to "[^"]*" in section SHN_UNDEF\+\d+: |section `\d+` not found, referenced by symbol `/],
  ['btf', /BTF error: |no BTF parsed for object|func_info doesn't match number of subprogs/],
  [
    'core_relocation',
    /error relocating .*(?:invalid access string|multiple candidate target types|is invalid: original type)/,
  ],
  ['core_relocation', /bad CO-RE relocation: /],
  ['kernel_type', /struct_ops: "[^"]*" doesn't exist in kernel/],
  ['attach_target', /Unknown BTF type `|attach \w+\/\w+: .* not supported$/m],
  ['attach_target', /replaces a function of a program that its own loader names|Tracing programs must provide btf_id/],
  [
    'unsupported',
    /Unsupported map type found|invalid map type \d+|got '\.struct_ops' section: not supported|in section SHN_COMMON: /,
  ],
  ['unsupported', /skipping unrecognized data section\(\d+\) \.struct_ops\.link|arena's user address must be set/],
];

/** No library says more in a line; a guest may, and patterns with an end in sight would go over it again and again. */
const MAX_LINE = 2000;

/** The reason in what a library said. */
export function rejectionReason(said: string): Reason {
  const lines = said
    .split('\n')
    .map((line) => line.slice(0, MAX_LINE))
    .join('\n');
  return RULES.find(([, words]) => words.test(lines))?.[0] ?? 'other';
}
