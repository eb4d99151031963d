import { offsetWords, sleepableWords } from './attach-places.ts';
import { type Facts, ofReason, reasonsOf, tableOf, type Words } from './entry.ts';
import { LOOKED_UP, LOOKUP_REASONS, PLACE } from './lookup.ts';
import { arg, here, sentence, who } from './writer.ts';

const ARGS = [...PLACE, 'offset', 'tracepoint', ...LOOKED_UP] as const;

const KEPT_AWAY = {
  what: 'cannot be traced',
  why: 'The kernel keeps probes away from it (notrace, blacklist, noreturn).',
};

/** Why a function takes no probe; what the lists of the guest say besides explains nothing. */
const FUNCTIONS = {
  ...tableOf(LOOKUP_REASONS, KEPT_AWAY),
  denied: KEPT_AWAY,
  kprobe: KEPT_AWAY,
  blacklisted: { what: 'cannot be probed', why: 'It is on the kprobe blacklist (NOKPROBE_SYMBOL).' },
  notrace: { what: 'cannot be traced', why: 'It is built without the entry that tracing needs (notrace).' },
  unlisted: {
    what: 'cannot be traced',
    why: 'It is not among the functions that this kernel can trace: built without the entry that tracing needs (notrace), or no function of C.',
  },
  no_function: { what: 'is data and no function', why: 'Only instructions can be probed.' },
  no_entry: {
    what: 'cannot be traced',
    why: 'It starts with something else than the entry that tracing needs (EBUSY).',
  },
  not_modifiable: {
    what: 'cannot have its return value changed',
    why: 'Only functions on the error injection list can.',
  },
};

const REASONS = [...reasonsOf(FUNCTIONS), 'not_sleepable', 'inside_instruction', 'return_offset'] as const;

/** A function or a place in it that is there and takes no probe. */
export const UNTRACEABLE_TARGET = {
  args: ARGS,
  reasons: REASONS,
  words(f: Facts<(typeof ARGS)[number], (typeof REASONS)[number]>): Words {
    const { reason } = f.args;
    if (reason === 'not_sleepable') return sleepableWords(f);
    if (reason === 'inside_instruction' || reason === 'return_offset') return offsetWords(f);
    const { what, why } = ofReason(reason, FUNCTIONS) ?? KEPT_AWAY;
    return {
      title: `${arg(f, 'function', 'the function')} ${what} ${here(f)}`,
      explanation: sentence(`${who(f)} hooks it. ${why}`),
      remediation: 'Hook a caller or a tracepoint.',
    };
  },
};
