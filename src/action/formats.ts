import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildInfo } from '../api/build-info.ts';
import { messageOf } from '../model/errors.ts';
import { badge } from '../report/badge.ts';
import type { GateDocument } from '../report/gate-document.ts';
import { junit } from '../report/junit.ts';
import { sarif } from '../report/sarif/sarif.ts';
import { warning } from './commands.ts';

/** Formats beside JSON and Markdown that every bundle of evidence has: file name and writer. */
const FORMATS = {
  junit: ['junit.xml', (document: GateDocument) => junit(document)],
  sarif: [
    'results.sarif',
    (document: GateDocument, workspace: string) => sarif(document, { workspace, version: buildInfo.version }),
  ],
  badge: ['badge.json', (document: GateDocument) => badge(document)],
} as const;
export type Format = keyof typeof FORMATS;

/** Text of a reporter; undefined, with a warning, when the reporter is broken: that must never cost a verdict. */
export function attempt(what: string, write: () => string): string | undefined {
  try {
    return write();
  } catch (error) {
    warning(`${what} could not be written: ${messageOf(error)}`);
    return undefined;
  }
}

/** Writes every format into `dir`. @returns paths; empty where a reporter broke */
export function writeFormats(dir: string, document: GateDocument, workspace: string): Record<Format, string> {
  const paths: Record<Format, string> = { junit: '', sarif: '', badge: '' };
  for (const format of Object.keys(FORMATS) as Format[]) {
    const [name, write] = FORMATS[format];
    const text = attempt(name, () => write(document, workspace));
    if (text === undefined) continue;
    paths[format] = join(dir, name);
    writeFileSync(paths[format], text);
  }
  return paths;
}
