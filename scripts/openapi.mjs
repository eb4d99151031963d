// Writes docs/openapi.yaml from the table of routes; with --check it only compares, and fails where they differ.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { bundled } from './bundled.mjs';

process.chdir(new URL('..', import.meta.url).pathname);
const { openapiText } = await bundled('src/server/openapi.ts');
const file = 'docs/openapi.yaml';
if (process.argv[2] === '--check') {
  try {
    execFileSync('diff', ['-u', file, '-'], { input: openapiText(), stdio: ['pipe', 'inherit', 'inherit'] });
  } catch {
    console.error(`${file} is out of date: npm run openapi`);
    process.exit(1);
  }
} else writeFileSync(file, openapiText());
