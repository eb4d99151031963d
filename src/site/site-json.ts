import { totalOf } from '../model/comparison.ts';
import { compareCollectionJson } from '../report/compare-json.ts';
import { publicReport } from '../report/public-report.ts';
import { diffOf } from './diff.ts';
import { cellPath, kernelPath, objectPath, runPath } from './elements.tsx';
import type { Site, SiteCell, SiteKernel, SiteObject, SiteRun } from './site.ts';
import { stateOf } from './state.ts';
import { runHeadline, siteHeadline } from './verdict.ts';

/** `schema_version` of the document beside the first page; it says that a directory is a site of ours. */
export const SITE_SCHEMA = 'bpfcompat_site.v0.1';

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function cellJson(cell: SiteCell) {
  const { target, run, one } = cell;
  return {
    object: cell.object,
    profile_id: cell.kernel,
    status: target.status,
    required: target.required && one.required,
    state: stateOf(cell).name,
    ...(target.classification_code !== '' && { classification_code: target.classification_code }),
    run: run.slug,
    started_at: run.document.startedAt,
    page: cellPath(cell),
  };
}

function kernelJson(kernel: SiteKernel) {
  const { id, name, family, arch } = kernel;
  return { profile_id: id, name, kernel_family: family, arch, page: kernelPath(kernel) };
}

function runJson(site: Site, run: SiteRun) {
  const { status, text } = runHeadline(run);
  const { startedAt, finishedAt } = run.document;
  const page = `${runPath(site.label, run)}.html`;
  return { run: run.slug, run_id: run.id, status, text, started_at: startedAt, finished_at: finishedAt, page };
}

/** The document beside the first page: everything that its grid shows. */
export function indexJson(site: Site): string {
  const { status, text } = siteHeadline(site);
  return jsonText({
    schema_version: SITE_SCHEMA,
    label: site.label,
    status,
    text,
    kernels: site.kernels.map(kernelJson),
    objects: site.objects.map((object) => ({
      name: object.name,
      page: objectPath(object),
      badge: `objects/${object.slug}.svg`,
      results: [...object.latest.values()].map(cellJson),
    })),
    runs: site.runs.map((run) => runJson(site, run)),
  });
}

/** One object: its newest result on each kernel, and all earlier ones. */
export function objectJson(site: Site, object: SiteObject): string {
  const kernels = site.kernels.filter(({ id }) => object.latest.has(id)).map(kernelJson);
  const results = [...object.latest.values()].map(cellJson);
  return jsonText({ object: object.name, kernels, results, history: object.cells.map(cellJson) });
}

/** One kernel: the newest result of each object on it. */
export function kernelDocument(site: Site, kernel: SiteKernel): string {
  const results = site.objects.flatMap(({ latest }) => latest.get(kernel.id) ?? []).map(cellJson);
  return jsonText({ ...kernelJson(kernel), results });
}

/** The report of a run as others may see it; of a collection, its cases name the reports beside it. */
export function runDocument({ value, caseSlugs }: SiteRun): string {
  return jsonText(
    publicReport(
      value,
      caseSlugs.map((slug) => (slug === '' ? '' : `${slug}.json`)),
    ),
  );
}

export function caseDocument(run: SiteRun, index: number): string {
  return jsonText(publicReport(run.caseValues[index]));
}

interface HasTargets {
  readonly targets?: readonly { readonly profile_id?: unknown }[];
  readonly cases?: readonly HasTargets[];
}

/** What the report says about a cell, as it stands there. */
export function cellDocument(cell: SiteCell): string {
  const { run, one, kernel } = cell;
  const index = run.document.cases.indexOf(one);
  const whole = run.value as HasTargets;
  const own = (run.caseValues[index] ?? whole.cases?.[index] ?? whole) as HasTargets;
  const target = own.targets?.find(({ profile_id: id }) => id === kernel);
  const { artifact } = one.report ?? {};
  return jsonText({
    ...cellJson(cell),
    ...(artifact && artifact.sha256 !== '' && { sha256: artifact.sha256 }),
    target: publicReport(target),
  });
}

/** Two runs, as `compare` writes them. */
export function diffDocument(base: SiteRun, head: SiteRun): string {
  const cases = diffOf(base, head).filter(({ change, comparison }) => change !== 'compared' || comparison);
  const summary = totalOf(cases.flatMap(({ comparison }) => comparison?.summary ?? []));
  const side = (run: SiteRun) => ({ path: `${run.slug}.json`, runId: run.id, summaryStatus: run.document.status });
  // The time of the data: the same reports give the same document.
  return compareCollectionJson({ base: side(base), head: side(head), summary, cases }, head.document.finishedAt);
}
