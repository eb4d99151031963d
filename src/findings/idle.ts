import { flag } from '../model/wording.ts';
import { type Facts, ofReason, type Words } from './entry.ts';
import { arg, sentence, who } from './writer.ts';

const LOAD_ONLY = `declare that the load is all there is to check (${flag('validation-mode')} load_only)`;

/** What to declare, by why nothing was attached. */
export const IDLE = {
  no_target: `Name the target (${flag('set-attach-target')}, or attach_target of the program in the manifest), or ${LOAD_ONLY}.`,
  no_file: sentence(`${LOAD_ONLY}; SEC("uprobe") without a file is tried on a program of the guest.`),
  on_demand: `Run it in a functional test (expect: run), or ${LOAD_ONLY}.`,
  unreferenced: 'Put it into a SEC(".struct_ops.link") variable, or remove it.',
  no_place: sentence(`${LOAD_ONLY}.`),
};

/** An object that passes because it loads: nothing of it was attached, and no one wants it attached. */
export function idleWords(f: Facts<'why', keyof typeof IDLE>): Words {
  const many = arg(f, 'program', '').includes(', ');
  return {
    title: `${who(f)} ${many ? 'load and are' : 'loads and is'} attached to nothing`,
    explanation: `${sentence(arg(f, 'why', 'no reason was given'))}. Only the load was checked.`,
    remediation: ofReason(f.args.reason, IDLE) ?? IDLE.no_place,
  };
}

/** A program that the manifest wants attached. */
export function requiredWords(f: Facts<'why'>): Words {
  return {
    title: `required program ${arg(f, 'program', '?')} was not attached`,
    explanation: sentence(`${arg(f, 'why', 'no reason was given')}.`),
    remediation: 'Name a target it can be attached to, or drop attach.required for it in the manifest.',
  };
}

/** Why nothing of an object was loaded. */
export const UNLOADED = {
  no_program: {
    why: 'The object has no program: functions without a section of a program type are only called by programs.',
    todo: 'Give the functions that the kernel is to call a section, as SEC("tp/sched/sched_switch").',
  },
  left_out: {
    why: 'Each of its programs is opt-in (SEC("?...")) or switched off.',
    todo: 'Name those that its loader switches on in the manifest: programs: [{name: ..., autoload: on}].',
  },
  passed_over: {
    why: 'The library passes over each of its programs.',
    todo: 'Name the sections as this library wants them, or give the programs their types in the loader.',
  },
};

/** An object that passes because nothing of it was loaded. */
export function unloadedWords(f: Facts<'names', keyof typeof UNLOADED>): Words {
  const { why, todo } = ofReason(f.args.reason, UNLOADED) ?? { why: 'Nothing selects a program of it.', todo: '' };
  return {
    title: 'no program of the object is loaded',
    explanation: `${why} Nothing of it was checked${f.args.names === undefined ? '' : `: ${f.args.names}`}.`,
    remediation: todo,
  };
}
