// Writes docs/findings.md from the tables of codes and from the programs of the tests.
import { writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const outfile = 'build/findings-page.mjs';
await build({
  entryPoints: ['test/tools/findings-page.ts'],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
});
const { findingsPage } = await import(pathToFileURL(outfile).href);
writeFileSync('docs/findings.md', findingsPage(root));
