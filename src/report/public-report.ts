import { fileName } from '../model/object-names.ts';
import type { DocumentCase, GateDocument } from './gate-document.ts';
import type { SavedTarget } from './saved-report.ts';

/** Fields that only say where something lies on the machine of the run. */
const OF_THE_MACHINE = new Set([
  ...['paths', 'vm_run_dir', 'qemu_command', 'serial_log', 'validator_result', 'report_markdown_path', 'profile_file'],
]);
/** Fields with a path of which the name alone is told. */
const PATHS = new Set(['path', 'artifact', 'manifest', 'matrix', 'origin', 'report_json_path', 'archive']);

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `conn.yaml` for `/src/conn.yaml`; any other word as it is. */
function withoutDirectory(word: string): string {
  return word.startsWith('/') ? fileName(word) : word;
}

function walk(value: unknown, key: string): unknown {
  if (typeof value === 'string') return PATHS.has(key) || key === 'flags' ? withoutDirectory(value) : value;
  if (Array.isArray(value)) return value.map((item) => walk(item, key));
  if (!isFields(value)) return value;
  const kept = Object.entries(value).filter(([name]) => !OF_THE_MACHINE.has(name));
  return Object.fromEntries(kept.map(([name, item]) => [name, walk(item, name)]));
}

/**
 * A report as others may see it: the same document without directories of the machine that ran it. Paths become names,
 * and fields that only say where evidence lies are left out.
 * @param caseFiles of a collection: what the own report of each case is called beside it; empty for none
 */
export function publicReport(value: unknown, caseFiles: readonly string[] = []): unknown {
  const told = walk(value, '');
  if (!isFields(told) || !Array.isArray(told['cases'])) return told;
  const cases = told['cases'].map((one: unknown, index) => {
    if (!isFields(one)) return one;
    const { report_json_path: _, ...rest } = one;
    const file = caseFiles[index] ?? '';
    return file === '' ? rest : { ...rest, report_json_path: file };
  });
  return { ...told, cases };
}

function publicTarget(target: SavedTarget): SavedTarget {
  return { ...target, serial_log: '', validator_result: '' };
}

function publicCase(one: DocumentCase): DocumentCase {
  const { report } = one;
  // A case has targets of its report: they stay the same values.
  const copies = new Map([...one.targets, ...(report?.targets ?? [])].map((target) => [target, publicTarget(target)]));
  const told = (targets: readonly SavedTarget[]) => targets.map((target) => copies.get(target) ?? target);
  return {
    ...one,
    artifact: withoutDirectory(one.artifact),
    manifest: withoutDirectory(one.manifest),
    matrix: withoutDirectory(one.matrix),
    origin: withoutDirectory(one.origin),
    targets: told(one.targets),
    report: report && {
      ...report,
      artifact: { ...report.artifact, path: withoutDirectory(report.artifact.path) },
      run: { ...report.run, flags: report.run.flags.map(withoutDirectory) },
      targets: told(report.targets),
    },
  };
}

/** The same of a document. */
export function publicDocument(document: GateDocument): GateDocument {
  return { ...document, cases: document.cases.map(publicCase) };
}
