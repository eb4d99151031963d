import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeFinding } from '../../src/classify/make-finding.ts';
import { withUntested } from '../../src/classify/untested.ts';
import { words } from '../../src/findings/words.ts';
import { readObject } from '../../src/object/read-object.ts';
import { fixture } from '../e2e/support/places.ts';

const read = readObject(readFileSync(fixture('lacks_variable')));
if (!read.ok) throw new Error('no object');
const facts = read;

function finding(programs: string, origin = 'libbpf', subject = 'bpfcompat_no_such_symbol') {
  return makeFinding({
    code: 'UNRESOLVED_KSYM',
    confidence: 'high',
    phase: 'load',
    subject,
    programs: programs.split(', '),
    args: { symbol: subject, reason: 'variable' },
    evidence: { text: 'extern', origin },
  });
}

test('programs that do not use what is missing are not part of the cause', () => {
  const found = withUntested(finding('uses_variable, bad, good'), facts);
  expect(found.args).toMatchObject({ program: 'uses_variable', untested: 'bad, good' });
  expect(words(found).explanation).toContain('Not tested: programs bad, good, which do not use it, as');
  const one = withUntested(finding('bad, uses_variable'), facts);
  expect(words(one).explanation).toContain('Not tested: program bad, which does not use it, as');
});

test.each([
  ['its only program', finding('uses_variable')],
  ['what the verifier says', finding('uses_variable, bad', 'verifier log')],
  ['a name that no program uses', finding('bad, good', 'libbpf', 'other')],
])('%s stays', (_, reported) => {
  expect(withUntested(reported, facts)).toBe(reported);
});
