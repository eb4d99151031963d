import { fieldTodo, widthWords } from './context-advice.ts';
import { entry, type Facts, reasonsOf } from './entry.ts';
import { givenTodo, givenWords } from './given-argument.ts';
import { givesBack } from './ownership.ts';
import { boundsTodo } from './rejected-values.ts';
import { ADVICE, allowedWords } from './rejections.ts';
import { arg, here, sentence, who } from './writer.ts';

const ARGS = [
  'said',
  'proof',
  'recursion',
  'call',
  'callee',
  'function',
  'prototype',
  'count',
  'value',
  'result',
  'struct',
  'place',
  'type',
  'holder',
  'memory',
  'offset',
  'size',
  'available',
  'at',
  'length',
  'allowed',
  'number',
  'smin',
  'lock',
  'region',
  'acquired',
  'wrong',
  'given',
  'field',
  'iterator',
  'expected',
  'argument',
] as const;

type RejectionFacts = Facts<(typeof ARGS)[number]>;

type Topic = keyof typeof ADVICE | undefined;

/** Of words that no rule knows nothing is claimed. */
const OTHER = {
  why: 'for a reason that bpfcompat does not classify',
  todo: 'Look at the line and at the words of the kernel, and search for them: they are all that is known.',
};

/** The same program is accepted by a newer kernel of the run: it is fine, and this verifier sees less. */
function precisionTodo(todo: string): string {
  return `Help this verifier: ${todo.charAt(0).toLowerCase()}${todo.slice(1)} Newer kernels of this run accept the program as it is.`;
}

function topicOf(reason: string | undefined): Topic {
  return reason !== undefined && Object.hasOwn(ADVICE, reason) ? (reason as Topic) : undefined;
}

/** What the traced function takes on this kernel, and which of its values the program reads. */
function tracedText(f: RejectionFacts): string {
  const result = f.args.result;
  return [
    `Here it is ${arg(f, 'prototype', arg(f, 'function', '?'))}, and the program reads value ${arg(f, 'value', '?')}.`,
    ...(result === undefined ? [] : [`The result follows the last argument: it is value ${result}.`]),
  ].join(' ');
}

/** Which argument the program takes for what, and where that is on this kernel. */
function argumentText(f: RejectionFacts): string {
  const expected = `struct ${arg(f, 'struct', '?')} *`;
  return `Here it is ${arg(f, 'prototype', '?')}. The program takes value ${arg(f, 'value', '?')} for the ${expected}, which is value ${arg(f, 'place', '?')}.`;
}

/** How large the memory is, and what is accessed where. */
function boundsText(f: RejectionFacts): string {
  const { callee, available, offset, size } = f.args;
  const by = callee === undefined ? '' : ` by ${callee}`;
  return `It has ${available} bytes, and ${size} are accessed${by} at ${offset}.`;
}

/** The fact of the log that a reader needs besides the line. */
function detail(f: RejectionFacts, topic: Topic): string | undefined {
  const { call, callee, available } = f.args;
  switch (topic) {
    case 'return_value':
    case 'throw_value':
    case 'callback_result':
      return allowedWords(f);
    case 'reference':
    case 'held_tail_call':
      return f.args.acquired === undefined ? undefined : `What is held comes from ${f.args.acquired}.`;
    case 'caller_argument':
      return f.args.wrong === undefined ? undefined : `The kernel says of the argument: ${f.args.wrong}.`;
    case 'type_mismatch':
      return givenWords(f);
    case 'foreign_memory':
    case 'stale_packet':
    case 'released':
      return call === undefined ? undefined : `The call is ${call}.`;
    case 'no_map':
    case 'packet_argument':
    case 'not_acquired':
    case 'untrusted_pointer':
    case 'null_argument':
    case 'context_address':
    case 'number_argument':
    case 'own_memory':
    case 'not_constant':
    case 'zero_size':
    case 'const_string':
    case 'stack_bounds':
      return callee === undefined ? undefined : `The call is ${callee}.`;
    case 'fixed_offset':
      return `The access has no CO-RE relocation, and on this kernel struct ${arg(f, 'struct', '?')} has nothing there that the verifier can follow.`;
    case 'context_field':
      return `It is ${arg(f, 'field', '?')} of ${arg(f, 'struct', 'the context')}.`;
    case 'context_width':
      return widthWords(
        arg(f, 'field', '?'),
        arg(f, 'struct', 'the context'),
        arg(f, 'available', '?'),
        arg(f, 'size', '?'),
      );
    case 'kfunc_memory':
    case 'past_end':
    case 'out_of_bounds':
      return available === undefined ? undefined : boundsText(f);
    default:
      return undefined;
  }
}

/** What to do, by what the log says of this very case. */
function finerTodo(f: RejectionFacts, topic: Topic): string | undefined {
  if (topic === 'reference') return givesBack(f.args.acquired);
  if (topic === 'out_of_bounds') return boundsTodo(f.args.available, f.args.size);
  if (topic === 'context_field') return fieldTodo(f.args.field, f.args.type, f.args.struct);
  return topic === 'type_mismatch' ? givenTodo(f) : undefined;
}

/** Words for programs that the verifier could not follow. */
export const VERIFIER_FINDINGS = {
  VERIFIER_REJECTION: entry({
    group: 'program',
    rule: ['The verifier rejects a program', "Read the end of the verifier's log and the source line."],
    args: ARGS,
    reasons: [...reasonsOf(ADVICE), 'verifier_precision', 'unclassified'],
    words: (f) => {
      const { reason, proof, recursion, source, source_text: text, problem } = f.args;
      const precision = reason === 'verifier_precision';
      const topic = topicOf(recursion === undefined ? (precision ? proof : reason) : 'recursion');
      const { why, todo: general } = topic === undefined ? OTHER : ADVICE[topic];
      const todo = finerTodo(f, topic) ?? general;
      const place = [source, text].filter((part) => part !== undefined).join(': ');
      const unknown =
        topic === undefined ? 'The words of the kernel are quoted' : 'It could not prove that the program is safe';
      const title = `the verifier rejects ${who(f)}: ${why}`;
      if (topic === 'traced_arguments') return { title, explanation: tracedText(f), remediation: todo };
      if (topic === 'argument_type') return { title, explanation: argumentText(f), remediation: todo };
      if (topic === 'stack_object') {
        const explanation = `The kernel says of the place: ${arg(f, 'wrong', 'nothing')}.`;
        return { title, explanation, remediation: todo };
      }
      const more = detail(f, topic);
      return {
        title,
        explanation: `${problem === undefined ? unknown : sentence(problem)}${place === '' ? '.' : `, at ${place}`}${more === undefined ? '' : `${place === '' ? '' : '.'} ${more}`}`,
        remediation: precision ? precisionTodo(todo) : todo,
      };
    },
  }),
  VERIFIER_COMPLEXITY: entry({
    group: 'program',
    coarse: 'VERIFIER_REJECTION',
    rule: ['A program is too complex for the verifier', 'Split it, or bound its loops and branches.'],
    args: ['processed', 'jumps', 'loops'],
    reasons: ['limit'],
    words: (f) => ({
      title: `${who(f)} is too complex for the verifier ${here(f)}`,
      explanation:
        f.args.everywhere === undefined
          ? 'The number of paths differs from kernel to kernel, so another one may accept it.'
          : 'The verifier gave up before it had seen all paths.',
      remediation:
        f.args.loops === undefined
          ? 'Split it into global functions or tail calls, use bpf_loop, tighten bounds, keep switches in const rodata.'
          : 'What a callback of bpf_loop keeps from call to call is followed like the state of a loop, on newer kernels further: keep less of it in its context (indices and flags in a map value), call global functions from it, and do not begin a bpf_loop inside another one.',
    }),
  }),
  STACK_LIMIT: entry({
    group: 'program',
    coarse: 'VERIFIER_REJECTION',
    rule: ['A program uses too much stack', 'Keep large values in a per-CPU array map.'],
    args: ['size', 'offset'],
    reasons: ['frame', 'combined', 'tail_call'],
    words: (f) => ({
      title:
        f.args.reason === 'tail_call'
          ? `${who(f)} makes a tail call from a function below which too much stack is in use`
          : `${who(f)} needs more than 512 bytes of stack`,
      explanation:
        f.args.reason === 'tail_call'
          ? `A function that makes tail calls may have 256 bytes below it on the stack; its callers use ${arg(f, 'size', 'more')}.`
          : f.args.reason === 'combined'
            ? 'The stacks of nested calls count together.'
            : 'The limit holds on every kernel.',
      remediation:
        f.args.reason === 'tail_call'
          ? 'Make the tail call in the program itself (inline the function), or move variables of its callers into a per-CPU array map.'
          : 'Move large variables into a per-CPU array map, and inline less.',
    }),
  }),
  VERIFIER_INTERNAL: entry({
    group: 'kernel',
    coarse: 'VERIFIER_REJECTION',
    rule: ['The verifier failed', 'Report it to the kernel; try another construct.'],
    reasons: ['bug'],
    words: (f) => ({
      title: `the verifier of this kernel has a bug that ${who(f)} brings out`,
      explanation: 'It says so itself.',
      remediation: 'Report it to the kernel developers with the object and the log.',
    }),
  }),
};
