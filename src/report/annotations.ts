import type { CheckDocument } from './document.ts';
import { type DocumentCause, documentCauses, documentSilence, kernelsText } from './document-causes.ts';
import { documentCells } from './document-cells.ts';
import { type DocumentKernel, documentKernels } from './document-kernels.ts';
import { casePlace, sourcePlace } from './document-place.ts';
import { clip, terminal } from './escape.ts';
import { placeText } from './finding-facts.ts';

/** One note beside a line of a pull request. Texts are plain, and hold nothing that a runner would act upon. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  /** Relative to the work space; absent where nothing of the run lies in it. */
  readonly file?: string;
  readonly line?: number;
  readonly title: string;
  /** Under 4096 characters; may have several lines. */
  readonly message: string;
}

export interface AnnotationOptions {
  /** Root of the checkout, an absolute path; only files below it can be annotated. */
  readonly workspace?: string;
  /** Default 9: a step may have ten of each level, and the runner's own error is one of them. */
  readonly max?: number;
}

const MAX_MESSAGE = 4000;
const MAX_TITLE = 160;

function lines(parts: readonly string[]): string {
  const text = parts
    .filter((part) => part !== '')
    .map((part) => terminal(part, 1000))
    .join('\n');
  return clip(text, MAX_MESSAGE);
}

function causeAnnotation(kernels: readonly DocumentKernel[], cause: DocumentCause, workspace: string): Annotation {
  const { one, finding, cells, level, failed, isNew } = cause;
  const { location, evidence } = finding;
  const place = sourcePlace(finding) ?? casePlace(one, workspace);
  const passing = failed ? one.targets.filter(({ status }) => status === 'pass').length : 0;
  const reasons = new Set(cells.map(({ tolerated }) => tolerated));
  const [why] = level === 'warning' && failed && reasons.size === 1 ? reasons : [];
  const verb = failed ? `fails${why === undefined ? '' : ` (${why})`} on` : 'has a warning on';
  return {
    level,
    ...place,
    title: terminal(`${isNew ? 'New: ' : ''}${one.name}: ${finding.title || finding.code}`, MAX_TITLE),
    message: lines([
      `${one.name} ${verb} ${kernelsText(kernels, cells)}${passing > 0 ? `; passes on ${passing} of ${one.targets.length}` : ''}.`,
      finding.explanation,
      location ? `At ${placeText(location)}: ${location.text.trim()}` : '',
      evidence ? `${evidence.origin}: ${evidence.text}` : '',
      finding.remediation === '' ? '' : `What to do: ${finding.remediation}`,
    ]),
  };
}

function silenceAnnotations(
  document: CheckDocument,
  kernels: readonly DocumentKernel[],
  workspace: string,
): Annotation[] {
  return documentSilence(document).map(({ message, cells, level }) => {
    const one = cells[0]?.one;
    const place = one && casePlace(one, workspace);
    const names = [...new Set(cells.map((cell) => cell.one.name))];
    const whose = names.length === 1 ? (names[0] ?? '') : `${names.length} objects`;
    return {
      level,
      ...place,
      title: terminal(`${whose}: inconclusive on ${kernelsText(kernels, cells, 3)}`, MAX_TITLE),
      message: lines([message, 'Infrastructure error, not an incompatibility. Re-run the job.']),
    };
  });
}

function brokenAnnotations({ cases }: CheckDocument, workspace: string): Annotation[] {
  return cases
    .filter(({ error }) => error !== '')
    .map((one) => ({
      level: one.required ? 'error' : 'warning',
      ...casePlace(one, workspace),
      title: terminal(`${one.name}: could not start`, MAX_TITLE),
      message: lines([one.error]),
    }));
}

function unexpectedAnnotations(document: CheckDocument, workspace: string): Annotation[] {
  return documentCells(document)
    .filter(({ expected }) => expected?.met === 'passed')
    .map(({ one, target, decides, expected }) => ({
      level: decides ? 'error' : 'notice',
      ...casePlace(one, workspace),
      title: terminal(`${one.name}: passes on ${target.profile_id} against its expectation`, MAX_TITLE),
      message: lines([`${expected?.code} was expected (${expected?.reason}).`, 'Remove it from expectations.']),
    }));
}

const ORDER: readonly Annotation['level'][] = ['error', 'warning', 'notice'];

/**
 * What deserves a note in a pull request: one annotation per object and cause over all its kernels, on the source line
 * where that is known, else where the case is defined. Errors come first; where there are more than `max`, the last
 * one says how many are left out.
 */
export function annotations(
  document: CheckDocument,
  { workspace = '', max = 9 }: AnnotationOptions = {},
): Annotation[] {
  const kernels = documentKernels(document);
  const all = [
    ...brokenAnnotations(document, workspace),
    ...documentCauses(document).map((cause) => causeAnnotation(kernels, cause, workspace)),
    ...silenceAnnotations(document, kernels, workspace),
    ...unexpectedAnnotations(document, workspace),
  ].sort((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level));
  if (max <= 0) return [];
  if (all.length <= max) return all;
  const kept = all.slice(0, max - 1);
  const left = all.slice(max - 1);
  const names = left.slice(0, 20).map(({ title }) => title);
  const rest = left.length - names.length;
  return [
    ...kept,
    {
      level: left[0]?.level ?? 'notice',
      title: `bpfcompat: and ${left.length} more`,
      message: lines([...names, ...(rest > 0 ? [`and ${rest} more`] : []), 'The summary of the job has all of them.']),
    },
  ];
}
