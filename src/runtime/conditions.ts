import type { EvidenceTarget } from './evidence-report.ts';

/** So many are named, each with so many characters. */
const MAX_NAMED = 100;
const MAX_CHARS = 400;

/** The library that decided, `ebpf-go 0.22.0`; undefined for the validator's own, which is no file beside it. */
export function otherLoader({ loaders }: EvidenceTarget): string | undefined {
  const decides = loaders.find((one) => one.decides);
  return decides === undefined || decides.sha256 === '' ? undefined : `${decides.name} ${decides.version}`;
}

/** Whether a pass is one of which no program was loaded: nothing was seen of the object. */
export function isUnseen({ findings, status }: EvidenceTarget): boolean {
  return status === 'pass' && findings.some(({ code }) => code === 'NOTHING_LOADED');
}

/** What a manifest or a flag alone makes a failure: the object may be loaded all the same. */
const OF_THE_REQUEST: readonly string[] = ['SETTING_NOT_APPLIED', 'MISSING_PROGRAM', 'INSN_BUDGET_EXCEEDED'];

/** Whether nothing but the request makes it a failure: it would be held against the object on each host. */
export function failsByRequest({ findings, status }: EvidenceTarget): boolean {
  const causes = findings.filter(({ decisive }) => decisive);
  return status === 'fail' && causes.length > 0 && causes.every(({ code }) => OF_THE_REQUEST.includes(code));
}

/**
 * What a pass holds for alone: a host that loads the object as it is does not do it. Settings and fixups of the load, BTF
 * that the kernel does not have, modules of the kernel that were loaded before, and that the object could alter what was
 * observed.
 */
export function conditionsOf({ shims, btf, findings, modules }: EvidenceTarget): string[] {
  const settings = shims
    .filter(({ errno }) => errno === '')
    .map(({ kind, subject, detail }) => `setting:${kind}:${subject}=${detail}`.slice(0, MAX_CHARS));
  const supplied = btf?.supplied?.used ? [`btf:${btf.supplied.sha256}`] : [];
  const loaded = (modules?.used ?? []).flatMap(({ name, status }) => (status === 'loaded' ? [`module:${name}`] : []));
  const altering = findings.some(({ code }) => code === 'RESULTS_CAN_BE_ALTERED') ? ['results_can_be_altered'] : [];
  return [...altering, ...supplied, ...loaded, ...settings].slice(0, MAX_NAMED);
}
