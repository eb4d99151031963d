import { expect, test } from 'vitest';
import { parseGuestJson } from '../../src/protocol/json.ts';

test('values are counted whatever stands in strings, short or long', () => {
  for (const length of [0, 1, 61, 62, 63, 64, 65, 66, 67, 200]) {
    for (const end of ['', '"', '\\', '\\"', '\\\\', '\\\\"', '",[[', '"]}\\"']) {
      const text = `${'x'.repeat(length)}${end}`;
      const parsed = parseGuestJson(Buffer.from(JSON.stringify([text, { [text]: text }, 1])));
      expect(parsed).toEqual({ ok: true, value: [text, { [text]: text }, 1], values: 5 });
    }
  }
  expect(parseGuestJson(Buffer.from(`"${'x'.repeat(100)}`))).toMatchObject({ ok: false });
});

test('an object has a bounded number of members, and what stands beside it does not count', () => {
  const members = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}:`, 0]));
  const text = (value: unknown) => Buffer.from(JSON.stringify(value));
  expect(parseGuestJson(text([members(1000), members(1000), { ...members(999), last: members(1000) }]))).toMatchObject({
    ok: true,
  });
  const reason = 'JSON with an object of more than 1000 members';
  expect(parseGuestJson(text(members(1001)))).toEqual({ ok: false, reason });
  expect(parseGuestJson(text([{ ...members(1000), last: [members(3)] }]))).toEqual({ ok: false, reason });
  expect(parseGuestJson(Buffer.from(`]]]${':'.repeat(70_000)}`))).toEqual({ ok: false, reason });
});
