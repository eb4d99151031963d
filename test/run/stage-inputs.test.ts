import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { stageInputs } from '../../src/run/stage-inputs.ts';

test('objects are kept with a run, other files are not: evidence is published', async () => {
  const host = createHost({ env: {} });
  await using dir = await host.files.tempDir('stage-inputs-');
  const artifact = (basename: string) => ({ path: `/${basename}`, basename, name: basename, sha256: '', sizeBytes: 1 });
  const subject = (basename: string, text: string) => ({
    artifact: artifact(basename),
    content: async () => ({ bytes: Buffer.from(text), facts: undefined, sources: new Map() }),
  });
  const subjects = [subject('good', '\x7fELF...'), subject('secret', 'token'), subject('none', '')];
  const copies = await stageInputs(host, dir.path, subjects);
  expect(copies).toEqual([`${dir.path}/input/1-good.o`, undefined, undefined]);
  expect(readdirSync(`${dir.path}/input`)).toEqual(['1-good.o']);
});
