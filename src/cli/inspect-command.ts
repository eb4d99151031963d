import type { InspectArguments } from '../config/inspect-options.ts';
import { inspect, inspectText } from '../index.ts';
import { messageOf } from '../model/errors.ts';
import { printedJson } from '../report/escape.ts';
import type { Io } from './io.ts';

/** `inspect`: says what is in objects without a kernel; exit code 1 when one of the files is not an object. */
export async function inspectCommand(options: InspectArguments, io: Io, signal: AbortSignal): Promise<number> {
  const results = await inspect({ files: options.files, env: io.env, cwd: io.cwd, signal });
  const objects = results.flatMap((result) => (result.ok ? [result.object] : []));
  const failed = results.flatMap((result) => (result.ok ? [] : [result]));
  if (options.json) {
    const errors = failed.map(({ path, error }) => ({ path, code: error.code, message: messageOf(error) }));
    io.out(printedJson({ schema: 'bpfcompat_inspect.v1', objects, errors }));
  } else {
    const text = { width: io.width(), color: io.color && !options.noColor };
    io.out(objects.map((object) => inspectText(object, text)).join('\n'));
  }
  for (const { error } of failed) io.err(`bpfcompat: ${messageOf(error)}\n`);
  return failed.length === 0 ? 0 : 1;
}
