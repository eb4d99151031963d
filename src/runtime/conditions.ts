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

/**
 * What a pass holds for alone: a host that loads the object as it is does not do it. Settings and fixups of the load, BTF
 * that the kernel does not have, and that the object could alter what was observed.
 */
export function conditionsOf({ shims, btf, findings }: EvidenceTarget): string[] {
  const settings = shims
    .filter(({ errno }) => errno === '')
    .map(({ kind, subject, detail }) => `setting:${kind}:${subject}=${detail}`.slice(0, MAX_CHARS));
  const supplied = btf?.supplied?.used ? [`btf:${btf.supplied.sha256}`] : [];
  const altering = findings.some(({ code }) => code === 'RESULTS_CAN_BE_ALTERED') ? ['results_can_be_altered'] : [];
  return [...altering, ...supplied, ...settings].slice(0, MAX_NAMED);
}
