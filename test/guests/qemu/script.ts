import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes an executable shell script that stands in for a program. */
export async function script(dir: string, name: string, text: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return path;
}
