// Writes action.yml, action-types.yml and the tables of docs/action.md from the one table of inputs.
import { readFileSync, writeFileSync } from 'node:fs';
import { bundled } from './bundled.mjs';

process.chdir(new URL('..', import.meta.url).pathname);
const { actionManifest, actionTables, actionTypes } = await bundled('src/config/action-manifest.ts');
writeFileSync('action.yml', actionManifest());
writeFileSync('action-types.yml', actionTypes());
const marked = /(<!-- inputs:begin -->\n)[\s\S]*?(<!-- inputs:end -->)/;
const docs = readFileSync('docs/action.md', 'utf8');
if (!marked.test(docs))
  throw new Error('docs/action.md has lost its marks <!-- inputs:begin --> and <!-- inputs:end -->');
writeFileSync(
  'docs/action.md',
  docs.replace(marked, (_, begin, end) => `${begin}\n${actionTables()}\n${end}`),
);
