import { execFile } from 'node:child_process';
import { mkdir, open, readFile, rename, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  changedInUse,
  readTemplate,
  sealTemplate,
  templateFiles,
  templatesDir,
  untouched,
} from '../../../src/guests/snapshot/template-store.ts';
import { createHost } from '../../../src/host/create-host.ts';
import type { Host, TempDir } from '../../../src/host/host.ts';
import { hello } from '../../fixtures/evidence.ts';

const MB = 1024 * 1024;
const real = createHost({ env: { PATH: process.env['PATH'] } });
let root: TempDir;
let dir: string;
let digests: number;
/** The real host; counts how often a digest of memory was taken. */
const host: Host = {
  ...real,
  start: (...args) => {
    digests++;
    return real.start(...args);
  },
};

beforeEach(async () => {
  root = await real.files.tempDir('bpfcompat-templates-test-');
  dir = join(templatesDir(root.path), 'key');
  await mkdir(dir, { recursive: true });
  const { ram, state, kernel } = templateFiles(dir);
  await real.files.createSparse(ram, 8 * MB, 0o666);
  await put(ram, 5 * MB, 'what the kernel keeps in memory');
  await writeFile(state, 'the state of the devices');
  await writeFile(kernel, 'the start of the kernel');
  await sealTemplate(host, dir, hello());
  digests = 0;
});
afterEach(() => root[Symbol.asyncDispose]());

async function put(path: string, at: number, text: string): Promise<void> {
  await using file = await open(path, 'r+');
  await file.write(text, at);
}

const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('a template that copies run from', () => {
  it('was changed where somebody wrote into its memory', async () => {
    const template = (await readTemplate(host, dir)) ?? expect.fail();
    expect(await changedInUse(host, template)).toBe(false);
    await tick();
    await put(template.ram, 5 * MB, 'W');
    expect(await changedInUse(host, template)).toBe(true);
  });

  it('is whole for them when it was removed or made anew to make room', async () => {
    const template = (await readTemplate(host, dir)) ?? expect.fail();
    await rename(template.ram, `${template.ram}-held`);
    expect(await changedInUse(host, template)).toBe(false);
    await writeFile(template.ram, 'another one');
    expect(await changedInUse(host, template)).toBe(false);
  });
});

describe('a template that nobody touched', () => {
  it('is known by its stamp, without reading its memory', async () => {
    const template = await readTemplate(host, dir);
    expect(template).toMatchObject({ ...templateFiles(dir), hello: hello() });
    expect(digests).toBe(0);
    expect(await untouched(host, template ?? expect.fail())).toBe(true);
  });

  it('is what sealing gave', async () => {
    expect(await sealTemplate(host, dir, hello())).toEqual(await readTemplate(host, dir));
  });
});

describe('a template that was copied', () => {
  it('must have the right digest, and gets a stamp of its own', async () => {
    const copy = `${dir}-copy`;
    await promisify(execFile)('cp', ['-r', dir, copy]);
    expect(await readTemplate(host, copy)).toMatchObject(templateFiles(copy));
    expect(digests).toBe(1);
    await readTemplate(host, copy);
    expect(digests).toBe(1);
  });

  it('must have the right digest also when memory was replaced by something as long', async () => {
    const { ram } = templateFiles(dir);
    await unlink(ram);
    await real.files.createSparse(ram, 8 * MB, 0o666);
    await put(ram, 5 * MB, 'what the kernel never had in it');
    expect(await readTemplate(host, dir)).toBeUndefined();
  });
});

describe('a template that is damaged', () => {
  it.each([
    ['in its memory', 'ram', 5 * MB + 3],
    ['in a hole of its memory', 'ram', MB],
    ['in its state', 'state', 4],
    ['in the start of its kernel', 'kernel', 4],
  ] as const)('%s is not trusted', async (_, file, at) => {
    const template = (await readTemplate(host, dir)) ?? expect.fail();
    await tick();
    await put(templateFiles(dir)[file], at, '\u0001');
    expect(await readTemplate(host, dir)).toBeUndefined();
    if (file === 'ram') expect(await untouched(host, template)).toBe(false);
  });

  it('because memory was cut off is not trusted', async () => {
    await truncate(templateFiles(dir).ram, 6 * MB);
    expect(await readTemplate(host, dir)).toBeUndefined();
  });

  it.each(['ram', 'state', 'kernel'] as const)('because %s is missing is not trusted', async (file) => {
    const template = (await readTemplate(host, dir)) ?? expect.fail();
    await unlink(templateFiles(dir)[file]);
    expect(await readTemplate(host, dir)).toBeUndefined();
    expect(await untouched(host, template)).toBe(file !== 'ram');
  });

  const meta = (): string => join(dir, 'meta.json');

  it.each<[string, (text: string) => string]>([
    ['empty', () => ''],
    ['cut off', (text) => text.slice(0, text.length / 2)],
    ['of another schema', (text) => text.replace('bpfcompat_template.v1', 'bpfcompat_template.v2')],
    ['without a greeting', (text) => JSON.stringify({ ...JSON.parse(text), hello: undefined })],
    ['with something else in it', (text) => JSON.stringify({ ...JSON.parse(text), trust: true })],
    ['with the digest of another state', (text) => text.replace(/("state":\{"sha256":)"."?/, '$1"0')],
  ])('because its description is %s is not trusted', async (_, change) => {
    const text = await readFile(meta(), 'utf8');
    const changed = change(text);
    expect(changed).not.toBe(text);
    await writeFile(meta(), changed);
    expect(await readTemplate(host, dir)).toBeUndefined();
  });

  it('because it was never finished is not trusted', async () => {
    await unlink(meta());
    expect(await readTemplate(host, dir)).toBeUndefined();
    expect(await readTemplate(host, join(root.path, 'never made'))).toBeUndefined();
  });
});

it('says why a digest cannot be taken', async () => {
  const broken: Host = {
    ...real,
    start: (_command, _args, options) => real.start('sh', ['-c', 'echo tar: not found >&2; exit 127'], options),
  };
  await expect(sealTemplate(broken, dir, hello())).rejects.toThrow(/cannot take the digest of .*ram: tar: not found/);
});
