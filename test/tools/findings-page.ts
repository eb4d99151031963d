import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FINDING_CODES, FINDINGS, type FindingCode, groupOf, rollupOf } from '../../src/findings/findings.ts';
import type { FindingGroup } from '../../src/model/finding.ts';
import { table } from '../../src/report/markdown-table.ts';
import { EXPECTATIONS } from '../confusion/expectations.ts';

const OBJECTS = 'test/confusion/objects';

/** Who has to do something, as the page says it. */
const WHOSE: Readonly<Record<FindingGroup, string>> = {
  object: 'the object, or what its own loader would do: the same on every kernel',
  kernel: 'the kernel: a newer or differently configured one has it',
  program: 'the source of the program',
  policy: 'a policy of the kernel: it could, and may not',
  infra: 'nobody yet: what was seen says too little about the object',
};

interface Example {
  readonly reason: string;
  readonly object: string;
}

/** The first object of the confusion matrix that has each reason of each code. */
function examples(): Map<string, Example[]> {
  const found = new Map<string, Example[]>();
  const told = EXPECTATIONS.flatMap(({ object, since }) =>
    since.flatMap(([, cell]) => cell.told.map(({ code, reason = '' }) => ({ code, reason, object }))),
  );
  for (const { code, reason, object } of told) {
    const known = found.get(code) ?? [];
    if (known.every((one) => one.reason !== reason)) found.set(code, [...known, { reason, object }]);
  }
  return found;
}

function link(root: string, name: string): string {
  const file = `${OBJECTS}/${name}.bpf.c`;
  return existsSync(join(root, file)) ? `[${name}.bpf.c](../${file})` : '';
}

function section(root: string, code: FindingCode, shown: readonly Example[]): string[] {
  const [title, help] = FINDINGS[code].rule;
  const coarse = rollupOf(code);
  const rows = shown.map(({ reason, object }) => [
    reason === '' ? '' : `\`${reason}\``,
    link(root, object),
    link(root, `${object}_fixed`),
  ]);
  return [
    `### ${code}`,
    '',
    `${title}. ${help}`,
    '',
    `- To act: ${WHOSE[groupOf(code)]}.`,
    ...(coarse === code ? [] : [`- \`classification_code\`: \`${coarse}\`.`]),
    ...(rows.length === 0 ? [] : ['', ...table(['reason', 'a program that has it', 'corrected'], rows)]),
    '',
  ];
}

/** docs/findings.md: every code that a report can hold, with small programs that have it and what corrects them. */
export function findingsPage(root: string): string {
  const shown = examples();
  return [
    '# Findings',
    '',
    'Every code that a finding can have (`findings[].code` of the [report](report.md), rule id in SARIF). The text of a',
    'finding names the program, the map, the line and the kernel, and what to do about that very case; here is what the codes',
    'stand for. The programs are those that the tests run on every Debian kernel: each is as small as the fault allows, and',
    'the corrected one is what the remedy says. This page is made by `npm run findings`.',
    '',
    ...FINDING_CODES.flatMap((code) => section(root, code, shown.get(code) ?? [])),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}
