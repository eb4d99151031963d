import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { fetchArtifact } from '../../src/api/runtime-fetch.ts';
import type { Host, HostFiles } from '../../src/host/host.ts';
import { sha256 } from '../../src/runtime/canonical.ts';
import { readLedger } from '../../src/runtime/ledger.ts';
import { type AgentLab, createAgentLab, OBJECT } from '../fixtures/agent-lab.ts';

const DIGEST = sha256(OBJECT);
const SLOW = 120_000;

/** Power goes before a write begins, while it goes on, or when it is on the disk. */
const MOMENTS = ['before', 'within', 'after'] as const;
type Moment = (typeof MOMENTS)[number];
type Write = (path: string, data: string | Uint8Array) => Promise<void>;

/** A host whose power goes with its write number `at`: from then on it writes and starts nothing. */
function cutHost({ host }: AgentLab, at: number, moment: Moment) {
  const real = host.files;
  const state = { writes: 0, off: false };
  const rejectOff = (): void => {
    if (state.off) throw new Error('the power is gone');
  };
  const cut = async <T>(whole: () => Promise<T>, part: () => Promise<unknown>): Promise<T> => {
    rejectOff();
    state.writes += 1;
    if (state.writes !== at) return whole();
    state.off = true;
    if (moment === 'within') await part();
    if (moment === 'after') await whole();
    throw new Error('the power is gone');
  };
  const half = (data: string | Uint8Array): Uint8Array => Buffer.from(data).subarray(0, data.length / 2);
  const renamed =
    (write: Write): Write =>
    (path, data) =>
      cut(
        () => write(path, data),
        () => writeFile(join(dirname(path), real.ownName(path)), half(data)),
      );
  const appended =
    (write: Write): Write =>
    (path, data) =>
      cut(
        () => write(path, data),
        () => appendFile(path, half(data)),
      );
  const files: HostFiles = {
    ...real,
    writeAtomic: renamed(real.writeAtomic),
    writeDurably: renamed(real.writeDurably),
    append: appended(real.append),
    appendDurably: appended(real.appendDurably),
    makeDir: (path, mode) =>
      cut(
        () => real.makeDir(path, mode),
        async () => {},
      ),
    lock: async (...args) => {
      rejectOff();
      return real.lock(...args);
    },
  };
  const powered: Host = {
    ...host,
    files,
    run: async (...args) => {
      rejectOff();
      return host.run(...args);
    },
    start: (...args) => {
      rejectOff();
      return host.start(...args);
    },
  };
  return { host: powered, state };
}

let lab: AgentLab | undefined;
afterEach(() => {
  lab?.[Symbol.dispose]();
  lab = undefined;
});

/** Does it in a new place for each write, until it needs no more of them. @returns how many it has */
async function atEachWrite(moment: Moment, work: (lab: AgentLab, cut: ReturnType<typeof cutHost>) => Promise<void>) {
  for (let at = 1; ; at += 1) {
    lab = await createAgentLab();
    const cut = cutHost(lab, at, moment);
    await work(lab, cut);
    lab[Symbol.dispose]();
    lab = undefined;
    if (!cut.state.off) return cut.state.writes;
  }
}

/** What has the name of an object is the object. */
function expectWholeObjects({ cwd }: AgentLab): void {
  const out = join(cwd, 'out');
  const names = existsSync(out) ? readdirSync(out).filter((name) => name.endsWith('.bpf.o')) : [];
  expect(names.map((name) => sha256(readFileSync(join(out, name))))).toEqual(names.map(() => DIGEST));
}

/** Lines of the audit trail that can be read, and how many cannot. */
function trail({ workdir }: AgentLab) {
  const lines = readFileSync(join(workdir, 'registry/runtime_decisions.jsonl'), 'utf8').split('\n').slice(0, -1);
  const read = lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as { readonly decision_id: string; readonly trace_path: string }];
    } catch {
      return [];
    }
  });
  return { read, broken: lines.length - read.length };
}

describe.each(MOMENTS)('power goes %s a write', (moment) => {
  test(
    'fetch: no object without its check, and the next run is right',
    async () => {
      const count = await atEachWrite(moment, async (own, { host, state }) => {
        const first = fetchArtifact({ ...own.base, host });
        await first.catch((error: unknown) => expect(String(error)).toContain('the power is gone'));
        expectWholeObjects(own);
        const { fetch, ...audit } = await fetchArtifact(own.base);
        expect(sha256(readFileSync(fetch.output_path))).toBe(DIGEST);
        expectWholeObjects(own);
        expect(audit).not.toHaveProperty('audit_error');
        const { read, broken } = trail(own);
        expect(read.at(-1)?.decision_id).toBe(fetch.decision_id);
        expect(JSON.parse(readFileSync(read.at(-1)?.trace_path ?? '', 'utf8'))).toMatchObject({ status: 'pass' });
        expect(broken).toBeLessThanOrEqual(state.off && moment === 'within' ? 1 : 0);
      });
      expect(count).toBeGreaterThanOrEqual(6);
    },
    SLOW,
  );

  test(
    'apply: no approval is used twice, and the ledger holds',
    async () => {
      let loaded = 0;
      let unused = 0;
      const count = await atEachWrite(moment, async (own, { host }) => {
        await own.approve();
        await own.apply({ host, approve: 'approval.json' });
        expectWholeObjects(own);
        const left = await readLedger(own.host, own.workdir);
        expect(left.problem).toBe('');
        const before = own.loads().length;
        loaded += before;
        if (before > 0)
          expect(left.rows).toContainEqual(expect.objectContaining({ operation: 'approve', status: 'used' }));

        const again = await own.apply({ approve: 'approval.json' });
        if (again.error) expect(again.error.code).toBe('approval_used');
        else unused += 1;
        expect(own.loads()).toHaveLength(before > 0 || again.error ? before : 1);
        expectWholeObjects(own);

        const sofar = own.loads().length;
        await own.approve('other.json');
        expect((await own.apply({ approve: 'other.json' })).execution?.status).toBe('pass');
        expect(own.loads()).toHaveLength(sofar + 1);
        const { rows, torn, problem } = await readLedger(own.host, own.workdir);
        expect([torn, problem]).toEqual(['', '']);
        const used = rows.filter((row) => row['operation'] === 'approve').map((row) => row['approval_nonce']);
        expect(new Set(used).size).toBe(used.length);
      });
      expect(count).toBeGreaterThanOrEqual(10);
      // Both kinds of end were seen, and not only one of them.
      expect([loaded > 0, unused > 0]).toEqual([true, true]);
    },
    SLOW,
  );
});
