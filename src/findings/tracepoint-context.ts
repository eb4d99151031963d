import { type Facts, ofReason, reasonsOf, type Words } from './entry.ts';
import { PLACE } from './lookup.ts';
import { arg, who } from './writer.ts';

const ARGS = [...PLACE, 'field', 'type', 'fields', 'offset', 'read'] as const;

type TracepointFacts = Facts<(typeof ARGS)[number]>;

const movedField = (f: TracepointFacts): Words => ({
  title: `${who(f)} reads field ${arg(f, 'field', '?')} of tracepoint ${arg(f, 'function', '?')} where it is not`,
  explanation: `In the record of this kernel it is at byte ${arg(f, 'offset', '?')}, the program reads byte ${arg(f, 'read', '?')}, as its own ${arg(f, 'type', 'structure')} has it. Nothing rejects that: it reads bytes of something else.`,
  remediation:
    'Read the structure trace_event_raw_* of the tracepoint (vmlinux.h) with CO-RE, or take the offsets from the format file of the running kernel.',
});

const argument = (f: TracepointFacts): Words => ({
  title: `${who(f)} reads more arguments than raw tracepoint ${arg(f, 'function', '?')} has on this kernel`,
  explanation:
    'Tracepoints got further arguments over time; the kernel counts those that a program reads when it attaches it.',
  remediation:
    'Read the further arguments in a second program for kernels that have them (autoload), or guard them by a const volatile setting of the loader.',
});

const OF_CALLS = 'struct trace_event_raw_sys_enter';

/** The arguments of a system call are not in the record of its end, and people look for them there. */
function wrongEnd({ args }: TracepointFacts): boolean {
  return args.type === OF_CALLS && /^syscalls\/sys_exit_/.test(args.function ?? '');
}

function shortRecord(f: TracepointFacts): Words {
  const taken = f.args.type === undefined ? '' : ` The program takes it for ${f.args.type}.`;
  const has = f.args.fields === undefined ? '' : ` It has ${f.args.fields}.`;
  const place =
    f.args.field === undefined
      ? ''
      : ` Field ${f.args.field} is at byte ${arg(f, 'offset', '?')} of it, the program reads byte ${arg(f, 'read', '?')}.`;
  return {
    title: `${who(f)} reads past the record of tracepoint ${arg(f, 'function', '?')}`,
    explanation: `The record ends before what is read.${taken}${has}${place}`,
    remediation: wrongEnd(f)
      ? 'Records of sys_exit have id and ret alone (struct trace_event_raw_sys_exit): keep the arguments in a map by thread in a program at the sys_enter event, and look them up here.'
      : 'Take the structure of this very event (its format file), or use raw_tp or tp_btf; read trace_event_raw_* structures with CO-RE.',
  };
}

const WORDS = { record_too_short: shortRecord, argument, moved_field: movedField };

/** A program that reads the record or the arguments of a tracepoint in a way that this kernel does not have them. */
export const TRACEPOINT_CONTEXT = {
  args: ARGS,
  reasons: reasonsOf(WORDS),
  words: (f: TracepointFacts & Facts<never, keyof typeof WORDS>): Words =>
    (ofReason(f.args.reason, WORDS) ?? shortRecord)(f),
};
