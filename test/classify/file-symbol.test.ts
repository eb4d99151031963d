import { expect, test } from 'vitest';
import { classify } from '../../src/classify/classify.ts';
import { words } from '../../src/findings/words.ts';
import * as fx from '../fixtures/evidence.ts';

const ENOENT = -2;

/** The finding about a probe of a file in the guest that was not attached. */
function rejected(section: string, log: string) {
  const target = section.replace(/^[^/]*\//, '');
  const stage = fx.attach('probe', { status: 'fail', errno: ENOENT, section, method: 'auto', target, log });
  const evidence = fx.evidence([fx.open(), fx.load(), stage, fx.exit()]);
  const rest = { programs: [], validationMode: '', functionalTests: [] } as const;
  const outcome = classify({ evidence, attachMode: 'best-effort', ...rest });
  const [finding] = 'findings' in outcome ? outcome.findings : [];
  if (!finding) throw new Error('no finding');
  return finding;
}

test.each([
  [
    'uprobe//proc/self/exe:main',
    "libbpf: elf: failed to find symbol 'main' in '/proc/self/exe'\n",
    { file: '/proc/self/exe', function: 'main' },
    '/proc/self/exe has no symbol main',
  ],
  [
    'uprobe//usr/bin/tool:main+0x10',
    "libbpf: elf: failed to find symbol 'main' in '/usr/bin/tool'\n",
    { file: '/usr/bin/tool', function: 'main' },
    '/usr/bin/tool has no symbol main',
  ],
  [
    'uprobe.multi//usr/bin/tool:read_*',
    '',
    { file: '/usr/bin/tool', function: 'read_*' },
    '/usr/bin/tool has no symbol read_*',
  ],
  [
    'usdt//usr/lib/libc.so.6:libc:setjmp',
    "libbpf: usdt: no USDT notes section (.note.stapsdt) found in '/usr/lib/libc.so.6'\n",
    { file: '/usr/lib/libc.so.6', function: 'libc:setjmp' },
    '/usr/lib/libc.so.6 has no USDT probe libc:setjmp',
  ],
])('%s: the file is there and the name is not', (section, log, args, title) => {
  const finding = rejected(section, log);
  expect(finding).toMatchObject({
    code: 'ATTACH_TARGET_NOT_FOUND',
    group: 'object',
    confidence: 'high',
    args: { reason: 'not_in_file', ...args },
  });
  expect(words(finding).title).toBe(title);
});

test('a file that is not there is another cause', () => {
  const log = 'libbpf: elf: failed to open /usr/bin/tool: -ENOENT\n';
  expect(rejected('uprobe//usr/bin/tool:main', log)).toMatchObject({
    code: 'NEEDS_ATTACH_TARGET',
    args: { reason: 'binary' },
  });
});
