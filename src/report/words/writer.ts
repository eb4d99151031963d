import type { Finding } from '../../model/finding.ts';

/** What a person reads about a finding. Plain text: it may hold names from a guest, so every format escapes it. */
export interface Words {
  /** One line, without a full stop; true on its own for every kernel it is printed for. */
  readonly title: string;
  readonly explanation: string;
  /** What to do next; empty when there is nothing to do. */
  readonly remediation: string;
}

export type Writer = (finding: Finding) => Words;

/** Value of an arg, or other words when it is not known. */
export function arg(finding: Finding, key: string, otherwise: string): string {
  return finding.args[key] ?? otherwise;
}

/** `program on_exec`, or `the object` where no program is known: the subject may be a map or a function. */
export function who(finding: Finding): string {
  const program = finding.args['program'];
  if (program === undefined) return 'the object';
  return program.includes(', ') ? `programs ${program}` : `program ${program}`;
}

/** ` (upstream since 5.8)`, or nothing. */
export function since(finding: Finding): string {
  const version = finding.args['since'];
  return version === undefined ? '' : ` (upstream since ${version})`;
}

/** ` (EINVAL)`, or nothing. */
export function errno(finding: Finding): string {
  const name = finding.args['errno'];
  return name === undefined ? '' : ` (${name})`;
}

/** First letter in upper case. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
