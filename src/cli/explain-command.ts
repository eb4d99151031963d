import type { ExplainOptions } from '../config/inspect-options.ts';
import { explain } from '../index.ts';
import type { Io } from './io.ts';

/** `explain`: prints the story of one cell, or the cells that did not pass; exit code 0 whatever they say. */
export async function explainCommand(options: ExplainOptions, io: Io): Promise<number> {
  const { report, artifact, kernel } = options;
  io.out(
    await explain({
      report,
      ...(artifact !== '' && { artifact }),
      ...(kernel !== '' && { kernel }),
      width: io.width(),
      color: io.color && !options.noColor,
      env: io.env,
      cwd: io.cwd,
    }),
  );
  return 0;
}
