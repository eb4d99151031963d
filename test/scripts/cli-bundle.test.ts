import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCRIPT = new URL('../../scripts/cli-bundle.mjs', import.meta.url).href;

/** Sources that are read when `start` is, in whichever file they are, without what is imported later. */
function readAtStart({ outputs }: Metafile, start: string): string[] {
  const files = new Set([start]);
  for (const file of files) {
    for (const { path, kind } of outputs[file]?.imports ?? []) {
      if (kind === 'import-statement' && path in outputs) files.add(path);
    }
  }
  return [...files].flatMap((file) => Object.keys(outputs[file]?.inputs ?? {}));
}

it('starts without what only runs, reports and kernels need', async () => {
  const { cliBundle } = (await import(SCRIPT)) as { cliBundle: (info: object) => BuildOptions };
  const options = { ...cliBundle({ version: '0' }), absWorkingDir: ROOT, outdir: 'build', write: false } as const;
  const { metafile } = await build({ ...options, metafile: true });
  const read = readAtStart(metafile, 'build/cli.mjs');
  expect(read).toContain('src/config/parse-args.ts');
  expect(read.filter((path) => /^src\/(?:kernels|guests|run|classify|report|object|history)\//.test(path))).toEqual([]);
  expect(read.filter((path) => /node_modules\/(?:saxes|tinyglobby|fdir|picomatch)\//.test(path))).toEqual([]);
});

it('has the thread that reads frames beside what starts it', async () => {
  const { cliBundle } = (await import(SCRIPT)) as { cliBundle: (info: object) => BuildOptions };
  const options = { ...cliBundle({ version: '0' }), absWorkingDir: ROOT, outdir: 'build', write: false } as const;
  const { metafile } = await build({ ...options, metafile: true });
  const places = Object.entries(metafile.outputs)
    .filter(([, { inputs }]) => 'src/guests/frame-reader.ts' in inputs)
    .map(([path]) => dirname(path));
  expect(places).toEqual(['build/cli']);
  expect(Object.keys(metafile.outputs)).toContain('build/cli/frame-thread.mjs');
});
