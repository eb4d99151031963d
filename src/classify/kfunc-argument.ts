import type { ReasonOf } from '../findings/findings.ts';
import { stateOf } from './register-state.ts';

/** The argument that the kernel rejects: `arg#0`, `arg0`, or the register (R1) in newer kernels. */
const ARGUMENT = /\b(?:arg#?(?<index>\d)|R(?<register>[1-5]))\b/;
/** Numbers, as states print them: `0`, `0x10`, `inv5`, `P7`, and those that only the run knows. */
const CONSTANT = /^(?:P|inv|scalar\()?(?<value>-?(?:0x[0-9a-f]+|\d+))\)?$/;
const UNKNOWN = /^P?(?:scalar|inv)\(/;
/** Memory of the program itself, where no object of the kernel lies. */
const OWN = /^(?:fp-?\d*|fp\(|map_value|mem|ringbuf_mem|alloc_mem|pkt)/;
/** Neither an object nor memory. */
const OTHER = /^(?:ctx|map_ptr|func)\b/;

/** The number of the register that a line is about. */
function registerOf(cause: string): string | undefined {
  const { index, register } = ARGUMENT.exec(cause)?.groups ?? {};
  return index === undefined ? register : `${Number(index) + 1}`;
}

/** What a call is given for the argument that its rejection is about. */
function givenState(log: string, cause: string): string | undefined {
  const number = registerOf(cause);
  return number === undefined ? undefined : stateOf(number, log.slice(0, log.lastIndexOf(cause)));
}

/** NULL itself is what a call is given. */
export function isNull(log: string, cause: string): boolean {
  const value = CONSTANT.exec(givenState(log, cause) ?? '')?.groups?.['value'];
  return value !== undefined && Number(value) === 0;
}

/**
 * What stands in the place of an object that a kernel function wants, by the state of the register right before the call: the
 * words of the kernel are the same for a number, for memory of the program and for a pointer that it does not trust.
 * @param cause the line of the verifier that rejects the call
 * @returns undefined where the log shows no such state, or a pointer to an object of the kernel
 */
export function standsIn(log: string, cause: string): ReasonOf<'VERIFIER_REJECTION'> | undefined {
  const state = givenState(log, cause);
  if (state === undefined) return undefined;
  if (isNull(log, cause)) return 'null_argument';
  if (CONSTANT.test(state) || UNKNOWN.test(state)) return 'number_argument';
  if (OTHER.test(state)) return 'type_mismatch';
  return OWN.test(state) && !/or_null/.test(state) ? 'own_memory' : undefined;
}
