import { describe, expect, test } from 'vitest';
import { makeFinding } from '../../src/classify/make-finding.ts';
import { words } from '../../src/findings/words.ts';

const field = (name: string): string =>
  words(
    makeFinding({
      code: 'OBJECT_NOT_LIBBPF_COMPATIBLE',
      confidence: 'medium',
      phase: 'open',
      subject: 'seen',
      args: { map: 'seen', field: name, reason: 'map_field' },
    }),
  ).remediation;

describe('a field of a map that libbpf does not know', () => {
  test.each([
    ['max_entry', 'max_entries'],
    ['max_enteries', 'max_entries'],
    ['map_flag', 'map_flags'],
    ['value_sz', 'value_size'],
  ])('%s is a slip of %s', (slip, meant) => {
    expect(field(slip)).toMatch(new RegExp(`^Did you mean ${meant}\\?`));
  });

  test.each(['id', 'inner_id', 'x'.repeat(4000)])('%s is one of another loader', (name) => {
    expect(field(name)).toMatch(/^Drop the field/);
  });
});
