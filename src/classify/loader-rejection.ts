import type { ReasonOf } from '../findings/findings.ts';
import type { Finding } from '../model/finding.ts';
import type { LoaderFacts } from '../model/guest-loader.ts';
import type { LoaderReport } from '../model/loader-report.ts';
import { evidenceLine, makeFinding } from './make-finding.ts';

/** Why a library rejected an object by itself, by its own words. */
type Reason = ReasonOf<'LOADER_REJECTED'>;

/** Most specific first. Each pattern is of words that a library was seen to print (docs/loaders.md). */
const RULES: readonly (readonly [reason: Reason, words: RegExp])[] = [
  ['section_name', /invalid program section|missing BPF prog type/],
  [
    'extern',
    /unsupported binding: STB_WEAK|resolve \.kconfig: |fixing up kfuncs: |size of section `\.k(?:config|syms)`|virtual \.ksyms section/,
  ],
  ['map_definition', /requires InnerMap|pin type \d+: not supported/],
  ['legacy_map', /reference to "[^"]*" in section SHN_UNDEF\+\d+: |section `\d+` not found, referenced by symbol `/],
  ['core_relocation', /error relocating `[^`]*`: invalid access string/],
  ['kernel_type', /struct_ops: "[^"]*" doesn't exist in kernel/],
  ['attach_target', /Unknown BTF type `|attach \w+\/\w+: .* not supported$/m],
  ['unsupported', /Unsupported map type found|skipping unrecognized data section\(\d+\) \.struct_ops\.link/],
];

/** Of a call that ebpf-go puts where a function is missing in the kernel: from here on, its number tells which relocation it was. */
const POISON = 0xdedc0de;
const POISONS = 0x10000;
const POISONED = /invalid func unknown#(?<number>\d{1,10})$/;

/** Whether the kernel rejects a call that the library itself put in, of a function that this kernel does not have. */
export function isPoisoned({ code, evidence }: Finding): boolean {
  const number = Number(POISONED.exec(evidence?.text ?? '')?.groups?.['number'] ?? 0);
  return code === 'UNSUPPORTED_HELPER' && number >= POISON && number < POISON + POISONS;
}

function rejectionReason(said: string): Reason {
  return RULES.find(([, words]) => words.test(said))?.[0] ?? 'other';
}

/** The library's own words as a finding, where no rule for the kernel's words knows the cause. */
export function rejected(loader: LoaderFacts, report: LoaderReport): Finding {
  const { open, load } = report;
  const failed = open.status === 'fail' ? open : load;
  // What it passed over with a warning is why it fails later.
  const said = `${failed.error}\n${open.log}`;
  return makeFinding({
    code: 'LOADER_REJECTED',
    confidence: 'medium',
    phase: open.status === 'fail' ? 'open' : 'load',
    subject: load.subject || undefined,
    args: { loader: loader.name, version: loader.version, reason: rejectionReason(said), error: failed.error },
    evidence: evidenceLine(failed.error, loader.name),
  });
}
