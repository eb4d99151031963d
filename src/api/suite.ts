import { dirname, relative, resolve } from 'node:path';
import { readSuite, type Suite } from '../config/suite.ts';
import type { Host } from '../host/host.ts';
import type { Isolation } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import type { FailOn } from '../model/gate.ts';
import type { RunReport } from '../model/report.ts';
import type { Shard } from '../model/shard.ts';
import type { SuiteCaseReport } from '../model/suite.ts';
import { placeOf } from '../run/claims.ts';
import { confine, rootOf } from '../run/confine.ts';
import { type OldReports, withoutOldReports } from '../run/old-reports.ts';
import { catalogueKernels, createCatalogue, loadText } from '../run/resolve.ts';
import { runCheck } from '../run/run-check.ts';
import { timestamp } from '../run/run-id.ts';
import { shardVerdict, shardView } from '../run/shard-view.ts';
import { checkReportPlaces, writeReport } from '../run/write-reports.ts';
import { SUITE_OPTIONS } from './call-options.ts';
import { checkOptions } from './check-options.ts';
import { type EndedCase, finishSuite, type SuiteResult } from './finish-suite.ts';
import { DRAFT_FILE } from './init.ts';
import { loadRun } from './load-run.ts';
import { type ReportFiles, reportFilePlaces, reportOutputs } from './report-files.ts';
import { createServices, type ResolvedSurroundings, type Surroundings, surroundingsOf } from './services.ts';
import { checkShard } from './shard-plan.ts';
import { ownCells, planSuite, suitePart } from './shard-suite.ts';
import { useStore } from './store-use.ts';
import { type PreparedCase, prepareCases } from './suite-cases.ts';
import { claimSuite } from './suite-claims.ts';
import { caseReport, heldRun, type StartableCase, suiteBaseline, verdictOf, worstOf } from './suite-verdicts.ts';

export interface SuiteOptions extends Surroundings {
  /** Suite file, relative to `cwd`; empty: the one that `init` wrote there. */
  readonly suite: string;
  /** JSON and Markdown of the whole suite, relative to `cwd`. Each case has reports of its own besides. */
  readonly out?: string;
  readonly markdown?: string;
  /** These three win over the file. A relative `workDir` starts from the directory of the suite file. */
  readonly workDir?: string;
  readonly timeoutMs?: number | undefined;
  readonly concurrency?: number | undefined;
  /** Older suite document, report or run directory, relative to `cwd`; wins over the file. Failures it has are known. */
  readonly baseline?: string;
  /** What makes a case a failure; wins over the file and the manifests. */
  readonly failOn?: FailOn | undefined;
  /** Ends after the first case (in the order of the file) that decides and does not pass. */
  readonly stopOnFailure?: boolean;
  /** Reports for other programs, relative to `cwd`. */
  readonly files?: ReportFiles | undefined;
  /** Asks one part of the cells; `mergeReports` puts the parts together and gives the verdict. */
  readonly shard?: Shard | undefined;
  readonly isolation?: Isolation;
  /** Never use the network. */
  readonly offline?: boolean;
  readonly refreshKernels?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: EventListener;
}

/** The suite that was named, else the one that `init` writes. */
async function suitePath(host: Host, cwd: string, path: string): Promise<string> {
  if (path !== '') return path;
  if ((await host.files.stat(resolve(cwd, DRAFT_FILE)))?.isFile) return DRAFT_FILE;
  throw new UsageError(
    'missing_option',
    `--suite is missing and there is no ${DRAFT_FILE} here; add it, for example --suite compat/suite.yaml, or write one with "bpfcompat init"`,
  );
}

/** Reads a suite file. @throws UsageError with file, line and column */
export async function loadSuite(host: Host, cwd: string, path: string): Promise<Suite> {
  const text = await loadText(host, resolve(cwd, path), 'suite', `--suite ${path}`, path);
  return readSuite({ file: relative(cwd, resolve(cwd, path)) || path, text });
}

/** @throws UsageError now rather than once per case */
function refuseRegression({ cases }: Suite, { failOn, baseline }: SuiteOptions): void {
  if (failOn !== 'regression' || baseline || cases.every(({ gate }) => gate.baseline !== undefined)) return;
  throw new UsageError(
    'missing_flag',
    '--fail-on regression needs an older report; add --baseline main.json, or baseline to the suite',
  );
}

/** Whether a case ends a suite that stops at the first failure. */
function decides(one: PreparedCase): boolean {
  return one.source.required;
}

/** Where the reports of a case go and what decides about it. */
function endedCase(one: PreparedCase, report: SuiteCaseReport): EndedCase | { readonly report: SuiteCaseReport } {
  const { source, ready, json, markdown } = one;
  if (ready === undefined) return { report };
  const { artifactVersion, artifactVariant, artifactUri } = source;
  return {
    report,
    gate: ready.gate,
    places: { workdir: ready.run.workdir, out: json, markdown, artifactVersion, artifactVariant, artifactUri },
    manifest: ready.manifest,
  };
}

/** @throws UsageError for flags that contradict each other */
function refuseStop({ shard, stopOnFailure }: SuiteOptions): void {
  if (shard === undefined || !stopOnFailure) return;
  throw new UsageError(
    'flag_conflict',
    '--stop-on-failure needs all cases on one machine, and --shard divides them; remove one of them',
  );
}

/**
 * Runs a suite: all its cases in one queue, each kernel prepared and each object read once. Writes the reports of each
 * case and those of the suite.
 * @throws UsageError for a suite file that cannot be read, HostError for what this machine lacks, CancelledError after
 * an abort; in the last case nothing is left behind
 */
export async function validateSuite(options: SuiteOptions): Promise<SuiteResult> {
  checkOptions('validateSuite', options, SUITE_OPTIONS, ['suite']);
  const surroundings = surroundingsOf(options);
  const { host, cwd } = surroundings;
  const reads = [placeOf(cwd, options.baseline)];
  return withoutOldReports(host, reportOutputs(options, cwd), reads, (old) => runAnew(options, surroundings, old));
}

async function runAnew(
  options: SuiteOptions,
  surroundings: ResolvedSurroundings,
  old: OldReports,
): Promise<SuiteResult> {
  const { host, cwd } = surroundings;
  const signal = options.signal ?? new AbortController().signal;
  const onEvent = options.onEvent ?? (() => {});
  const startedAt = timestamp(host.now());
  const started = host.monotonicMs();
  const file = await suitePath(host, cwd, options.suite);
  const suite = await loadSuite(host, cwd, file);
  const dir = dirname(resolve(cwd, file));
  await old.keep(
    [...suite.paths, ...suite.cases.flatMap((one) => one.paths)].flatMap(({ use, path }) =>
      use === 'read' ? resolve(dir, path) : [],
    ),
  );
  const place = (said: string | undefined, own: string): string =>
    said ? placeOf(cwd, said) : own === '' ? '' : resolve(dir, own);
  const root = await rootOf(host, cwd, dir);
  for (const named of suite.paths) {
    if (!options[named.key === 'out' ? 'out' : 'markdown']) await confine(host, root, named);
  }
  const paths = { json: place(options.out, suite.out), markdown: place(options.markdown, suite.markdown) };
  await old.know([
    { path: paths.json, kind: 'report' },
    { path: paths.markdown, kind: 'markdown' },
  ]);
  const catalogue = createCatalogue(surroundings, dir);
  const baseline = options.baseline ? await loadRun(host, cwd, options.baseline, '--baseline') : undefined;
  refuseRegression(suite, options);
  checkShard(options.shard);
  refuseStop(options);
  const prepared = await prepareCases({ host, cwd, dir, root, catalogue }, suite, {
    workdir: options.workDir ? resolve(dir, options.workDir) : undefined,
    timeoutMs: options.timeoutMs,
    concurrency: options.concurrency,
    failOn: options.failOn,
    baseline,
  });
  // Before anything is booted: objects that cannot be told apart in the older run are an error of the caller.
  const against = suiteBaseline(
    baseline,
    prepared.map(({ source, artifact }) => ({ name: source.name, artifact })),
  );
  await old.know(await claimSuite({ host, cwd, dir, suite, file, paths, options }, prepared));
  await checkReportPlaces(host, [paths.json, paths.markdown, ...reportFilePlaces(options.files, cwd)]);
  await old.remove();

  const stops = options.stopOnFailure ?? false;
  const broken = prepared.findIndex((one) => one.ready === undefined && decides(one));
  const wanted = stops && broken >= 0 ? prepared.slice(0, broken + 1) : prepared;
  const startable = wanted.filter((one): one is StartableCase => one.ready !== undefined);
  const plan = options.shard && planSuite(startable, options.shard, baseline);
  const runs = startable.map(({ ready }, index) => ({ ...ready.run, cells: plan && ownCells(index, plan) }));
  const isElsewhere = (one: PreparedCase): boolean =>
    runs[startable.indexOf(one as StartableCase)]?.cells?.length === 0;
  const wholes: { readonly one: StartableCase; readonly run: RunReport }[] = [];
  const reports = new Map<PreparedCase, RunReport>();
  if (startable.length > 0) {
    await using store = await useStore(host, signal);
    const services = await createServices(surroundings, store, {
      isolation: options.isolation ?? 'cell',
      offline: options.offline ?? false,
      refresh: options.refreshKernels ?? false,
      signal,
      onEvent,
    });
    const known = await catalogueKernels(catalogue);
    const endsCheck = (index: number, report: RunReport): boolean => {
      const one = startable[index] as StartableCase;
      return stops && decides(one) && verdictOf(one, heldRun(one, report)).status !== 'pass';
    };
    const check = { runs, partial: plan !== undefined, endsCheck };
    const ended = await runCheck(check, services, { signal, onEvent });
    for (const [index, report] of ended.entries()) {
      const one = startable[index] as StartableCase;
      if (!report) continue;
      const run = { ...report, known };
      if (plan) {
        wholes.push({ one, run });
        reports.set(one, shardView(run, plan.plan.runs[index] ?? [], plan.shard));
      } else reports.set(one, heldRun(one, run));
    }
  }
  // What was given up, and what comes after it, was not run.
  const lost = wanted.findIndex((one) => one.ready !== undefined && !reports.has(one));
  const told = (lost < 0 ? wanted : wanted.slice(0, lost)).filter((one) => !isElsewhere(one));
  for (const { ready } of told) {
    if (ready?.mergedManifest !== undefined) await writeReport(host, ready.manifest, ready.mergedManifest);
  }
  const cases = told.map((one) => caseReport(one, reports.get(one)));
  const facts = {
    name: suite.name,
    startedAt,
    finishedAt: timestamp(host.now()),
    durationMs: host.monotonicMs() - started,
    ...against,
  };
  const part = plan && suitePart(plan, facts, prepared, wholes);
  const verdict = worstOf(cases);
  const { status, exitCode } = plan ? shardVerdict({ ...verdict, reasons: [] }, plan.shard, cases.length) : verdict;
  return finishSuite({
    host,
    suite: {
      ...facts,
      status,
      exitCode,
      notRun: plan ? [] : prepared.slice(told.length).map(({ source }) => source.name),
      ...(part && { part }),
    },
    cases: told.map((one, index) => endedCase(one, cases[index] as SuiteCaseReport)),
    paths,
    onEvent,
    files: options.files,
    cwd,
    history: plan === undefined,
    signal,
  });
}
