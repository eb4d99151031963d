import type { SummaryOptions } from '../config/report-options.ts';
import { reportSummary } from '../index.ts';
import type { Io } from './io.ts';

/** `report-summary`: prints a report as Markdown for the summary of a workflow job; exit code 0 whatever it says. */
export async function reportSummaryCommand(options: SummaryOptions, io: Io): Promise<number> {
  const { report, maxTargets, maxFailures } = options;
  io.out(await reportSummary({ report, maxTargets, maxFailures, env: io.env, cwd: io.cwd }));
  return 0;
}
