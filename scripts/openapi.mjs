// Writes docs/openapi.yaml from the table of routes; with --check it only compares, and fails where they differ.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

process.chdir(new URL('..', import.meta.url).pathname);
const outfile = 'build/openapi.mjs';
await build({
  entryPoints: ['src/server/openapi.ts'],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
});
const { openapiText } = await import(pathToFileURL(outfile).href);
const file = 'docs/openapi.yaml';
if (process.argv[2] === '--check') {
  try {
    execFileSync('diff', ['-u', file, '-'], { input: openapiText(), stdio: ['pipe', 'inherit', 'inherit'] });
  } catch {
    console.error(`${file} is out of date: npm run openapi`);
    process.exit(1);
  }
} else writeFileSync(file, openapiText());
