import { followsFrom } from '../model/finding.ts';
import type { Expected } from '../model/gate.ts';
import { grouped } from '../model/once-per.ts';
import type { RunReport } from '../model/report.ts';
import { cutMiddle, padEnd, padStart, widthOf } from '../text/width.ts';
import { wrap } from '../text/wrap.ts';
import { terminal } from './escape.ts';
import { FIXUP_MARK } from './fixups.ts';
import { type FindingGroup, groupFindings, groupSilence } from './group.ts';
import { type Declared, groupLines } from './group-text.ts';
import { byVendor } from './kernel-order.ts';
import { INFERRED_MARK, legendTexts, type Mark } from './legend.ts';
import { isSeen, LOADED_ONLY, NOTHING_LOADED, type PassKind, passKind } from './loaded-only.ts';
import { loadersText } from './loaders-text.ts';
import { fileNames, shortNames } from './names.ts';
import { plural, type Style, style } from './style.ts';
import { type TargetView, targetViews } from './view.ts';

/** How text is laid out for a terminal. */
export interface TextOptions {
  /** Columns of the terminal; at least 40 are used. */
  readonly width: number;
  readonly color: boolean;
  /** What became of declared failures: those that came as declared do not look like failures. */
  readonly expected?: readonly Expected[] | undefined;
}

function declaredCells({ expected = [] }: TextOptions): Declared {
  const cells = new Map(expected.map((one) => [`${one.artifact} ${one.target}`, one]));
  return {
    fails: (artifact, target) => cells.get(`${artifact} ${target}`)?.met === 'failed',
    passes: (artifact, target) => cells.get(`${artifact} ${target}`)?.met === 'passed',
    causes: (artifact, target) => cells.get(`${artifact} ${target}`)?.causes ?? [],
  };
}

const GAP = '  ';

const PASS_TEXTS: Readonly<Record<PassKind, string>> = {
  ...{ unloaded: 'none', loaded: 'load', partly: 'warn', warned: 'warn', plain: 'pass' },
};

/** The word of a cell and how it is painted. @param declared as what it is, a failure is declared */
function mark(
  view: TargetView,
  paint: Style,
  declared: boolean,
): { readonly text: string; readonly painted: (text: string) => string } {
  switch (view.outcome.status) {
    case 'pass': {
      const fixups = view.fixups > 0 ? FIXUP_MARK : '';
      if (declared) return { text: `XPASS${fixups}`, painted: paint.warn };
      const kind = passKind('pass', view.findings) ?? 'plain';
      return { text: `${PASS_TEXTS[kind]}${fixups}`, painted: kind === 'plain' ? paint.good : paint.warn };
    }
    case 'fail':
      if (declared) return { text: 'xfail', painted: paint.dim };
      return { text: 'FAIL', painted: paint.bad };
    case 'skipped':
      return { text: 'skip', painted: paint.dim };
    case 'inferred':
      return { text: INFERRED_MARK, painted: paint.dim };
    case 'infra_error':
      return { text: 'ERR', painted: paint.warn };
  }
}

/** Positions of the kernels that fit beside the names, block by block. */
function blocks(columnWidths: readonly number[], room: number): number[][] {
  const all: number[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const [index, width] of columnWidths.entries()) {
    if (used + GAP.length + width > room) {
      all.push([]);
      used = 0;
    }
    all.at(-1)?.push(index);
    used += GAP.length + width;
  }
  return all;
}

function matrixLines(
  run: RunReport,
  views: readonly (readonly TargetView[])[],
  declared: Declared,
  width: number,
  paint: Style,
): string[] {
  const kernels = shortNames(run.targets).map((name, i) => (run.targets[i]?.required ? name : `(${name})`));
  const names = fileNames(run.artifacts).map((name) => terminal(name, 200));
  const cellOf = (row: number, i: number) => {
    const view = views[row]?.[i];
    return view && mark(view, paint, declared.fails(row, i) || declared.passes(row, i));
  };
  const lengths = views.flatMap((row, artifact) => row.map((_, i) => cellOf(artifact, i)?.text.length ?? 0));
  const longest = Math.max(4, ...lengths);
  const columns = kernels.map((name) => Math.max(widthOf(name), longest));
  const order = byVendor([...run.targets.keys()], (index) => {
    const { arch = '', distro = '', kernelFamily = '' } = run.targets[index]?.profile ?? {};
    return { arch, vendor: distro, family: kernelFamily };
  });
  const room = width - columns.reduce((sum, column) => sum + GAP.length + column, 0);
  // Whole names where everything fits into one block, else a third of the line.
  const nameWidth = Math.min(Math.max(...names.map(widthOf), 6), Math.max(12, Math.floor(width / 3), room));
  const lines: string[] = [];
  for (const places of blocks(
    order.map((index) => columns[index] ?? 0),
    width - nameWidth,
  )) {
    const block = places.flatMap((at) => order[at] ?? []);
    if (lines.length > 0) lines.push('');
    const head = block.map((i) => GAP + padStart(kernels[i] ?? '', columns[i] ?? 0)).join('');
    lines.push(paint.bold(`${' '.repeat(nameWidth)}${head}`));
    for (const [row, name] of names.entries()) {
      const cells = block.map((i) => {
        const cell = cellOf(row, i);
        return cell ? GAP + ' '.repeat((columns[i] ?? 0) - cell.text.length) + cell.painted(cell.text) : '';
      });
      lines.push(`${padEnd(cutMiddle(name, nameWidth), nameWidth)}${cells.join('')}`);
    }
  }
  return lines;
}

/** Lines about one cause, or one reason for having no result, with all kernels of one object that it hits. */
interface Entry {
  readonly lines: readonly string[];
  readonly warning: boolean;
}

function artifactEntries(
  artifact: number,
  views: readonly TargetView[],
  kernels: readonly string[],
  declared: Declared,
  width: number,
  paint: Style,
): Entry[] {
  const groups = groupFindings(views);
  const followersOf = ({ finding, targets }: FindingGroup): FindingGroup[] =>
    groups.filter(
      (one) => followsFrom(one.finding, finding) && one.targets.every((target) => targets.includes(target)),
    );
  const followers = new Set(groups.flatMap(followersOf));
  const reported = groups
    .filter((group) => !followers.has(group))
    .map((group) => ({
      lines: groupLines(group, followersOf(group), kernels, artifact, declared, width, paint),
      warning: !group.decisive,
    }));
  const silent = groupSilence(views).map(({ message, targets }) => {
    const text = `${targets.map((index) => kernels[index]).join(', ')}: ${terminal(message, 1000)}`;
    const [first = '', ...more] = wrap(text, width - 4);
    return { lines: [`  ${paint.warn('?')} ${first}`, ...more.map((line) => `    ${line}`)], warning: false };
  });
  return [...reported, ...silent].filter(({ lines }) => lines.length > 0);
}

/** What went wrong, once for all objects of which the same is to be said, below their names. */
function causeLines(
  names: readonly string[],
  entriesOf: (artifact: number) => readonly Entry[],
  width: number,
  paint: Style,
): string[] {
  const seen = new Map<string, { readonly entry: Entry; readonly artifacts: number[] }>();
  for (const artifact of names.keys()) {
    for (const entry of entriesOf(artifact)) {
      const key = JSON.stringify(entry);
      const before = seen.get(key);
      if (before === undefined) seen.set(key, { entry, artifacts: [artifact] });
      else if (!before.artifacts.includes(artifact)) before.artifacts.push(artifact);
    }
  }
  const sections = grouped([...seen.values()], ({ artifacts }) => artifacts.join(' '));
  return [...sections.values()].flatMap((section) => {
    const artifacts = section[0]?.artifacts ?? [];
    const heading = artifacts.map((artifact) => terminal(names[artifact] ?? '')).join(', ');
    const linesOf = (warning: boolean): string[] =>
      section.filter(({ entry }) => entry.warning === warning).flatMap(({ entry }) => entry.lines);
    const warnings = linesOf(true);
    // One name may be longer than the line; several are wrapped.
    const titles = artifacts.length > 1 ? wrap(heading, width) : [heading];
    return [
      '',
      ...titles.map(paint.bold),
      ...linesOf(false),
      ...(warnings.length > 0 ? ['  Warnings', ...warnings] : []),
    ];
  });
}

function tally(views: readonly TargetView[], run: RunReport, expected: number): string {
  const count = (status: string): number => views.filter(({ outcome }) => outcome.status === status).length;
  const passing = views.filter(({ outcome }) => outcome.status === 'pass');
  const kinds = passing.map(({ findings }) => passKind('pass', findings));
  const idle = kinds.filter((kind) => kind === 'loaded').length;
  const unloaded = kinds.filter((kind) => kind === 'unloaded').length;
  const seen = passing.filter((_, index) => isSeen(kinds[index]));
  const warned = seen.filter(({ findings }) => findings.length > 0).length;
  const fixedUp = seen.filter(({ fixups }) => fixups > 0).length;
  const which = [
    ...(fixedUp > 0 ? [`${fixedUp} with automatic fixups`] : []),
    ...(warned > 0 ? [`${warned} with a warning`] : []),
  ].join(', ');
  const parts = [
    [which === '' ? 'pass' : `pass (${which})`, seen.length],
    [LOADED_ONLY, idle],
    [NOTHING_LOADED, unloaded],
    ['fail', count('fail') - expected],
    [expected === 1 ? 'fails as declared' : 'fail as declared', expected],
    ['skipped', count('skipped')],
    ['inferred', count('inferred')],
    ['inconclusive', count('infra_error')],
  ] as const;
  const said = parts.filter(([, n]) => n > 0).map(([word, n]) => `${n} ${word}`);
  const size = `${plural(run.artifacts.length, 'object')} on ${plural(run.targets.length, 'kernel')}`;
  return `${size} in ${(run.durationMs / 1000).toFixed(1)} s: ${said.join(', ') || 'nothing was run'}`;
}

/**
 * The result of a run for a terminal: objects by kernels, then what went wrong, each cause once with the objects
 * and the kernels that it hits and those that are fine. Marks are explained below the matrix. No line is longer than `width`.
 */
export function matrixText(run: RunReport, options: TextOptions): string {
  const width = Math.max(40, options.width);
  const paint = style(options.color);
  const kernels = shortNames(run.targets);
  const views = run.artifacts.map((_, artifact) => targetViews(run, artifact));
  const declared = declaredCells(options);
  const expected = views.flatMap((row, artifact) => row.filter((_, i) => declared.fails(artifact, i))).length;
  const some = (is: (artifact: number, target: number) => boolean): boolean =>
    views.some((row, artifact) => row.some((_, i) => is(artifact, i)));
  const marks: readonly (readonly [Mark, boolean])[] = [
    ['optional', run.targets.some(({ required }) => !required)],
    ['failed', expected > 0],
    ['passed', some(declared.passes)],
    ['inferred', views.flat().some(({ outcome }) => outcome.status === 'inferred')],
    ['fixups', views.flat().some(({ fixups }) => fixups > 0)],
  ];
  const legend = legendTexts(new Set(marks.flatMap(([mark, used]) => (used ? [mark] : []))));
  const lines = [
    ...matrixLines(run, views, declared, width, paint),
    ...(legend.length > 0 ? ['', ...legend.flatMap((text) => wrap(text, width)).map(paint.dim)] : []),
    ...causeLines(
      fileNames(run.artifacts),
      (artifact) => artifactEntries(artifact, views[artifact] ?? [], kernels, declared, width, paint),
      width,
      paint,
    ),
    ...loadersText(
      fileNames(run.artifacts).map((name) => terminal(name, 200)),
      views,
      kernels,
      { width, paint },
    ),
    '',
    ...wrap(tally(views.flat(), run, expected), width),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}
