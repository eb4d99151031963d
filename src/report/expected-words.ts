import { misfitText } from '../gate/expectations.ts';
import { programsOf } from '../model/finding.ts';
import type { Misfit } from '../model/gate.ts';

/** A cause of a failure and the declaration that it met, as the gate has it and as reports keep it. */
export interface ReportedCause {
  readonly code: string;
  readonly subject: string;
  readonly program: string;
  readonly by: { readonly code: string; readonly reason: string; readonly origin: string } | undefined;
  readonly misfit?: Misfit | undefined;
}

interface ReportedFinding {
  readonly code: string;
  readonly subject?: string | undefined;
  readonly args: Readonly<Record<string, string>>;
  readonly decisive: boolean;
}

function causeWords({ by, misfit }: ReportedCause): string {
  if (by === undefined && misfit !== undefined) {
    const { origin } = misfit;
    return `Not expected: the code fits, ${misfitText(misfit)}${origin === '' ? '' : ` (${origin})`}.`;
  }
  if (by === undefined) return 'Not expected: no expectation matches it.';
  const facts = [by.reason, by.origin].filter((fact) => fact !== '').join('; ');
  return `Expected: ${by.code}${facts === '' ? '' : ` (${facts})`}.`;
}

/**
 * Which declared failures a finding met, in plain sentences; programs are named where they differ. None for a warning, and
 * where nothing is declared for the kernel.
 * @param causes of the whole cell, with what each of them met
 */
export function metWords(
  { code, subject = '', args, decisive }: ReportedFinding,
  causes: readonly ReportedCause[],
): string[] {
  if (!decisive) return [];
  const reported = new Map<string, string[]>();
  for (const program of programsOf(args)) {
    const cause = causes.find((one) => one.code === code && one.subject === subject && one.program === program);
    if (cause === undefined) continue;
    const words = causeWords(cause);
    reported.set(words, [...(reported.get(words) ?? []), program]);
  }
  return [...reported].map(([words, programs]) => (reported.size > 1 ? `${programs.join(', ')}: ${words}` : words));
}
