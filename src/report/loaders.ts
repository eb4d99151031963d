import type { CellResult } from '../model/cell.ts';
import { stagesOf } from '../model/evidence.ts';
import type { LoaderFacts } from '../model/guest-loader.ts';
import { codeCell, md } from './escape.ts';
import { list, object, some } from './json-values.ts';
import { type Disagreement, disagree, disagreements, type LoaderRow, loaderName, loaderRows } from './loader-rows.ts';
import { table } from './markdown-table.ts';
import { profileName } from './names.ts';
import { targetVerdict } from './verdict-json.ts';
import type { TargetView } from './view.ts';

const MAX_SAID = 300;
const MAX_LISTED = 10;

function factsJson({ name, version, sha256, sizeBytes }: LoaderFacts) {
  return { name, version: some(version), sha256: some(sha256), size_bytes: some(sizeBytes) };
}

function rowJson(row: LoaderRow) {
  const { loader, decides, outcome, causes, attached, attempted, totalMs } = row;
  const [cause] = causes;
  return {
    ...factsJson(loader),
    decides: some(decides),
    status: outcome.status,
    verdict: targetVerdict(outcome),
    failed_stage: outcome.status === 'fail' ? outcome.failedStage : undefined,
    code: cause?.code,
    reason: some(cause?.args['reason'] ?? ''),
    subject: cause?.subject,
    evidence: cause?.evidence,
    infra_error: outcome.status === 'infra_error' ? outcome.message : undefined,
    attach_attempted: some(attempted),
    attach_passed: some(attached),
    duration_ms: some(Math.round(totalMs)),
  };
}

function disagreementJson({ rejecting, accepting, maps, fixups, title, code, reason }: Disagreement) {
  return {
    ...{ rejecting: loaderName(rejecting.loader), accepting: loaderName(accepting.loader), code },
    ...{ reason: some(reason), title, maps: list(maps), fixups: list(fixups) },
  };
}

/** `loaders` and `loader_disagreements` of a target (docs/report.md); both absent where only our libbpf was run. */
export function loadersJson(result: CellResult | undefined) {
  const rows = loaderRows(result);
  if (rows.length === 0) return {};
  return object({
    loaders: list(rows.map(rowJson)),
    loader_disagreements: list(disagreements(rows).map(disagreementJson)),
  });
}

const WORDS = { pass: 'pass', fail: 'FAIL', skipped: 'skip', inferred: 'infer', infra_error: 'ERR' } as const;

/** `pass`, `FAIL`, `none` where no program was loaded, and how many attaches went well where not all did. */
export function loaderWord({ outcome, evidence, attached, attempted }: LoaderRow): string {
  const loaded = evidence && stagesOf(evidence, 'program').some(({ status }) => status === 'pass');
  if (outcome.status === 'pass' && loaded === false) return 'none';
  const attach = outcome.status === 'pass' && attached < attempted ? ` (attached ${attached}/${attempted})` : '';
  return `${WORDS[outcome.status]}${attach}`;
}

function disagreementLines(
  { rejecting, accepting, title, said, maps, fixups }: Disagreement,
  kernel: string,
): string[] {
  const { name } = accepting.loader;
  return [
    `- ${kernel}, ${md(loaderName(rejecting.loader))}: ${md(title)}; ${md(loaderName(accepting.loader))} accepts the object`,
    ...(said === '' ? [] : [`  - ${md(rejecting.loader.name)}: ${md(said, MAX_SAID)}`]),
    ...maps.slice(0, MAX_LISTED).map((text) => `  - ${md(text)}`),
    ...fixups.slice(0, MAX_LISTED).map((text) => `  - done for ${md(name)} alone: ${md(text)}`),
  ];
}

/** The part of a Markdown report about loaders: verdicts by kernel, then why they differ; empty where only our libbpf was run. */
export function loadersMarkdown(views: readonly TargetView[]): string[] {
  const all = views.map((view) => ({ view, rows: loaderRows(view.result) }));
  const head = all.find(({ rows }) => rows.length > 0)?.rows ?? [];
  if (head.length === 0) return [];
  const columns = head.map(({ loader, decides }) => `${md(loaderName(loader))}${decides ? ' (decides)' : ''}`);
  const cells = all.map(({ view, rows }) => [
    `${md(profileName(view.target.profile))} ${codeCell(view.target.profile.id)}`,
    ...head.map((_, index) => (rows[index] ? loaderWord(rows[index]) : '')),
  ]);
  const lines = all
    .filter(({ rows }) => disagree(rows))
    .flatMap(({ view, rows }) =>
      disagreements(rows).flatMap((one) => disagreementLines(one, codeCell(view.target.profile.id))),
    );
  return ['## Loaders', '', ...table(['Profile', ...columns], cells), ...(lines.length > 0 ? ['', ...lines] : []), ''];
}
