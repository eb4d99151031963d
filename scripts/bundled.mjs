// Tools of ours that are written against the sources in TypeScript: bundled below build/ and imported.
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** The exports of a TypeScript file of this repository. @param entry path from the root, which is the current directory */
export async function bundled(entry) {
  const outfile = `build/tools/${entry.replace(/^.*\//, '').replace(/\.ts$/, '.mjs')}`;
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}
