import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CONTEXT_ARGS, RUN_ARGS } from '../../src/findings/args.ts';
import type { FindingEntry } from '../../src/findings/entry.ts';
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
  infra: 'open: what was observed does not show whose turn it is',
};

interface Example {
  readonly reason: string;
  readonly object: string;
}

/** The first object of the confusion matrix that has each reason of each code. */
function examples(): Map<string, Example[]> {
  const found = new Map<string, Example[]>();
  const reported = EXPECTATIONS.flatMap(({ object, since }) =>
    since.flatMap(([, cell]) => cell.reported.map(({ code, reason = '' }) => ({ code, reason, object }))),
  );
  for (const { code, reason, object } of reported) {
    const known = found.get(code) ?? [];
    if (known.every((one) => one.reason !== reason)) found.set(code, [...known, { reason, object }]);
  }
  return found;
}

function link(root: string, name: string): string {
  const file = `${OBJECTS}/${name}.bpf.c`;
  return existsSync(join(root, file)) ? `[${name}.bpf.c](../${file})` : '';
}

function names(args: readonly string[]): string {
  return args.map((name) => `\`${name}\``).join(', ');
}

/** `map`; where known `type`, `flag`. */
function argumentWords({ needs, args }: FindingEntry): string {
  return [names(needs), args.length === 0 ? '' : `where known ${names(args)}`].filter((part) => part !== '').join('; ');
}

function section(root: string, code: FindingCode, shown: readonly Example[]): string[] {
  const entry = FINDINGS[code];
  const [title, help] = entry.rule;
  const coarse = rollupOf(code);
  const reasons = [...new Set([...shown.map(({ reason }) => reason), ...entry.reasons.filter((one) => one !== '')])];
  const rows = reasons.map((reason) => {
    const object = shown.find((one) => one.reason === reason)?.object ?? '';
    return [
      reason === '' ? '' : `\`${reason}\``,
      link(root, object),
      link(root, `${object}_fixed`) || (object === '' ? '' : 'hint'),
    ];
  });
  const args = argumentWords(entry);
  return [
    `### ${code}`,
    '',
    `${title}. ${help}`,
    '',
    `- To act: ${WHOSE[groupOf(code)]}.`,
    ...(coarse === code ? [] : [`- \`classification_code\`: \`${coarse}\`.`]),
    ...(args === '' ? [] : [`- Arguments: ${args}.`]),
    ...(shown.length > 0 || reasons.length === 0 ? [] : [`- Reasons: ${names(reasons)}.`]),
    ...(shown.length === 0 ? [] : ['', ...table(['reason', 'a program that has it', 'corrected'], rows)]),
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
    'the corrected one is what the remedy says, and passes where it should. Where none stands, the remedy is a hint: it takes',
    'a loader, a device or a compiler that the tests do not have. This page is made by `npm run pages`.',
    '',
    '`args` of a finding are texts: those of its code, as listed below, `reason`, and',
    '',
    `- what is known of the place: ${names(CONTEXT_ARGS)};`,
    `- what the other kernels, programs and findings of the run add: ${names(RUN_ARGS)}.`,
    '',
    'A finding that took the place of another one keeps the arguments of that one.',
    '',
    ...FINDING_CODES.flatMap((code) => section(root, code, shown.get(code) ?? [])),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}
