import { type Finding, folded, programsOf } from '../model/finding.ts';
import { nameList } from '../model/name-list.ts';
import type { ObjectFacts } from '../object/facts.ts';

/** Programs that are loaded unless their loader says otherwise, and that use a map. */
function usersOf(map: string | undefined, { programs }: ObjectFacts): string[] {
  return programs.filter(({ autoload, maps }) => autoload && maps.includes(map ?? '')).map(({ name }) => name);
}

/** A map that is rejected takes the programs that use it along. */
function withUsers(finding: Finding, facts: ObjectFacts): Finding {
  if (finding.phase !== 'map' || finding.args['program'] !== undefined) return finding;
  const users = usersOf(finding.subject, facts);
  return users.length === 0 ? finding : { ...finding, args: { ...finding.args, users: nameList(users) } };
}

/**
 * The finding that an expectation does not hold because of: no program that could have met it is attached. Where one of
 * them is, nothing is known.
 */
function rootOf({ phase, args }: Finding, findings: readonly Finding[], facts: ObjectFacts): Finding | undefined {
  const about = args['expected_of'];
  // What a program returned when it was run needs no attachment.
  if (phase !== 'functional' || about === undefined || args['kind'] === 'run') return undefined;
  const unattached = new Map(
    findings.filter((one) => one.phase === 'attach').flatMap((one) => programsOf(one.args).map((name) => [name, one])),
  );
  const able = usersOf(about, facts);
  return able.length > 0 && able.every((name) => unattached.has(name)) ? unattached.get(able[0] ?? '') : undefined;
}

function withRoot(finding: Finding, findings: readonly Finding[], facts: ObjectFacts): Finding {
  const root = rootOf(finding, findings, facts);
  if (root === undefined) return finding;
  const because = { because: root.code, because_programs: nameList(usersOf(finding.args['expected_of'], facts)) };
  return { ...finding, args: { ...finding.args, ...because, ...(root.subject && { because_subject: root.subject }) } };
}

/** A root that would be a warning, and names the failure because of what follows from it: `args.decides_for` has the codes. */
function promoted(root: Finding, followers: readonly Finding[]): Finding {
  const deciding = followers.filter((one) => one.decisive);
  if (root.decisive || deciding.length === 0) return root;
  const codes = [...new Set(deciding.map(({ code }) => code))].join(', ');
  return { ...root, decisive: true, args: { ...root.args, decides_for: codes } };
}

/**
 * Says of the findings of one kernel which of them follow from others, as far as the object proves it. Roots stand before what
 * follows from them, and decide where that does: the first finding names the failure.
 */
export function withConsequences(findings: readonly Finding[], facts: ObjectFacts): Finding[] {
  const reported = findings.map((finding) => withRoot(withUsers(finding, facts), findings, facts));
  const all = folded(reported).map(({ root, followers }) => {
    const first = promoted(root, followers);
    return { found: [first, ...followers], leads: first.decisive && followers.length > 0 };
  });
  const leading = all.filter(({ leads }) => leads);
  // Of two roots that are called alike both have what follows from one of them; it is reported once.
  return [...new Set([...leading, ...all.filter(({ leads }) => !leads)].flatMap(({ found }) => found))];
}
