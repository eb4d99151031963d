import { type Cell, cellOf, fails, PASS, type Row, warns } from '../cells.ts';
import { EXPECTATIONS } from '../expectations.ts';

/** What an object does on arm64 from a kernel on; undefined: the same as on x86_64. */
interface Difference {
  readonly object: string;
  readonly since: readonly (readonly [kernel: string, cell: Cell | undefined])[];
}

/** The same on every kernel, as on no other architecture. */
const always = (object: string, cell: Cell): Difference => ({ object, since: [['5.10', cell]] });
const until = (kernel: string, object: string, cell: Cell): Difference => ({
  object,
  since: [
    ['5.10', cell],
    [kernel, undefined],
  ],
});

type Cause = readonly [code: string, reason: string | undefined, subject: string];
const passes = (...reported: Cause[]): Cell => ({
  status: 'pass',
  reported: reported.map(([code, reason, subject]) => ({ code, reason, subject, mark: undefined })),
  unattached: [],
});

/** Programs are loaded and nothing can call them: arm64 has trampolines from 6.4 on, and direct calls with them. */
const idle = (...programs: string[]): Cell =>
  passes(...programs.map((program): Cause => ['TRAMPOLINE_UNSUPPORTED', 'trampoline', program]));
/** The operations of a structure are called through trampolines, too. */
const unregistered = (program: string): Cell => warns('STRUCT_OPS_UNSUPPORTED', 'register', program);
/** Tail calls out of functions came to the compiler of arm64 with 6.0. */
const NO_MIXED_CALLS = '6.0';

const TRAMPOLINES: readonly Difference[] = [
  until('6.4', 'attach_fentry_removed', idle('probe')),
  until('6.4', 'attach_fexit_noreturn', idle('probe')),
  until('6.4', 'loader_fentry_nameless_fixed', idle('probe')),
  until('6.4', 'attach_fentry_many_arguments', idle('probe')),
  until('6.4', 'attach_fentry_variadic_fixed', idle('sleeps')),
  until('6.4', 'helper_path_place_fixed', idle('probe')),
  until('6.4', 'verifier_fexit_result', idle('probe')),
  until('6.4', 'verifier_kernel_memory_fixed', idle('sees_more')),
  // On x86_64 it is the LSM that 5.10 of Debian has not switched on; nothing gets so far here.
  until('6.4', 'attach_lsm_inert', idle('probe')),
  until('6.4', 'tail_call_lsm', idle('on_symlink', 'on_unlink')),
  until('6.4', 'verifier_trusted_null_fixed', idle('probe')),
  until('6.4', 'verifier_results_fixed', idle('opens', 'traces')),
  until('6.4', 'verifier_arguments_fixed', idle('sets_attributes', 'unlinks')),
  until('6.4', 'prog_sleepable_maps_fixed', idle('counts', 'queues')),
  until('6.1', 'verifier_trusted_null', idle('probe')),
  until('6.0', 'prog_struct_ops_tcp', unregistered('gentle')),
  until('6.0', 'prog_struct_ops_incomplete', unregistered('lazy')),
  until('6.0', 'prog_struct_ops_link_fixed', unregistered('plain')),
  until('6.0', 'prog_struct_ops_name', unregistered('taken')),
  until('6.0', 'prog_struct_ops_name_fixed', unregistered('own')),
  until('6.0', 'prog_struct_ops_nameless', unregistered('nameless')),
  until('6.0', 'prog_struct_ops_nameless_fixed', unregistered('own')),
  until('6.0', 'helper_other_type_fixed', unregistered('copying')),
];

const COMPILER: readonly Difference[] = [
  until(NO_MIXED_CALLS, 'verifier_tail_call_stack', fails('JIT_UNSUPPORTED', 'jit', 'probe')),
  until(NO_MIXED_CALLS, 'twin_old_enough', fails('JIT_UNSUPPORTED', 'jit', 'tail_calls')),
];

const missing = (reason: string, subject: string): Cause => ['ATTACH_TARGET_NOT_FOUND', reason, subject];
/** What `attach_names` says of its other programs on the newest kernels of both architectures. */
const ALL_NAMES: readonly Cause[] = [
  missing('compiler_transformed', 'switches'),
  missing('raw_category', 'with_category'),
  missing('removed', 'allocates'),
  missing('removed', 'dirties'),
  missing('renamed_or_removed', 'no_syscall'),
  missing('renamed_or_removed', 'old_stat'),
  missing('renamed_or_removed', 'suffixed'),
  missing('renamed_or_removed', 'umounts'),
  missing('syscall_raw', 'raw_syscall'),
  ['NEEDS_ATTACH_TARGET', 'tracepoint_category', 'with_colon'],
];

/** Functions with the names of arm64, and without those that only x86_64 has. */
const NAMES: readonly Difference[] = [
  always('attach_fentry_not_in_btf', fails('ATTACH_TARGET_NOT_FOUND', 'syscall_prefix', 'probe')),
  always('attach_names_btf_fixed', fails('ATTACH_TARGET_NOT_FOUND', 'syscall_prefix', 'plain_syscall')),
  // stat(2) is not among the system calls of an architecture of this century.
  always('attach_names_fixed', warns('ATTACH_TARGET_NOT_FOUND', 'renamed_or_removed', 'old_stat')),
  // Up to 7.2 as on x86_64; in 7.3 of arm64 the compiler made a function of its own of it.
  {
    object: 'attach_names',
    since: [
      ['5.10', undefined],
      ['7.3', passes(...ALL_NAMES, ['ATTACH_TARGET_NOT_FOUND', 'compiler_transformed', 'starts_io'])],
    ],
  },
  // Registers of arm64 are what it is compiled for.
  always('core_other_machine', PASS),
  // The compiler left one function of the name here, and eleven there.
  until('6.1', 'attach_kprobe_ambiguous', PASS),
  until('6.1', 'attach_fentry_transformed', fails('ATTACH_TARGET_NOT_FOUND', 'not_in_btf', 'probe')),
  // CONFIG_KALLSYMS_ALL is not set in 5.10 of arm64: nothing shows that the kernel has the variables.
  until('6.1', 'extern_ksym_typed_global', fails('UNRESOLVED_KSYM', 'variable', 'jiffies')),
  until('6.1', 'extern_ksym_typed_percpu', fails('UNRESOLVED_KSYM', 'variable', 'bpf_prog_active')),
  // Entry and exit of many functions at once came to arm64 with 6.14.
  {
    object: 'attach_kprobe_multi',
    since: [
      ['5.10', undefined],
      ['6.12', warns('UNSUPPORTED_ATTACH_TYPE', 'compiled_out')],
      ['6.14', undefined],
    ],
  },
  {
    object: 'attach_kprobe_session',
    since: [
      ['5.10', undefined],
      ['6.12', warns('UNSUPPORTED_ATTACH_TYPE', 'compiled_out')],
      ['6.14', undefined],
    ],
  },
];

/** Every instruction has four bytes: what lies amid one cannot be named, and the kernel rejects it more than EINVAL. */
const SECTIONS: readonly Cause[] = [
  ['ATTACH_TARGET_NOT_FOUND', 'syscall_prefix', 'prefixed'],
  ['ATTACH_TARGET_NOT_TRACEABLE', 'kprobe', 'amid_instruction'],
  ['ATTACH_TARGET_NOT_TRACEABLE', 'return_offset', 'amid_function'],
  ['NEEDS_ATTACH_TARGET', 'tracepoint_category', 'no_category'],
];

const PLACES: readonly Difference[] = [
  {
    object: 'attach_sections',
    since: [
      ['5.10', passes(...SECTIONS, ['TRACEPOINT_CONTEXT_MISMATCH', 'argument', 'four_arguments'])],
      ['6.1', passes(...SECTIONS)],
    ],
  },
];

/** What an object does on arm64 that it does not do on x86_64; all others do the same on both. */
export const DIFFERENCES: readonly Difference[] = [...TRAMPOLINES, ...COMPILER, ...NAMES, ...PLACES];

function compare(a: string, b: string): number {
  const number = (version: string): number => {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    return major * 1000 + minor;
  };
  return number(a) - number(b);
}

function onArm64(row: Row): Row {
  const own = DIFFERENCES.find(({ object }) => object === row.object);
  if (own === undefined) return row;
  const kernels = [...new Set([...row.since, ...own.since].map(([kernel]) => kernel))].sort(compare);
  return {
    object: row.object,
    since: kernels.map((kernel) => {
      const cell = own.since.findLast(([from]) => compare(from, kernel) <= 0)?.[1];
      return [kernel, cell ?? cellOf(row, `debian-${kernel}`)] as const;
    }),
  };
}

/** What each object does on each arm64 kernel of Debian. */
export const ARM64_EXPECTATIONS: readonly Row[] = EXPECTATIONS.map(onArm64);
