import { kernelOptionsOf } from '../api/kernel-options.ts';
import { lockMode } from '../config/lock.ts';
import type { PlanArguments } from '../config/merge-options.ts';
import { type GroupResult, groupKernels, type KernelGroup } from '../index.ts';
import { terminal } from '../report/escape.ts';
import { plural } from '../report/style.ts';
import { table } from '../text/table.ts';
import type { Io } from './io.ts';

/** Differences that are named in a line of the table. */
const NAMED = 3;
const MAX_NAME = 60;

/** @param above the class in the row above; undefined for the first */
export function differsText({ known, differs }: KernelGroup, above: KernelGroup | undefined): string {
  if (above === undefined) return '';
  if (!known) return 'nothing is known of it';
  if (!above.known) return 'nothing is known of that one';
  if (differs.length === 0) return 'architecture or guest';
  const names = differs.slice(0, NAMED).map(({ kind, name }) => terminal(`${kind} ${name}`, MAX_NAME));
  const more = differs.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function classesText({ objects, samples, kernels }: GroupResult): string {
  const parts = objects.map(({ name, classes }) => {
    const rows = classes.map((one, index) => [
      one.sample,
      differsText(one, classes[index - 1]),
      one.kernels.filter((id) => id !== one.sample).join(', '),
    ]);
    const head = `${terminal(name, 200)}: ${classes.length === 1 ? '1 class' : `${classes.length} classes`} of ${plural(kernels, 'kernel')}`;
    return `${head}\n${table([['TEST', 'DIFFERS FROM THE CLASS ABOVE IN', 'STANDS FOR'], ...rows]).join('\n')}\n`;
  });
  return `${parts.join('\n')}\n${samples.length} of ${plural(kernels, 'kernel')} to test\n`;
}

/** `plan --group` prints the classes, `plan --sample` the kernels to test; with `--out` the JSON goes to a file. */
export async function planClasses(options: PlanArguments, io: Io, signal: AbortSignal): Promise<number> {
  const { artifacts, kernels, localKernels, facts, offline, out, quiet, group } = options;
  const result = await groupKernels({
    ...(kernels && kernelOptionsOf(kernels)),
    localKernels,
    artifacts,
    facts,
    offline,
    out,
    allowProfileOverride: options.allowProfileOverride,
    lock: lockMode(options),
    env: io.env,
    cwd: io.cwd,
    signal,
    onNote: (message) => io.err(`note: ${message}\n`),
  });
  if (!group) io.out(`${result.samples.join(',')}\n`);
  if (group && out !== '-') io.out(classesText(result));
  else if (!quiet) io.err(`${result.samples.length} of ${plural(result.kernels, 'kernel')} to test\n`);
  return 0;
}
