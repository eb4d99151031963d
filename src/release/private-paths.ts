/** Homes that say nothing about anyone: of runners, images and examples. */
const NEUTRAL = new Set(
  'user users username you your me name runner runneradmin vagrant ubuntu debian fedora core admin ec2-user build builder builduser circleci vscode node linuxbrew shared public default example alice bob test tester'.split(
    ' ',
  ),
);
const HOME = /(?:\/home\/|\/Users\/|[A-Za-z]:\\{1,2}Users\\{1,2})([A-Za-z_][A-Za-z0-9._-]{0,63})(?=[/\\])/g;

export interface PrivatePath {
  /** Counted from 1. */
  readonly line: number;
  /** The beginning of the path up to the name of the user. */
  readonly path: string;
}

/**
 * Directories of people in a text or in the text of a compiled file, where compilers leave them (DW_AT_comp_dir): each
 * once, at the first line that has it.
 */
export function privatePaths(text: string): PrivatePath[] {
  const found = new Map<string, PrivatePath>();
  let line = 1;
  let counted = 0;
  for (const match of text.matchAll(HOME)) {
    const [path, name = ''] = match;
    if (NEUTRAL.has(name.toLowerCase()) || found.has(path)) continue;
    // Each line feed is counted once: a text may have a hundred thousand of such paths.
    line += text.slice(counted, match.index).split('\n').length - 1;
    counted = match.index;
    found.set(path, { line, path });
  }
  return [...found.values()];
}
