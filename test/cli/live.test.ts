import { expect, test } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { progressView } from '../../src/cli/live.ts';
import { inFlags } from '../../src/model/wording.ts';

/** What a note becomes on stderr. @param size of the terminal; undefined: a log */
function printed(message: string, size?: { columns: number; rows: number }): string {
  const err: string[] = [];
  const io: Io = {
    ...{ out: () => {}, err: (text) => void err.push(text), env: {}, cwd: '/', width: () => 80, color: false },
    ...{ terminalSize: () => size, face: inFlags, terminalOut: false },
  };
  const view = progressView(io, false);
  view.onEvent({ type: 'note', message });
  view.close();
  return err.join('');
}

test.each([['a log', undefined] as const, ['a terminal', { columns: 80, rows: 24 }] as const])(
  'a note about a mirror or a file does not command %s',
  (_, size) => {
    expect(printed('mirror \u001b]0;x\u0007 fails\n::error::x', size)).toBe('note: mirror fails : :error::x\n');
  },
);
