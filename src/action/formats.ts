import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildInfo } from '../api/build-info.ts';
import { messageOf } from '../model/errors.ts';
import { type EvidenceFormat, FORMATS } from '../model/formats.ts';
import type { CheckDocument } from '../report/document.ts';
import { FORMAT_WRITERS } from '../report/formats.ts';
import { warning } from './commands.ts';

/** Text of a reporter; undefined, with a warning, when the reporter is broken: that must never cost a verdict. */
export function attempt(what: string, write: () => string): string | undefined {
  try {
    return write();
  } catch (error) {
    warning(`${what} could not be written: ${messageOf(error)}`);
    return undefined;
  }
}

/** Writes the formats of the evidence into `dir`. @returns paths; empty where a reporter broke */
export function writeFormats(dir: string, document: CheckDocument, workspace: string): Record<EvidenceFormat, string> {
  const place = { workspace, version: buildInfo.version };
  const written = FORMATS.flatMap(({ name, evidence }) => {
    if (evidence === undefined) return [];
    const text = attempt(evidence, () => FORMAT_WRITERS[name](document, place));
    if (text === undefined) return [[name, '']];
    const path = join(dir, evidence);
    writeFileSync(path, text);
    return [[name, path]];
  });
  return Object.fromEntries(written);
}
