import { expect, test } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import { findingFacts } from '../../src/report/finding-facts.ts';
import { findingJson } from '../../src/report/json-finding.ts';
import { findingsLines } from '../../src/report/markdown-finding.ts';
import { plainProgress } from '../../src/report/plain-progress.ts';
import { NO_PROGRESS } from '../../src/report/progress.ts';
import { matrixText } from '../../src/report/terminal/text.ts';
import { HOSTILE } from '../fixtures/hostile.ts';
import { result, runReport } from '../fixtures/run.ts';

function finding(part: Partial<Finding> = {}): Finding {
  return {
    code: 'CORE_RELOCATION_FAILURE',
    rollup: 'CORE_RELOCATION_FAILURE',
    group: 'kernel',
    confidence: 'high',
    decisive: true,
    phase: 'load',
    subject: 'struct request.rq_disk',
    args: { program: 'on_io', reason: 'field_missing', near: 'struct request.q, struct request.part' },
    evidence: { text: 'invalid func unknown#195896080', origin: 'verifier log' },
    location: {
      file: 'src/bpf/io.bpf.c',
      line: 42,
      column: 17,
      text: 'disk = BPF_CORE_READ(rq, rq_disk);',
      function: 'on_io',
      insn: 0,
      certainty: 'exact',
    },
    also: ['struct request.deadline (may be guarded)'],
    ...part,
  };
}

test('Markdown reports who has to act, the line, the near names and what fails next', () => {
  const text = findingsLines([finding()]).join('\n');
  expect(text).toContain('- **CORE_RELOCATION_FAILURE** `struct request.rq_disk` (this kernel, high confidence): ');
  expect(text).toContain('  - Source: `src/bpf/io.bpf.c:42`: `disk = BPF_CORE_READ(rq, rq_disk);`');
  expect(text).toContain('Similar symbols on this kernel: struct request.q, struct request.part.');
  expect(text).toContain('Would fail next: struct request.deadline (may be guarded).');
});

test('the terminal reports the same', () => {
  const run = runReport({
    results: [
      result(
        { artifact: 0, target: 0 },
        { status: 'fail', failedStage: 'load', findings: [finding({ group: 'object' })] },
      ),
    ],
  });
  const text = matrixText(run, { width: 100, color: false });
  expect(text).toContain('    [the object; CORE_RELOCATION_FAILURE struct request.rq_disk] ');
  expect(text).toContain('    at src/bpf/io.bpf.c:42: disk = BPF_CORE_READ(rq, rq_disk);');
  expect(text).toContain('    Would fail next: ');
  const event = { type: 'cell-end', artifact: 0, target: 0, result: run.results[0] as never } as const;
  expect(plainProgress(NO_PROGRESS, event, 0).lines).toEqual([
    'kernel 1: fail at load: CORE_RELOCATION_FAILURE at src/bpf/io.bpf.c:42 (1.0 s)',
  ]);
});

test('JSON has every part by its own name', () => {
  expect(findingJson(finding({ args: { reason: 'field_missing', since: '5.8' } }))).toMatchObject({
    reason: 'field_missing',
    group: 'kernel',
    first_upstream_kernel: '5.8',
    location: { file: 'src/bpf/io.bpf.c', line: 42, column: 17, function: 'on_io', insn: 0, certainty: 'exact' },
    also: ['struct request.deadline (may be guarded)'],
  });
});

test('the place is reported once', () => {
  const rejection = finding({
    code: 'VERIFIER_REJECTION',
    args: { reason: 'null_check', source: 'io.bpf.c:42', source_text: 'x = *p;' },
  });
  expect(findingFacts({ ...rejection, location: undefined }).explanation).toContain('io.bpf.c:42: x = *p;');
  for (const { explanation } of [findingFacts(rejection), findingJson(rejection)]) {
    expect(explanation).not.toMatch(/io\.bpf\.c|undefined/);
  }
  expect(findingFacts(rejection).location?.line).toBe(42);
});

test('near names that the words have are not repeated', () => {
  const code = 'ATTACH_TARGET_NOT_FOUND';
  const args = { function: 'do_unlinkat', near: 'do_unlinkat' };
  expect(findingFacts(finding({ code, args, also: [] })).more).toEqual([]);
});

test('a long list is cut, and says so', () => {
  const also = Array.from({ length: 9 }, (_, index) => `field${index}`);
  expect(findingFacts(finding({ also })).more.at(-1)).toBe(
    'Would fail next: field0; field1; field2; field3; field4; 4 more.',
  );
});

test.each(HOSTILE.map((text) => [JSON.stringify(text), text] as const))(
  'no part can forge markup: %s',
  (_name, text) => {
    const hostile = finding({
      args: { near: text },
      also: [text],
      location: { file: text, line: 1, column: 0, text, function: text, insn: 1, certainty: 'exact' },
    });
    const lines = findingsLines([hostile]);
    for (const line of lines) expect(line).not.toMatch(/\n|\u001b|\u202e/);
    const prose = lines.join('\n').replace(/(`+)(?!`)[^\n]*?[^`\n]\1(?!`)/g, '');
    expect(prose).not.toMatch(/<|!\[|(?<!\\)\]\(|:\/\/|www\.|@[a-z]|(?<!&)#\d/i);
  },
);

test('a similar name is shown although it is a part of a name that the words have', () => {
  const access = 'struct bpf_lpm_trie_key.prefixlen';
  const args = { program: 'p', field: access, reason: 'type_missing', near: 'bpf_lpm_trie_key_u8, lpm_trie' };
  const said = 'Similar symbols on this kernel: bpf_lpm_trie_key_u8, lpm_trie.';
  expect(findingFacts(finding({ subject: access, args })).more).toContain(said);
  expect(findingFacts(finding({ subject: access, args: { ...args, near: 'bpf_lpm_trie_key' } })).more).not.toContain(
    'Similar symbols on this kernel: bpf_lpm_trie_key.',
  );
});
