import type { Finding } from '../model/finding.ts';
import type { Family } from './entry.ts';
import { type Advice, arg, here, sentence, who } from './writer.ts';

const ADVICE: Readonly<Record<string, Advice>> = {
  null_check: { why: 'a pointer that may be NULL is used', todo: 'Check the pointer for NULL before using it.' },
  stack_overread: {
    why: 'it reads behind the end of a copy on its stack',
    todo: 'Where a structure grew on this kernel, the copy is too short: read the field itself with CO-RE (BPF_CORE_READ down to the last member), not a member of a structure that was copied whole.',
  },
  format_string: {
    why: 'a format string has a conversion that BPF does not know',
    todo: 'Use %d, %u, %x, %s, %p and their l and ll forms; there is no %f, and no floating point in BPF.',
  },
  uninitialized: {
    why: 'memory is used that was not written before',
    todo: 'Zero structures completely, padding included (older kernels insist).',
  },
  invalid_mem_access: {
    why: 'memory is accessed through something that is no valid pointer there',
    todo: 'Read kernel memory with BPF_CORE_READ or bpf_probe_read_kernel, and check bounds before the access.',
  },
  unbounded: {
    why: 'a size or an offset has no proven bound',
    todo: 'Mask or clamp the value right before its use; barrier_var keeps the compiler from moving the check.',
  },
  ctx_access: {
    why: 'a context field is read that this kernel does not have, or not at that size',
    todo: 'Use only context fields that the oldest kernel has, with their exact size.',
  },
  traced_arguments: {
    why: 'it reads behind the arguments of the traced function',
    todo: 'Write one program per signature and load the one that fits (bpf_program__set_autoload), or read arguments and result with bpf_get_func_arg() and bpf_get_func_ret() (5.17 and later).',
  },
  btf_access: {
    why: 'a kernel object is written or read in a way that is not allowed',
    todo: 'Use a helper or kfunc for it.',
  },
  misaligned: { why: 'an access is not aligned', todo: 'Align the data, or copy it in bytes.' },
  reference: {
    why: 'an acquired object is not released on every path',
    todo: 'Release it on every path, early returns included.',
  },
  type_mismatch: {
    why: 'an argument has another type than the function expects',
    todo: 'Pass the type that the helper or kfunc documents.',
  },
  return_value: {
    why: 'return value out of range for this program type',
    todo: 'Return only the values that the hook allows.',
  },
  ptr_arith: {
    why: 'invalid pointer arithmetic',
    todo: 'Keep offsets in a bounded scalar and add it once.',
  },
  recursion: {
    why: 'a function calls itself',
    todo: 'Write it as a loop: BPF has no recursion on any kernel.',
  },
  structure: {
    why: 'the program has code that cannot run or jumps that lead nowhere',
    todo: 'Rebuild with -O2; look for dead code.',
  },
  no_log: {
    why: 'a minimal program of its kind is accepted, and this one is rejected with an empty log',
    todo: 'Compare with a smaller version of the program; the log of this kernel says nothing.',
  },
  infinite_loop: { why: 'a loop does not end', todo: 'Give the loop a bound that the verifier can see.' },
};

const OTHER = {
  why: 'see the log line below',
  todo: 'Read the verifier log and simplify the code it points at.',
};

/** The same program is accepted by a newer kernel of the run: it is fine, and this verifier sees less. */
function precisionTodo(todo: string): string {
  return `Help this verifier: ${todo.charAt(0).toLowerCase()}${todo.slice(1)} Newer kernels of this run accept the program as it is.`;
}

/** What the traced function takes on this kernel, and which of its values the program reads. */
function tracedText(f: Finding): string {
  const result = f.args['result'];
  return [
    `Here it is ${arg(f, 'prototype', arg(f, 'function', '?'))}, and the program reads value ${arg(f, 'value', '?')}.`,
    ...(result === undefined ? [] : [`The result follows the last argument: it is value ${result}.`]),
  ].join(' ');
}

/** Words for programs that the verifier could not follow. */
export const VERIFIER_FINDINGS = {
  VERIFIER_REJECTION: {
    group: 'program',
    rule: ['The verifier rejects a program', "Read the end of the verifier's log and the source line."],
    words: (f) => {
      const precision = f.args['reason'] === 'verifier_precision';
      const topic = f.args['recursion'] === undefined ? arg(f, precision ? 'proof' : 'reason', '') : 'recursion';
      const { why, todo } = ADVICE[topic] ?? OTHER;
      const { source, source_text: text, problem } = f.args;
      const place = [source, text].filter((part) => part !== undefined).join(': ');
      const title = `the verifier rejects ${who(f)}: ${why}`;
      if (topic === 'traced_arguments') return { title, explanation: tracedText(f), remediation: todo };
      return {
        title,
        explanation: `${problem === undefined ? 'It could not prove that the program is safe' : sentence(problem)}${place === '' ? '.' : `, at ${place}`}`,
        remediation: precision ? precisionTodo(todo) : todo,
      };
    },
  },
  VERIFIER_COMPLEXITY: {
    group: 'program',
    coarse: 'VERIFIER_REJECTION',
    rule: ['A program is too complex for the verifier', 'Split it, or bound its loops and branches.'],
    words: (f) => ({
      title: `${who(f)} is too complex for the verifier ${here(f)}`,
      explanation:
        f.args['everywhere'] === undefined
          ? 'The number of paths differs from kernel to kernel, so another one may accept it.'
          : 'The verifier gave up before it had seen all paths.',
      remediation:
        'Split it into global functions or tail calls, use bpf_loop, tighten bounds, keep switches in const rodata.',
    }),
  },
  STACK_LIMIT: {
    group: 'program',
    coarse: 'VERIFIER_REJECTION',
    rule: ['A program uses too much stack', 'Keep large values in a per-CPU array map.'],
    words: (f) => ({
      title: `${who(f)} needs more than 512 bytes of stack`,
      explanation:
        f.args['reason'] === 'combined'
          ? 'The stacks of nested calls count together.'
          : 'The limit holds on every kernel.',
      remediation: 'Move large variables into a per-CPU array map, and inline less.',
    }),
  },
  VERIFIER_INTERNAL: {
    group: 'kernel',
    coarse: 'VERIFIER_REJECTION',
    rule: ['The verifier failed', 'Report it to the kernel; try another construct.'],
    words: (f) => ({
      title: `the verifier of this kernel has a bug that ${who(f)} brings out`,
      explanation: 'It says so itself.',
      remediation: 'Report it to the kernel developers with the object and the log.',
    }),
  },
} as const satisfies Family;
