// Writes the pages of docs/ that are made of tables: findings.md of the codes and the programs of the tests,
// profile-catalog.md of the kernels that come along.
import { writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const outdir = 'build/pages';
await build({
  entryPoints: ['test/tools/findings-page.ts', 'test/tools/profile-catalog.ts'],
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  logLevel: 'warning',
});
const page = (name) => import(pathToFileURL(`${outdir}/${name}.mjs`).href);
writeFileSync('docs/findings.md', (await page('findings-page')).findingsPage(root));
writeFileSync('docs/profile-catalog.md', await (await page('profile-catalog')).profileCatalog(root));
