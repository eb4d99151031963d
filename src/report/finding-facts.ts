import { type Words, words } from '../findings/words.ts';
import type { Finding, FindingGroup, SourceLocation } from '../model/finding.ts';
import { besidesOf } from './besides.ts';
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

/**
 * A finding as every format for people shows it: the words of its code, and what is known besides. Whatever the words
 * say already is not said again.
 */
export function findingFacts(finding: Finding): FindingFacts {
  const said = wordsBesidePlace(finding);
  return { ...said, location: finding.location, more: besidesOf(said, finding.args, finding.also) };
}
