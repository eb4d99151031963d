import {
  type EventExpectation,
  type HexBytes,
  hexOf,
  type MapExpectation,
  type RunExpectation,
  type TestExpectations,
  type VariableExpectation,
} from './test-expectations.ts';

/**
 * The spelling of expectations on the wire: `key=value` fields with blanks between, bytes as `x` and hex digits. What the
 * guest saw comes back in the same way.
 */

/** An expectation of any kind, named like the assertion that checks it. */
export type Expected =
  | { readonly kind: 'map'; readonly subject: string; readonly expected: MapExpectation }
  | { readonly kind: 'variable'; readonly subject: string; readonly expected: VariableExpectation }
  | { readonly kind: 'event'; readonly subject: string; readonly expected: EventExpectation }
  | { readonly kind: 'run'; readonly subject: string; readonly expected: RunExpectation };

export const TRACE_PIPE = 'trace_pipe';

/** All expectations of a test in the order of its plan, which is the order of the results. */
export function expectedOf(expect: TestExpectations | undefined): Expected[] {
  if (expect === undefined) return [];
  return [
    ...expect.maps.map((expected): Expected => ({ kind: 'map', subject: expected.map, expected })),
    ...expect.variables.map((expected): Expected => ({ kind: 'variable', subject: expected.variable, expected })),
    ...expect.events.map(
      (expected): Expected => ({
        kind: 'event',
        subject: expected.source === 'map' ? expected.map : TRACE_PIPE,
        expected,
      }),
    ),
    ...expect.run.map((expected): Expected => ({ kind: 'run', subject: expected.program, expected })),
  ];
}

/** What is expected, without whose it is. */
export function expectationText(one: Expected): string {
  const fields = FIELDS[one.kind] as (expected: Expected['expected']) => Field[];
  return fields(one.expected)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]))
    .join(' ');
}

export type Fields = ReadonlyMap<string, string>;

const MAX_FIELDS = 16;

/** The fields of a text; what is not a field is left out, and the first of two with the same key stands. */
export function fieldsOf(text: string): Fields {
  const fields = new Map<string, string>();
  for (const word of text.split(' ', MAX_FIELDS)) {
    const at = word.indexOf('=');
    const key = word.slice(0, Math.max(at, 0));
    if (at > 0 && !fields.has(key)) fields.set(key, word.slice(at + 1));
  }
  return fields;
}

type Field = readonly [key: string, value: string | undefined];

const hex = (bytes: HexBytes | undefined): string | undefined => (bytes === undefined ? undefined : `x${bytes}`);
const given = (bytes: HexBytes): string | undefined => (bytes === '' ? undefined : `x${bytes}`);
const operand = (value: number | HexBytes | undefined): string | undefined =>
  typeof value === 'number' ? String(value) : hex(value);

const FIELDS = {
  map: ({ key, value, min, grows, minEntries }: MapExpectation): Field[] => [
    ['key', operand(key)],
    ['value', operand(value)],
    ['min', min?.toString()],
    ['grows', grows ? 'true' : undefined],
    ['min_entries', minEntries?.toString()],
  ],
  variable: ({ value, min, grows }: VariableExpectation): Field[] => [
    ['value', operand(value)],
    ['min', min?.toString()],
    ['grows', grows ? 'true' : undefined],
  ],
  event: (event: EventExpectation): Field[] => [
    ['min', String(event.min)],
    ['contains', hex(event.source === 'map' ? event.contains : hexOf(event.contains))],
  ],
  run: ({ dataIn, ctxIn, repeat, retval, dataOut }: RunExpectation): Field[] => [
    ['data_in', given(dataIn)],
    ['ctx_in', given(ctxIn)],
    ['repeat', repeat === 1 ? undefined : String(repeat)],
    // A 32-bit number without sign, as the kernel has it.
    ['retval', retval === undefined ? undefined : String(retval >>> 0)],
    ['data_out', hex(dataOut)],
  ],
};
