/** One word as a shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A command line as a person would type it. */
export function shellWords(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ');
}
