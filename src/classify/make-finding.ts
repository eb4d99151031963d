import { type ArgsOf, groupOf, rollupOf, type SomeArgs } from '../findings/findings.ts';
import { type Confidence, type Finding, type FindingCode, programsOf } from '../model/finding.ts';
import { nameList } from '../model/name-list.ts';
import { grouped } from '../model/once-per.ts';
import type { RuleMatch } from './rules/rule.ts';

type Phase = Finding['phase'];

const MAX_EVIDENCE = 1024;

/** Args without the entries that are not known. */
function known(args: object): Finding['args'] {
  return Object.fromEntries(Object.entries(args).filter((entry): entry is [string, string] => !!entry[1]));
}

/** A line of a guest and the log it stood in. */
export function evidenceLine(text: string | undefined, origin: string): Finding['evidence'] {
  return text === undefined || text === '' ? undefined : { text: text.slice(0, MAX_EVIDENCE), origin };
}

/** What a finding has besides its code and arguments. */
interface Parts {
  readonly confidence: Confidence;
  readonly phase: Phase;
  readonly subject?: string | undefined;
  /** Programs it is about, where that may be several; `args.program` is the name of one. */
  readonly programs?: readonly string[];
  readonly evidence?: Finding['evidence'];
  readonly also?: readonly string[];
}

/** `args.program`, whatever the names are: an object may call a program `a, b`. */
function programArg({ programs }: Parts, { program }: { readonly program?: string | undefined }) {
  const names = programs ?? (program ? [program] : []);
  return names.length === 0 ? {} : { program: nameList(names) };
}

/** Arguments of a code; they may be left out where the code needs none. */
type WithArgs<Code extends FindingCode> =
  Record<never, never> extends ArgsOf<Code> ? { readonly args?: ArgsOf<Code> } : { readonly args: ArgsOf<Code> };

function assemble(code: FindingCode, parts: Parts, args: object): Finding {
  return {
    code,
    rollup: rollupOf(code),
    group: groupOf(code),
    confidence: parts.confidence,
    decisive: false,
    phase: parts.phase,
    subject: parts.subject,
    args: { ...known(args), ...programArg(parts, args) },
    evidence: parts.evidence,
    location: undefined,
    also: parts.also ?? [],
  };
}

/**
 * A finding of a code that is known where it is made: an argument or a reason that its entry does not have, and one that is
 * missing, do not compile. Arguments that are undefined or empty are left out.
 */
export function makeFinding<const Code extends FindingCode>(
  parts: Parts & { readonly code: Code } & WithArgs<Code>,
): Finding {
  return assemble(parts.code, parts, parts.args ?? {});
}

/** A finding whose code comes from a table of rules or from probes: its reason is checked there, here the names of arguments. */
export function findingBy(code: FindingCode, parts: Parts & { readonly args: SomeArgs }): Finding {
  return assemble(code, parts, parts.args);
}

/** The same findings as causes of a failure. Whether something decides is known only where the verdict is made. */
export function asCauses(findings: readonly Finding[]): Finding[] {
  return findings.map((finding) => ({ ...finding, decisive: true }));
}

interface Changes {
  readonly confidence?: Confidence;
  readonly subject?: string;
}

/**
 * The same finding with more arguments, or others. Naming the code, as in `withArgs<'MISSING_KFUNC'>(...)`, checks that it has
 * them.
 */
export function withArgs<Code extends FindingCode = FindingCode>(
  finding: Finding,
  args: SomeArgs<Code>,
  { confidence = finding.confidence, subject = finding.subject }: Changes = {},
): Finding {
  return { ...finding, confidence, subject, args: { ...finding.args, ...known(args) } };
}

/** The same finding under another code, which comes from a table. */
export function under(code: FindingCode, finding: Finding): Finding {
  return { ...finding, code, rollup: rollupOf(code), group: groupOf(code) };
}

/** The same finding under another code: what follows from the code follows it. Arguments are added to those it has. */
export function recode<const Code extends FindingCode>(
  finding: Finding,
  code: Code,
  changes: Changes & WithArgs<Code>,
): Finding {
  return under(code, withArgs(finding, (changes.args ?? {}) as SomeArgs, changes));
}

/**
 * The finding of a rule that knew a line: medium, because a line alone proves nothing; what the guest says besides may
 * confirm it. `program` is the subject of rules that name nothing else.
 */
export function findingOf(
  match: RuleMatch,
  context: { phase: Phase; origin: string; program?: string | undefined; args?: SomeArgs },
): Finding {
  const { rule, args } = match;
  const named = rule.subject === undefined ? undefined : args[rule.subject];
  const subject = rule.subject === 'none' ? undefined : (named ?? context.program);
  const evidence = evidenceLine(match.line, context.origin);
  const about = { ...(context.program !== undefined && { program: context.program }), ...context.args, ...args };
  return assemble(rule.code, { confidence: 'medium', phase: context.phase, subject, evidence }, about);
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
  const programs = new Set(findings.flatMap(({ args }) => programsOf(args)));
  programs.delete('');
  const args = programs.size === 0 ? first.args : { ...first.args, program: nameList([...programs]) };
  const confidence = later.some((one) => one.confidence === 'high') ? 'high' : first.confidence;
  return { ...first, args, confidence, also: [...new Set(findings.flatMap(({ also }) => also))] };
}
