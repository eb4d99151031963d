// Writes schemas/*.json, for editors, from the zod schemas that read the files.
import { mkdirSync, writeFileSync } from 'node:fs';
import { bundled } from './bundled.mjs';

process.chdir(new URL('..', import.meta.url).pathname);
const { SCHEMA_NAMES, jsonSchemaText } = await bundled('src/config/json-schemas.ts');
mkdirSync('schemas', { recursive: true });
for (const name of SCHEMA_NAMES) writeFileSync(`schemas/${name}.json`, jsonSchemaText(name));
