import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { groupKernels } from '../../src/index.ts';
import { cellOf } from '../confusion/cells.ts';
import { EXPECTATIONS } from '../confusion/expectations.ts';

/** What an object does on each kernel: a verdict, and the causes of it. */
interface Observed {
  readonly path: string;
  readonly on: (kernel: string) => { readonly status: string; readonly causes: string } | undefined;
}

/** What the tests of the confusion matrix hold each object against on every Debian kernel. */
function confusion(): Observed[] {
  return EXPECTATIONS.map((row) => ({
    path: `test/confusion/objects/${row.object}.bpf.o`,
    on: (kernel) => {
      const { status, reported } = cellOf(row, kernel);
      return { status, causes: JSON.stringify(reported.map(({ code, reason, subject }) => [code, reason, subject])) };
    },
  }));
}

interface Target {
  readonly profile_id: string;
  readonly status: string;
  readonly findings?: readonly { readonly code: string; readonly reason?: string; readonly subject?: string }[];
}

/** Results of a run: the document of one object or of several. */
function recorded(file: string): Observed[] {
  const document = JSON.parse(readFileSync(file, 'utf8'));
  if (document.cases !== undefined) {
    const paths: string[] = document.cases.map((one: { report_json_path: string }) => one.report_json_path);
    return paths.flatMap((path) => recorded(resolve(dirname(file), path)));
  }
  const targets: readonly Target[] = document.targets;
  return [
    {
      path: document.artifact.path,
      on: (kernel) => {
        const found = targets.find(({ profile_id: id }) => id === kernel);
        if (found === undefined || !['pass', 'fail'].includes(found.status)) return undefined;
        const causes = (found.findings ?? []).map(({ code, reason, subject }) => [code, reason, subject]);
        return { status: found.status, causes: JSON.stringify(causes.sort()) };
      },
    },
  ];
}

/** Which of the kernels of a class stands for it: any choice must do. */
const CHOICES = { first: (list: readonly string[]) => list[0], last: (list: readonly string[]) => list.at(-1) };

/**
 * How often the verdict of a class's sample is that of its other kernels: text for a person.
 * @param files reports of runs; none: the objects of the confusion matrix
 */
export async function inferredVerdicts(files: readonly string[], facts: string): Promise<string> {
  const objects = files.length === 0 ? confusion() : files.flatMap(recorded);
  const { objects: grouped, kernels } = await groupKernels({
    artifacts: objects.map(({ path }) => path),
    matrix: 'debian',
    ...(facts !== '' && { facts }),
    onNote: (note) => process.stderr.write(`note: ${note}\n`),
  });
  const lines = [`${objects.length} objects on ${kernels} kernels, ${objects.length * kernels} cells`];
  const classesAt = new Map(grouped.map(({ path, classes }) => [path, classes]));
  for (const [choice, pick] of Object.entries(CHOICES)) {
    const count = { inferred: 0, verdicts: 0, causes: 0 };
    const wrong: string[] = [];
    for (const { path, on } of objects) {
      for (const { kernels: list } of classesAt.get(join(process.cwd(), path)) ?? classesAt.get(path) ?? []) {
        const sample = pick(list) ?? '';
        for (const kernel of list.filter((id) => id !== sample)) {
          const [from, to] = [on(sample), on(kernel)];
          if (from === undefined || to === undefined) continue;
          count.inferred++;
          if (from.status === to.status) count.verdicts++;
          if (from.causes === to.causes) count.causes++;
          if (from.status !== to.status || from.causes !== to.causes)
            wrong.push(
              `  ${path} ${sample} -> ${kernel}: ${from.status} ${from.causes}, observed ${to.status} ${to.causes}`,
            );
        }
      }
    }
    const share = (good: number): string => `${((100 * good) / Math.max(1, count.inferred)).toFixed(2)} %`;
    lines.push(
      `sample is the ${choice} of its class: ${count.inferred} inferred, verdict as observed ${share(count.verdicts)}, causes ${share(count.causes)}`,
      ...wrong.map((line) => line.slice(0, 400)),
    );
  }
  return `${lines.join('\n')}\n`;
}
