import { type Finding, type FindingCode, programsOf } from '../model/finding.ts';
import { nameList } from '../model/name-list.ts';
import type { ObjectFacts } from '../object/facts.ts';
import { programsNamed } from '../object/program-names.ts';

/** What of the kernel an object names, and cannot be prepared without. */
const NAMES: readonly FindingCode[] = [
  'MISSING_KFUNC',
  'KFUNC_SIGNATURE_MISMATCH',
  'UNRESOLVED_KSYM',
  'UNRESOLVED_KCONFIG',
];

/**
 * libbpf fails all programs of an object over a name of the kernel that one of them uses. Those that do not use it are no
 * part of the cause: no one loaded them, which `untested` says.
 */
export function withUntested(finding: Finding, facts: ObjectFacts): Finding {
  if (!NAMES.includes(finding.code) || finding.evidence?.origin !== 'libbpf') return finding;
  const programs = programsOf(finding.args);
  const uses = (name: string): boolean =>
    programsNamed(facts, name).some(({ externs }) => externs.some((extern) => extern.name === finding.subject));
  const users = programs.filter(uses);
  if (users.length === 0 || users.length === programs.length) return finding;
  const untested = programs.filter((name) => !uses(name));
  return { ...finding, args: { ...finding.args, program: nameList(users), untested: nameList(untested) } };
}
