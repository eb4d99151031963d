import { dirname, relative, resolve } from 'node:path';
import { readSuite, type Suite } from '../config/suite.ts';
import { gate } from '../gate/gate.ts';
import type { Host } from '../host/host.ts';
import { storeRoot } from '../kernels/store-root.ts';
import type { Isolation } from '../model/cell.ts';
import { UsageError } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import type { RunReport, Verdict } from '../model/report.ts';
import type { SuiteCaseReport, SuiteReport } from '../model/suite.ts';
import { suiteJson } from '../report/suite-json.ts';
import { suiteMarkdown } from '../report/suite-markdown.ts';
import { ensureDirectory } from '../run/directories.ts';
import { catalogueKernels, createCatalogue, loadText } from '../run/resolve.ts';
import { timestamp } from '../run/run-id.ts';
import { runSuite } from '../run/run-suite.ts';
import { checkReportPlaces, writeReport, writeReports } from '../run/write-reports.ts';
import { recordRun } from './history.ts';
import { createServices, type Surroundings, surroundingsOf } from './services.ts';
import { type PreparedCase, prepareCases, type ReadyCase } from './suite-cases.ts';

const OWNER_ONLY = 0o700;

export interface SuiteOptions extends Surroundings {
  /** Suite file, relative to `cwd`. */
  readonly suite: string;
  /** JSON and Markdown of the whole suite, relative to `cwd`. Each case has reports of its own besides. */
  readonly out?: string;
  readonly markdown?: string;
  /** These three win over the file. A relative `workDir` starts from the directory of the suite file. */
  readonly workDir?: string;
  readonly timeoutMs?: number | undefined;
  readonly concurrency?: number | undefined;
  /** Ends after the first case (in the order of the file) that decides and does not pass. */
  readonly stopOnFailure?: boolean;
  readonly isolation?: Isolation;
  /** Never use the network. */
  readonly offline?: boolean;
  readonly refreshKernels?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: EventListener;
}

export interface SuiteResult {
  /** A case that fails or cannot start is a verdict, not an exception. */
  readonly suite: SuiteReport;
  /** The document of `out`. */
  readonly json: string;
  /** Absolute paths; empty when not asked for. */
  readonly paths: { readonly json: string; readonly markdown: string };
}

type Startable = PreparedCase & { readonly ready: ReadyCase };

async function loadSuite(host: Host, cwd: string, path: string): Promise<Suite> {
  if (path === '') throw new UsageError('missing_option', 'no suite is given; name a suite file');
  const text = await loadText(host, resolve(cwd, path), 'suite', `--suite ${path}`);
  return readSuite({ file: relative(cwd, resolve(cwd, path)) || path, text });
}

function refuseSharedPaths(cases: readonly PreparedCase[], out: string, markdown: string): void {
  if (out !== '' && out === markdown) {
    throw new UsageError('flag_conflict', `--out and --markdown are the same file ${out}; choose two`);
  }
  const owner = cases.find(({ json, markdown: own }) =>
    [out, markdown].some((path) => path !== '' && [json, own].includes(path)),
  );
  if (owner === undefined) return;
  const { name, origin } = owner.source;
  throw new UsageError(
    'flag_conflict',
    `${origin}: case "${name}" writes its report to a file of the suite; choose another --out or --markdown`,
  );
}

/** Whether a case ends a suite that stops at the first failure. */
function decides(one: PreparedCase): boolean {
  return one.source.required;
}

function verdictOf({ ready }: Startable, report: RunReport): Verdict {
  return gate(report, ready.gate);
}

function worst(cases: readonly SuiteCaseReport[]): Pick<SuiteReport, 'status' | 'exitCode'> {
  const statuses = cases.filter(({ required }) => required).map(({ status }) => status);
  if (statuses.includes('error')) return { status: 'error', exitCode: 1 };
  return statuses.includes('fail') ? { status: 'fail', exitCode: 2 } : { status: 'pass', exitCode: 0 };
}

function caseReport(one: PreparedCase, run: RunReport | undefined): SuiteCaseReport {
  const verdict = one.ready && run && verdictOf({ ...one, ready: one.ready }, run);
  return {
    name: one.source.name,
    artifact: one.artifact,
    manifest: one.ready?.manifest ?? '',
    matrix: one.ready?.run.matrix.path ?? one.matrix,
    required: one.source.required,
    status: verdict?.status ?? 'error',
    exitCode: verdict?.exitCode ?? 1,
    error: one.error,
    answer: run && verdict && { run, artifact: 0, verdict },
    json: run ? one.json : '',
    markdownPath: run ? one.markdown : '',
  };
}

/** Writes the reports of a case and adds it to the history. @returns what the user should know of the history */
async function writeCase(
  host: Host,
  { source, ready, json, markdown }: Startable,
  report: SuiteCaseReport,
): Promise<string | undefined> {
  if (report.answer === undefined) return undefined;
  if (ready.mergedManifest !== undefined) await writeReport(host, ready.manifest, ready.mergedManifest);
  const places = {
    workdir: ready.run.workdir,
    out: json,
    markdown,
    artifactVersion: source.artifactVersion,
    artifactVariant: source.artifactVariant,
    artifactUri: source.artifactUri,
    gate: ready.gate,
  };
  const { run, verdict } = report.answer;
  return recordRun(host, run, await writeReports(host, run, verdict, places), places, ready.manifest);
}

/**
 * Runs a suite: all its cases in one queue, each kernel prepared and each object read once. Writes the reports of each
 * case and those of the suite.
 * @throws UsageError for a suite file that cannot be read, HostError for what this machine lacks, CancelledError after
 * an abort; in the last case nothing is left behind
 */
export async function validateSuite(options: SuiteOptions): Promise<SuiteResult> {
  const surroundings = surroundingsOf(options);
  const { host, cwd, builtin } = surroundings;
  const signal = options.signal ?? new AbortController().signal;
  const onEvent = options.onEvent ?? (() => {});
  const startedAt = timestamp(host.now());
  const started = host.monotonicMs();
  const suite = await loadSuite(host, cwd, options.suite);
  const dir = dirname(resolve(cwd, options.suite));
  const paths = {
    json: options.out ? resolve(cwd, options.out) : '',
    markdown: options.markdown ? resolve(cwd, options.markdown) : '',
  };
  const catalogue = createCatalogue(host, cwd, builtin, dir);
  const prepared = await prepareCases({ host, cwd, dir, catalogue }, suite, {
    workdir: options.workDir ? resolve(dir, options.workDir) : undefined,
    timeoutMs: options.timeoutMs,
    concurrency: options.concurrency,
  });
  refuseSharedPaths(prepared, paths.json, paths.markdown);
  await checkReportPlaces(host, [paths.json, paths.markdown]);

  const stops = options.stopOnFailure ?? false;
  const broken = prepared.findIndex((one) => one.ready === undefined && decides(one));
  const wanted = stops && broken >= 0 ? prepared.slice(0, broken + 1) : prepared;
  const startable = wanted.filter((one): one is Startable => one.ready !== undefined);
  const reports = new Map<PreparedCase, RunReport>();
  if (startable.length > 0) {
    await ensureDirectory(
      host,
      storeRoot(host.env),
      'the cache directory',
      'name another one in BPFCOMPAT_CACHE_DIR',
      OWNER_ONLY,
    );
    const services = await createServices(surroundings, {
      isolation: options.isolation ?? 'cell',
      offline: options.offline ?? false,
      refresh: options.refreshKernels ?? false,
      signal,
      onEvent,
    });
    const known = await catalogueKernels(catalogue);
    const ended = await runSuite(
      startable.map(({ ready }) => ready.run),
      services,
      {
        signal,
        onEvent,
        endsSuite: (index, report) => {
          const one = startable[index] as Startable;
          return stops && decides(one) && verdictOf(one, report).status !== 'pass';
        },
      },
    );
    for (const [index, run] of ended.entries()) if (run) reports.set(startable[index] as Startable, { ...run, known });
  }
  // What was given up, and what comes after it, was not run.
  const lost = wanted.findIndex((one) => one.ready !== undefined && !reports.has(one));
  const told = lost < 0 ? wanted : wanted.slice(0, lost);
  const cases = told.map((one) => caseReport(one, reports.get(one)));
  for (const [index, one] of told.entries()) {
    if (!one.ready) continue;
    const warning = await writeCase(host, { ...one, ready: one.ready }, cases[index] as SuiteCaseReport);
    if (warning !== undefined) onEvent({ type: 'note', message: warning });
  }
  const report: SuiteReport = {
    name: suite.name,
    startedAt,
    finishedAt: timestamp(host.now()),
    durationMs: host.monotonicMs() - started,
    ...worst(cases),
    cases,
    notRun: prepared.slice(told.length).map(({ source }) => source.name),
  };
  const json = suiteJson(report);
  await writeReport(host, paths.json, json);
  await writeReport(host, paths.markdown, suiteMarkdown(report));
  onEvent({ type: 'run-end', status: report.status, ms: report.durationMs });
  return { suite: report, json, paths };
}
