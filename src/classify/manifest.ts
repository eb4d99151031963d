import type { StageOf } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import { makeFinding } from './make-finding.ts';

/** A program as the manifest names it. */
export interface ManifestProgram {
  readonly name: string;
  /** Empty when the manifest does not say. */
  readonly section: string;
  /** `attach.required`. */
  readonly required: boolean;
}

/**
 * Holds the manifest's names against the object: a required program that is missing fails the cell, any other name or
 * section that does not fit is a note.
 */
export function manifestFindings(
  open: StageOf<'open'>,
  programs: readonly ManifestProgram[],
): { readonly missing: readonly Finding[]; readonly notes: readonly Finding[] } {
  const present = new Map(open.programs.map((program) => [program.name, program]));
  const names = [...present.keys()].slice(0, 20).join(', ');
  const missing: Finding[] = [];
  const notes: Finding[] = [];
  for (const program of programs) {
    const found = present.get(program.name);
    const common = { confidence: 'high', phase: 'open', subject: program.name } as const;
    if (!found) {
      const args = { program: program.name, present: names, reason: 'program' } as const;
      if (program.required) missing.push(makeFinding({ ...common, code: 'MISSING_PROGRAM', args }));
      else notes.push(makeFinding({ ...common, code: 'MANIFEST_MISMATCH', args }));
    } else if (program.section !== '' && program.section !== found.section) {
      const args = {
        program: program.name,
        section: found.section,
        expected: program.section,
        reason: 'section',
      } as const;
      notes.push(makeFinding({ ...common, code: 'MANIFEST_MISMATCH', args }));
    }
  }
  return { missing, notes };
}
