// Tries every profile of the catalog against the real servers and writes a table: npm run vendors -- [--boot] [--out FILE] [ID...]
// Kernels are fetched into a store of their own (build/vendors), which is emptied as it goes: never into that of the user.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundled } from './bundled.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const { values, positionals } = parseArgs({
  options: { boot: { type: 'boolean', default: false }, out: { type: 'string', default: 'build/vendors.md' } },
  allowPositionals: true,
});
const { tryVendors, vendorsTable } = await bundled('test/tools/vendors.ts');
const rows = await tryVendors({
  env: { ...process.env, BPFCOMPAT_CACHE_DIR: join(root, 'build/vendors') },
  cwd: root,
  ...(positionals.length > 0 && { ids: positionals }),
  ...(values.boot && { boot: 'examples/simple-pass/simple_pass.bpf.o' }),
  onRow: ({ profile, kernel, boot, problem }) =>
    console.log([profile, kernel, boot, problem].filter(Boolean).join('  ')),
});
mkdirSync(dirname(values.out), { recursive: true });
writeFileSync(values.out, vendorsTable(rows, new Date().toISOString().slice(0, 10)));
writeFileSync(values.out.replace(/(\.md)?$/, '.json'), `${JSON.stringify(rows, null, 2)}\n`);
console.log(`\nwritten: ${values.out}`);
process.exitCode = rows.every(({ problem }) => problem === '' || problem.startsWith('note: ')) ? 0 : 1;
