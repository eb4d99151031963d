/** Codes of contract section 7; additive codes may join them. */
export const FINDING_CODES = [
  'UNSUPPORTED_ATTACH_TYPE',
  'UNSUPPORTED_MAP_TYPE',
  'CORE_RELOCATION_FAILURE',
  'MISSING_BTF',
  'UNSUPPORTED_PROGRAM_TYPE',
  'POLICY_DENIED',
  'CAPABILITY_FAILURE',
  'VERIFIER_REJECTION',
  'FUNCTIONAL_TEST_FAILURE',
  'UNSUPPORTED_TRANSPORT',
  'COMMAND_VALIDATION_FAILURE',
  'INVALID_OBJECT',
  'ATTACH_TARGET_NOT_FOUND',
  'UNSUPPORTED_HELPER',
  'MISSING_PROGRAM',
  'NOT_ATTACHED',
  'NOTHING_LOADED',
  'VALIDATOR_CRASH',
  'UNKNOWN',
  // The object itself: the same on every kernel.
  'LEGACY_MAP_DEFINITION',
  'OBJECT_NOT_LIBBPF_COMPATIBLE',
  'MISSING_OBJECT_BTF',
  'UNKNOWN_SECTION',
  'MISSING_LICENSE',
  'LOADER_CONTRACT',
  'BTF_INFO_REJECTED',
  'BTF_LOAD_REJECTED',
  'MANIFEST_MISMATCH',
  'SETTING_NOT_APPLIED',
  'INVALID_MAP_PARAMS',
  'NO_VARIANT_LOADS',
  // A kernel that lacks something.
  'MISSING_KFUNC',
  'KFUNC_NOT_ALLOWED',
  'KFUNC_SIGNATURE_MISMATCH',
  'UNRESOLVED_KSYM',
  'UNRESOLVED_KCONFIG',
  'MAP_CREATE_FAILED',
  'UNSUPPORTED_MAP_FLAG',
  'MISSING_MODULE_BTF',
  'BPF_SYSCALL_DISABLED',
  'MAP_PIN_CONFLICT',
  'MAP_PROG_INCOMPATIBLE',
  'TAIL_CALL_INCOMPATIBLE',
  'UNSUPPORTED_PROGRAM_FLAG',
  'HELPER_NOT_ALLOWED',
  'UNSUPPORTED_INSTRUCTION',
  'UNSUPPORTED_LOOP',
  'UNSUPPORTED_BPF_CALL',
  'UNSUPPORTED_GLOBAL_FUNCTION',
  'JIT_UNSUPPORTED',
  'STRUCT_OPS_UNSUPPORTED',
  'STRUCT_OPS_MISMATCH',
  // The verifier could not follow the program.
  'VERIFIER_COMPLEXITY',
  'PROGRAM_TOO_LARGE',
  'STACK_LIMIT',
  'VERIFIER_INTERNAL',
  // Attaching.
  'ATTACH_FAILED',
  'ATTACH_CONFLICT',
  'ATTACH_TARGET_AMBIGUOUS',
  'ATTACH_TARGET_NOT_TRACEABLE',
  'NEEDS_ATTACH_TARGET',
  'TRAMPOLINE_UNSUPPORTED',
  'TRACEPOINT_CONTEXT_MISMATCH',
  'LSM_BPF_NOT_ENABLED',
  'CGROUP_UNAVAILABLE',
  'NETDEV_ATTACH_FAILED',
  'PERF_EVENT_UNAVAILABLE',
  // Policy and resources.
  'SIGNATURE_REQUIRED',
  'MEMLOCK_LIMIT',
  'OUT_OF_MEMORY',
  // Nothing was refused, and still somebody should look.
  'ATTACH_TARGET_INLINED',
  'KERNEL_WARNING',
  'INSN_BUDGET_EXCEEDED',
  'PRINTS_NOTHING',
  'RESULTS_CAN_BE_ALTERED',
  'ANSWER_UNRELIABLE',
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];

export type Confidence = 'low' | 'medium' | 'high';

/**
 * Who has to do something. `object`: the file or what its own loader would do, the same on every kernel. `kernel`: a newer
 * or differently configured kernel is needed. `program`: the source must change. `policy`: the kernel could and may not.
 * `infra`: it could not be asked.
 */
export type FindingGroup = 'object' | 'kernel' | 'program' | 'policy' | 'infra';

/** Where in the source a finding points. */
export interface SourceLocation {
  /** Path as the compiler wrote it into the object. */
  readonly file: string;
  readonly line: number;
  /** 0 when the object does not say. */
  readonly column: number;
  /** The line itself, as the object holds it; may be empty. */
  readonly text: string;
  /** Function of the object the line belongs to; empty when not known. */
  readonly function: string;
  /** Instruction, counted as the verifier counts it. */
  readonly insn: number | undefined;
  /** `exact`: the object's line table and the kernel's log agree. `table`: the log does not say it. */
  readonly certainty: 'exact' | 'table';
  /**
   * Where that is in the git work tree the object lies in, when it can be told without guessing. `exact`: the line there
   * says what was compiled; `shifted`: a line close by does; `stale`: none does, the file has changed.
   */
  readonly repository?: { readonly path: string; readonly line: number; readonly match: 'exact' | 'shifted' | 'stale' };
}

/**
 * One thing that went wrong. `code` and `args` are the contract; the words come from `report/words.ts`, so that every
 * output says the same.
 */
export interface Finding {
  readonly code: FindingCode;
  /** Code for `classification_code` of the report: the contract's coarse name where `code` is a finer one. */
  readonly rollup: FindingCode;
  readonly group: FindingGroup;
  readonly confidence: Confidence;
  /** It makes the target fail. false: a warning, or what an optional test said; it meets nothing and is no cause. */
  readonly decisive: boolean;
  readonly phase: 'open' | 'map' | 'load' | 'attach' | 'functional' | 'infra';
  /** Program, map, function or section the finding is about. */
  readonly subject: string | undefined;
  /** Values for the words: function, map type, errno name, helper, ... */
  readonly args: Readonly<Record<string, string>>;
  /** Line as the guest printed it, and where it stood. */
  readonly evidence: { readonly text: string; readonly origin: string } | undefined;
  readonly location: SourceLocation | undefined;
  /** What would fail next, as far as it is known: further accesses or symbols that are missing. */
  readonly also: readonly string[];
}

/** What makes two findings the same cause, wherever its line went. */
export interface Cause {
  readonly code: string;
  readonly subject: string;
  /** The one program it is about; empty where it is about none. */
  readonly program: string;
}

/** The names behind `args.program`, where several programs fail over one thing; one empty name where there is none. */
export function programsOf(args: Readonly<Record<string, string>>): string[] {
  const names = (args['program'] ?? '').split(', ').filter((name) => name !== '');
  return names.length === 0 ? [''] : names;
}

/** Says of an object that passes that it is loaded and nothing of it is attached. */
export function isIdle({ code, decisive }: { readonly code: string; readonly decisive: boolean }): boolean {
  return code === 'NOT_ATTACHED' && !decisive;
}

/** Says of an object that passes that none of its programs was loaded: nothing of it was seen at all. */
export function isUnloaded({ code }: { readonly code: string }): boolean {
  return code === 'NOTHING_LOADED';
}

/** The findings that make a target fail. */
export function decisiveOf(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ decisive }) => decisive);
}
