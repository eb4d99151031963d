import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const LAUNCHER = fileURLToPath(new URL('../../scripts/launcher.cjs', import.meta.url));

test('the launcher starts the bundle, and says what to do where there is none', () => {
  const root = mkdtempSync(join(tmpdir(), 'launcher % # test-'));
  try {
    mkdirSync(join(root, 'bin'));
    const program = join(root, 'bin/bpfcompat');
    copyFileSync(LAUNCHER, program);
    chmodSync(program, 0o755);
    writeFileSync(join(root, 'bin/package.json'), '{"type": "commonjs"}\n');
    const start = () => spawnSync(process.execPath, [program, 'a', 'b'], { encoding: 'utf8' });
    const words = `bpfcompat: it is not built (${root}/build/cli.mjs is missing); run: make -C ${root} build\n`;
    expect(start()).toMatchObject({ status: 1, stdout: '', stderr: words });
    mkdirSync(join(root, 'build'));
    writeFileSync(join(root, 'build/cli.mjs'), 'console.log(process.argv.slice(2).join());\n');
    expect(start()).toMatchObject({ status: 0, stdout: 'a,b\n', stderr: '' });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
