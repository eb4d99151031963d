import type { CellBtf } from '../model/kernel-btf.ts';
import { fileName } from '../model/object-names.ts';
import { code, md } from './escape.ts';

const IDLE = {
  kernel_has_btf: 'this kernel has BTF of its own',
  no_core_relocations: 'the object has no CO-RE relocations',
  no_answer: 'the guest sent no result',
} as const;

/** BTF that the user brought along; undefined where there is none. */
export function suppliedBtfJson(btf: CellBtf | undefined) {
  if (btf === undefined) return undefined;
  const about = { path: btf.path, sha256: btf.sha256, size_bytes: btf.sizeBytes, used: btf.used };
  if (!btf.used) return { ...about, reason: btf.reason };
  const { status, failedStage, code: found } = btf.without;
  return { ...about, without: { status, failed_stage: failedStage, code: found } };
}

/** @param path the file as the format writes it */
function sentence(btf: CellBtf, path: string): string {
  const named = `${path} (sha256 ${btf.sha256})`;
  if (!btf.used) return `supplied by you and not used: ${named}; ${IDLE[btf.reason]}`;
  const { status, failedStage, code: found } = btf.without;
  const where = failedStage === undefined ? '' : ` at ${failedStage}`;
  const why = found === undefined ? '' : ` (${found})`;
  return `supplied by you: ${named}; the kernel has none to use, and whether this is of its build cannot be checked. Without it: ${status}${where}${why}`;
}

/** Notes of a target, as plain text that still has to be escaped. */
export function suppliedBtfNotes(btf: CellBtf | undefined): string[] {
  return btf === undefined ? [] : [`btf: ${sentence(btf, fileName(btf.path))}`];
}

/** The same as lines of Markdown. */
export function suppliedBtfMarkdown(btf: CellBtf | undefined): string[] {
  return btf === undefined ? [] : [`- BTF: ${sentence(btf, code(md(btf.path)))}`];
}
