import type { Words } from '../findings/entry.ts';
import { oneLine } from './escape.ts';

/** Entries of `also` and of the near names that are shown; reports in JSON have all of them. */
const MAX_SHOWN = 5;

/** The first names, and how many more there are. */
function shown(names: readonly string[], separator: string): string {
  const rest = names.length - MAX_SHOWN;
  return [...names.slice(0, MAX_SHOWN).map((name) => oneLine(name, 160)), ...(rest > 0 ? [`${rest} more`] : [])].join(
    separator,
  );
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
