import { expect, test } from 'vitest';
import { classify } from '../../src/classify/classify.ts';
import { consoleFindings } from '../../src/classify/console.ts';
import { loaderFailure } from '../../src/classify/loader-output.ts';
import { rejectionReason } from '../../src/classify/loader-words.ts';
import { LIBBPF_RULES, VERIFIER_RULES } from '../../src/classify/rules.ts';
import * as sample from '../fixtures/evidence.ts';

// A guest, and a command in it, writes what it likes, as much as a field holds: no pattern may go over it again and again.
const LENGTH = 256 * 1024;
const WORDS = [
  'x',
  ' ',
  '\n',
  '\t',
  "'",
  '"',
  '0',
  '; ',
  'a.',
  'libbpf: ',
  "prog 'a",
  "libbpf: prog 'a': ",
  'R1 ',
  '0: (85) call ',
];
const LOGS = [
  '-- BEGIN PROG LOAD LOG --',
  '-- END PROG LOAD LOG --',
  'error relocating ',
  'attach a/b: ',
  'jump out of range ',
];
const examples = [...LIBBPF_RULES, ...VERIFIER_RULES].map(({ example }) => example.text);
const units = [...WORDS, ...LOGS, ...examples, ...examples.map((text) => text.slice(0, text.length / 2))];
const texts = [...new Set(units)].map((unit) => unit.repeat(Math.ceil(LENGTH / unit.length)).slice(0, LENGTH));

const input = (evidence: ReturnType<typeof sample.evidence>) => ({
  ...({ evidence, attachMode: 'best-effort', programs: [], validationMode: '', functionalTests: [] } as const),
});
const failed = sample.loadFailed();
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'log of a program': (log) =>
    classify(
      input(
        sample.evidence([sample.open(), sample.rejected('handle_exec', '', { log }), failed, sample.exit({ code: 2 })]),
      ),
    ),
  'log of the verifier': (text) => classify(input(sample.verifierFailure(text))),
  'log of a load': (log) =>
    classify(input(sample.evidence([sample.open(), sample.loadFailed(-22, { log }), sample.exit({ code: 2 })]))),
  'output of a command': (stdout_tail) =>
    loaderFailure({
      stdout_tail,
      stderr_tail: stdout_tail.slice(0, 8192),
      stdout_head: undefined,
      stderr_head: undefined,
    }),
  'words of another loader': rejectionReason,
  console: consoleFindings,
};

test.each(Object.entries(READERS))(
  '%s',
  (_name, read) => {
    const slow = texts.flatMap((text) => {
      const start = process.cpuUsage();
      read(text);
      const { user } = process.cpuUsage(start);
      return user > 1_500_000 ? [`${text.slice(0, 60)}: ${Math.round(user / 1000)} ms`] : [];
    });
    expect(slow).toEqual([]);
  },
  300_000,
);
