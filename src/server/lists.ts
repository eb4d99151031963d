import { join } from 'node:path';
import type { HistoryRecord } from '../history/record.ts';
import { historyFile, lineOf } from '../history/store.ts';
import type { Host } from '../host/host.ts';
import { ListIndex } from './list-index.ts';
import { RunRecord } from './schemas.ts';

/** The lists of a work directory that grow with every run. */
export interface Lists {
  /** One record per object of a run. */
  readonly runs: ListIndex<RunRecord>;
  /** The signed history. */
  readonly artifacts: ListIndex<HistoryRecord>;
  /** Leaves their indexes to the next server. */
  close(): Promise<void>;
}

function runIn(text: string): RunRecord | undefined {
  try {
    return RunRecord.parse(JSON.parse(text));
  } catch {
    // A line of a version that we do not know.
    return undefined;
  }
}

export function createLists(host: Host, workdir: string): Lists {
  const dir = join(workdir, 'index');
  const runs = new ListIndex(host, {
    ...{ path: join(workdir, 'registry', 'runs.jsonl'), dir, name: 'runs', read: runIn },
    keys: (record) => ({ run: record.run_id, name: record.artifact_name, startedAt: record.started_at }),
  });
  const artifacts = new ListIndex(host, {
    ...{ path: historyFile(workdir), dir, name: 'artifacts', read: (text) => lineOf(text).record },
    keys: (record) => ({ run: record.run_id, name: record.artifact_name, startedAt: record.run_started_at }),
  });
  return {
    runs,
    artifacts,
    async close() {
      await Promise.all([runs.close(), artifacts.close()]);
    },
  };
}
