import type { CheckCase, CheckDocument } from './document.ts';
import { type DocumentCell, documentCells, reasonOf } from './document-cells.ts';
import type { DocumentKernel } from './document-kernels.ts';
import { oneLine } from './escape.ts';
import { bareFinding, type SavedFinding } from './saved-report.ts';

/** `error`: it decides; `warning`: it is non-blocking, or nothing was rejected. */
type CauseLevel = 'error' | 'warning';

/** One cause of one object over all its kernels. */
export interface DocumentCause {
  readonly one: CheckCase;
  /** As the first kernel has it. */
  readonly finding: SavedFinding;
  readonly cells: readonly DocumentCell[];
  readonly level: CauseLevel;
  /** Some kernel failed for it, whether that decides or not. */
  readonly failed: boolean;
  /** The older report does not have one of these failures. */
  readonly isNew: boolean;
}

/** A failure about which the report says nothing more than that. */
function unexplained({ target }: DocumentCell): SavedFinding {
  const code = target.classification_code || 'UNKNOWN';
  return bareFinding({ code, phase: target.failed_stage, confidence: 'low', title: reasonOf(target) });
}

function findingsOf(cell: DocumentCell): readonly SavedFinding[] {
  const { status, findings } = cell.target;
  return status === 'fail' && !findings.some(({ decisive }) => decisive) ? [unexplained(cell), ...findings] : findings;
}

/**
 * What makes two findings of one object the same one; the line too, for one helper may be called twice. What only warns on
 * one kernel is not a cause there, although another kernel fails for it.
 */
function keyOf({ code, reason, subject, title, location, decisive }: SavedFinding): string {
  return JSON.stringify([decisive, code, reason, subject, title, location?.file, location?.line]);
}

/**
 * Every cause of a document, those that decide first, and of these what is new; else in the order of the document.
 * Kernels without a result have none.
 */
export function documentCauses(document: CheckDocument): DocumentCause[] {
  return causesOfCells(documentCells(document), ({ one }) => `${document.cases.indexOf(one)}`);
}

/**
 * The same of any cells, which may be of several documents.
 * @param objectOf what is the same for cells of one object
 */
export function causesOfCells(
  cells: readonly DocumentCell[],
  objectOf: (cell: DocumentCell) => string,
): DocumentCause[] {
  const groups = new Map<string, { finding: SavedFinding; cells: DocumentCell[] }>();
  for (const cell of cells) {
    if (cell.target.status !== 'pass' && cell.target.status !== 'fail') continue;
    for (const finding of findingsOf(cell)) {
      const key = JSON.stringify([objectOf(cell), keyOf(finding)]);
      const group = groups.get(key) ?? { finding, cells: [] };
      if (!group.cells.includes(cell)) group.cells.push(cell);
      groups.set(key, group);
    }
  }
  const causes = [...groups.values()].flatMap(({ finding, cells: own }): DocumentCause[] => {
    const [first] = own;
    if (!first) return [];
    const failing = own.filter(({ target }) => finding.decisive && target.status === 'fail');
    const level = failing.some(({ decides }) => decides) ? 'error' : 'warning';
    const isNew = failing.some(({ news }) => news === 'new');
    return [{ one: first.one, finding, cells: own, level, failed: failing.length > 0, isNew }];
  });
  const rank = ({ level, failed, isNew }: DocumentCause): number =>
    (level === 'error' ? 0 : failed ? 2 : 4) + (isNew ? 0 : 1);
  return causes.sort((a, b) => rank(a) - rank(b));
}

/** Cells without a result, by what was said about it. */
export interface DocumentSilence {
  readonly message: string;
  readonly cells: readonly DocumentCell[];
  readonly level: CauseLevel;
}

/** Why some cells have no result; what decides first. What was skipped and is non-blocking is left out. */
export function documentSilence(document: CheckDocument): DocumentSilence[] {
  return silenceOfCells(documentCells(document));
}

/** The same of any cells, which may be of several documents. */
export function silenceOfCells(all: readonly DocumentCell[]): DocumentSilence[] {
  const groups = new Map<string, DocumentCell[]>();
  for (const cell of all) {
    const { status } = cell.target;
    const isUntested = status === 'skipped' || status === 'inferred';
    if (status !== 'infra_error' && !(isUntested && cell.decides)) continue;
    const message = reasonOf(cell.target);
    groups.set(message, [...(groups.get(message) ?? []), cell]);
  }
  return [...groups]
    .map(([message, cells]): DocumentSilence => {
      return { message, cells, level: cells.some(({ decides }) => decides) ? 'error' : 'warning' };
    })
    .sort((a, b) => Number(a.level === 'warning') - Number(b.level === 'warning'));
}

/**
 * `Debian 11 (5.10), Debian 12 (6.1) and 3 more`: the kernels of some cells, each once, in the order of `kernels`. Plain
 * text.
 */
export function kernelsText(
  kernels: readonly DocumentKernel[],
  cells: readonly DocumentCell[],
  max = 6,
  word: 'name' | 'short' = 'name',
): string {
  const ids = new Set(cells.map(({ target }) => target.profile_id));
  const names = kernels.filter(({ id }) => ids.has(id)).map((kernel) => kernel[word]);
  const rest = names.length - max;
  return rest > 1 ? `${names.slice(0, max).join(', ')} and ${rest} more` : oneLine(names.join(', '), 1000);
}
