import type { CheckCase } from './document.ts';
import type { DocumentCause } from './document-causes.ts';
import { casePlace, sourcePlace } from './document-place.ts';
import { terminal } from './escape.ts';

function place(file: string, row: number, column: number): string {
  // A runner of workflows reads a command where a line begins with two colons.
  return `${terminal(file, 1000).replace(/^:/, './:')}:${Math.max(1, row)}:${Math.max(1, column)}`;
}

/** `file:line:column` where a case is declared, else its object. */
export function objectPlace(one: CheckCase | undefined, workspace: string): string {
  const at = one && casePlace(one, workspace);
  return place(at?.file ?? (one?.artifact || one?.name || 'bpfcompat'), at?.line ?? 1, 1);
}

/** The same of a cause: its source line, where one is known. */
export function causePlace({ one, finding }: DocumentCause, workspace: string): string {
  const { location } = finding;
  const at = sourcePlace(finding);
  if (at !== undefined) return place(at.file, at.line, location?.column ?? 1);
  // No one looked for it in a repository: as the compiler saw it.
  if (location !== undefined && location.line > 0 && location.repository === undefined)
    return place(location.file.replace(/^\.\//, ''), location.line, location.column);
  return objectPlace(one, workspace);
}
