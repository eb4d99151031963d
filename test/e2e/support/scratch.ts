import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A directory for one test file; removed when the file is done. Call it while the file is being read. */
export function scratchDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-e2e-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
