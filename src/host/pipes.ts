import { stat } from 'node:fs/promises';
import { UsageError } from '../model/errors.ts';

/** Pipes that whoever started us handed over: they have an other end, or are at their end. */
const HANDED_OVER = /^\/(?:dev\/(?:fd\/|stdin$)|proc\/)/;

function pipeError(path: string): UsageError {
  return new UsageError('named_pipe', `${path} is a named pipe (FIFO); name a regular file`);
}

/**
 * Opening a named pipe waits until somebody opens its other end, which no one may ever do, and Node cannot be talked
 * out of it: so none is opened.
 * @throws UsageError `named_pipe`
 */
export async function rejectPipe(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFIFO() && !HANDED_OVER.test(path)) throw pipeError(path);
}
