import { artifactName } from '../model/object-names.ts';
import { type CheckCase, type CheckDocument, isCollection } from '../report/document.ts';
import { type DocumentCell, documentCells } from '../report/document-cells.ts';
import { type DocumentKernel, documentKernels } from '../report/document-kernels.ts';
import { publicDocument } from '../report/public-report.ts';
import { distinctSlugs, shortDigest } from './slug.ts';

/** A finished run as its report says it. */
export interface SiteInput {
  readonly document: CheckDocument;
  /** The report, without what only its machine needs, as a JSON value. */
  readonly value: unknown;
  /** The own report of each case of a collection, in order; undefined where it is gone, and for a plain report. */
  readonly caseValues: readonly unknown[];
}

export interface SiteRun extends SiteInput {
  /** Unique part of a path. */
  readonly slug: string;
  /** Id of the run; of the first case that has one. */
  readonly id: string;
  readonly cells: readonly SiteCell[];
  /** Names of the files of `caseValues`; empty where there is none. */
  readonly caseSlugs: readonly string[];
}

/** One object on one kernel in one run. */
export interface SiteCell extends DocumentCell {
  readonly run: SiteRun;
  readonly object: string;
  readonly kernel: string;
  /** Of the object, as the run had it; empty where it had none. Not published. */
  readonly path: string;
  /** Digits that are its alone, the same in every build of the site. */
  readonly id: string;
}

export interface SiteObject {
  readonly name: string;
  readonly slug: string;
  /** All its cells, newest run first. */
  readonly cells: readonly SiteCell[];
  /** Its newest cell on each kernel, by profile id. */
  readonly latest: ReadonlyMap<string, SiteCell>;
  /** Runs that tested it, newest first. */
  readonly runs: readonly SiteRun[];
}

export interface SiteKernel extends DocumentKernel {
  readonly slug: string;
}

/** What is known from all reports together. */
export interface Site {
  /** Newest first. */
  readonly runs: readonly SiteRun[];
  /** Those with a failure that decides first, then those without a result; each group by name. */
  readonly objects: readonly SiteObject[];
  /** By architecture, oldest first. */
  readonly kernels: readonly SiteKernel[];
  /** Names of required cases that could not start in the newest run that has them: what is shown of them is older. */
  readonly unstarted: ReadonlySet<string>;
  /** Version that the whole is published as. */
  readonly label: string;
  /** A server shows it, which has the evidence of its runs. */
  readonly served?: boolean;
}

const CELL_DIGITS = 12;

/** Plain order of texts, the same on every machine. */
function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function runIdOf({ cases }: CheckDocument): string {
  return cases.find(({ report }) => report !== undefined)?.report?.run.id ?? '';
}

/** What a run is called in paths: its id, with the suite or object it is about where the id alone is not enough. */
function runName({ document }: SiteInput): string {
  const id = runIdOf(document);
  if (!isCollection(document)) return id;
  return [id || document.startedAt.replace(/[^0-9TZ]/g, ''), document.name].filter((part) => part !== '').join('-');
}

function newestFirst(a: SiteInput, b: SiteInput): number {
  const [x, y] = [a.document, b.document];
  // Two cases of one suite begin together.
  return (
    byText(y.startedAt, x.startedAt) ||
    byText(y.finishedAt, x.finishedAt) ||
    byText(runName(b), runName(a)) ||
    byText(JSON.stringify(a.value), JSON.stringify(b.value))
  );
}

/** A run with several objects calls them by their names, one about a single object by its file: they are the same. */
function withObjectNames(document: CheckDocument): CheckDocument {
  if (isCollection(document)) return document;
  return { ...document, cases: document.cases.map((one) => ({ ...one, name: artifactName(one.name) })) };
}

function placed(input: SiteInput, slug: string): SiteRun {
  const document = withObjectNames(publicDocument(input.document));
  const { cases } = document;
  // No slug has two dashes: a run is called like no case of another one.
  const files = distinctSlugs(cases.map(({ name }) => name)).map((name) => `${slug}--${name}`);
  const cells: SiteCell[] = [];
  const run: SiteRun = {
    ...input,
    document,
    slug,
    id: runIdOf(document),
    cells,
    caseSlugs: files.map((file, index) => (input.caseValues[index] === undefined ? '' : file)),
  };
  for (const cell of documentCells(document)) {
    const [object, kernel] = [cell.one.name, cell.target.profile_id];
    const id = shortDigest(JSON.stringify([slug, object, kernel]), CELL_DIGITS);
    const path = input.document.cases[document.cases.indexOf(cell.one)]?.artifact ?? '';
    cells.push({ ...cell, run, object, kernel, path, id });
  }
  return run;
}

/** How much a reader has to do with an object: 0 the most. */
function urgency({ latest }: Pick<SiteObject, 'latest'>): number {
  const cells = [...latest.values()];
  if (cells.some(({ target, decides, excused }) => (decides || excused) && target.status === 'fail')) return 0;
  if (cells.some(({ target, decides }) => decides && target.status !== 'pass')) return 1;
  return cells.some(({ target }) => target.status === 'fail') ? 2 : 3;
}

function objectsOf(runs: readonly SiteRun[]): SiteObject[] {
  const byName = new Map<string, SiteCell[]>();
  for (const cell of runs.flatMap(({ cells }) => cells)) {
    const own = byName.get(cell.object);
    if (own) own.push(cell);
    else byName.set(cell.object, [cell]);
  }
  const names = [...byName.keys()].sort(byText);
  const slugs = distinctSlugs(names);
  const objects = names.map((name, index): SiteObject => {
    const cells = byName.get(name) ?? [];
    const latest = new Map<string, SiteCell>();
    for (const cell of cells) if (!latest.has(cell.kernel)) latest.set(cell.kernel, cell);
    return { name, slug: slugs[index] ?? '', cells, latest, runs: [...new Set(cells.map(({ run }) => run))] };
  });
  return objects.sort((a, b) => urgency(a) - urgency(b) || byText(a.name, b.name));
}

function unstartedIn(runs: readonly SiteRun[]): Set<string> {
  const newest = new Map<string, CheckCase>();
  for (const one of runs.flatMap(({ document }) => [...document.cases])) {
    if (!newest.has(one.name)) newest.set(one.name, one);
  }
  return new Set([...newest].flatMap(([name, { error, required }]) => (error !== '' && required ? name : [])));
}

/** Puts runs together. The same inputs give the same site, in whatever order they come. */
export function siteOf(inputs: readonly SiteInput[], label: string): Site {
  const sorted = [...inputs].sort(newestFirst);
  const slugs = distinctSlugs(sorted.map(runName));
  const runs = sorted.map((input, index) => placed(input, slugs[index] ?? ''));
  const cases: CheckCase[] = runs.flatMap(({ document }) => [...document.cases]);
  const kernels = documentKernels({ cases });
  const kernelSlugs = distinctSlugs(kernels.map(({ id }) => id));
  return {
    runs,
    objects: objectsOf(runs),
    kernels: kernels.map((kernel, index) => ({ ...kernel, slug: kernelSlugs[index] ?? '' })),
    unstarted: unstartedIn(runs),
    label,
  };
}

/** The run before this one that tested some of the same objects; undefined for the first. */
export function previousRun(site: Site, run: SiteRun): SiteRun | undefined {
  const names = new Set(run.document.cases.map(({ name }) => name));
  const older = site.runs.slice(site.runs.indexOf(run) + 1);
  return older.find(({ document }) => document.cases.some(({ name }) => names.has(name)));
}
