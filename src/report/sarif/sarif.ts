import { createHash } from 'node:crypto';
import { PROJECT_URL } from '../../model/project.ts';
import type { CheckCase, CheckDocument } from '../document.ts';
import { type DocumentCause, documentCauses, documentSilence, kernelsText } from '../document-causes.ts';
import { type DocumentCell, documentCells, documentCounts } from '../document-cells.ts';
import { type DocumentKernel, documentKernels } from '../document-kernels.ts';
import { casePlace, sourcePlace } from '../document-place.ts';
import { clip, oneLine } from '../escape.ts';
import { placeText } from '../finding-facts.ts';
import { fixupWords } from '../fixups.ts';
import { list } from '../json-values.ts';
import { ruleId, sarifRule } from './sarif-rules.ts';

export interface SarifOptions {
  /** Root of the checkout, an absolute path. */
  readonly workspace?: string;
  /** Version of bpfcompat. */
  readonly version?: string;
}

/** Of the results of a run, code scanning keeps so many. */
const MAX_RESULTS = 5000;
const MAX_TEXT = 4000;

/** Plain text of a message: `[a](b)` would be read as a link. */
function message(parts: readonly string[]): { readonly text: string } {
  const lines = parts.filter((part) => part !== '').map((part) => oneLine(part, 1000));
  return { text: clip(lines.join('\n'), MAX_TEXT).replace(/[[\]\\](?=[^[]*\]?\()/g, '\\$&') };
}

function uriOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function artifactLocation(path: string) {
  return { uri: uriOf(path), uriBaseId: '%SRCROOT%' };
}

/** The object's own name where nothing of it is in the work space: a result without a place is shown nowhere. */
function placeOf({ one, finding }: DocumentCause, workspace: string) {
  const place = sourcePlace(finding) ?? casePlace(one, workspace);
  const { text = '' } = sourcePlace(finding) ? (finding.location ?? {}) : {};
  // Objects of one file name are called by the ends of their paths already.
  const file = one.artifact.endsWith(`/${one.name}`) ? one.name : one.artifact.split('/').at(-1);
  const name = oneLine(file || one.name, 200) || 'object';
  return {
    artifactLocation: artifactLocation(place?.file ?? name),
    region: { startLine: place?.line ?? 1, ...(text.trim() !== '' && { snippet: { text: oneLine(text, 400) } }) },
  };
}

/** What stays the same when lines move and kernels come and go. */
function fingerprint({ one, finding }: DocumentCause): string {
  const { code, reason, subject, location } = finding;
  const identity = JSON.stringify([one.name, ruleId(code), reason, subject, location?.function ?? '']);
  return createHash('sha256').update(identity).digest('hex').slice(0, 16);
}

function suppressionsOf({ cells }: DocumentCause) {
  const reasons = cells.map(({ tolerated, expected }) => (tolerated === 'expected' ? expected?.reason : undefined));
  if (!reasons.every((reason) => reason !== undefined)) return undefined;
  return [...new Set(reasons)].map((reason) => ({
    kind: 'external',
    status: 'accepted',
    justification: oneLine(reason) || 'declared in the manifest',
  }));
}

function resultOf(
  cause: DocumentCause,
  rules: readonly string[],
  kernels: readonly DocumentKernel[],
  nth: number,
  workspace: string,
) {
  const { one, finding, cells, level, failed, isNew } = cause;
  const { code, title, explanation, remediation, evidence, location } = finding;
  const id = ruleId(code);
  const where = oneLine(location?.function ?? '', 200);
  const name = where || oneLine(finding.subject, 200);
  const print = fingerprint(cause);
  return {
    ruleId: id,
    ruleIndex: rules.indexOf(id),
    level,
    message: message([
      `${one.name}: ${title || code}`,
      `${failed ? 'Fails on' : 'Reported on'} ${kernelsText(kernels, cells)}.`,
      explanation,
      location ? `At ${placeText(location)}: ${location.text.trim()}` : '',
      evidence ? `${evidence.origin}: ${evidence.text}` : '',
      remediation === '' ? '' : `What to do: ${remediation}`,
    ]),
    locations: [
      {
        physicalLocation: placeOf(cause, workspace),
        logicalLocations: name === '' ? undefined : list([{ name, ...(where !== '' && { kind: 'function' }) }]),
      },
    ],
    partialFingerprints: { primaryLocationLineHash: `${print}:${nth}`, 'bpfcompatCause/v1': print },
    suppressions: suppressionsOf(cause),
    properties: {
      artifact: oneLine(one.name),
      kernels: cells.map(({ target }) => oneLine(target.profile_id, 200)),
      reason: finding.reason === '' ? undefined : oneLine(finding.reason, 100),
      new: isNew || undefined,
    },
  };
}

/** Passes that needed automatic fixups: no one has to do anything about them, and they are not hidden. */
function fixupNotes(document: CheckDocument, kernels: readonly DocumentKernel[]) {
  const groups = new Map<string, DocumentCell[]>();
  for (const cell of documentCells(document)) {
    if (cell.target.automatic_fixups === 0) continue;
    const said = `${cell.one.name} passes ${fixupWords(cell.target.automatic_fixups)}`;
    groups.set(said, [...(groups.get(said) ?? []), cell]);
  }
  return [...groups].map(([said, cells]) => ({
    level: 'note',
    message: message([`${said} on ${kernelsText(kernels, cells)}.`]),
  }));
}

/** What is not a result: kernels without a result, cases that could not start, passes with automatic fixups. */
function notificationsOf(document: CheckDocument, kernels: readonly DocumentKernel[], left: number) {
  const silent = documentSilence(document).map(({ message: why, cells, level }) => ({
    level,
    message: message([`Inconclusive on ${kernelsText(kernels, cells)}: ${why}`]),
  }));
  const broken = document.cases
    .filter(({ error }) => error !== '')
    .map(({ name, error, required }: CheckCase) => ({
      level: required ? 'error' : 'warning',
      message: message([`${name} could not start: ${error}`]),
    }));
  const cut = left > 0 ? [{ level: 'warning', message: message([`${left} results were left out.`]) }] : [];
  return list([...broken, ...silent, ...cut, ...fixupNotes(document, kernels)]);
}

/** Times of a report are optional, and a wrong one would spoil the file. */
function time(text: string): string | undefined {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text) ? text : undefined;
}

/**
 * The document as SARIF 2.1.0: one result per object and cause over all its kernels, on the source line where that is
 * known, with fingerprints that neither lines nor kernels change. Runs of different suites have different categories.
 */
export function sarif(document: CheckDocument, { workspace = '', version = '' }: SarifOptions = {}): string {
  const causes = documentCauses(document);
  const kernels = documentKernels(document);
  const reported = causes.slice(0, MAX_RESULTS);
  const rules = [...new Set(reported.map(({ finding }) => ruleId(finding.code)))].sort();
  const seen = new Map<string, number>();
  const results = reported.map((cause) => {
    const print = fingerprint(cause);
    const nth = (seen.get(print) ?? 0) + 1;
    seen.set(print, nth);
    return resultOf(cause, rules, kernels, nth, workspace);
  });
  const { total, passed, failed, errored, skipped } = documentCounts(document);
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'bpfcompat',
            informationUri: PROJECT_URL,
            semanticVersion: version === '' ? undefined : version,
            rules: rules.map(sarifRule),
          },
        },
        invocations: [
          {
            executionSuccessful: document.status !== 'error',
            exitCode: document.exitCode,
            startTimeUtc: time(document.startedAt),
            endTimeUtc: time(document.finishedAt),
            toolExecutionNotifications: notificationsOf(document, kernels, causes.length - reported.length),
          },
        ],
        originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The root of the repository.' } } },
        columnKind: 'utf16CodeUnits',
        results,
        properties: { total, passed, failed, errored, skipped },
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}
