import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readManifest } from '../../src/config/manifest.ts';
import { readSuite } from '../../src/config/suite.ts';

const ROOT = join(import.meta.dirname, '../..');
const DIR = 'adapters/generic-ebpf-suite';
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

describe(DIR, () => {
  test('suite and manifest are read, and fit each other', () => {
    const suite = readSuite({ file: 'suite.yaml', text: read(`${DIR}/suite.yaml`) });
    expect(suite.cases.map(({ manifest }) => manifest)).toEqual(['manifest.yaml', 'manifest.yaml']);
    const manifest = readManifest({ file: 'manifest.yaml', text: read(`${DIR}/manifest.yaml`) });
    expect(manifest.programs.every(({ attach }) => attach.required)).toBe(true);
  });

  test('the workflow uses inputs that the Action has, and no permission that it does not need', () => {
    const { inputs } = parse(read('action.yml')) as { inputs: Record<string, unknown> };
    const { jobs, permissions } = parse(read(`${DIR}/workflow.yml`)) as {
      jobs: { kernels: { permissions: unknown; steps: { uses?: string; with?: Record<string, unknown> }[] } };
      permissions: unknown;
    };
    expect([permissions, jobs.kernels.permissions]).toEqual([{}, { contents: 'read' }]);
    const [step] = jobs.kernels.steps.filter(({ uses }) => uses?.includes('/bpfcompat@'));
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(step?.with ?? { none: '' })));
  });
});
