import type { FindingCode } from '../../model/finding.ts';

/** What a code stands for whatever object and kernel it is told of, and what usually helps. Plain text. */
export type RuleText = readonly [title: string, help: string];

/** Every code has a text: a missing one does not compile. Ids and titles stay the same from release to release. */
export const RULE_TEXTS: Readonly<Record<FindingCode, RuleText>> = {
  // The object itself.
  INVALID_OBJECT: ['The file is no eBPF object', 'Build it with clang -target bpf -g -O2, and name the .bpf.o.'],
  LEGACY_MAP_DEFINITION: ['A map is defined in the old way', 'Define maps in SEC(".maps") with BTF.'],
  OBJECT_NOT_LIBBPF_COMPATIBLE: ['libbpf cannot open the object', 'Check it with a loader that uses libbpf 1.x.'],
  MISSING_OBJECT_BTF: ['The object has no BTF', 'Build with -g.'],
  UNKNOWN_SECTION: ['The section name says no program type', 'Use a section name that libbpf knows.'],
  MISSING_LICENSE: ['The licence does not allow a helper', 'Declare a GPL compatible licence in SEC("license").'],
  LOADER_CONTRACT: ["The object needs its own loader's help", 'Give the settings in the manifest or by flags.'],
  BTF_INFO_REJECTED: ["The kernel refuses a program's line or function records", 'Build with another compiler.'],
  BTF_LOAD_REJECTED: ["The kernel refuses the object's BTF", 'Build with another compiler, or strip newer kinds.'],
  MANIFEST_MISMATCH: ['The manifest names what the object does not have', 'Correct the manifest or the object.'],
  SETTING_NOT_APPLIED: ['A setting could not be made', 'Correct the name or the value of the setting.'],
  MISSING_PROGRAM: ['A program that is asked for is not in the object', 'Correct the manifest or the object.'],
  // Maps.
  UNSUPPORTED_MAP_TYPE: ['The kernel lacks a map type', 'Use an older map type there, or raise the oldest kernel.'],
  UNSUPPORTED_MAP_FLAG: ['The kernel lacks a flag of a map', 'Set the flag only where the kernel has it.'],
  INVALID_MAP_PARAMS: ['A map is defined in a way no kernel takes', 'Correct its sizes, entries or flags.'],
  MAP_CREATE_FAILED: ['A map cannot be created', 'See the errno and the kernel log in the report.'],
  MAP_PIN_CONFLICT: ['A pinned map does not fit', 'Remove the old pin, or keep the definition.'],
  MAP_PROG_INCOMPATIBLE: ['A program and its map do not fit', 'Give each program type a map of its own.'],
  OUT_OF_MEMORY: ['The kernel had no memory left', 'Give the guest more memory, or make the maps smaller.'],
  MEMLOCK_LIMIT: ['The limit of locked memory is too low', 'Raise RLIMIT_MEMLOCK before the load.'],
  // Names and types of the kernel.
  MISSING_BTF: ['The kernel has no BTF', 'Use a kernel with CONFIG_DEBUG_INFO_BTF, or bring BTF along.'],
  MISSING_MODULE_BTF: ['A module has no BTF', 'Load the module first, or use a kernel with BTF for modules.'],
  CORE_RELOCATION_FAILURE: ['A field or type is not in the kernel', 'Guard it with bpf_core_field_exists and friends.'],
  MISSING_KFUNC: ['The kernel lacks a kernel function', 'Declare it __weak and ask bpf_ksym_exists before the call.'],
  KFUNC_NOT_ALLOWED: ['A program may not call a kernel function', 'Use a program type that may.'],
  KFUNC_SIGNATURE_MISMATCH: ['A kernel function has another signature', 'Declare both forms and choose by CO-RE.'],
  UNRESOLVED_KSYM: ['A variable of the kernel is not there', 'Declare it __weak and check it.'],
  UNRESOLVED_KCONFIG: ['An option of the kernel is not known', 'Declare it __weak and handle its absence.'],
  // Program types, helpers and instructions.
  UNSUPPORTED_PROGRAM_TYPE: ['The kernel lacks a program type', 'Leave the program out there, by autoload.'],
  UNSUPPORTED_PROGRAM_FLAG: ['The kernel lacks a flag of a program', 'Set the flag only where the kernel has it.'],
  UNSUPPORTED_HELPER: ['The kernel lacks a helper', 'Guard the call, or leave the program out there.'],
  HELPER_NOT_ALLOWED: ['A program may not call a helper', 'Use a helper that the program type has.'],
  UNSUPPORTED_INSTRUCTION: ['The kernel lacks an instruction', 'Build for an older instruction set (-mcpu=v2).'],
  UNSUPPORTED_LOOP: ['The kernel knows no loops', 'Unroll the loop.'],
  UNSUPPORTED_BPF_CALL: ['The kernel knows no calls between functions', 'Mark the functions __always_inline.'],
  UNSUPPORTED_GLOBAL_FUNCTION: ['A global function is not possible', 'Make it static or __always_inline.'],
  BPF_SYSCALL_DISABLED: ['The kernel has no bpf() at all', 'Use a kernel with CONFIG_BPF_SYSCALL.'],
  JIT_UNSUPPORTED: ['The just-in-time compiler cannot do it', 'Use a newer kernel or another construct.'],
  STRUCT_OPS_UNSUPPORTED: ['The kernel lacks a struct_ops type', 'Leave the map out there, by autocreate.'],
  STRUCT_OPS_MISMATCH: ['A struct_ops type has another layout', 'Build against the types of that kernel.'],
  // The verifier.
  VERIFIER_REJECTION: ['The verifier refuses a program', "Read the end of the verifier's log and the source line."],
  VERIFIER_COMPLEXITY: ['A program is too complex for the verifier', 'Split it, or bound its loops and branches.'],
  PROGRAM_TOO_LARGE: ['A program has too many instructions', 'Split it into tail calls or functions.'],
  STACK_LIMIT: ['A program uses too much stack', 'Keep large values in a per-CPU array map.'],
  VERIFIER_INTERNAL: ['The verifier failed', 'Report it to the kernel; try another construct.'],
  INSN_BUDGET_EXCEEDED: ['A program costs the verifier more than its budget', 'Simplify it, or raise the budget.'],
  // Attaching.
  UNSUPPORTED_ATTACH_TYPE: ['The kernel lacks a way to attach', 'Attach in an older way there.'],
  ATTACH_TARGET_NOT_FOUND: [
    'What a program attaches to is not there',
    'Name what that kernel has, or make it optional.',
  ],
  ATTACH_TARGET_AMBIGUOUS: ['What a program attaches to exists more than once', 'Name it more exactly.'],
  ATTACH_TARGET_NOT_TRACEABLE: ['A function cannot be traced', 'Attach to a function or tracepoint close by.'],
  ATTACH_TARGET_INLINED: ['A function may have been inlined', 'Attach to a function that callers cannot inline.'],
  ATTACH_FAILED: ['A program cannot be attached', 'See the errno and the log in the report.'],
  ATTACH_CONFLICT: ['Something else is attached already', 'Detach it, or use links that stand beside others.'],
  NEEDS_ATTACH_TARGET: ['A program does not say what it attaches to', 'Name it in the section or in the manifest.'],
  NOT_ATTACHED: ['No program could be attached', 'See each program in the report.'],
  TRAMPOLINE_UNSUPPORTED: ['The kernel cannot attach by trampoline', 'Use a kprobe or a raw tracepoint there.'],
  TRACEPOINT_CONTEXT_MISMATCH: ['A tracepoint has another layout', 'Read its fields with CO-RE.'],
  LSM_BPF_NOT_ENABLED: ['The BPF security module is off', 'Boot with lsm=...,bpf.'],
  CGROUP_UNAVAILABLE: ['There is no cgroup to attach to', 'Use a kernel with cgroup v2 and CONFIG_CGROUP_BPF.'],
  NETDEV_ATTACH_FAILED: ['A device does not take the program', 'Use the generic mode, or another device.'],
  PERF_EVENT_UNAVAILABLE: ['A perf event cannot be opened', 'Use a software event, or allow it by sysctl.'],
  // Policy.
  POLICY_DENIED: ['A policy forbids it', 'Look at lockdown, security modules and sysctls of that kernel.'],
  CAPABILITY_FAILURE: ['A capability is missing', 'Load with CAP_BPF and what the program type needs.'],
  SIGNATURE_REQUIRED: ['The kernel wants a signed program', 'Sign it, or allow unsigned ones.'],
  // The rest.
  FUNCTIONAL_TEST_FAILURE: ['A functional test fails', 'Load and attach worked: look at the output of the test.'],
  COMMAND_VALIDATION_FAILURE: ['The command fails', 'Look at its output in the report.'],
  UNSUPPORTED_TRANSPORT: ['The kernel cannot be booted here', 'Use a profile with a kernel source.'],
  VALIDATOR_CRASH: ['The validator died of the object', 'Report it with the object.'],
  KERNEL_WARNING: ['The kernel warned', 'Look at its console, and report it to the kernel.'],
  UNKNOWN: ['The cause is not known', 'Look at the logs in the report, and report it.'],
};
