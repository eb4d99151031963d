import { describe, expect, test } from 'vitest';
import { makeFinding, recode, withArgs } from '../../src/classify/make-finding.ts';
import { ATTACH_RULES } from '../../src/classify/rules/attach.ts';
import { ERRNO_RULES } from '../../src/classify/rules/errno.ts';
import type { TextRule } from '../../src/classify/rules/rule.ts';
import { LIBBPF_RULES, VERIFIER_RULES } from '../../src/classify/rules.ts';
import { CONTEXT_ARGS, RUN_ARGS } from '../../src/findings/args.ts';
import { entry, ofReason } from '../../src/findings/entry.ts';
import { FINDING_CODES, FINDINGS } from '../../src/findings/findings.ts';
import { words } from '../../src/findings/words.ts';
import { arg } from '../../src/findings/writer.ts';
import type { Finding, FindingCode } from '../../src/model/finding.ts';
import { EXPECTATIONS } from '../confusion/expectations.ts';

/** What must not compile. It is never run: tsc reads it, and fails where an error that is expected here does not come. */
function doesNotCompile(finding: Finding): unknown {
  const plain = { title: '', explanation: '', remediation: '' };
  const rule = ['A code', 'What helps'] as const;
  // @ts-expect-error an entry without a group
  entry({ rule, words: () => plain });
  // @ts-expect-error words that speak of an argument which the entry does not have
  entry({ group: 'kernel', rule, args: ['map'], words: (f) => ({ ...plain, title: arg(f, 'mapp', '?') }) });
  const table = { too_old: 'is older', built_without: 'was built without' };
  const reasons = ['too_old', 'built_without', 'forgotten'] as const;
  // @ts-expect-error a reason without words
  entry({ group: 'kernel', rule, reasons, words: (f) => ({ ...plain, title: ofReason(f.args.reason, table) ?? '' }) });
  // @ts-expect-error words that request a reason which the entry does not have
  entry({ group: 'kernel', rule, reasons, words: (f) => (f.args.reason === 'unheard' ? plain : plain) });

  const map = { confidence: 'high', phase: 'map', code: 'UNSUPPORTED_MAP_TYPE' } as const;
  makeFinding({ ...map, args: { map: 'events', type: 'ringbuf', since: '5.8', reason: 'compiled_out' } });
  // @ts-expect-error an argument that the code does not have
  makeFinding({ ...map, args: { map: 'events', helper: 'bpf_loop', reason: 'compiled_out' } });
  // @ts-expect-error one that its words need is missing
  makeFinding({ ...map, args: { type: 'ringbuf', reason: 'compiled_out' } });
  // @ts-expect-error no arguments at all, where some are needed
  makeFinding(map);
  // @ts-expect-error no reason, where the code has some
  makeFinding({ ...map, args: { map: 'events' } });
  // @ts-expect-error a reason of another code
  makeFinding({ ...map, args: { map: 'events', reason: 'null_check' } });
  // @ts-expect-error a code that has no reasons
  makeFinding({ confidence: 'low', phase: 'load', code: 'UNKNOWN', args: { reason: 'bug' } });
  // @ts-expect-error another code, and not all that it needs
  recode(finding, 'TAIL_CALL_INCOMPATIBLE', { args: { map: 'jumps', program: 'p' } });
  // @ts-expect-error an argument that the named code does not have
  withArgs<'MISSING_KFUNC'>(finding, { map: 'events' });
  // @ts-expect-error an argument that no code has
  withArgs(finding, { nonsense: '' });
  // @ts-expect-error nothing can be read that no code has
  finding.args['nonsense'];
  const example = { kernel: '6.1', text: 'x' };
  // @ts-expect-error a rule with a reason of another code
  const wrong: TextRule = { code: 'STACK_LIMIT', reason: 'null_check', pattern: /x/, example };
  return wrong;
}

test('what must not compile is here for the compiler (npm run check)', () => {
  expect(doesNotCompile).toBeTypeOf('function');
});

function groupsOf(pattern: RegExp): string[] {
  return [...pattern.source.matchAll(/\(\?<(\w+)>/g)].map(([, name = '']) => name);
}

function argsOf(code: FindingCode): ReadonlySet<string> {
  const { needs, args } = FINDINGS[code];
  return new Set([...needs, ...args, ...CONTEXT_ARGS, ...RUN_ARGS]);
}

const captured = [
  ...[...LIBBPF_RULES, ...VERIFIER_RULES].map(({ code, reason, pattern }) => ({ code, reason, pattern })),
  ...ATTACH_RULES.flatMap(({ code, reason, line }) => (line ? [{ code, reason, pattern: line }] : [])),
];

test.each(captured)('$code/$reason: what its pattern catches are arguments of the code', ({ code, pattern }) => {
  const known = argsOf(code);
  // `legacy` is another name of `function`: a pattern cannot have one twice.
  expect(groupsOf(pattern).filter((name) => name !== 'legacy' && !known.has(name))).toEqual([]);
});

test('an entry names each argument and each reason once, and none that all have unless its words need it', () => {
  const common: readonly string[] = [...CONTEXT_ARGS, ...RUN_ARGS];
  for (const code of FINDING_CODES) {
    const { needs, args, reasons } = FINDINGS[code];
    const all = [...needs, ...args];
    expect(all, code).toHaveLength(new Set(all).size);
    expect(reasons, code).toHaveLength(new Set(reasons).size);
    expect(
      args.filter((name) => common.includes(name)),
      code,
    ).toEqual([]);
  }
});

test('the confusion matrix expects no reason that its code does not have', () => {
  const expected = EXPECTATIONS.flatMap(({ since }) => since.flatMap(([, cell]) => cell.reported));
  const unknown = expected.filter(
    ({ code, reason }) => reason !== undefined && !FINDINGS[code as FindingCode].reasons.includes(reason),
  );
  expect(unknown).toEqual([]);
});

describe('findings that were read back', () => {
  const hostile = { program: '', reason: 'constructor', also_failed: 'x', also_1: '', proof: '__proto__' };
  const saved = (code: string): Finding => ({
    ...makeFinding({ code: 'UNKNOWN', confidence: 'low', phase: 'load' }),
    code: code as FindingCode,
    args: hostile,
  });

  test.each([...FINDING_CODES, 'OF_A_LATER_VERSION', 'constructor', '__proto__'])('%s has words', (code) => {
    const { title, explanation, remediation } = words(saved(code));
    for (const text of [title, explanation, remediation]) expect(text).not.toMatch(/undefined|\[object|=>/);
    expect(title).not.toBe('');
  });
});

test('rules by errno give what the words of their code need', () => {
  for (const { code, args, example } of ERRNO_RULES) {
    expect(Object.keys(args(example)), code).toEqual(expect.arrayContaining([...FINDINGS[code].needs]));
  }
});
