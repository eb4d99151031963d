import type { CellResult, Outcome } from '../model/cell.ts';
import { firstStage } from '../model/evidence.ts';
import { decisiveOf } from '../model/finding.ts';
import type { BroughtBtf, CellBtf, KernelBtf } from '../model/kernel-btf.ts';

/** How one cell is run: with BTF for CO-RE in the place of the kernel's, or as the kernel is. */
export type RunWithBtf = (btf: KernelBtf | undefined) => Promise<CellResult>;

function findingsOf(outcome: Outcome) {
  return outcome.status === 'pass' || outcome.status === 'fail' ? outcome.findings : [];
}

/** Why BTF of the user would change nothing; undefined where the object needs it. */
function idleReason({ evidence, outcome }: CellResult): (CellBtf & { readonly used: false })['reason'] | undefined {
  if (evidence === undefined) return 'no_answer';
  const isMissing = !evidence.hello.btf.vmlinux || findingsOf(outcome).some(({ code }) => code === 'MISSING_BTF');
  if (!isMissing) return 'kernel_has_btf';
  return (firstStage(evidence, 'open')?.core_relocations ?? 0) > 0 ? undefined : 'no_core_relocations';
}

function summary(outcome: Outcome): (CellBtf & { readonly used: true })['without'] {
  if (outcome.status !== 'fail') return { status: outcome.status };
  const code = decisiveOf(outcome.findings)[0]?.code;
  return { status: outcome.status, failedStage: outcome.failedStage, ...(code !== undefined && { code }) };
}

/** That a kernel has no BTF and no one brought its own along is not a verdict on an object that was to be tested with it. */
function untested(without: CellResult, why: string): CellResult {
  const { status, failedStage, code } = summary(without.outcome);
  const where = failedStage === undefined ? '' : ` at ${failedStage}`;
  const message = `the kernel has no BTF, and ${why}. Without BTF: ${status}${where}${code === undefined ? '' : ` (${code})`}`;
  return { ...without, outcome: { status: 'infra_error', cause: 'btf_unavailable', message } };
}

/**
 * Runs a cell as its kernel is, and again with the user's BTF where the kernel has none that the object's CO-RE
 * relocations could be resolved with. The verdict is the one with it; the other stands beside it.
 */
export async function runWithBtf(run: RunWithBtf, btf: BroughtBtf | undefined): Promise<CellResult> {
  const without = await run(undefined);
  if (btf === undefined) return without;
  if ('none' in btf) return idleReason(without) === undefined ? untested(without, btf.none) : without;
  const about = { path: btf.path, sha256: btf.sha256, sizeBytes: btf.bytes.length };
  const reason = idleReason(without);
  if (reason !== undefined) return { ...without, btf: { ...about, used: false, reason } };
  const result = await run(btf);
  return { ...result, btf: { ...about, used: true, without: summary(without.outcome) } };
}
