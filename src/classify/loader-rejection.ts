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
  ['extern', /unsupported binding: STB_WEAK|size of section `\.k(?:config|syms)`|virtual \.ksyms section/],
  ['map_definition', /requires InnerMap|pin type \d+: not supported/],
  ['unsupported', /Unsupported map type found/],
];

function rejectionReason(error: string): Reason {
  return RULES.find(([, words]) => words.test(error))?.[0] ?? 'other';
}

/** The library's own words as a finding, where no rule for the kernel's words knows the cause. */
export function rejected(loader: LoaderFacts, report: LoaderReport): Finding {
  const { open, load } = report;
  const failed = open.status === 'fail' ? open : load;
  return makeFinding({
    code: 'LOADER_REJECTED',
    confidence: 'medium',
    phase: open.status === 'fail' ? 'open' : 'load',
    subject: load.subject || undefined,
    args: { loader: loader.name, version: loader.version, reason: rejectionReason(failed.error), error: failed.error },
    evidence: evidenceLine(failed.error, loader.name),
  });
}
