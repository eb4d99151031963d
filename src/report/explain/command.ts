import { againParts } from '../reproduce.ts';
import type { SavedReport, SavedTarget } from '../saved-report.ts';

/** The command line that repeats the same run; broken at its flags where it is wider than `width`. */
export function againLines(report: SavedReport, target: SavedTarget, width: number): string[] {
  const parts = againParts(report, target);
  if (parts === undefined) return [];
  const whole = `  ${parts.join(' ')}`;
  if (whole.length <= width) return [whole];
  return parts.map((part, index) => `  ${index === 0 ? '' : '  '}${part}${index < parts.length - 1 ? ' \\' : ''}`);
}
