import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GroupOptions, groupKernels } from '../../src/api/group.ts';
import { packFacts } from '../../src/kernels/facts/facts-file.ts';

const OBJECT = 'examples/simple-pass/simple_pass.bpf.o';
const IDS = ['debian-11-5.10', 'debian-12-6.1', 'debian-13-7.3'];
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'group-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Facts of kernels that have no BTF, so that their releases set them apart where these differ. */
function facts(name: string, releases: Readonly<Record<string, string>>): string {
  const place = mkdtempSync(join(dir, name));
  for (const [id, release] of Object.entries(releases)) {
    const one = packFacts({ release, btf: undefined, symbols: [], config: '', modules: undefined });
    writeFileSync(join(place, `${id}.facts`), one);
  }
  return place;
}

const group = (options: Partial<GroupOptions>) =>
  groupKernels({
    env: { BPFCOMPAT_CACHE_DIR: join(dir, 'cache') },
    artifacts: [OBJECT],
    kernels: IDS,
    offline: true,
    ...options,
  });

describe('kernels in classes', () => {
  test('come from files alone, and one of each is to be tested', async () => {
    const [old = '', middle = '', young = ''] = IDS;
    const shared = facts('shared', { [old]: '5.10.1', [middle]: '6.1.2', [young]: '6.1.2' });
    const out = join(dir, 'classes.json');
    const result = await group({ facts: shared, out });
    expect(result.samples).toEqual([old, middle]);
    const [{ name, classes } = { name: '', classes: [] }] = result.objects;
    expect(name).toBe('simple_pass');
    expect(classes.map(({ sample, kernels }) => [sample, kernels])).toEqual([
      [old, [old]],
      [middle, [middle, young]],
    ]);
    expect(classes[1]?.differs.length).toBeGreaterThan(0);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({
      schema_version: 'kernel_classes.v0.1',
      samples: [old, middle],
    });
    expect(readdirSync(shared)).toHaveLength(3);
  });

  test('leave a kernel alone that cannot be had, and say so', async () => {
    const notes: string[] = [];
    const shared = facts('some', { 'debian-11-5.10': '5.10.1' });
    const { samples } = await group({ facts: shared, onNote: (note) => notes.push(note) });
    expect(samples).toEqual(IDS);
    expect(notes.filter((note) => note.includes('nothing is known of this kernel'))).toHaveLength(2);
  });

  test('have no place for a kernel that is not booted, whatever a file says of it', async () => {
    const kernels = ['rhcos-4.14-5.14', 'rhcos-4.16-5.14'];
    const shared = facts('image', Object.fromEntries(kernels.map((id) => [id, '5.14.0'])));
    const { objects } = await group({ kernels, facts: shared });
    expect(objects[0]?.classes.map(({ kernels: own }) => own)).toEqual(kernels.map((id) => [id]));
  });

  test('do not come from a damaged file', async () => {
    const shared = facts('bad', {});
    writeFileSync(join(shared, 'debian-12-6.1.facts'), 'no facts');
    await expect(group({ facts: shared })).rejects.toThrow(/facts .*debian-12-6.1.facts: it is damaged/);
  });

  test('are about an object', async () => {
    await expect(group({ artifacts: [] })).rejects.toThrow(/no object is named/);
    await expect(group({ artifacts: ['gone.bpf.o'] })).rejects.toThrow(/gone.bpf.o/);
  });
});
