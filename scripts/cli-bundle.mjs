// How the command line program is bundled: one file to start, and beside it (cli/) what single commands read.

/** Options of esbuild. @param buildInfo version, commit and date that the program says of itself */
export const cliBundle = (buildInfo) => ({
  // The thread lies where it looks for it: beside the part that starts it. The agent is a program of its own.
  entryPoints: {
    cli: 'src/cli/main.ts',
    agent: 'src/agent/main.ts',
    'cli/frame-thread': 'src/guests/frame-thread.mts',
  },
  outExtension: { '.js': '.mjs' },
  chunkNames: 'cli/[name]-[hash]',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  define: { __BPFCOMPAT_BUILD__: JSON.stringify(buildInfo) },
  // CommonJS dependencies call require() for node's own modules; an ES module has none.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
});
