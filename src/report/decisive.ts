/** What is never more than a note, in reports of versions that did not say which findings decide. */
const REMARKS: ReadonlySet<string> = new Set([
  'KERNEL_WARNING',
  'LSM_BPF_NOT_ENABLED',
  'MANIFEST_MISMATCH',
  'ATTACH_TARGET_INLINED',
]);

interface SaidFinding {
  readonly code: string;
  readonly phase?: string;
  readonly args?: Readonly<Record<string, string>>;
  readonly decisive?: boolean | undefined;
}

/**
 * Whether a finding of a saved report makes its target fail. Older reports do not say it: there it follows from where the
 * failure stands. What is not known counts as a cause.
 */
export function isDecisive(finding: SaidFinding, target: { readonly status: string; readonly failed_stage?: string }) {
  if (finding.decisive !== undefined) return finding.decisive;
  if (target.status !== 'fail' || REMARKS.has(finding.code) || finding.args?.['required'] === 'false') return false;
  const afterAttach = target.failed_stage === 'functional' || target.failed_stage === 'validation';
  return !(finding.phase === 'attach' && afterAttach);
}
