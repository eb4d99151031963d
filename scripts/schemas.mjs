// Writes schemas/*.json, for editors, from the zod schemas that read the files.
import { mkdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

process.chdir(new URL('..', import.meta.url).pathname);
const outfile = 'build/json-schemas.mjs';
await build({
  entryPoints: ['src/config/json-schemas.ts'],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
});
const { SCHEMA_NAMES, jsonSchemaText } = await import(pathToFileURL(outfile).href);
mkdirSync('schemas', { recursive: true });
for (const name of SCHEMA_NAMES) writeFileSync(`schemas/${name}.json`, jsonSchemaText(name));
