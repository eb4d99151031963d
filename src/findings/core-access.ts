import { type Facts, ofReason, reasonsOf, type Words } from './entry.ts';
import { movedTo } from './moved-fields.ts';
import { UNFIT_ACCESS } from './unfit-access.ts';
import { notIn, sentence, who } from './writer.ts';

const FIELD = {
  why: 'reads a field that is not there in that form',
  todo: 'Guard the access with bpf_core_field_exists, or add a ___flavor of the type for the kernels where it differs.',
};

const CORE = {
  type_missing: {
    why: 'needs a type that is not there',
    todo: 'Guard it with bpf_core_type_exists, or add a ___flavor of the type for the kernels where it differs.',
  },
  enum_missing: {
    why: 'needs the value of an enumerator that is not there',
    todo: 'Guard it with bpf_core_enum_value_exists.',
  },
  field_missing: FIELD,
  // Which access it is was not reported.
  poisoned: FIELD,
};

/** Registers as other architectures call them: an object with these was compiled for another one. */
const REGISTERS: Readonly<Record<string, string>> = {
  'struct user_pt_regs.regs': 'arm64',
  'struct user_pt_regs.gprs': 's390',
};

function otherMachine(access: string): string | undefined {
  return Object.entries(REGISTERS).find(([prefix]) => access.startsWith(prefix))?.[1];
}

function otherMachineWords(f: Facts, access: string, machine: string): Words {
  return {
    title: `${who(f)} reads registers as ${machine} has them (${access})`,
    explanation:
      'The macros of bpf_tracing.h (PT_REGS_PARM1, BPF_KPROBE and others) were compiled for another architecture than that of this kernel.',
    remediation:
      'Build one object for each architecture: -D__TARGET_ARCH_x86 here, with the vmlinux.h of the same one (bpf2go: -target amd64,arm64).',
  };
}

const ARGS = ['field', 'kind', 'type', 'relocation', 'near'] as const;
const REASONS = [...reasonsOf(CORE), ...reasonsOf(UNFIT_ACCESS), 'mem_size', 'fatal', 'anonymous'] as const;

function coreWords(f: Facts<(typeof ARGS)[number], (typeof REASONS)[number]>): Words {
  const access = f.args.field ?? f.args.type ?? (f.subject === f.args.program ? undefined : f.subject);
  const { reason } = f.args;
  if (reason === 'mem_size') {
    return {
      title: `${access ?? `a field read by ${who(f)}`} has another size or sign here than in the object, or is a bitfield`,
      explanation: sentence(`${who(f)} reads it directly with the width it had when the object was compiled.`),
      remediation:
        'Read a bitfield of the kernel with BPF_CORE_READ_BITFIELD (BPF_CORE_READ_BITFIELD_PROBED where the program may not follow the pointer), everything else with BPF_CORE_READ into a variable of the right type.',
    };
  }
  if (reason === 'array_element' || reason === 'bitfield' || reason === 'far_member') {
    const unfit = UNFIT_ACCESS[reason];
    return {
      title: `${who(f)} accesses ${access ?? 'a type of the kernel'} by CO-RE in a way that libbpf cannot place`,
      explanation: `${unfit.why}; so nothing was loaded.`,
      remediation: unfit.todo,
    };
  }
  if (reason === 'fatal') {
    return {
      title: `libbpf gives up on ${access ?? 'a CO-RE relocation'} of ${who(f)}`,
      explanation: 'Two types of the kernel fit it and differ, or the record cannot be applied; so nothing was loaded.',
      remediation: 'Rename or split the local type so that it fits one type of the kernel only.',
    };
  }
  if (reason === 'anonymous') {
    return {
      title: `${who(f)} accesses a type without a name by CO-RE${access === undefined ? '' : ` (${access})`}`,
      explanation:
        'libbpf looks types of the kernel up by their name, and finds none for this one; so nothing was loaded.',
      remediation:
        'Give the type the name that it has in the kernel, or access it through the named structure that it is a part of; without CO-RE, leave preserve_access_index out.',
    };
  }
  const other = reason === 'type_missing' ? otherMachine(access ?? '') : undefined;
  if (other !== undefined) return otherMachineWords(f, access ?? '', other);
  const { why, todo } = ofReason(reason, CORE) ?? FIELD;
  return {
    title: access === undefined ? `a CO-RE relocation of ${who(f)} has no match` : `${notIn(f, access, 'types')}`,
    explanation: sentence(`${who(f)} ${why}.`),
    remediation: [...(reason === 'field_missing' ? [movedTo(access)] : []), todo]
      .filter((part) => part !== undefined)
      .join(' '),
  };
}

/** A field, type or enumerator that libbpf did not find in the types of the kernel. */
export const CORE_ACCESS = { args: ARGS, reasons: REASONS, words: coreWords };
