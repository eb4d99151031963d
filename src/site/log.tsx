import { sanitizeText } from '../model/sanitize.ts';
import { clip } from '../report/escape.ts';
import type { SavedFinding } from '../report/saved-report.ts';
import { Preformatted } from './elements.tsx';

const MAX_LINE = 400;

/** The instruction of a program that the decisive finding is about, as its log numbers it. */
export function failingLine(findings: readonly SavedFinding[], program: string): RegExp | undefined {
  const own = findings.find(({ decisive, subject, args, location }) => {
    return (
      decisive && location?.insn !== undefined && [subject, ...(args['program'] ?? '').split(', ')].includes(program)
    );
  });
  const insn = own?.location?.insn;
  return insn === undefined ? undefined : new RegExp(`^${insn}: \\(`);
}

/** Untrusted lines as they came, the last `max` of them; the last one that `mark` fits is highlighted. */
export function Log({ text, max, mark }: { text: string; max: number; mark?: RegExp | undefined }) {
  const all = sanitizeText(text).replaceAll('\t', '    ').trimEnd().split('\n');
  const shown = all.slice(-max).map((line) => clip(line.trimEnd(), MAX_LINE));
  const marked = mark ? shown.findLastIndex((line) => mark.test(line)) : -1;
  return (
    <Preformatted>
      {all.length > shown.length && `[${all.length - shown.length} lines before these]\n`}
      {marked < 0 ? (
        shown.join('\n')
      ) : (
        <>
          {shown.slice(0, marked).map((line) => `${line}\n`)}
          <mark>{shown[marked]}</mark>
          {shown.slice(marked + 1).map((line) => `\n${line}`)}
        </>
      )}
    </Preformatted>
  );
}
