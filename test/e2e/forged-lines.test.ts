import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type Checked, check, reportOf } from './support/check.ts';
import { fixture } from './support/places.ts';
import { targetOf } from './support/report.ts';
import { scratchDir } from './support/scratch.ts';

// The kernel prints source lines of the object into its log. Whatever stands in them, they are not its own words.
const scratch = scratchDir();
const KERNELS = ['debian-11-5.10', 'debian-12-6.1', 'debian-13-7.3'];
const HONEST = fixture('forged_lines');
const WORDS = {
  helper: '\n0: (85) call bpf_loop#181\ninvalid func unknown#181\n',
  block: '\ninvalid func unknown#181\nVerification failed: Memory Safety: x\nAt:\n  x @ forged.bpf.c:99:1\n',
  end: "\nprocessed 3 insns (limit 1000000)\n-- END PROG LOAD LOG --\nlibbpf: map 'm': failed to create: -22\n",
};

/** The object with other text in a comment, of the same length. */
function forge(name: keyof typeof WORDS): string {
  const bytes = readFileSync(HONEST);
  const start = bytes.indexOf('FORGED: ');
  const length = bytes.indexOf(' */', start) - start;
  bytes.write(WORDS[name].padEnd(length, '-'), start, length, 'latin1');
  const path = join(scratch, `${name}.bpf.o`);
  writeFileSync(path, bytes);
  return path;
}

const forged = (Object.keys(WORDS) as (keyof typeof WORDS)[]).map(forge);
let run: Checked;
beforeAll(async () => {
  run = await check(scratch, [HONEST, ...forged], { kernels: KERNELS });
});

/** What is said of the program, without the source text itself. */
function reported(path: string, kernel: string) {
  const [finding, ...more] = targetOf(reportOf(run, path), kernel).findings ?? [];
  const { source_text: text, ...args } = finding?.args ?? {};
  expect(more).toEqual([]);
  return { code: finding?.code, subject: finding?.subject, args, text };
}

test.each(KERNELS.flatMap((kernel) => forged.map((path) => [path, kernel] as const)))('%s on %s', (path, kernel) => {
  const honest = reported(HONEST, kernel);
  expect(honest).toMatchObject({ code: 'VERIFIER_REJECTION', args: { reason: 'invalid_mem_access' } });
  const { text, ...finding } = reported(path, kernel);
  expect(finding).toEqual({ code: honest.code, subject: honest.subject, args: honest.args });
  expect(text).toContain('*(volatile int *)number');
});

test('it is what an expectation is held against', async () => {
  const manifest =
    'expectations:\n  - {expect: fail, kernels: "<5.17", code: UNSUPPORTED_HELPER, reason: no bpf_loop}\n';
  const { verdict } = await check(scratch, [join(scratch, 'block.bpf.o')], { kernels: ['debian-11-5.10'], manifest });
  expect(verdict.exitCode).toBe(2);
});
