import { sanitizeText } from '../../model/sanitize.ts';
import type { SavedReport, SavedTarget } from '../saved-report.ts';
import { shellWords } from '../shell-words.ts';

/** A word of a report that is safe to print and to paste: one line, and nothing that a log reader takes for a command. */
function safeWord(word: string): string {
  return sanitizeText(word)
    .replace(/[\n\t]/g, ' ')
    .replaceAll('##[', '## [')
    .slice(0, 4096);
}

/** The command line that asks the same question again; broken at its flags where it is wider than `width`. */
export function againLines(report: SavedReport, target: SavedTarget, width: number): string[] {
  const flags = report.run.flags.map(safeWord);
  const groups: string[][] = [
    ['bpfcompat', 'test'],
    // A command may have had no object.
    ...(report.artifact.path.startsWith('command://') ? [] : [['--artifact', safeWord(report.artifact.path)]]),
    ['--kernels', safeWord(target.profile_id)],
  ];
  for (const word of flags) {
    if (word.startsWith('--')) groups.push([word]);
    else groups.at(-1)?.push(word);
  }
  groups.push(['--out', 'again.json']);
  const parts = groups.map(shellWords);
  const whole = `  ${parts.join(' ')}`;
  if (whole.length <= width) return [whole];
  return parts.map((part, index) => `  ${index === 0 ? '' : '  '}${part}${index < parts.length - 1 ? ' \\' : ''}`);
}
