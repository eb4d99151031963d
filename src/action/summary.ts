import { statSync } from 'node:fs';
import { messageOf } from '../model/errors.ts';
import { say, warning } from './commands.ts';
import type { Runner } from './runner.ts';

/** GitHub drops the whole summary of a step above 1 MiB; a margin for what the runner itself adds. */
const MAX_BYTES = 1024 * 1024 - 4096;

/** Bytes that still fit into the summary of this step. */
export function summaryRoom({ summaryFile }: Runner): number {
  try {
    return MAX_BYTES - statSync(summaryFile).size;
  } catch {
    return MAX_BYTES;
  }
}

/** Adds to the summary of the step. A summary that cannot be written is a warning and no more. */
export async function appendSummary(runner: Runner, markdown: string): Promise<void> {
  if (runner.summaryFile === '') return;
  if (Buffer.byteLength(markdown) > summaryRoom(runner)) {
    say('the job summary would be larger than GitHub shows; it is left out');
    return;
  }
  try {
    const { summary } = await import('./clients.ts');
    await summary.addRaw(markdown, !markdown.endsWith('\n')).write();
  } catch (error) {
    warning(`the job summary cannot be written: ${messageOf(error)}`);
  }
}
