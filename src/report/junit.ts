import { sanitizeText } from '../model/sanitize.ts';
import { logTails } from './cell-log.ts';
import type { CheckCase, CheckDocument } from './document.ts';
import { type DocumentCell, documentCells, reasonOf } from './document-cells.ts';
import { oneLine } from './escape.ts';
import { metWords, type ReportedCause } from './expected-words.ts';
import { placeText } from './finding-facts.ts';
import { fixupWords } from './fixups.ts';
import { attachedPartly } from './loaded-only.ts';
import type { SavedFinding } from './saved-report.ts';
import { unseenText } from './status-text.ts';

const MAX_LOG_LINES = 40;
const MAX_FINDINGS = 20;

/** What XML 1.0 cannot hold at all, besides the control characters that are gone already. */
const ILLEGAL = /[\ufffe\uffff]|\p{Noncharacter_Code_Point}/gu;

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function content(value: string): string {
  return (
    sanitizeText(value)
      .replace(ILLEGAL, '')
      .replace(/[&<>"]/g, (character) => ESCAPES[character] ?? '')
      // Printed in a workflow, a line of somebody untrusted could be a command of its runner.
      .replace(/^(\s*):(?=:)/gm, '$1&#58;')
      .replaceAll('##[', '##&#91;')
  );
}

/** Attributes in their order; those without a value are left out. */
function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => ` ${name}="${content(oneLine(String(value), 1000))}"`)
    .join('');
}

function element(
  name: string,
  values: Parameters<typeof attributes>[0],
  body: string | readonly string[] = '',
): string[] {
  const head = `<${name}${attributes(values)}`;
  if (typeof body === 'string') return [body === '' ? `${head}/>` : `${head}>${content(body)}</${name}>`];
  return [`${head}>`, ...body.map((line) => line.replace(/^/, '  ')), `</${name}>`];
}

interface CellResult {
  /** undefined: it passes. */
  readonly kind: 'failure' | 'error' | 'skipped' | undefined;
  readonly type: string;
  readonly message: string;
}

/** What is non-blocking must not make a consumer red: it is reported as skipped, with its reason. */
function resultOf({ target, decides, tolerated, excused, expected }: DocumentCell): CellResult {
  const { status, classification_code: code } = target;
  const message = reasonOf(target);
  const type = (status === 'fail' && code) || (status === 'fail' ? 'UNCLASSIFIED_FAILURE' : 'INFRA_ERROR');
  if (status === 'pass') {
    const unseen = unseenText(status, target.findings);
    const [why] = target.findings;
    if (why && !decides && unseen !== '' && !attachedPartly(status, target.findings)) {
      return { kind: 'skipped', type: why.code, message: `${unseen}: ${why.title}` };
    }
    const unexpected = decides && expected ? `passes, and ${expected.code} was expected` : '';
    return { kind: unexpected === '' ? undefined : 'failure', type: 'UNEXPECTED_PASS', message: unexpected };
  }
  if (status === 'skipped') return { kind: decides ? 'error' : 'skipped', type: 'NOT_ASKED', message };
  if (status === 'inferred') return { kind: decides ? 'error' : 'skipped', type: 'INFERRED', message };
  if (status === 'infra_error') {
    return decides ? { kind: 'error', type, message } : { kind: 'skipped', type, message: `inconclusive: ${message}` };
  }
  // Readers of this format fail their own check over a failure, which is what this policy is there to prevent.
  if (excused) return { kind: 'skipped', type, message: `fails, and fail_on is never: ${message}` };
  if (tolerated === undefined) return { kind: 'failure', type, message };
  const why = tolerated === 'expected' ? `expected (${expected?.reason ?? ''})` : tolerated;
  return { kind: 'skipped', type, message: `fails, ${why}: ${message}` };
}

function findingText(finding: SavedFinding, met: readonly ReportedCause[]): string {
  const { code, title, explanation, location, evidence, remediation, decisive } = finding;
  return [
    `${decisive ? '' : 'warning: '}${code}: ${title}`,
    explanation,
    location ? `at ${placeText(location)}: ${location.text.trim()}` : '',
    evidence ? `${evidence.origin}: ${evidence.text}` : '',
    remediation === '' ? '' : `What to do: ${remediation}`,
    ...metWords(finding, met),
  ]
    .filter((line) => line !== '')
    .map((line) => oneLine(line, 1000))
    .join('\n');
}

/** Consumers split a class at its dots; those of a file name are none. */
function className({ name }: CheckCase): string {
  return `bpfcompat.${name.replace(/(?:\.bpf)?\.o$/, '').replaceAll('.', '_')}`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function duration({ target }: DocumentCell): number {
  return target.timings?.total_ms ?? target.duration_ms;
}

function cellLines(cell: DocumentCell, result: CellResult): string[] {
  const { target, one, expected } = cell;
  const causes = target.findings.filter(({ decisive }) => decisive);
  const warnings = target.findings.filter(({ decisive }) => !decisive);
  const location = [...causes, ...warnings].find((finding) => finding.location)?.location;
  const place = location?.repository?.match === 'stale' ? undefined : location?.repository;
  const attributes = {
    name: target.profile_id,
    classname: className(one),
    time: seconds(duration(cell)),
    file: place?.path,
    line: place?.line,
  };
  const texts = (some: readonly SavedFinding[]): string[] =>
    some.slice(0, MAX_FINDINGS).map((finding) => findingText(finding, expected?.causes ?? []));
  const reported = texts(causes).join('\n\n');
  const fixups = target.automatic_fixups > 0 ? [`passes ${fixupWords(target.automatic_fixups)}`] : [];
  const besides = [...fixups, ...texts(warnings)].join('\n\n');
  const said = logTails(target, MAX_LOG_LINES).map(({ title, text }) => `${title}:\n${text}`);
  const { kind, type, message } = result;
  const children = [
    ...(kind === 'skipped' ? element(kind, { message }) : []),
    ...(kind === 'failure' || kind === 'error' ? element(kind, { message, type }, reported || message) : []),
    ...(kind === 'failure' || kind === 'error' || reported === '' ? [] : element('system-out', {}, reported)),
    ...(besides === '' ? [] : element('system-out', {}, besides)),
    ...(kind === 'failure' && said.length > 0 ? element('system-out', {}, said.join('\n\n')) : []),
  ];
  return element('testcase', attributes, children.length === 0 ? '' : children);
}

interface Part {
  readonly lines: string[];
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
  readonly ms: number;
}

/** Times without a zone, as the format has them; they are UTC. */
function timestamp(text: string): string {
  return text.replace(/(?:\.\d+)?Z$/, '');
}

function suitePart(document: CheckDocument, one: CheckCase, cells: readonly DocumentCell[]): Part {
  const reported = cells.map((cell) => ({ cell, result: resultOf(cell) }));
  const lines = reported.flatMap(({ cell, result }) => cellLines(cell, result));
  const broken = one.error !== '' || cells.length === 0;
  if (broken) {
    const message = one.error || 'it has no kernels';
    const place = { name: 'start', classname: className(one), time: seconds(0) };
    const kind = one.required ? 'error' : 'skipped';
    lines.push(...element('testcase', place, element(kind, { message, ...(one.required && { type: 'NOT_STARTED' }) })));
  }
  const count = (kind: CellResult['kind']): number => reported.filter(({ result }) => result.kind === kind).length;
  const counts = {
    tests: cells.length + (broken ? 1 : 0),
    failures: count('failure'),
    errors: count('error') + (broken && one.required ? 1 : 0),
    skipped: count('skipped') + (broken && !one.required ? 1 : 0),
  };
  const ms = cells.reduce((sum, cell) => sum + duration(cell), 0);
  const started = timestamp(one.report?.run.started_at ?? document.startedAt);
  const head = { name: one.name, ...counts, time: seconds(ms), timestamp: started };
  return { lines: element('testsuite', head, lines), ...counts, ms };
}

function notRunPart(name: string): Part {
  const reason = 'an earlier case did not pass, and the suite ends there';
  const place = { name: 'start', classname: `bpfcompat.${name.replaceAll('.', '_')}`, time: seconds(0) };
  const counts = { tests: 1, failures: 0, errors: 0, skipped: 1 };
  const inner = element('testcase', place, element('skipped', { message: reason }));
  return { lines: element('testsuite', { name, ...counts, time: seconds(0) }, inner), ...counts, ms: 0 };
}

/** The verdict as a test case of its own: where no cell failed (a required kernel was not run), the exit code alone would say so. */
function verdictPart({ exitCode, cases }: CheckDocument): Part {
  const reasons = [...new Set(cases.flatMap((one) => one.reasons))];
  const message = reasons[0] ?? `the check ends with exit code ${exitCode}`;
  const place = { name: 'verdict', classname: 'bpfcompat', time: seconds(0) };
  const error = element('error', { message, type: 'VERDICT' }, reasons.join('\n'));
  const counts = { tests: 1, failures: 0, errors: 1, skipped: 0 };
  const head = { name: 'verdict', ...counts, time: seconds(0) };
  return { lines: element('testsuite', head, element('testcase', place, error)), ...counts, ms: 0 };
}

/**
 * The document as JUnit XML, as Jenkins, GitLab and others read it: one test suite per object, one test case per
 * kernel. `failure`: the kernel rejects it and is required; `error`: no result; `skipped`: not tested, nothing attached, or
 * it fails and is non-blocking (optional, expected, known, or under `never`).
 */
export function junit(document: CheckDocument): string {
  const cells = documentCells(document);
  const parts = [
    ...document.cases.map((one) =>
      suitePart(
        document,
        one,
        cells.filter((cell) => cell.one === one),
      ),
    ),
    ...document.notRun.map(notRunPart),
  ];
  const green = parts.every(({ failures, errors }) => failures + errors === 0);
  if (green && document.exitCode !== 0) parts.push(verdictPart(document));
  const sum = (key: 'tests' | 'failures' | 'errors' | 'skipped' | 'ms'): number =>
    parts.reduce((total, part) => total + part[key], 0);
  const head = {
    name: document.name === '' ? 'bpfcompat' : document.name,
    tests: sum('tests'),
    failures: sum('failures'),
    errors: sum('errors'),
    skipped: sum('skipped'),
    time: seconds(sum('ms')),
  };
  const body = parts.flatMap(({ lines }) => lines);
  return ['<?xml version="1.0" encoding="UTF-8"?>', ...element('testsuites', head, body), ''].join('\n');
}
