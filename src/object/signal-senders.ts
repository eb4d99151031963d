import type { ObjectFacts } from './facts.ts';

/** `bpf_send_signal` and `bpf_send_signal_thread`. */
const HELPERS = [109, 117];
const FUNCTION = /^bpf_send_signal_task(?:___|$)/;

/** Names of the programs of an object that may send a signal to whatever process they run in, or to any. */
export function signalSenders({ programs }: Pick<ObjectFacts, 'programs'>): ReadonlySet<string> {
  const senders = programs.filter(
    ({ helpers, externs }) => HELPERS.some((id) => helpers.has(id)) || externs.some(({ name }) => FUNCTION.test(name)),
  );
  return new Set(senders.map(({ name }) => name));
}
