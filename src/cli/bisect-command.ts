import { relative } from 'node:path';
import type { BisectArguments } from '../config/bisect-options.ts';
import { type BisectKernel, type BisectResult, type BisectStep, bisect, words } from '../index.ts';
import { oneLine, printedJson } from '../report/escape.ts';
import { plural } from '../report/style.ts';
import { table } from '../text/table.ts';
import { wrap } from '../text/wrap.ts';
import type { Io } from './io.ts';

function nameOf({ profile, package: name, version }: BisectKernel): string {
  return version === '' ? profile : `${name} ${version}`;
}

function titleOf({ finding }: BisectStep): string {
  return finding === undefined ? '' : `${finding.code}: ${words(finding).title}`;
}

function stepLine(step: BisectStep): string {
  const what = `${step.result} ${nameOf(step)}`;
  if (step.result === 'unknown') return oneLine(`${what}: no result, skipped: ${step.problem}`, 400);
  const title = titleOf(step);
  return oneLine(title === '' ? what : `${what}: ${title}`, 400);
}

/** The two neighbors beside each other. */
function sideBySide(accepts: BisectStep, rejects: BisectStep, cwd: string): string[] {
  const row = (name: string, of: (step: BisectStep) => string): string[] => [name, of(accepts), of(rejects)];
  return table([
    ['', 'ACCEPTS', 'REJECTS'],
    row('profile', (one) => one.profile),
    row('package', (one) => one.package),
    row('version', (one) => one.version),
    row('kernel', (one) => one.release),
    row('verdict', (one) => (one.result === 'accepts' ? 'pass' : `fail (${one.finding?.code ?? 'UNKNOWN'})`)),
    row('report', (one) => `${relative(cwd, one.runDir)}/report.json`),
  ]);
}

function passedBy({ steps }: BisectResult): string {
  const count = steps.filter(({ result }) => result === 'unknown').length;
  return count === 0 ? '' : `; ${count} inconclusive and skipped`;
}

/** One sentence about how it ended. */
function headline(result: BisectResult): string {
  const { status, accepts, rejects, line, steps } = result;
  const requested = `${steps.length} of ${plural(line.length, 'kernel')} tested${passedBy(result)}`;
  switch (status) {
    case 'found':
      return `First to reject: ${nameOf(rejects as BisectStep)} (${requested})`;
    case 'range': {
      const between = (rejects?.position ?? 0) - (accepts?.position ?? 0) - 1;
      return `The first to reject is ${nameOf(rejects as BisectStep)} or one of the ${between} before it, which are inconclusive (${requested})`;
    }
    case 'none_rejects':
      return `Nothing rejects: --bad accepts it as well (${requested})`;
    case 'good_rejects':
      return `--good rejects it already, so nothing can be found; name a kernel that accepts it (${requested})`;
    case 'inconclusive':
      return `An end is inconclusive, so nothing can be found; correct what it reports and try again (${requested})`;
  }
}

const EXIT_CODES = { found: 2, range: 1, none_rejects: 0, good_rejects: 1, inconclusive: 1 } as const;

function stepJson({
  position,
  profile,
  package: name,
  version,
  release,
  result,
  finding,
  problem,
  runDir,
}: BisectStep) {
  return {
    position,
    profile,
    package: name,
    version,
    kernel: release,
    result,
    finding: finding && { code: finding.code, ...words(finding) },
    problem: problem === '' ? undefined : problem,
    run_dir: runDir,
  };
}

/** What `--json` prints. */
function resultJson({ status, accepts, rejects, line, steps }: BisectResult, artifact: string): string {
  return printedJson({
    schema: 'bpfcompat_bisect.v1',
    artifact,
    status,
    exit_code: EXIT_CODES[status],
    kernels: line.length,
    accepts: accepts && stepJson(accepts),
    rejects: rejects && stepJson(rejects),
    steps: steps.map(stepJson),
  });
}

function printResult(result: BisectResult, io: Io): void {
  const { accepts, rejects } = result;
  io.out(`\n${headline(result)}\n`);
  if (accepts !== undefined && rejects !== undefined) io.out(`\n${sideBySide(accepts, rejects, io.cwd).join('\n')}\n`);
  if (rejects?.finding === undefined) return;
  const { title, explanation, remediation } = words(rejects.finding);
  const lines = [`${rejects.finding.code}: ${title}`, explanation, remediation].filter((one) => one !== '');
  io.out(`\n${lines.flatMap((one) => wrap(one, io.width())).join('\n')}\n`);
}

function lineText(line: readonly BisectKernel[], boots: number): string | undefined {
  const [first, last] = [line[0], line.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return `${plural(line.length, 'kernel')} from ${nameOf(first)} to ${nameOf(last)}: the ends and at most ${plural(boots, 'boot')} between them`;
}

/**
 * `bisect`: the first build, or kernel, that rejects an object. Exit code 2 when there is one, 0 when nothing rejects, 1
 * when the search was inconclusive.
 */
export async function bisectCommand(options: BisectArguments, io: Io, signal: AbortSignal): Promise<number> {
  const { json, quiet, validationMode: mode, workdir: workDir, artifact } = options;
  const { good, bad, manifest, loader, timeoutMs, allowProfileOverride } = options;
  const say = (text: string | undefined): void => {
    if (!quiet && text !== undefined) (json ? io.err : io.out)(`${text}\n`);
  };
  const result = await bisect({
    ...{ artifact, good, bad, manifest, mode, loader, timeoutMs, workDir, allowProfileOverride },
    env: io.env,
    cwd: io.cwd,
    signal,
    onEvent: (event) => {
      if (event.type === 'note') io.err(`note: ${event.message}\n`);
    },
    onLine: (line, boots) => say(lineText(line, boots)),
    onStep: (step) => say(stepLine(step)),
  });
  if (json) io.out(resultJson(result, artifact));
  else printResult(result, io);
  return EXIT_CODES[result.status];
}
