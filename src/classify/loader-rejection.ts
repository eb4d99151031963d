import type { Finding } from '../model/finding.ts';
import type { LoaderFacts } from '../model/guest-loader.ts';
import type { LoaderReport } from '../model/loader-report.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { rejectionReason } from './loader-words.ts';
import { evidenceLine, makeFinding } from './make-finding.ts';

/** Characters of each log that are searched for words. */
const MAX_SEARCHED = 4096;

/** Of a call that ebpf-go puts where a function is missing in the kernel: from here on, its number tells which relocation it was. */
const POISON = 0xdedc0de;
const POISONS = 0x10000;
const POISONED = /invalid func unknown#(?<number>\d{1,10})$/;

/** Whether the kernel rejects a call that the library itself put in, of a function that this kernel does not have. */
function isPoisoned({ code, evidence }: Finding): boolean {
  const number = Number(POISONED.exec(evidence?.text ?? '')?.groups?.['number'] ?? 0);
  return code === 'UNSUPPORTED_HELPER' && number >= POISON && number < POISON + POISONS;
}

/**
 * A map of maps that the kernel rejects where a library makes no inner map for it: the object has none, or the library does not read
 * it. Undefined for anything else.
 */
function innerless(finding: Finding, words: Finding, facts: ObjectFacts | undefined): Finding | undefined {
  const { code, args, subject } = finding;
  if (code !== 'MAP_CREATE_FAILED' || args['reason'] !== 'refused' || args['errno'] !== 'EINVAL') return undefined;
  const map = facts?.maps.find(({ name }) => name === subject);
  if (map === undefined || !map.type.endsWith('_of_maps')) return undefined;
  if (map.inner !== undefined) return { ...words, args: { ...words.args, reason: 'unsupported' } };
  const { map: name = '', errno = '', release = '' } = args;
  return makeFinding({
    ...{ code: 'LOADER_CONTRACT', confidence: 'medium', phase: 'map', subject, evidence: finding.evidence },
    args: { map: name, type: map.type, errno, release, reason: 'inner_map' },
  });
}

/**
 * The library's words for a cause where its own rules say more than those for the kernel; undefined: the kernel's do.
 * @param words what `rejected` made of the library's
 */
export function inWordsOfLibrary(
  finding: Finding,
  words: Finding,
  facts: ObjectFacts | undefined,
): Finding | undefined {
  const outer = innerless(finding, words, facts);
  if (outer !== undefined) return outer;
  if (isPoisoned(finding)) return { ...words, args: { ...words.args, reason: 'extern' } };
  if (finding.code === 'UNKNOWN') return words;
  const unclassified = finding.code === 'VERIFIER_REJECTION' && finding.args['reason'] === 'unclassified';
  return unclassified && words.args['reason'] !== 'other' ? words : undefined;
}

/** What a library passed over with a warning is why it fails later, unless its error says why by itself. */
function reasonOf(error: string, logs: readonly string[]): ReturnType<typeof rejectionReason> {
  const own = rejectionReason(error);
  return own !== 'other' ? own : rejectionReason(logs.join('\n'));
}

/** The library's own words as a finding, where no rule for the kernel's words knows the cause. */
export function rejected(loader: LoaderFacts, report: LoaderReport): Finding {
  const { open, load } = report;
  const failed = open.status === 'fail' ? open : load;
  const logs = [open.log.slice(0, MAX_SEARCHED), load.log.slice(-MAX_SEARCHED), load.verifier_log.slice(-MAX_SEARCHED)];
  return makeFinding({
    code: 'LOADER_REJECTED',
    confidence: 'medium',
    phase: open.status === 'fail' ? 'open' : 'load',
    subject: load.subject || undefined,
    args: { loader: loader.name, version: loader.version, reason: reasonOf(failed.error, logs), error: failed.error },
    evidence: evidenceLine(failed.error, loader.name),
  });
}
