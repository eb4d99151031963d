import type { Io } from '../../src/cli/io.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import { inFlags } from '../../src/model/wording.ts';

/** Runs a command line in a directory, as in a terminal of 80 columns. @returns its exit code and what it printed */
export async function runIn(cwd: string, argv: readonly string[], color = false, env: Io['env'] = {}) {
  const said = { out: '', err: '' };
  const io: Io = {
    out(text) {
      said.out += text;
    },
    err(text) {
      said.err += text;
    },
    env,
    cwd,
    terminalSize: () => undefined,
    width: () => 80,
    color,
    face: inFlags,
    terminalOut: false,
  };
  return { exitCode: await runCommand([...argv], io), ...said };
}
