import * as z from 'zod';
import type { HexBytes } from '../model/test-expectations.ts';
import { BYTES_RULE, OPERAND_RULE, parseBytes, parseContent, parseOperand } from './expect-values.ts';
import { VARIABLE } from './loader-settings.ts';
import { loaderWord } from './loader-word.ts';
import { quoted } from './words.ts';
import { flag, integer, line, list, MAX_UINT32, text, word } from './yaml-schema.ts';

/** What tests expect without a shell, key by key. test-expect.ts turns the result into the names of the model. */

const MAX_BYTES = 64 * 1024;
const MAX_RECORDS = 10_000;
const MAX_REPEAT = 1_000_000;

const mapName = word(/^[A-Za-z0-9_.$]{1,128}$/, 'the name of a map of the object (letters, digits, "_" and ".")');
const programName = word(/^[A-Za-z0-9_.$]{1,128}$/, 'the name of a program of the object (letters, digits and "_")');

/** A text that `parse` understands, at most 64 KiB of bytes. */
function value<T extends number | HexBytes>(parse: (text: string) => T | undefined, rule: string) {
  return text.transform((raw, context): T => {
    const parsed = parse(raw);
    if (parsed !== undefined && (typeof parsed === 'number' || parsed.length / 2 <= MAX_BYTES)) return parsed;
    const message =
      parsed === undefined
        ? `${quoted(raw)} is not allowed; use ${rule}`
        : `is longer than ${MAX_BYTES} bytes; shorten it`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

const bytes = value(parseBytes, BYTES_RULE);
const operand = value(parseOperand, OPERAND_RULE);

const map = z
  .strictObject({
    name: mapName,
    key: operand.optional(),
    value: operand.optional(),
    min: integer(0, Number.MAX_SAFE_INTEGER).optional(),
    grows: flag.default(false),
    min_entries: integer(1, MAX_UINT32).optional(),
  })
  .superRefine((item, context) => {
    const reject = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message, input: item });
    const { key, value, min, grows, min_entries: entries } = item;
    if (key === undefined && value === undefined && min === undefined && !grows && entries === undefined) {
      context.addIssue({
        code: 'custom',
        message: 'expects nothing; add key, value, min, grows: true or min_entries',
      });
    }
    if (key !== undefined && entries !== undefined) {
      reject('min_entries', 'cannot be combined with key; use two entries');
    }
    if (key === undefined && typeof value === 'string') {
      reject('value', 'is bytes, which cannot be added up over the whole map; add the key of one entry');
    }
  });

const variable = z
  .strictObject({
    name: loaderWord(VARIABLE),
    value: operand.optional(),
    min: integer(0, Number.MAX_SAFE_INTEGER).optional(),
    grows: flag.default(false),
  })
  .superRefine(({ value, min, grows }, context) => {
    if (value !== undefined || min !== undefined || grows) return;
    context.addIssue({ code: 'custom', message: 'expects nothing; add value, min or grows: true' });
  });

const event = z
  .strictObject({
    map: mapName.optional(),
    trace_pipe: line({ required: true, maxBytes: 1000 }).optional(),
    min: integer(1, MAX_RECORDS).default(1),
    contains: value(parseContent, 'a text, or "0x..." or "hex ..." with two digits per byte').optional(),
  })
  .superRefine((item, context) => {
    if ((item.map === undefined) === (item.trace_pipe === undefined)) {
      const message =
        item.map === undefined
          ? 'says nothing about where events come from; add map or trace_pipe'
          : 'has both map and trace_pipe; make two items of them';
      context.addIssue({ code: 'custom', message });
    } else if (item.trace_pipe !== undefined && item.contains !== undefined) {
      const message = 'belongs to map; the text a line must contain stands in trace_pipe itself';
      context.addIssue({ code: 'custom', path: ['contains'], message });
    } else if (item.contains === '') {
      context.addIssue({ code: 'custom', path: ['contains'], message: 'is empty; give it a value or remove it' });
    }
  });

const run = z.strictObject({
  program: programName,
  data_in: bytes.default(''),
  ctx_in: bytes.default(''),
  repeat: integer(1, MAX_REPEAT).default(1),
  retval: integer(-(2 ** 31), MAX_UINT32).optional(),
  data_out: bytes.optional(),
});

/** The keys that a test's `expect` has for this. */
export const EXPECT_KEYS = {
  maps: list(map, { max: 64 }).default([]),
  variables: list(variable, { max: 64 }).default([]),
  events: list(event, { max: 64 }).default([]),
  run: list(run, { max: 64 }).default([]),
} as const;

export const TestExpect = z.strictObject(EXPECT_KEYS);
export type TestExpect = z.infer<typeof TestExpect>;

interface Test {
  readonly command: string;
  readonly expect: TestExpect;
}

/**
 * Rules between `command` and `expect`: one of them is there. `needCommand` are keys with a text that speak of what a
 * command does.
 */
export function checkTest<T extends Test>(
  test: T,
  context: z.RefinementCtx<T>,
  needCommand: readonly { readonly path: readonly string[]; readonly given: boolean }[],
): void {
  const { maps, variables, events, run } = test.expect;
  const count = maps.length + variables.length + events.length + run.length;
  if (count > 64) {
    context.addIssue({
      code: 'custom',
      path: ['expect'],
      message: `has ${count} items; at most 64 are allowed in one test`,
    });
  }
  if (test.command !== '') return;
  if (count === 0) {
    const instead = 'or say under expect what maps, variables, events or run must show';
    context.addIssue({
      code: 'custom',
      path: ['command'],
      message: `is empty; give it a value, ${instead}`,
      params: { missing: `is missing; add it, ${instead}` },
    });
    return;
  }
  for (const { path, given } of needCommand) {
    if (given) context.addIssue({ code: 'custom', path: [...path], message: 'needs a command; add one' });
  }
}
