// Writes the pages of docs/ that are made of tables: findings.md of the codes and the programs of the tests,
// profile-catalog.md of the kernels that come along.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundled } from './bundled.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const { findingsPage } = await bundled('test/tools/findings-page.ts');
const { profileCatalog } = await bundled('test/tools/profile-catalog.ts');
writeFileSync('docs/findings.md', findingsPage(root));
writeFileSync('docs/profile-catalog.md', await profileCatalog(root));
