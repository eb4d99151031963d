import { allKernels } from '../../findings/writer.ts';
import { wrap } from '../../text/wrap.ts';
import { terminal } from '../escape.ts';
import { metWords } from '../expected-words.ts';
import { findingFacts, groupWords, placeText } from '../finding-facts.ts';
import type { FindingGroup } from '../group.ts';
import type { Style } from '../style.ts';
import type { Declared } from './declared.ts';

/** Findings that say "this kernel has no such thing": of the other kernels it can be said that they have it. */
const ABSENCE: ReadonlySet<string> = new Set([
  'ATTACH_TARGET_NOT_FOUND',
  'CORE_RELOCATION_FAILURE',
  'MISSING_BTF',
  'MISSING_KFUNC',
  'UNRESOLVED_KSYM',
  'UNRESOLVED_KCONFIG',
  'UNSUPPORTED_HELPER',
  'UNSUPPORTED_MAP_TYPE',
]);

/** A title that speaks of every kernel already: nothing has to name them again. */
const SAYS_ALL = /\b(?:no|any) kernel of this run\b/;

/** Text under a bullet: wrapped, its first line behind `lead`, the others as far in. */
function under(text: string, width: number, lead: string, repeat = false): string[] {
  const more = repeat ? lead : ' '.repeat(lead.length);
  return wrap(text, width - lead.length).map((line, index) => `${index === 0 ? lead : more}${line}`);
}

/** A cause with the kernels it was reported on, what follows from it in one line each, and its remedy. */
export function groupLines(
  group: FindingGroup,
  followers: readonly FindingGroup[],
  kernels: readonly string[],
  declared: Declared,
  width: number,
  paint: Style,
): string[] {
  const { finding } = group;
  const { title, explanation, remediation, location, more: besides } = findingFacts(finding);
  const list = (targets: readonly number[]): string => targets.map((index) => kernels[index]).join(', ');
  const everywhere = group.targets.length === kernels.length && kernels.length > 1;
  const where = everywhere
    ? allKernels(kernels.length)
    : `${list(group.targets)}${group.absent.length > 0 ? `; ${ABSENCE.has(finding.code) ? 'present' : 'fine'} on ${list(group.absent)}` : ''}`;
  const expected = group.decisive && group.targets.every((target) => declared.fails(target));
  const head = everywhere && SAYS_ALL.test(title) ? terminal(title) : `${terminal(title)}: ${where}`;
  const [first = '', ...more] = wrap(`${expected ? 'expected: ' : ''}${head}`, width - 4);
  const bullet = expected ? paint.dim('-') : group.decisive ? paint.bad('x') : paint.warn('!');
  const lines = [`  ${bullet} ${paint.bold(first)}`, ...more.map((line) => `    ${paint.bold(line)}`)];
  const blame = groupWords(finding.group, group.targets.length > 1);
  // As an expectation names it.
  const cause = [finding.code, finding.subject ?? ''].filter((word) => word !== '').join(' ');
  lines.push(...under(terminal(`[${blame}; ${cause}] ${explanation}`, 1000), width, '    '));
  if (location) lines.push(...under(terminal(`${placeText(location)}: ${location.text}`, 600), width, '    at '));
  // Guest text stands behind a bar on every line, so that none of ours can begin with it.
  if (finding.evidence) lines.push(...under(terminal(finding.evidence.text), width, '    | ', true).map(paint.dim));
  const met = group.targets.flatMap((target) => metWords(finding, declared.causes(target)));
  for (const text of [...besides, ...new Set(met)]) lines.push(...under(terminal(text, 1000), width, '    '));
  if (remediation !== '') lines.push(...under(terminal(remediation, 1000), width, '    -> '));
  for (const { finding: one, targets } of followers) {
    const what = [one.code, one.subject ?? ''].filter((word) => word !== '').join(' ');
    const on = targets.length === group.targets.length ? '' : `: ${list(targets)}`;
    lines.push(...under(terminal(`${findingFacts(one).title} [${what}]${on}`, 600), width, '    caused by it: '));
  }
  return lines;
}
