// How the command line program is bundled: one file to start, and beside it (cli/) what single commands read.
import { readFileSync } from 'node:fs';

/** The portable SQLite (node-sqlite3-wasm) reads its program from beside itself, which is another place in a bundle. */
const portableSqlite = {
  name: 'portable-sqlite',
  setup(build) {
    build.onLoad({ filter: /[\\/]node-sqlite3-wasm\.js$/ }, ({ path }) => {
      let contents = readFileSync(path, 'utf8');
      for (const [old, own] of [
        ['scriptDirectory=__dirname+"/"', 'scriptDirectory=__besideThis'],
        ['locateFile("node-sqlite3-wasm.wasm")', 'locateFile(require("./node-sqlite3-wasm.wasm").split("/").at(-1))'],
      ]) {
        if (!contents.includes(old)) throw new Error(`${path} does not have ${old}: see how it finds its program`);
        contents = contents.replace(old, own);
      }
      return { contents, loader: 'js' };
    });
  },
};

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
  assetNames: 'cli/[name]-[hash]',
  loader: { '.wasm': 'file' },
  plugins: [portableSqlite],
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  define: { __BPFCOMPAT_BUILD__: JSON.stringify(buildInfo) },
  // CommonJS dependencies call require() for node's own modules, and look beside themselves; an ES module cannot.
  banner: {
    js: [
      "import { createRequire as __createRequire } from 'node:module';",
      "import { fileURLToPath as __pathOf } from 'node:url';",
      'const require = __createRequire(import.meta.url);',
      "const __besideThis = __pathOf(new URL('.', import.meta.url));",
    ].join('\n'),
  },
});
