import { expect, test } from 'vitest';
import { withCallback } from '../../src/classify/callbacks.ts';
import { makeFinding } from '../../src/classify/make-finding.ts';
import { words } from '../../src/findings/words.ts';
import type { ProgramFacts } from '../../src/object/programs.ts';

const finding = makeFinding({
  code: 'UNSUPPORTED_INSTRUCTION',
  confidence: 'medium',
  phase: 'load',
  args: { program: 'arm', reason: 'callback', since: '5.13' },
});

function reported(...helpers: readonly number[]) {
  return withCallback(finding, { helpers: new Map(helpers.map((id) => [id, 0])) } as unknown as ProgramFacts);
}

test('a callback names the newest helper of the program that takes one', () => {
  expect(reported(169, 170, 171).args).toMatchObject({ helper: 'bpf_timer_set_callback', since: '5.15' });
  expect(reported(164, 181).args).toMatchObject({ helper: 'bpf_loop', since: '5.17' });
  expect(words(reported(170)).title).toContain(
    'to bpf_timer_set_callback, which does not work on this kernel (upstream since 5.15)',
  );
  expect(words(reported(170)).remediation).not.toContain('bpf_loop');
});

test('without such a helper the first kernel with callbacks stays', () => {
  expect(reported(1).args).toEqual(finding.args);
  expect(withCallback(finding, undefined)).toBe(finding);
});
