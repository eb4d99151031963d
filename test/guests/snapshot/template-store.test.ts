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
  wantNames,
  wantsNames,
} from '../../../src/guests/snapshot/template-store.ts';
import { createHost } from '../../../src/host/create-host.ts';
import type { Host, TempDir } from '../../../src/host/host.ts';
import { hello } from '../../fixtures/evidence.ts';

const MB = 1024 * 1024;
const real = createHost({ env: { PATH: process.env['PATH'] } });
let root: TempDir;
let dir: string;
const host = real;
const SAVED = { hello: hello(), named: false };

beforeEach(async () => {
  root = await real.files.tempDir('bpfcompat-templates-test-');
  dir = join(templatesDir(root.path), 'key');
  await mkdir(dir, { recursive: true });
  const { ram, state, kernel } = templateFiles(dir);
  await real.files.createSparse(ram, 8 * MB, 0o666);
  await put(ram, 5 * MB, 'what the kernel keeps in memory');
  await writeFile(state, 'the state of the devices');
  await writeFile(kernel, 'the start of the kernel');
  await sealTemplate(host, dir, SAVED);
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

describe('a template that no one touched', () => {
  it('is known by its stamp, without reading its memory', async () => {
    const template = await readTemplate(host, dir);
    expect(template).toMatchObject({ ...templateFiles(dir), hello: hello() });
    expect(await untouched(host, template ?? expect.fail())).toBe(true);
  });

  it('is what sealing gave', async () => {
    expect(await sealTemplate(host, dir, SAVED)).toEqual(await readTemplate(host, dir));
  });
});

describe('a template that was copied', () => {
  it('is none: are unknown what happened to its memory', async () => {
    const copy = `${dir}-copy`;
    await promisify(execFile)('cp', ['-a', dir, copy]);
    expect(await readTemplate(host, copy)).toBeUndefined();
    expect(await readTemplate(host, dir)).toMatchObject(templateFiles(dir));
  });

  it('is none also when its memory alone was replaced by the same', async () => {
    const { ram } = templateFiles(dir);
    await promisify(execFile)('cp', ['-a', ram, `${ram}.copy`]);
    await rename(`${ram}.copy`, ram);
    expect(await readTemplate(host, dir)).toBeUndefined();
  });
});

describe('a template whose copies looked for names', () => {
  it('remembers it, unless it has read them', async () => {
    const template = await sealTemplate(host, dir, SAVED);
    expect(await wantsNames(host, dir)).toBe(false);
    await wantNames(host, { ...template, named: true });
    expect(await wantsNames(host, dir)).toBe(false);
    await wantNames(host, template);
    expect(await wantsNames(host, dir)).toBe(true);
    expect(await readTemplate(host, dir)).toEqual(template);
  });

  it('forgets it where the cache may only be read', async () => {
    const closed: Host = { ...real, files: { ...real.files, writeAtomic: () => Promise.reject(new Error('EROFS')) } };
    await wantNames(closed, await sealTemplate(host, dir, SAVED));
    expect(await wantsNames(host, dir)).toBe(false);
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
    ['of another schema', (text) => text.replace('bpfcompat_template.v2', 'bpfcompat_template.v3')],
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
