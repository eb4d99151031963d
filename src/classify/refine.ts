import type { Evidence } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { kernelVersion, olderThan } from '../model/kernel-range.ts';
import { nearSections } from '../object/near-sections.ts';
import { explainCore } from './core.ts';
import { explainExtern } from './externs.ts';
import { sectionTarget, structOpsSince } from './first-kernel.ts';
import { helper } from './helpers.ts';
import { recode, withArgs } from './make-finding.ts';
import { explainField } from './map-field.ts';
import { hidesTracepoints, lockdownLevel, lockedHelper } from './policy.ts';
import { explainContext, explainSignature, explainTrampoline } from './prototype.ts';
import { explainMissing } from './symbols.ts';

/** First kernel that takes the address of a function (bpf_for_each_map_elem, bpf_loop, timers). */
const CALLBACKS_SINCE = '5.13';

/** First kernel with bounded loops. */
const LOOPS_SINCE = '5.3';

/** bpf_override_return: offered to kprobes only, by kernels that are built with the option for it. */
const OVERRIDE_RETURN = 58;

/**
 * Structures of which the kernel's check rejects members for one reason alone: that the program may sleep
 * (`bpf_scx_check_member`, kernel/sched/ext.c). Others have members that no program can implement.
 */
const SLEEP_CHECKED: ReadonlySet<string> = new Set(['sched_ext_ops']);

/** libbpf reads the file itself: no list of the kernel's names says more, and no kernel is to blame. */
function refineFile(finding: Finding): Finding {
  const [, file, name] = /^([^:]+):(.+)$/.exec(finding.args['target'] ?? '') ?? [];
  const args = {
    file,
    function: finding.args['function'] === finding.args['target'] ? name : finding.args['function'],
  };
  return { ...withArgs<'ATTACH_TARGET_NOT_FOUND'>(finding, args, { confidence: 'high' }), group: 'object' };
}

/** `sched/sched_switch` where only `sched_switch` can be: no name of a raw tracepoint has such a letter. */
function withCategory(finding: Finding): Finding | undefined {
  const { section = '', function: name = '' } = finding.args;
  if (!/^\??(?:raw_tp|raw_tracepoint|tp_btf)\b/.test(section) || !/[:/]/.test(name)) return undefined;
  const known = withArgs<'ATTACH_TARGET_NOT_FOUND'>(finding, { reason: 'raw_category' }, { confidence: 'high' });
  return { ...known, group: 'program' };
}

function refineMember(finding: Finding): Finding {
  const { struct = '', section = '' } = finding.args;
  if (!/^\??struct_ops\.s/.test(section) || !SLEEP_CHECKED.has(struct)) return finding;
  // The kernel is not to blame: the program is declared as one that may sleep.
  return { ...withArgs<'STRUCT_OPS_MISMATCH'>(finding, { reason: 'sleepable_member' }), group: 'program' };
}

function refineStruct(finding: Finding, release: string): Finding {
  const since = structOpsSince(finding.args['struct'] ?? '');
  if (!olderThan(kernelVersion(release), since)) return finding;
  return withArgs<'STRUCT_OPS_UNSUPPORTED'>(finding, { reason: 'kernel_too_old', since }, { confidence: 'high' });
}

/** Its own words are not enough: libbpf also says so when it cannot parse a BTF that is there. */
function refineMissingBtf(finding: Finding, { hello }: Evidence): Finding {
  const { release } = hello.kernel;
  return hello.btf.vmlinux
    ? withArgs<'MISSING_BTF'>(finding, { reason: 'malformed', release })
    : withArgs<'MISSING_BTF'>(finding, { release }, { confidence: 'high' });
}

function withNear(finding: Finding): Finding {
  const similar = nearSections(finding.args['section'] ?? '').map((name) => `SEC("${name}")`);
  return similar.length === 0 ? finding : withArgs<'UNKNOWN_SECTION'>(finding, { near: similar.join(', ') });
}

/** A tracepoint that cannot be looked up: whether the kernel has it is not known. */
function hidden(finding: Finding, { hello }: Evidence): Finding {
  const args = { reason: 'lockdown', level: lockdownLevel(hello) } as const;
  return recode(finding, 'POLICY_DENIED', { confidence: 'high', args });
}

/** Holds a text finding against what the guest said about itself: its code, reason and confidence may change. */
export function refine(finding: Finding, evidence: Evidence): Finding {
  const { hello } = evidence;
  const { release } = hello.kernel;
  switch (finding.code) {
    case 'MISSING_BTF':
      return refineMissingBtf(finding, evidence);
    case 'ATTACH_TARGET_NOT_FOUND':
      if (finding.args['reason'] === 'not_in_file') return refineFile(finding);
      if (hidesTracepoints(hello) && isTracepoint(finding)) return hidden(finding, evidence);
      if (finding.args['reason'] === 'btf' && !hello.btf.vmlinux) {
        return recode(finding, 'MISSING_BTF', { confidence: 'high', args: { reason: 'kernel_btf', release } });
      }
      return withCategory(finding) ?? explainMissing(finding, evidence);
    case 'ATTACH_TARGET_NOT_TRACEABLE':
    case 'ATTACH_TARGET_AMBIGUOUS': {
      // Some kernels reject a kind of functions and name none.
      const target = finding.args['function'] ?? sectionTarget(finding.args['section'] ?? '');
      return explainMissing(withArgs<typeof finding.code>(finding, { function: target }), evidence);
    }
    case 'MISSING_KFUNC':
    case 'UNRESOLVED_KSYM':
      if (!hello.btf.vmlinux && ['strong', 'weak', 'variable'].includes(finding.args['reason'] ?? '')) {
        return recode(finding, 'MISSING_BTF', { confidence: 'high', args: { reason: 'kernel_btf', release } });
      }
      return explainMissing(explainExtern(finding, evidence), evidence);
    case 'UNRESOLVED_KCONFIG':
      return explainExtern(finding, evidence);
    case 'UNKNOWN_SECTION':
      return withNear(finding);
    case 'KFUNC_SIGNATURE_MISMATCH':
      return explainSignature(finding, evidence);
    case 'TRAMPOLINE_UNSUPPORTED':
      return explainTrampoline(finding, evidence);
    case 'VERIFIER_REJECTION':
      return explainContext(finding, evidence);
    case 'STRUCT_OPS_UNSUPPORTED':
      return refineStruct(finding, release);
    case 'STRUCT_OPS_MISMATCH':
      return refineMember(finding);
    case 'INVALID_MAP_PARAMS':
      return explainField(finding, evidence);
    case 'CORE_RELOCATION_FAILURE':
      return explainCore(finding, evidence);
    case 'BTF_INFO_REJECTED':
    case 'UNSUPPORTED_INSTRUCTION':
      return refineCallback(finding, evidence);
    case 'UNSUPPORTED_LOOP':
      return refineLoop(finding, evidence);
    case 'UNSUPPORTED_HELPER':
    case 'HELPER_NOT_ALLOWED':
      return refineHelper(finding, evidence);
    default:
      return finding;
  }
}

/**
 * A function that is only passed as a callback is not a subprogram to kernels that do not know callbacks: they miscount
 * and blame the object's records, which are fine.
 */
function refineCallback(finding: Finding, { hello }: Evidence): Finding {
  const { release } = hello.kernel;
  const miscounted = /^number of funcs in func_info/.test(finding.evidence?.text ?? '');
  if (!miscounted || !olderThan(kernelVersion(release), CALLBACKS_SINCE)) return finding;
  return recode(finding, 'UNSUPPORTED_INSTRUCTION', { args: { reason: 'callback', since: CALLBACKS_SINCE, release } });
}

/** Kernels that know loops still reject a jump back into a function that is being called: a recursion. */
function refineLoop(finding: Finding, { hello }: Evidence): Finding {
  const version = kernelVersion(hello.kernel.release);
  if (!version || olderThan(version, LOOPS_SINCE)) return finding;
  return recode(finding, 'VERIFIER_REJECTION', { args: { reason: 'structure', recursion: 'true' } });
}

function refineHelper(finding: Finding, { hello }: Evidence): Finding {
  const id = Number(finding.args['id'] ?? Number.NaN);
  const known = Number.isInteger(id) ? helper(id) : undefined;
  // A kernel that knows the helper may offer it to fewer types of programs than a newer one: no table has that.
  const since = finding.code === 'UNSUPPORTED_HELPER' ? known?.since : undefined;
  const named = known === undefined ? {} : { helper: known.name, since };
  const args = { ...named, release: hello.kernel.release };
  if (finding.args['reason'] === 'context') {
    return { ...withArgs<'HELPER_NOT_ALLOWED'>(finding, args), group: 'program' };
  }
  if (finding.code === 'HELPER_NOT_ALLOWED' && known && lockedHelper(hello, known.id)) {
    const level = lockdownLevel(hello) ?? '';
    return recode(finding, 'POLICY_DENIED', { confidence: 'high', args: { ...args, reason: 'lockdown', level } });
  }
  if (finding.args['reason'] === 'program_type' && known?.id === OVERRIDE_RETURN && isKprobe(finding)) {
    const config = 'CONFIG_BPF_KPROBE_OVERRIDE';
    return withArgs<'HELPER_NOT_ALLOWED'>(finding, { ...args, reason: 'compiled_out', config });
  }
  return withArgs<'UNSUPPORTED_HELPER' | 'HELPER_NOT_ALLOWED'>(finding, args);
}

function isTracepoint(finding: Finding): boolean {
  return /^\??(?:tp|tracepoint)\b/.test(finding.args['section'] ?? '');
}

function isKprobe(finding: Finding): boolean {
  return /^\??k(?:ret)?(?:probe|syscall)/.test(finding.args['section'] ?? '');
}
