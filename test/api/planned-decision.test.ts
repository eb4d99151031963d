import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { approveDecision } from '../../src/api/agent-approve.ts';
import { type AgentLab, createAgentLab } from '../fixtures/agent-lab.ts';

let lab: AgentLab;
beforeEach(async () => {
  lab = await createAgentLab();
});
afterEach(() => lab[Symbol.dispose]());

type Tree = Record<string, unknown>;

function changed(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value)) return value.length === 0 ? ['f00d'] : [...value.slice(1), changed(value[0])];
  const word = String(value);
  return word.replace(/.$/, (last) => (last === 'e' ? 'd' : 'e'));
}

/** Paths of everything below `at` that is no object itself. */
function leaves(value: unknown, at: string): string[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [at];
  return Object.entries(value).flatMap(([key, one]) => leaves(one, `${at}.${key}`));
}

function withChange(plan: Tree, path: string): Tree {
  const copy = structuredClone(plan);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce<Tree>((value, key) => value[key] as Tree, copy);
  parent[last] = changed(parent[last]);
  return copy;
}

const sign = () =>
  approveDecision({
    ...{ host: lab.host, cwd: lab.cwd, workdir: lab.workdir, expiresMs: 60_000 },
    ...{ decision: 'changed.json', key: join(lab.root, 'ops.pem'), out: 'approval.json' },
  });

test('of a plan that was changed in any field that the decision is of, nothing is signed', async () => {
  await lab.approve('good.json');
  const plan = JSON.parse(readFileSync(join(lab.cwd, 'plan.json'), 'utf8')) as Tree & {
    readonly decision: { readonly selection: { readonly decision: Tree } };
    readonly host_probe: { readonly identity: Tree; readonly constraints: Tree };
  };
  const paths = [
    'decision.decision_id',
    'decision.kernel_build_id',
    'decision.selected_artifact.sha256',
    'decision.selected_artifact.bundles',
    'decision.selection.decision_id',
    'decision.selection.selected.sha256',
    'decision.selection.selected.bundles',
    'host_probe.probe_sha256',
    ...leaves(plan.decision.selection.decision, 'decision.selection.decision'),
    ...leaves(plan.host_probe.identity, 'host_probe.identity'),
    ...leaves(plan.host_probe.constraints, 'host_probe.constraints'),
  ];
  expect(paths.length).toBeGreaterThan(20);
  const signed: string[] = [];
  for (const path of paths) {
    lab.put('changed.json', JSON.stringify(withChange(plan, path)));
    await sign().then(
      () => signed.push(path),
      (error: { readonly code: string }) => expect(['decision_changed', 'decision_invalid']).toContain(error.code),
    );
  }
  expect(signed).toEqual([]);
});

test('says which field it is, and who writes the file again', async () => {
  await lab.approve('good.json');
  const plan = JSON.parse(readFileSync(join(lab.cwd, 'plan.json'), 'utf8')) as Tree;
  lab.put('changed.json', JSON.stringify(withChange(plan, 'decision.selected_artifact.sha256')));
  await expect(sign()).rejects.toMatchObject({
    code: 'decision_changed',
    message: expect.stringMatching(/changed\.json: decision\.selected_artifact\.sha256: .*"bpfcompat agent plan"/),
  });
});

test('a decision may stand alone, without the probe it was made for', async () => {
  await lab.approve('good.json');
  const { decision } = JSON.parse(readFileSync(join(lab.cwd, 'plan.json'), 'utf8')) as Tree & {
    readonly decision: Tree;
  };
  lab.put('changed.json', JSON.stringify({ decision }));
  expect((await sign()).approval.decisionId).toBe(decision['decision_id']);
});
