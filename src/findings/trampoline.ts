import { type Facts, ofReason, reasonsOf, type Words } from './entry.ts';
import { PLACE } from './lookup.ts';
import { arg, who } from './writer.ts';

const ARGS = [...PLACE, 'argument', 'shape', 'count', 'limit', 'prototype'] as const;

type TrampolineFacts = Facts<(typeof ARGS)[number]>;

function noSupport(f: TrampolineFacts): Words {
  return {
    title: `this kernel cannot attach ${arg(f, 'section', who(f))} by a trampoline`,
    explanation: 'It loads, but the architecture or the function has no support for direct calls (ENOTSUPP).',
    remediation: 'Use a kprobe or a tracepoint there.',
  };
}

function structArgument(f: TrampolineFacts): Words {
  const [what, since] = f.args.shape === 'UNION' ? ['union', '6.18'] : ['structure', '6.1'];
  return {
    title: `function ${arg(f, 'function', '?')} takes a ${what} by value, which this kernel cannot trace by a trampoline`,
    explanation: `Argument ${arg(f, 'argument', '?')} (counted from 0) is a ${what}. x86_64 kernels trace such functions since ${since}.`,
    remediation: 'Use a kprobe or a tracepoint on the kernels before it.',
  };
}

function manyArguments(f: TrampolineFacts): Words {
  const { limit } = f.args;
  return {
    title: `function ${arg(f, 'function', '?')} has ${arg(f, 'count', 'too many')} arguments${limit === undefined ? ', too many for a trampoline' : `; this kernel traces up to ${limit} by a trampoline`}`,
    explanation:
      limit === undefined
        ? 'No kernel hands over more than 12 arguments to fentry and fexit.'
        : `x86_64 kernels hand over up to 12 arguments since ${arg(f, 'since', '6.6')}.`,
    remediation: 'Use a kprobe or a tracepoint there.',
  };
}

/** Its declaration has "...". */
function variableArguments(f: TrampolineFacts): Words {
  return {
    title: `function ${arg(f, 'function', '?')} takes a variable number of arguments, which no trampoline can hand over`,
    explanation: 'The kernel rejects fentry and fexit for functions whose declaration ends with "...".',
    remediation: 'Use a kprobe or a tracepoint, or hook a function below it that takes a va_list.',
  };
}

function structResult(f: TrampolineFacts): Words {
  return {
    title: `function ${arg(f, 'function', '?')} returns a structure by value, which no trampoline hands on`,
    explanation: 'Kernels reject fentry, fexit and fmod_ret for such functions, whatever the program reads of them.',
    remediation: 'Use a kprobe or a kretprobe, or hook a function that it calls or that calls it.',
  };
}

const WORDS = {
  trampoline: noSupport,
  struct_result: structResult,
  struct_argument: structArgument,
  variable_arguments: variableArguments,
  many_arguments: manyArguments,
};

/** A program that loads, and that a kernel cannot attach by a trampoline. */
export const TRAMPOLINE = {
  args: ARGS,
  reasons: reasonsOf(WORDS),
  words: (f: TrampolineFacts & Facts<never, keyof typeof WORDS>): Words =>
    (ofReason(f.args.reason, WORDS) ?? noSupport)(f),
};
