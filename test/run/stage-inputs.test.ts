import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createHost } from '../../src/host/create-host.ts';
import { stageInputs } from '../../src/run/stage-inputs.ts';

test('objects are kept with a run, other files are not: evidence is published', async () => {
  const host = createHost({ env: {} });
  await using dir = await host.files.tempDir('stage-inputs-');
  const artifact = (basename: string) => ({ path: `/${basename}`, basename, name: basename, sha256: '', sizeBytes: 1 });
  await stageInputs(host, dir.path, [
    { artifact: artifact('good'), bytes: Buffer.from('\x7fELF...') },
    { artifact: artifact('secret'), bytes: Buffer.from('token') },
    { artifact: artifact('none'), bytes: Buffer.alloc(0) },
  ]);
  expect(readdirSync(`${dir.path}/input`)).toEqual(['1-good.o']);
});
