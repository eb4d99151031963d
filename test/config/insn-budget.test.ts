import { expect, test } from 'vitest';
import { parseBudget } from '../../src/config/insn-budget.ts';
import { readManifest } from '../../src/config/manifest.ts';
import { parseArgs as parseArgsAnyWords } from '../../src/config/parse-args.ts';
import { inFlagWords } from '../in-flag-words.ts';

const parseArgs = inFlagWords(parseArgsAnyWords);

test.each([
  ['1', 1],
  ['500_000', 500_000],
  ['1000000000', 1_000_000_000],
  ['1%', '1%'],
  ['80%', '80%'],
  ['100%', '100%'],
] as const)('%s is a budget', (text, budget) => {
  expect(parseBudget(text)).toBe(budget);
});

test.each(['', '0', '-1', '0%', '101%', '80 %', '80.5%', '%', '1e6', '1000000001', 'all'])('%j is none', (text) => {
  expect(parseBudget(text)).toBeUndefined();
});

const base = ['--artifact', 'a.bpf.o', '--quick'];

test.each([['test', '--out', 'r.json'], ['watch']])('--max-insns of %s', (...words) => {
  const budgetOf = (...more: string[]): unknown => {
    const parsed = parseArgs([...words, ...base, ...more]);
    return 'options' in parsed && 'maxInsns' in parsed.options ? parsed.options.maxInsns : 'no such option';
  };
  expect(budgetOf()).toBeUndefined();
  expect(budgetOf('--max-insns', '80%')).toBe('80%');
  expect(budgetOf('--max-insns=250000')).toBe(250_000);
  expect(() => budgetOf('--max-insns', '200%')).toThrow(
    '--max-insns "200%" must be a number of instructions (500000) or a share of the limit of each kernel (80%)',
  );
});

test('max_insns of a manifest', () => {
  const read = (text: string) => readManifest({ file: 'm.yaml', text });
  expect(read('name: x').maxInsns).toBeUndefined();
  expect(read('max_insns: 80%').maxInsns).toBe('80%');
  expect(read('max_insns: 500000').maxInsns).toBe(500_000);
  expect(() => read('name: x\nmax_insns: lots')).toThrow(/^m\.yaml:2:12: max_insns must be a number of instructions/);
});
