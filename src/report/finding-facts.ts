import { type Words, words } from '../findings/words.ts';
import type { Finding, FindingGroup, SourceLocation } from '../model/finding.ts';
import { oneLine } from './escape.ts';

/** Who has to do something, in words. `many`: the finding is reported for several kernels at once. */
export function groupWords(group: FindingGroup, many = false): string {
  switch (group) {
    case 'object':
      return 'the object';
    case 'kernel':
      return many ? 'these kernels' : 'this kernel';
    case 'program':
      return 'the program';
    case 'policy':
      return 'policy';
    case 'infra':
      return 'the check itself';
  }
}

/** `conn.bpf.c:42`, as editors and log readers understand it. */
export function placeText({
  file,
  line,
  repository,
}: Pick<SourceLocation, 'file' | 'line'> & {
  readonly repository?: SourceLocation['repository'] | undefined;
}): string {
  // A file that has changed since may say anything at that line.
  const known = repository && repository.match !== 'stale' ? repository : undefined;
  return `${oneLine(known?.path ?? file, 300)}:${known?.line ?? line}`;
}

/** Entries of `also` and of the near names that are shown; reports in JSON have all of them. */
const MAX_SHOWN = 5;

function shown(names: readonly string[], separator: string): string {
  const rest = names.length - MAX_SHOWN;
  return [...names.slice(0, MAX_SHOWN).map((name) => oneLine(name, 160)), ...(rest > 0 ? [`${rest} more`] : [])].join(
    separator,
  );
}

/**
 * The words of a finding that is shown together with its source line: what the kernel's log said about the line is left
 * out, for it is the same line without its directory.
 */
export function wordsBesidePlace(finding: Finding): Words {
  if (!finding.location) return words(finding);
  const { source: _, source_text: __, ...args } = finding.args;
  return words({ ...finding, args });
}

export interface FindingFacts extends Words {
  /** Source line; undefined without one. */
  readonly location: SourceLocation | undefined;
  /** Further sentences, plain text: near names, the first good kernel, what would fail next. */
  readonly more: readonly string[];
}

/** Whether a text has a name, and not as a part of a longer one: `lpm_trie` is not in `bpf_lpm_trie_key`, `d` not in `s.d`. */
function mentions(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!/[\w.]/.test(text.charAt(at - 1)) && !/\w/.test(text.charAt(at + name.length))) return true;
  }
  return false;
}

/** What near names are; members stand with their type: `__state (unsigned int)`. */
export function similarWords(names: readonly string[]): string {
  return names.every((name) => name.endsWith(')')) ? 'Members that it may be' : 'Similar symbols';
}

/** What is known besides the words: near names, the first good kernel, what would fail next. */
export function besidesOf(said: Words, args: Readonly<Record<string, string>>, also: readonly string[]): string[] {
  const all = `${said.title} ${said.explanation} ${said.remediation}`;
  const { near = '', firstGood = '' } = args;
  const names = near.split(', ').filter((name) => name !== '');
  const more: string[] = [];
  if (names.length > 0 && !names.some((name) => mentions(all, name.replace(/ \(.*/, '')))) {
    more.push(`${similarWords(names)} on this kernel: ${shown(names, ', ')}.`);
  }
  if (firstGood !== '' && !all.includes(firstGood)) more.push(`First kernel of this run where it works: ${firstGood}.`);
  if (also.length > 0) more.push(`Would fail next: ${shown(also, '; ')}.`);
  return more;
}

/**
 * A finding as every format for people shows it: the words of its code, and what is known besides. Whatever the words
 * say already is not said again.
 */
export function findingFacts(finding: Finding): FindingFacts {
  const said = wordsBesidePlace(finding);
  return { ...said, location: finding.location, more: besidesOf(said, finding.args, finding.also) };
}
