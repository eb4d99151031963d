import { groupOf, rollupOf } from '../findings/findings.ts';
import type { Confidence, Finding, FindingCode } from '../model/finding.ts';
import { grouped } from '../model/once-per.ts';
import type { RuleMatch } from './rules/rule.ts';

type Phase = Finding['phase'];
type Args = Readonly<Record<string, string | undefined>>;

const MAX_EVIDENCE = 1024;

/** Args without the entries that are not known. */
function known(args: Args): Record<string, string> {
  return Object.fromEntries(Object.entries(args).filter((entry): entry is [string, string] => !!entry[1]));
}

/** A line of a guest and the log it stood in. */
export function evidenceLine(text: string | undefined, origin: string): Finding['evidence'] {
  return text === undefined || text === '' ? undefined : { text: text.slice(0, MAX_EVIDENCE), origin };
}

export interface FindingParts {
  readonly code: FindingCode;
  readonly confidence: Confidence;
  readonly phase: Phase;
  readonly subject?: string | undefined;
  readonly args?: Args;
  readonly evidence?: Finding['evidence'];
  readonly also?: readonly string[];
}

export function makeFinding(parts: FindingParts): Finding {
  const args = known(parts.args ?? {});
  return {
    code: parts.code,
    rollup: rollupOf(parts.code),
    group: groupOf(parts.code),
    confidence: parts.confidence,
    decisive: false,
    phase: parts.phase,
    subject: parts.subject,
    args,
    evidence: parts.evidence,
    location: undefined,
    also: parts.also ?? [],
  };
}

/** The same findings as causes of a failure. Whether something decides is known only where the verdict is made. */
export function asCauses(findings: readonly Finding[]): Finding[] {
  return findings.map((finding) => ({ ...finding, decisive: true }));
}

/** The same finding under another code: what follows from the code follows it. Args are added to those it has. */
export function recode(
  finding: Finding,
  code: FindingCode,
  changes: { confidence?: Confidence; args?: Args; subject?: string } = {},
): Finding {
  return {
    ...finding,
    code,
    rollup: rollupOf(code),
    group: groupOf(code),
    confidence: changes.confidence ?? finding.confidence,
    subject: changes.subject ?? finding.subject,
    args: { ...finding.args, ...known(changes.args ?? {}) },
  };
}

/**
 * The finding of a rule that knew a line: medium, because a line alone proves nothing; what the guest says besides may
 * confirm it. `program` is the subject of rules that name nothing else.
 */
export function findingOf(
  match: RuleMatch,
  context: { phase: Phase; origin: string; program?: string | undefined; args?: Args },
): Finding {
  const { rule, args } = match;
  const named = rule.subject === undefined ? undefined : args[rule.subject];
  const subject = rule.subject === 'none' ? undefined : (named ?? context.program);
  return makeFinding({
    code: rule.code,
    confidence: 'medium',
    phase: context.phase,
    subject,
    args: { ...(context.program !== undefined && { program: context.program }), ...context.args, ...args },
    evidence: evidenceLine(match.line, context.origin),
  });
}

/**
 * One finding per cause: later findings with the code and subject of an earlier one only add their program to it.
 * Order is kept, so that root causes stay before what follows from them. A cause and a warning stay apart.
 */
export function mergeFindings(findings: readonly Finding[]): Finding[] {
  const same = grouped(
    findings,
    ({ decisive, code, phase, subject }) => `${decisive} ${code} ${phase} ${subject ?? ''}`,
  );
  return [...same.values()].map(together);
}

function together(findings: readonly Finding[]): Finding {
  const [first, ...later] = findings as readonly [Finding, ...Finding[]];
  if (later.length === 0) return first;
  const programs = new Set(findings.flatMap(({ args }) => (args['program'] ?? '').split(', ')));
  programs.delete('');
  const args = programs.size === 0 ? first.args : { ...first.args, program: [...programs].join(', ') };
  const confidence = later.some((one) => one.confidence === 'high') ? 'high' : first.confidence;
  return { ...first, args, confidence, also: [...new Set(findings.flatMap(({ also }) => also))] };
}
