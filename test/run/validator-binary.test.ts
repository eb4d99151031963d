import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { PROTOCOL_VERSION } from '../../src/model/evidence.ts';
import { findValidator, PROTOCOL_WORDS } from '../../src/run/validator-binary.ts';

const ROOT = join(import.meta.dirname, '../..');
const OURS = join(ROOT, 'dist/validator/bpfcompat-validator-x86_64');
const dir = mkdtempSync(join(tmpdir(), 'bpfcompat-validator-'));
const find = (path: string) => findValidator(createHost({ env: { BPFCOMPAT_VALIDATOR_BIN: path } }), ROOT, 'x86_64');

test('the validator says which protocol it speaks in words that the host looks for', async () => {
  const header = readFileSync(join(ROOT, 'validator-c/src/lib/frames.h'), 'utf8');
  expect(header).toContain(`#define FRAME_VERSION ${PROTOCOL_VERSION}\n`);
  const path = join(dir, 'ours');
  copyFileSync(OURS, path);
  expect(await find(path)).toMatchObject({ path, basename: 'ours' });
});

test('a file that is named by its architecture stands for the one beside it', async () => {
  const host = createHost({ env: { BPFCOMPAT_VALIDATOR_BIN: OURS } });
  expect(await findValidator(host, ROOT, 'aarch64')).toMatchObject({ basename: 'bpfcompat-validator-aarch64' });
  const own = join(dir, 'own');
  copyFileSync(OURS, own);
  await expect(findValidator(createHost({ env: { BPFCOMPAT_VALIDATOR_BIN: own } }), ROOT, 'aarch64')).rejects.toThrow(
    /own is not built for aarch64.*make validator-arm64/,
  );
});

test('a validator of another protocol is named before a guest waits for it', async () => {
  const path = join(dir, 'older');
  const bytes = readFileSync(OURS);
  bytes.write(String(PROTOCOL_VERSION - 1), bytes.indexOf(PROTOCOL_WORDS) + PROTOCOL_WORDS.length - 1);
  writeFileSync(path, bytes);
  await expect(find(path)).rejects.toThrow(`does not speak its protocol, version ${PROTOCOL_VERSION}`);
});

test('a program that is none is the cause, with the variable that named it', async () => {
  const path = join(dir, 'foreign');
  const bytes = readFileSync(OURS);
  bytes.fill('x', bytes.indexOf(PROTOCOL_WORDS), bytes.indexOf(PROTOCOL_WORDS) + PROTOCOL_WORDS.length);
  writeFileSync(path, bytes);
  await expect(find(path)).rejects.toThrow(
    /^BPFCOMPAT_VALIDATOR_BIN: .*foreign is not a guest validator of this release.*unset/,
  );
  writeFileSync(join(dir, 'text'), 'no program\n');
  await expect(find(join(dir, 'text'))).rejects.toThrow(/^BPFCOMPAT_VALIDATOR_BIN: .*text is not a program for Linux/);
});
