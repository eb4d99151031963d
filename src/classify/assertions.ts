import type { FunctionalTest } from '../model/cell.ts';
import type { Assertion, StageOf } from '../model/evidence.ts';
import { type Expected, expectationText, expectedOf, type Fields, fieldsOf } from '../model/expect-fields.ts';
import type { EventExpectation, HexBytes, MapExpectation, RunExpectation } from '../model/test-expectations.ts';

/** An expectation that does not hold. */
export interface Broken {
  readonly kind: Assertion['kind'];
  readonly subject: string;
  readonly wanted: string;
  /** Empty: nothing was looked at. */
  readonly seen: string;
  readonly error: string;
  /** Of the system call that could not be done; 0 otherwise. */
  readonly errno: number;
}

/** Bytes that the guest reports at most, in hex digits; of longer ones the guest's own comparison is all there is. */
const SHOWN_DIGITS = 512;

/** Bits of a number by its bytes. */
const WIDTHS: Readonly<Record<string, number>> = { '1': 8, '2': 16, '4': 32, '8': 64 };

/** What a test expected and did not get, in the order of the plan. The guest's `pass` counts only where what it saw fits. */
export function brokenExpectations(test: FunctionalTest, stage: StageOf<'functional'> | undefined): Broken[] {
  return expectedOf(test.expect).flatMap((one, index): Broken[] => {
    const result = stage?.assertions?.[index];
    const common = { kind: one.kind, subject: one.subject, wanted: expectationText(one) };
    if (result === undefined || result.kind !== one.kind || result.subject !== one.subject) {
      return [{ ...common, seen: '', error: stage?.error || 'the guest did not look at it', errno: 0 }];
    }
    const seen = fieldsOf(result.seen);
    const fits = holds(one, seen);
    if (result.status === 'pass' && fits) return [];
    const error = result.error || (fits ? 'the guest says that it failed' : 'the guest says that it passed');
    return [{ ...common, seen: result.seen, error, errno: Number(numberOf(seen, 'errno') ?? 0n) }];
  });
}

function holds(one: Expected, seen: Fields): boolean {
  switch (one.kind) {
    case 'map':
      return mapHolds(one.expected, seen);
    case 'variable':
      return mapHolds({ ...one.expected, map: one.subject, key: 0, minEntries: undefined }, seen);
    case 'event':
      return eventHolds(one.expected, seen);
    case 'run':
      return runHolds(one.expected, seen);
  }
}

function numberOf(seen: Fields, key: string): bigint | undefined {
  const text = seen.get(key) ?? '';
  return /^-?\d{1,20}$/.test(text) ? BigInt(text) : undefined;
}

function atLeast(seen: Fields, key: string, min: number | undefined): boolean {
  if (min === undefined) return true;
  const number = numberOf(seen, key);
  return number !== undefined && number >= BigInt(min);
}

function bytesFit(seen: Fields, key: string, wanted: HexBytes): boolean {
  const length = numberOf(seen, 'length');
  return length === BigInt(wanted.length / 2) && seen.get(key) === `x${wanted.slice(0, SHOWN_DIGITS)}`;
}

function valueFits(seen: Fields, wanted: number | HexBytes | undefined): boolean {
  if (wanted === undefined) return true;
  if (typeof wanted === 'string') return bytesFit(seen, 'bytes', wanted);
  const value = numberOf(seen, 'value');
  if (value === undefined || wanted >= 0) return value === BigInt(wanted);
  const width = WIDTHS[seen.get('size') ?? ''];
  return width !== undefined && value === BigInt.asUintN(width, BigInt(wanted));
}

function mapHolds({ key, value, min, grows, minEntries }: MapExpectation, seen: Fields): boolean {
  if (key !== undefined && seen.get('found') !== 'true') return false;
  const before = numberOf(seen, 'before');
  const now = numberOf(seen, 'value');
  const grew = !grows || (before !== undefined && now !== undefined && now > before);
  return grew && valueFits(seen, value) && atLeast(seen, 'value', min) && atLeast(seen, 'entries', minEntries);
}

function eventHolds({ min }: EventExpectation, seen: Fields): boolean {
  return atLeast(seen, 'matching', min);
}

function runHolds({ retval, dataOut }: RunExpectation, seen: Fields): boolean {
  const returned = numberOf(seen, 'retval');
  if (returned === undefined || (retval !== undefined && returned !== BigInt(retval >>> 0))) return false;
  return dataOut === undefined || bytesFit(seen, 'data_out', dataOut);
}
