import { type Evidence, firstStage } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import type { VariantGroup } from '../model/variant-group.ts';
import { code, md } from './escape.ts';
import { some } from './json-values.ts';

const OUTCOMES: Readonly<Record<VariantGroup['programs'][number]['outcome'], string>> = {
  chosen: 'loaded',
  not_needed: 'not needed',
  no_helper: 'the kernel lacks its helper',
  refused: 'the kernel rejects it',
  not_found: 'not in the object',
  untried: 'not tried',
};

function groupsOf(evidence: Evidence | undefined): readonly VariantGroup[] {
  return (evidence && firstStage(evidence, 'load')?.variants) ?? [];
}

/** Why none of a group could be loaded, program by program. */
function reasonsOf(group: string, findings: readonly Finding[]): ReadonlyMap<string, string> {
  const finding = findings.find(({ code: is, subject }) => is === 'NO_VARIANT_LOADS' && subject === group);
  return new Map(
    (finding?.args['reasons'] ?? '').split('\n').map((line) => {
      const at = line.indexOf(': ');
      return [line.slice(0, at), line.slice(at + 2)] as const;
    }),
  );
}

/** Groups of programs of which one is loaded, for the JSON report; undefined without any. */
export function variantsJson(evidence: Evidence | undefined, findings: readonly Finding[]) {
  const groups = groupsOf(evidence).map(({ group, chosen, programs }) => {
    const reasons = reasonsOf(group, findings);
    return {
      group,
      chosen: some(chosen),
      programs: programs.map(({ name, outcome }) => ({
        name,
        outcome,
        reason: reasons.get(name) ?? OUTCOMES[outcome],
      })),
    };
  });
  return groups.length === 0 ? undefined : groups;
}

function line(group: VariantGroup, name: (text: string) => string, plain: (text: string) => string): string {
  const others = group.programs
    .filter((program) => program.outcome !== 'chosen')
    .map((program) => `${name(program.name)}: ${OUTCOMES[program.outcome]}`);
  const rest = others.length === 0 ? '' : ` (${others.join('; ')})`;
  return `${plain(group.group)}: ${group.chosen === '' ? 'none' : name(group.chosen)}${rest}`;
}

/** `variant walker: walk_loop (walk_bad: the kernel rejects it)`, plain text that still has to be escaped. */
export function variantNotes(evidence: Evidence | undefined): string[] {
  const same = (text: string): string => text;
  return groupsOf(evidence).map((group) => `variant ${line(group, same, same)}`);
}

/** The same as lines of Markdown. */
export function variantsMarkdown(evidence: Evidence | undefined): string[] {
  return groupsOf(evidence).map((group) => `- Variant ${line(group, code, md)}`);
}
