import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { wrongConversion } from '../../src/object/print-formats.ts';
import { readObject } from '../../src/object/read-object.ts';
import { confusionObject } from '../e2e/support/places.ts';

// What guests of 5.10, 6.1, 6.12 and 7.3 printed when bpf_trace_printk() was called with it.
test.each([
  ...['%0.2f', '%f', '%e', '%g', '%a', '%o', '%hu', '%hhx', '%zu', '%jd', '%td', '%.2d', '%.10s', '%*d', '%n', '%#x'],
  ...['%Lu', '%q', '%lf', "%'d"],
])('%s is rejected everywhere', (conversion) => {
  expect(wrongConversion(`at %d: ${conversion}, %s`)).toBe(conversion);
});

test.each([
  ...['', 'plain', '100 %%', '%%f', '%d', '%i', '%u', '%x', '%s', '%p', '%ld', '%lld', '%llu', '%llx'],
  // Not on 5.10.
  ...['%c', '%X', '%05d', '%-5d', '%+d', '% d', '%5s', '%px', '%ps', '%pI4', 'café %d', '%d%%', '%llX\n'],
])('%s is not', (format) => {
  expect(wrongConversion(format)).toBeUndefined();
});

test('the end of a format is none', () => {
  expect(wrongConversion('half %')).toBe('%');
});

function wrongIn(name: string) {
  const read = readObject(readFileSync(confusionObject(name)));
  if (!read.ok) throw new Error(`${name} is not an object`);
  return read.wrongFormats.map(({ helper, format, conversion }) => [helper, format, conversion]);
}

test('calls with a constant format', () => {
  expect(wrongIn('helper_print_float')).toEqual([['bpf_trace_printk', 'load is %4.2f', '%4.2f']]);
  expect(wrongIn('helper_print_float_fixed')).toEqual([]);
});
