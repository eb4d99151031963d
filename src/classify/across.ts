import type { CellResult, Outcome } from '../model/cell.ts';
import type { Finding, FindingCode } from '../model/finding.ts';
import { inlinedOnOthers } from './inlined.ts';
import { isFine, type KernelResult, kernelResultsOf, newestHasResult, reports } from './kernel-results.ts';
import { withArgs } from './make-finding.ts';
import { absentOnOthers, moduleOnOthers } from './other-kernels.ts';

/** Rejections that follow a change of the rules and not of what the verifier can see. */
const RULE_CHANGES: ReadonlySet<string> = new Set([
  'ctx_access',
  'traced_arguments',
  'argument_type',
  'const_string',
  'context_address',
  'ctx_modified',
  'ctx_variable',
  'ctx_write',
  'fixed_offset',
  'locked',
  'map_read_only',
  'map_structure',
  'no_end',
  'no_map',
  'no_result',
  'null_argument',
  'number_argument',
  'own_memory',
  'not_constant',
  'packet_access',
  'packet_read_only',
  'passed_counter',
  'released',
  'return_value',
  'stale_packet',
  'uninitialized',
  'unset_register',
  'untrusted_pointer',
  'infinite_loop',
  'stack_counter',
  'structure',
]);

/** Codes about a name of the kernel: the reader wants to know which kernels have it. */
const NAMES: ReadonlySet<FindingCode> = new Set([
  'ATTACH_TARGET_NOT_FOUND',
  'CORE_RELOCATION_FAILURE',
  'MISSING_KFUNC',
  'UNRESOLVED_KSYM',
  'UNRESOLVED_KCONFIG',
]);

/** Reasons that lie in how a kernel was built or set up, however many kernels share them. */
const KERNEL_REASONS: ReadonlySet<string> = new Set(['compiled_out', 'module_not_loaded', 'kernel_btf']);

/** Groups that say already that no kernel is to blame, or that nothing was tested. */
const KEEPS_GROUP: ReadonlySet<Finding['group']> = new Set(['program', 'policy', 'infra']);

/**
 * What one kernel cannot know and all kernels of a run together show: the same failure everywhere is the object's,
 * one that begins at some kernel is a removal, one that ends is a question of age. Pure; the verdicts of the cells stay
 * as they are, only their findings say more. Each artifact is looked at by itself, and so is each architecture: what one
 * cannot do says nothing of the releases of another.
 */
export function acrossKernels(results: readonly CellResult[]): CellResult[] {
  const replaced = new Map<CellResult, CellResult>();
  for (const group of comparable(results)) {
    const kernels = absentOnOthers(kernelResultsOf(group));
    const complete = newestHasResult(group, kernels);
    for (const own of kernels) replaced.set(own.result, rejudged(own, kernels, complete));
  }
  return results.map((result) => replaced.get(result) ?? result);
}

/** Results that say something about each other. One without a kernel says nothing, but belongs to each architecture. */
function comparable(results: readonly CellResult[]): CellResult[][] {
  const arches = new Set(results.flatMap(({ kernel }) => kernel?.arch ?? []));
  const byArtifact = new Map<number, CellResult[]>();
  for (const result of results) {
    const group = byArtifact.get(result.cell.artifact) ?? [];
    byArtifact.set(result.cell.artifact, [...group, result]);
  }
  return [...byArtifact.values()].flatMap((group) =>
    arches.size < 2
      ? [group]
      : [...arches].map((arch) => group.filter(({ kernel }) => kernel === undefined || kernel.arch === arch)),
  );
}

/** @param complete the newest kernel of the run is among the kernels */
function rejudged(own: KernelResult, kernels: readonly KernelResult[], complete: boolean): CellResult {
  const { outcome } = own.result;
  const warnings = inlinedOnOthers(own, kernels);
  const findings = [...own.findings.map((finding) => judge(finding, own, kernels, complete)), ...warnings];
  const next: Outcome = outcome.status === 'pass' || outcome.status === 'fail' ? { ...outcome, findings } : outcome;
  return { ...own.result, outcome: next };
}

function judge(finding: Finding, own: KernelResult, kernels: readonly KernelResult[], complete: boolean): Finding {
  const same = kernels.map((other) => reports(other, finding));
  if (complete && kernels.length >= 2 && same.every((reported) => reported))
    return seenEverywhere(finding, kernels.length);
  const at = kernels.indexOf(own);
  const fine = kernels.map((other) => isFine(other, finding));
  const before = fine.lastIndexOf(true, at);
  const after = fine.indexOf(true, at);
  const label = (index: number): string => kernels[index]?.label ?? '';
  const able = fine.includes(true)
    ? kernels.flatMap((other, index) => (fine[index] ? [other.label] : [])).join(', ')
    : undefined;
  // Two builds or two settings of one version differ: nothing begins or ends with a kernel then.
  const built = finding.args['reason'] === 'compiled_out' && finding.args['config'] !== undefined;
  if (built || finding.group === 'policy') return withArgs(finding, { existsOn: able });
  const found = {
    lastGood: before < 0 ? undefined : label(before),
    firstGood: after < 0 ? undefined : label(after),
    regression: before >= 0 && after >= 0 ? 'true' : undefined,
    firstBad: before >= 0 && after < 0 ? label(same.indexOf(true, before)) : undefined,
    existsOn: NAMES.has(finding.code) ? able : undefined,
  };
  return moduleOnOthers(reworded(withArgs(finding, found)), kernels);
}

/** Every kernel with a result says the same, the newest included. */
function seenEverywhere(finding: Finding, kernels: number): Finding {
  const { reason = '', since } = finding.args;
  // What upstream has, a newer or otherwise built kernel would take: then the object is not to blame.
  const ofKernel = since !== undefined || KERNEL_REASONS.has(reason);
  const group = KEEPS_GROUP.has(finding.group) || ofKernel ? finding.group : 'object';
  return { ...finding, group, args: { ...finding.args, everywhere: String(kernels) } };
}

/** Reasons that only the other kernels show. */
function reworded(finding: Finding): Finding {
  const { reason = '', lastGood, firstGood } = finding.args;
  if (finding.code === 'VERIFIER_REJECTION' && firstGood !== undefined && lastGood === undefined) {
    if (RULE_CHANGES.has(reason)) return finding;
    return { ...finding, args: { ...finding.args, reason: 'verifier_precision', proof: reason } };
  }
  if (reason === 'renamed_or_removed' && lastGood !== undefined && firstGood === undefined) {
    return { ...finding, args: { ...finding.args, reason: 'removed' } };
  }
  return finding;
}
