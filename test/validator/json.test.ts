import { expect, test } from 'vitest';
import { parseGuestJson } from '../../src/validator/json.ts';

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
