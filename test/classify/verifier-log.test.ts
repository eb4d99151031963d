import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { libbpfLines } from '../../src/classify/libbpf-log.ts';
import { VERIFIER_RULES } from '../../src/classify/rules.ts';
import { parseVerifierLog, verifierCause, verifierText } from '../../src/classify/verifier-log.ts';
import { program } from '../fixtures/evidence.ts';

const recorded = (name: string): string =>
  readFileSync(join(import.meta.dirname, '..', 'fixtures', 'verifier-logs', name), 'utf8');

describe('logs as the kernels wrote them', () => {
  test('5.10 gives the text of the line', () => {
    expect(verifierCause(VERIFIER_RULES, recorded('5.10-null-check.txt'))).toMatchObject({
      line: "R0 invalid mem access 'map_value_or_null'",
      match: { rule: { code: 'VERIFIER_REJECTION', reason: 'null_check' } },
      args: { source_text: '*value += 1;', insn: '7' },
    });
  });

  test('7.3 gives file and line, and explains itself after the cause', () => {
    const cause = verifierCause(VERIFIER_RULES, recorded('7.3-null-check.txt'));
    expect(cause).toMatchObject({
      line: "R0 invalid mem access 'map_value_or_null'",
      match: { rule: { code: 'VERIFIER_REJECTION', reason: 'null_check' } },
      args: {
        source: 'null_check.bpf.c:8',
        source_text: '*value += 1;',
        category: 'Register Type Safety',
        problem: 'Invalid dereference',
        insn: '7',
      },
    });
  });

  test.each(['5.10-null-check.txt', '7.3-null-check.txt'])('nothing in %s but its cause is taken for one', (name) => {
    const text = recorded(name).replace(/^R0 invalid mem access.*\n/m, '');
    expect(verifierCause(VERIFIER_RULES, text)?.match).toBeUndefined();
  });
});

test('head and tail are one text, with a mark where something was dropped', () => {
  const parts = { verifier_log_head: 'head\n', verifier_log_tail: 'tail\n' };
  expect(verifierText(program('p', parts))).toBe('head\ntail\n');
  expect(verifierText(program('p', { ...parts, verifier_log_dropped: 9 }))).toContain('[... 9 bytes left out ...]');
  expect(verifierText(program('p', { verifier_log_head: 'ab', verifier_log_tail: 'abc' }))).toBe('abc');
});

test('a line that was cut is not a line of the kernel: it may be the end of one of the source', () => {
  const parts = {
    verifier_log_head: 'ext here */\n1: (85) call bpf_loop#181\n; called wit',
    verifier_log_tail: 'invalid func unknown#181\n; x = 1;\nR0 words that no rule knows\n',
    verifier_log_dropped: 9,
  };
  const text = verifierText(program('p', parts));
  expect(text).toBe('1: (85) call bpf_loop#181\n[... 9 bytes left out ...]\n; x = 1;\nR0 words that no rule knows\n');
  const cause = verifierCause(VERIFIER_RULES, text);
  expect([cause?.match, cause?.line]).toEqual([undefined, 'R0 words that no rule knows']);
});

test.each([
  ['the text of a tag', 'BTF', '[5] DECL_TAG -- END BTF LOAD LOG --'],
  ['the mark of another log', 'BTF', 'x -- END PROG LOAD LOG --'],
  ['a source line', 'PROG', '; x -- END PROG LOAD LOG --'],
  ['a source line as 7.3 shows it', 'PROG', '  >>> 12 | x -- END PROG LOAD LOG --'],
])('%s does not end a log', (_name, kind, line) => {
  const log = `libbpf: -- BEGIN ${kind} LOAD LOG ---\n${line}\nforged\n-- END ${kind} LOAD LOG --\nlibbpf: own\n`;
  expect(libbpfLines(log)).toEqual(['own']);
});

test('a name with the mark of a log hides nothing, and the rest of a cut message is none', () => {
  const name = "libbpf: prog 'x -- BEGIN PROG LOAD LOG --': failed to load: -22";
  expect(libbpfLines(`${name}\nlibbpf: own\n`)).toHaveLength(2);
  expect(libbpfLines('libbpf: a\n[70 bytes left out]\nlibbpf: forged\nlibbpf: own\n')).toEqual([
    'a',
    '[70 bytes left out]',
    'own',
  ]);
});

test('a log that libbpf printed between its marks is found', () => {
  const log =
    "libbpf: prog 'p': -- BEGIN PROG LOAD LOG --\nunreachable insn 7\n-- END PROG LOAD LOG --\nlibbpf: more\n";
  expect(verifierText(program('p', { log }))).toBe('unreachable insn 7');
});

test('hostile logs are read in bounded time', () => {
  const logs = [
    'invalid stack '.repeat(18_000),
    `${'R1=a '.repeat(50_000)}\n`,
    'a\n'.repeat(120_000),
    '; @'.repeat(80_000),
  ];
  const started = performance.now();
  for (const log of logs) verifierCause(VERIFIER_RULES, log);
  expect(performance.now() - started).toBeLessThan(2000);
});

test('a block without a heading it knows is not a reason to stumble', () => {
  expect(parseVerifierLog('cause\nVerification failed: odd\nSomething new:\n  x').lines).toEqual(['cause']);
});

test('the instruction of the block is taken where the log above has none', () => {
  const block =
    'cause\nVerification failed: A: b\n\nAt:\n  f @ x.bpf.c:3:1\n  Instruction context:\n       6 | (85) call x#1\n  >>>  7 | (79) r1 = r2\n';
  expect(parseVerifierLog(block).insn).toBe('7');
});

test('the size of an argument is the cause where a global function is checked and nothing else was said', () => {
  const note = "arg#1 reference type('UNKNOWN ') size cannot be determined: -22";
  const end = 'processed 0 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0';
  expect(verifierCause(VERIFIER_RULES, `Validating each() func#1...\n${note}\n${end}\n`)).toMatchObject({
    match: { rule: { code: 'UNSUPPORTED_GLOBAL_FUNCTION', reason: 'signature' }, args: { function: 'each' } },
  });
  expect(verifierCause(VERIFIER_RULES, `${note}\n${end}\n`)).toBeUndefined();
  expect(verifierCause(VERIFIER_RULES, `Validating each() func#1...\n${note}\nR1 !read_ok\n${end}\n`)).toMatchObject({
    match: { rule: { reason: 'unset_register' } },
  });
});
