import type { ReasonOf } from '../../findings/findings.ts';
import type { FindingCode } from '../../model/finding.ts';

/** How sure a rule can be on its own: only a probe or another fact of the same guest makes a finding certain. */
export type Suspicion = 'low' | 'medium';

/** A code and one of its reasons: a reason that the entry of the code does not have does not compile. */
export type CodeAndReason = {
  readonly [Code in FindingCode]: { readonly code: Code; readonly reason: ReasonOf<Code> };
}[FindingCode];

/**
 * One wording of libbpf or of the verifier. Rules are data: a new kernel's wording is a new entry, and the test walks
 * the tables to prove that every example meets its own rule and none before it.
 */
export type TextRule = CodeAndReason & {
  /** Tried on one line, without the `libbpf: ` prefix. Named groups become args of the finding, and are args of the code. */
  readonly pattern: RegExp;
  /** Named group the finding is about, `none` for the whole object; without it the program. */
  readonly subject?: string;
  readonly example: { readonly kernel: string; readonly text: string };
};

/** What a rule saw in a line. */
export interface RuleMatch {
  readonly rule: TextRule;
  readonly args: Readonly<Record<string, string>>;
  readonly line: string;
}

/** The first rule that knows the line; undefined when none does. */
export function matchLine(rules: readonly TextRule[], line: string): RuleMatch | undefined {
  for (const rule of rules) {
    const match = rule.pattern.exec(line);
    if (!match) continue;
    const args: Record<string, string> = { reason: rule.reason };
    for (const [key, value] of Object.entries(match.groups ?? {})) if (value) args[key] = value;
    return { rule, args, line };
  }
  return undefined;
}
