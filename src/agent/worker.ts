import { environmentOf } from '../api/services.ts';
import { UsageError } from '../model/errors.ts';
import { ExecuteRequest } from '../runtime/execution.ts';
import { checkLoad } from './load-check.ts';

const MAX_INPUT = 1024 * 1024;

function parse(text: string) {
  try {
    return ExecuteRequest.parse(JSON.parse(text)).execute;
  } catch (cause) {
    throw new UsageError(
      'request_invalid',
      'standard input is no request {"execute": {...}} (docs/runtime-execute-policy.md)',
      {
        cause,
      },
    );
  }
}

async function readAll(input: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of input) {
    bytes += part.length;
    if (bytes > MAX_INPUT) throw new UsageError('request_invalid', `standard input has more than ${MAX_INPUT} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** One load check: a request on standard input, its execution as JSON. @throws what `checkLoad` throws */
export async function runWorker(
  input: AsyncIterable<Buffer>,
  env: Readonly<Record<string, string | undefined>>,
  isRoot: boolean,
): Promise<string> {
  const request = parse(await readAll(input));
  const { host, root } = environmentOf({ env });
  return `${JSON.stringify({ execution: await checkLoad(host, root, request, isRoot) })}\n`;
}
