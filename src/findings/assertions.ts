import { errnoName } from '../model/errno.ts';
import type { Assertion } from '../model/evidence.ts';
import { type Fields, fieldsOf } from '../model/expect-fields.ts';
import { sanitizeText } from '../model/sanitize.ts';

/**
 * What a test expected and what the guest saw, in words. The fields of `seen` come from a guest and may be anything:
 * what does not fit is left out.
 */

type Kind = Assertion['kind'];

/** Hex digits that are shown of longer bytes. */
const MAX_DIGITS = 64;
/** Bits of a number by its bytes. */
const WIDTHS: Readonly<Record<string, number>> = { '1': 8, '2': 16, '4': 32, '8': 64 };
const NUMBER = /^-?\d{1,20}$/;

/** `key 0, value 1`; `at least 3 records with "conn"`; `data_in of 14 bytes, returns 1`. */
export function expectedWords(kind: Kind, expected: string): string {
  const fields = fieldsOf(expected);
  switch (kind) {
    case 'map':
      return mapExpectation(fields, fields.has('key') ? 'value' : 'all values together');
    case 'variable':
      return mapExpectation(fields, 'value');
    case 'event':
      return eventExpectation(fields);
    case 'run':
      return runExpectation(fields);
  }
}

/** `value 3, before 2`; `12 records, none as expected`; `returned 2`. Empty when nothing was looked at. */
export function seenWords(kind: Kind, seen: string, expected: string): string {
  const fields = fieldsOf(seen);
  switch (kind) {
    case 'map':
    case 'variable':
      return mapSeen(fields, fieldsOf(expected).get('value')?.startsWith('-') ?? false);
    case 'event':
      return eventSeen(fields);
    case 'run':
      return runSeen(fields);
  }
}

/** Bytes of a field as a text where they are one, else as hex digits. */
function bytesWords(value: string | undefined): string {
  const digits = value ?? '';
  if (!/^x(?:[\da-f]{2})*$/.test(digits)) return '';
  const bytes = Uint8Array.from((digits.slice(1).match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)));
  const text = new TextDecoder().decode(bytes).replace(/\0+$/, '');
  const printable = text.length > 1 && text === sanitizeText(text) && !/[\n\t\ufffd]/.test(text);
  if (printable) return JSON.stringify(text);
  const shown = digits.slice(1, 1 + MAX_DIGITS);
  return `0x${shown}${digits.length - 1 > MAX_DIGITS ? '…' : ''}`;
}

/** A key or a value: a number, or bytes. */
export function operand(value: string): string {
  return value.startsWith('x') ? bytesWords(value) : value;
}

function number(fields: Fields, key: string): string | undefined {
  const value = fields.get(key);
  return value !== undefined && NUMBER.test(value) ? value : undefined;
}

function plural(count: string, one: string, many: string): string {
  return `${count} ${count === '1' ? one : many}`;
}

function joined(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(', ');
}

function mapExpectation(fields: Fields, subject: string): string {
  const [key, value, min, entries] = ['key', 'value', 'min', 'min_entries'].map((name) => fields.get(name));
  return joined([
    key === undefined ? undefined : `key ${operand(key)}`,
    value === undefined ? undefined : `${subject} ${operand(value)}`,
    min === undefined ? undefined : `${subject} at least ${min}`,
    fields.has('grows') ? `${subject} growing` : undefined,
    entries === undefined ? undefined : `at least ${plural(entries, 'entry', 'entries')}`,
  ]);
}

/** @param negative a value below zero was expected, so that those bits are read with their sign */
function mapSeen(fields: Fields, negative: boolean): string {
  if (fields.get('found') === 'false') return 'no such entry';
  const [bits, before, entries, length] = ['value', 'before', 'entries', 'length'].map((key) => number(fields, key));
  const width = WIDTHS[number(fields, 'size') ?? ''];
  const signedBits = negative && width !== undefined;
  const value = bits !== undefined && signedBits ? String(BigInt.asIntN(width, BigInt(bits))) : bits;
  const bytes = value === undefined && length !== undefined ? bytesWords(fields.get('bytes')) : '';
  return joined([
    entries === undefined ? undefined : plural(entries, 'entry', 'entries'),
    value === undefined ? undefined : `${entries === undefined ? 'value' : 'all values together'} ${value}`,
    before === undefined ? undefined : `before ${before}`,
    bytes === '' ? undefined : `${length} bytes ${bytes}`,
  ]);
}

function eventExpectation(fields: Fields): string {
  const contains = bytesWords(fields.get('contains'));
  const records = `at least ${plural(fields.get('min') ?? '1', 'record', 'records')}`;
  return contains === '' ? records : `${records} with ${contains}`;
}

function eventSeen(fields: Fields): string {
  const [records, matching] = [number(fields, 'records'), number(fields, 'matching')];
  if (records === undefined) return '';
  if (records === '0') return 'no record';
  const first = bytesWords(fields.get('first'));
  return joined([
    plural(records, 'record', 'records'),
    matching === undefined || matching === records ? undefined : `${matching === '0' ? 'none' : matching} as expected`,
    first === '' ? undefined : `the first begins with ${first}`,
  ]);
}

function runExpectation(fields: Fields): string {
  const given = (key: string): string | undefined => {
    const value = fields.get(key);
    return value === undefined ? undefined : `${key} of ${(value.length - 1) >> 1} bytes`;
  };
  const [retval, repeat, out] = ['retval', 'repeat', 'data_out'].map((key) => fields.get(key));
  const expected = joined([
    given('data_in'),
    given('ctx_in'),
    repeat === undefined ? undefined : `${repeat} times`,
    retval === undefined ? undefined : `returns ${signed(retval)}`,
    out === undefined ? undefined : `data_out ${bytesWords(out)}`,
  ]);
  return expected === '' ? 'runs' : expected;
}

/** Return values of most programs are read with their sign: 4294967295 is -1. */
export function signed(retval: string): string {
  const value = Number(retval);
  return value > 0x7fff_ffff ? `${value | 0}` : retval;
}

function runSeen(fields: Fields): string {
  const [errno, retval, length] = ['errno', 'retval', 'length'].map((key) => number(fields, key));
  if (errno !== undefined) return `rejected with ${errnoName(Number(errno)) || `errno ${errno}`}`;
  const out = bytesWords(fields.get('data_out'));
  return joined([
    retval === undefined ? undefined : `returned ${signed(retval)}`,
    out === '' || length === undefined ? undefined : `data_out of ${length} bytes ${out}`,
  ]);
}
