import { saveText } from '../api/save-text.ts';
import type { Io } from './io.ts';

/** Writes a document to the file that `--out` names; nothing for no name and for standard output, where it is printed anyway. */
export async function saveJson(io: Io, out: string, value: unknown): Promise<void> {
  if (out === '' || out === '-') return;
  await saveText(`${JSON.stringify(value, null, 2)}\n`, out, { env: io.env, cwd: io.cwd });
}
