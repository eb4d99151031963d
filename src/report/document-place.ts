import { withoutEndSlashes } from '../model/end-slashes.ts';
import { flag } from '../model/wording.ts';
import type { CheckCase } from './document.ts';
import { oneLine } from './escape.ts';
import type { SavedFinding, SavedReport } from './saved-report.ts';

/** A line of a file of the repository. */
export interface DocumentPlace {
  /** Relative to the root of the work space, with `/`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** `path` below the work space; undefined for any other, and for what is not a file (`command://x`). */
export function relativeTo(workspace: string, path: string): string | undefined {
  const root = withoutEndSlashes(workspace);
  const inside = root !== '' && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
  const segments = inside.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.length === 0 || path.includes('://') || inside.startsWith('/') || segments.includes('..'))
    return undefined;
  // A name that a log or a browser would show differently is not a place to send anyone to.
  const clean = segments.join('/');
  return oneLine(clean, 1000) === clean ? clean : undefined;
}

/** The source line of a finding, where the repository has it and the line still says the same. */
export function sourcePlace({ location }: SavedFinding): DocumentPlace | undefined {
  const repository = location?.repository;
  if (!repository || repository.match === 'stale' || repository.line < 1) return undefined;
  const file = relativeTo('', repository.path);
  return file === undefined ? undefined : { file, line: repository.line };
}

/** The manifest of a run; empty without one. */
function manifestOf({ run: { flags } }: SavedReport): string {
  const at = flags.indexOf(flag('manifest'));
  return at < 0 ? '' : (flags[at + 1] ?? '');
}

/** Where a case is defined: its place in the suite, else its manifest, else the object itself. */
export function casePlace(one: CheckCase, workspace: string): DocumentPlace | undefined {
  const [, path = '', line = '1'] = /^(.+?):(\d{1,7})(?::\d+)?$/.exec(one.origin) ?? [];
  const candidates = [
    { path, line: Number(line) },
    { path: one.manifest || (one.report ? manifestOf(one.report) : ''), line: 1 },
    { path: one.artifact, line: 1 },
  ];
  for (const candidate of candidates) {
    const file = relativeTo(workspace, candidate.path);
    if (file !== undefined) return { file, line: Math.max(1, candidate.line) };
  }
  return undefined;
}
