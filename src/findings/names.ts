import { CORE_ACCESS } from './core-access.ts';
import { entry, type Facts, type Words } from './entry.ts';
import { KCONFIG } from './kconfig.ts';
import { type BUILD, builtWithout, orBuiltWith } from './kernel-build.ts';
import { LOOKED_UP, LOOKUP_REASONS } from './lookup.ts';
import { arg, notIn, sentence, who } from './writer.ts';

/** Reasons why a kernel function cannot be called; the words after "because". */
const KFUNC = {
  not_in_btf: {
    why: 'The function is in the kernel, but its BTF does not list it.',
    todo: 'Nothing in the object helps there: guard the call with bpf_ksym_exists and declare the function __weak.',
  },
  module_not_loaded: {
    why: 'It belongs to a kernel module that is not loaded in the guest, or that the kernel does not have.',
    todo: 'Load the module before the object, or declare the function __weak and test it with bpf_ksym_exists.',
  },
};

/** A function that a scheduler calls: without it there is nothing to schedule with. Tools that watch one can do without. */
function isScheduler(f: Facts<'function'>): boolean {
  const inScheduler = /^\??struct_ops/.test(arg(f, 'section', 'struct_ops'));
  return inScheduler && arg(f, 'function', '').startsWith('scx_');
}

function kfuncWords(f: Facts<'function'>, why: string, todo: string): Words {
  return {
    title: notIn(f, `kernel function ${arg(f, 'function', '(a kfunc)')}`),
    explanation: `${sentence(`${who(f)} calls it as a kfunc, a function of the kernel itself.`)} ${why}`,
    remediation: todo,
  };
}

function schedulerWords(f: Facts<'function'>): Words {
  const why = `Schedulers in BPF (sched_ext) are upstream since ${arg(f, 'since', '6.12')}.`;
  return kfuncWords(f, why, 'Load the scheduler on newer kernels only: a weak declaration does not help it here.');
}

function optionWords(f: Facts<'function' | (typeof BUILD)[number]>): Words {
  const weak = isScheduler(f)
    ? 'A weak declaration does not help a scheduler: load it on other kernels.'
    : 'Declare it __weak and call it only where bpf_ksym_exists says so.';
  return kfuncWords(f, builtWithout(f), `${weak}${orBuiltWith(f)}`);
}

/** Functions that a driver implements: a program has to be loaded for its device. */
function deviceWords(f: Facts<'function'>): Words {
  return {
    title: `${who(f)} calls a metadata function of a driver, which only programs bound to a device may`,
    explanation:
      'The driver of the device implements it, so the kernel wants to know the device when it loads the program.',
    remediation:
      'Load it for one device: bpf_program__set_ifindex and bpf_program__set_flags with BPF_F_XDP_DEV_BOUND_ONLY before the load, and attach it to that device.',
  };
}

/** Words for types, functions, variables and options of the kernel that the object names. */
export const NAME_FINDINGS = {
  MISSING_BTF: entry({
    group: 'kernel',
    rule: ['The kernel has no BTF', 'Use a kernel with CONFIG_DEBUG_INFO_BTF, or bring BTF along.'],
    reasons: ['kernel_btf', 'malformed'],
    words: (f) =>
      f.args.reason === 'malformed'
        ? {
            title: 'the kernel has BTF that libbpf cannot read',
            explanation: 'The file /sys/kernel/btf/vmlinux is there, but its content was rejected.',
            remediation: 'Try a newer libbpf in the loader; if that fails too, the kernel package is broken.',
          }
        : {
            title: 'the kernel has no BTF, which the object needs',
            explanation: 'CO-RE relocations, fentry, LSM, tp_btf, kfuncs and struct_ops need /sys/kernel/btf/vmlinux.',
            remediation:
              'Ship external BTF for this kernel (BTFHub, bpftool gen min_core_btf) and pass it as btf_custom_path (the option btf tests that), or add a variant without CO-RE; fentry and LSM need a kernel built with CONFIG_DEBUG_INFO_BTF.',
          },
  }),
  MISSING_MODULE_BTF: entry({
    group: 'kernel',
    coarse: 'MISSING_BTF',
    rule: ['A module has no BTF', 'Load the module first, or use a kernel with BTF for modules.'],
    args: ['function', 'symbol', ...LOOKED_UP],
    reasons: ['module_btf'],
    words: (f) => ({
      title: `module ${arg(f, 'module', 'of the kernel')} has no BTF for ${arg(f, 'function', arg(f, 'symbol', 'what the object needs'))}`,
      explanation: 'The module is loaded and has it, but the types of the module are not known to the kernel.',
      remediation: 'Use a kernel with CONFIG_DEBUG_INFO_BTF_MODULES (5.11 and later), or a kprobe instead.',
    }),
  }),
  CORE_RELOCATION_FAILURE: entry({
    group: 'kernel',
    rule: ['A field or type is not in the kernel', 'Guard it with bpf_core_field_exists and friends.'],
    ...CORE_ACCESS,
  }),
  MISSING_KFUNC: entry({
    group: 'kernel',
    rule: ['The kernel lacks a kernel function', 'Declare it __weak and check bpf_ksym_exists before the call.'],
    args: ['function', 'declared', ...LOOKED_UP],
    reasons: ['strong', 'weak', ...LOOKUP_REASONS],
    words: (f) => {
      const { reason } = f.args;
      const known = reason === 'not_in_btf' || reason === 'module_not_loaded' ? KFUNC[reason] : undefined;
      if (f.args.config !== undefined) return optionWords(f);
      if (f.args.reason === 'kernel_too_old' && isScheduler(f)) return schedulerWords(f);
      return {
        title: notIn(f, `kernel function ${arg(f, 'function', '(a kfunc)')}`, known?.why.includes('BTF') ? 'BTF' : ''),
        explanation: `${sentence(`${who(f)} calls it as a kfunc, a function of the kernel itself.`)}${known === undefined ? '' : ` ${known.why}`}`,
        remediation: known?.todo ?? 'Declare it __weak and call it only where bpf_ksym_exists says so.',
      };
    },
  }),
  KFUNC_NOT_ALLOWED: entry({
    group: 'kernel',
    coarse: 'VERIFIER_REJECTION',
    rule: ['A program may not call a kernel function', 'Use a program type that may.'],
    args: ['function', 'callee'],
    reasons: ['program_type', 'context', 'device_bound'],
    words: (f) =>
      f.args.reason === 'device_bound'
        ? deviceWords(f)
        : {
            title: `${who(f)} may not call kernel function ${arg(f, 'function', '(a kfunc)')}`,
            explanation: 'The kernel has the function but offers it to other program types or contexts.',
            remediation: 'Use the program type (or the sleepable variant) that the kfunc is registered for.',
          },
  }),
  KFUNC_SIGNATURE_MISMATCH: entry({
    group: 'kernel',
    coarse: 'VERIFIER_REJECTION',
    rule: ['A kernel function has another signature', 'Declare both forms and choose by CO-RE.'],
    args: ['function', 'prototype'],
    reasons: ['argument', 'proto', 'kernel_btf'],
    words: (f) => {
      const name = arg(f, 'function', '(a kfunc)');
      const shown = f.args.prototype === undefined ? '' : ` The kernel's BTF has ${f.args.prototype}.`;
      return f.args.reason === 'kernel_btf'
        ? {
            title: `the BTF of this kernel describes kernel function ${name} wrongly`,
            explanation: `It shows an argument that the kernel fills in itself (aux), so no right declaration fits.${shown} The build of this kernel made the mistake.`,
            remediation:
              'Declare it weak (__ksym __weak) and do without it where its address is NULL, as it is there, or use another build of the kernel.',
          }
        : {
            title: `kernel function ${name} takes other arguments than the object passes`,
            explanation: `The declaration or the arguments in the object and the function in the kernel differ.${shown}`,
            remediation:
              'Declare one flavor per signature and call the one that exists. A structure that is only declared (struct x;) is another type as well: define it, with preserve_access_index. Older versions of clang (14) leave a definition out of the types where another structure points to it first: update clang (19), or let the declaration take a flavor of its own (struct x___own, defined and used nowhere else).',
          };
    },
  }),
  UNRESOLVED_KSYM: entry({
    group: 'kernel',
    rule: ['A variable of the kernel is not there', 'Declare it __weak and check it.'],
    args: ['symbol', ...LOOKED_UP],
    reasons: ['no_address', 'variable', 'untyped', 'kallsyms', ...LOOKUP_REASONS],
    words: (f) => ({
      title: notIn(f, `kernel symbol ${arg(f, 'symbol', '?')}`, f.args.reason === 'not_in_btf' ? 'BTF' : ''),
      explanation:
        f.args.reason === 'not_in_btf'
          ? 'The kernel has the variable, but its BTF lists per-CPU variables only, and the object declares it with a type.'
          : f.args.reason === 'kallsyms'
            ? 'The list of kernel symbols cannot be read, and the object declares a strong __ksym extern.'
            : `The object declares it as a strong __ksym extern.`,
      remediation:
        f.args.reason === 'not_in_btf'
          ? 'Declare it as extern const void X __ksym, without a type, and read it with bpf_probe_read_kernel.'
          : 'Declare it __weak and test it before use.',
    }),
  }),
  UNRESOLVED_KCONFIG: entry({
    group: 'kernel',
    rule: ['An option of the kernel is not known', 'Declare it __weak and handle its absence.'],
    ...KCONFIG,
  }),
};
