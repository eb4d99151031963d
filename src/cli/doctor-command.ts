import type { ValuesOf } from '../config/options.ts';
import { doctor } from '../index.ts';
import { printedJson } from '../report/escape.ts';
import { wrap } from '../text/wrap.ts';
import type { Io } from './io.ts';

const MARKS = { ok: 'ok     ', warn: 'note   ', missing: 'MISSING' } as const;

/** Mark, name and the blanks between them. */
const INDENT = ' '.repeat(7 + 2 + 14 + 1);

/** `doctor`: exit code 1 when something is missing without which nothing can be checked. */
export async function doctorCommand(options: ValuesOf<'doctor'>, io: Io, signal: AbortSignal): Promise<number> {
  if (options.release) return (await import('./release-command.ts')).releaseCommand(options, io, signal);
  const report = await doctor({ env: io.env, cwd: io.cwd, offline: options.offline, signal });
  if (options.json) {
    io.out(printedJson(report));
    return report.ready ? 0 : 1;
  }
  for (const { status, id, what, remedy } of report.checks) {
    const room = Math.max(40, io.width()) - INDENT.length;
    const [first = '', ...more] = wrap(what, room);
    const advice = wrap(remedy, room - 3).map((line, index) => `${index === 0 ? '-> ' : '   '}${line}`);
    io.out(`${MARKS[status]}  ${id.padEnd(14)} ${first}\n`);
    for (const line of [...more, ...advice]) io.out(`${INDENT}${line}\n`);
  }
  io.out(report.ready ? '\nThis machine can check objects on real kernels.\n' : '\nSomething is missing, see above.\n');
  return report.ready ? 0 : 1;
}
