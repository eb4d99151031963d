import { fileName } from '../model/object-names.ts';
import type { CheckCase, CheckDocument } from './document.ts';
import type { SavedTarget } from './saved-report.ts';

/** Fields that only say where something lies on the machine of the run. */
const OF_THE_MACHINE = new Set([
  ...['paths', 'vm_run_dir', 'qemu_command', 'serial_log', 'validator_result', 'report_markdown_path', 'profile_file'],
]);
/** Fields with a path of which only the name is published. */
const PATHS = new Set([
  'path',
  'artifact',
  'source',
  'manifest',
  'matrix',
  'origin',
  'report_json_path',
  'archive',
  'flags',
]);
/** Fields with sentences, which may name such a path. */
const SENTENCES = new Set(['notes', 'reasons', 'error', 'infra_error', 'skipped_reason', 'retried_after']);

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `conn.yaml` for `/src/conn.yaml`; any other word as it is. */
function withoutDirectory(word: string): string {
  return word.startsWith('/') ? fileName(word) : word;
}

/** Absolute paths that fields of a document name. */
interface KnownPaths {
  readonly all: ReadonlySet<string>;
  /** How long they are, the longest first. */
  readonly lengths: readonly number[];
}

function collectPaths(value: unknown, key: string, found: Set<string>): void {
  if (typeof value === 'string') {
    const isPath = PATHS.has(key) || OF_THE_MACHINE.has(key);
    if (isPath && value.startsWith('/') && value.length > 1) found.add(value);
  } else if (Array.isArray(value)) {
    for (const item of value) collectPaths(item, key, found);
  } else if (isFields(value)) {
    for (const [name, item] of Object.entries(value)) collectPaths(item, name, found);
  }
}

function pathsIn(value: unknown): KnownPaths {
  const all = new Set<string>();
  collectPaths(value, '', all);
  const lengths = new Set([...all].map(({ length }) => length));
  return { all, lengths: [...lengths].sort((a, b) => b - a) };
}

/**
 * A sentence with the names of these files in the place of their paths. A large document has tens of thousands of both:
 * what stands at a slash is looked up.
 */
function withNames(sentence: string, { all, lengths }: KnownPaths): string {
  let named = '';
  let from = 0;
  for (let at = sentence.indexOf('/'); at >= 0; at = sentence.indexOf('/', Math.max(from, at + 1))) {
    const length = lengths.find((one) => all.has(sentence.slice(at, at + one)));
    if (length === undefined) continue;
    named += sentence.slice(from, at) + fileName(sentence.slice(at, at + length));
    from = at + length;
  }
  return named + sentence.slice(from);
}

function walk(value: unknown, key: string, paths: KnownPaths): unknown {
  if (typeof value === 'string') {
    if (PATHS.has(key)) return withoutDirectory(value);
    return SENTENCES.has(key) ? withNames(value, paths) : value;
  }
  if (Array.isArray(value)) return value.map((item) => walk(item, key, paths));
  if (!isFields(value)) return value;
  const kept = Object.entries(value).filter(([name]) => !OF_THE_MACHINE.has(name));
  return Object.fromEntries(kept.map(([name, item]) => [name, walk(item, name, paths)]));
}

/**
 * A report as others may see it: the same document without directories of the machine that ran it. Paths become names,
 * and fields that only say where evidence lies are left out.
 * @param caseFiles of a collection: what the own report of each case is called beside it; empty for none
 */
export function publicReport(value: unknown, caseFiles: readonly string[] = []): unknown {
  const shown = walk(value, '', pathsIn(value));
  if (!isFields(shown) || !Array.isArray(shown['cases'])) return shown;
  const cases = shown['cases'].map((one: unknown, index) => {
    if (!isFields(one)) return one;
    const { report_json_path: _, ...rest } = one;
    const file = caseFiles[index] ?? '';
    return file === '' ? rest : { ...rest, report_json_path: file };
  });
  return { ...shown, cases };
}

function publicTarget(target: SavedTarget, paths: KnownPaths): SavedTarget {
  const { kernel_package: pack, notes, infra_error, skipped_reason, retried_after } = target;
  return {
    ...target,
    ...(pack && { kernel_package: { ...pack, archive: withoutDirectory(pack.archive) } }),
    notes: notes.map((note) => withNames(note, paths)),
    infra_error: withNames(infra_error, paths),
    skipped_reason: withNames(skipped_reason, paths),
    retried_after: withNames(retried_after, paths),
    serial_log: '',
    validator_result: '',
  };
}

function publicCase(one: CheckCase): CheckCase {
  const { report } = one;
  const paths = pathsIn(one);
  const named = (sentences: readonly string[]): string[] => sentences.map((text) => withNames(text, paths));
  // A case has targets of its report: they stay the same values.
  const copies = new Map(
    [...one.targets, ...(report?.targets ?? [])].map((target) => [target, publicTarget(target, paths)]),
  );
  const publicTargets = (targets: readonly SavedTarget[]) => targets.map((target) => copies.get(target) ?? target);
  return {
    ...one,
    json: '',
    markdownPath: '',
    artifact: withoutDirectory(one.artifact),
    manifest: withoutDirectory(one.manifest),
    matrix: withoutDirectory(one.matrix),
    origin: withoutDirectory(one.origin),
    error: withNames(one.error, paths),
    reasons: named(one.reasons),
    targets: publicTargets(one.targets),
    report: report && {
      ...report,
      artifact: { ...report.artifact, path: withoutDirectory(report.artifact.path) },
      run: { ...report.run, flags: report.run.flags.map(withoutDirectory) },
      ...(report.matrix && { matrix: { ...report.matrix, path: withoutDirectory(report.matrix.path) } }),
      ...(report.summary && { summary: { ...report.summary, notes: named(report.summary.notes) } }),
      targets: publicTargets(report.targets),
    },
  };
}

/** The same of a document. */
export function publicDocument(document: CheckDocument): CheckDocument {
  return { ...document, cases: document.cases.map(publicCase) };
}
