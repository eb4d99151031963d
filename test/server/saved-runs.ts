import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gate } from '../../src/gate/gate.ts';
import type { RunReport } from '../../src/model/report.ts';
import { reportJson } from '../../src/report/json.ts';

/** Writes finished runs of one object into a work directory, as a run does. */
export function saveRuns(workdir: string, runs: readonly RunReport[]): void {
  mkdirSync(join(workdir, 'registry'), { recursive: true });
  const lines = runs.map((run) => {
    const dir = join(workdir, 'runs', run.runId);
    mkdirSync(dir, { recursive: true });
    const json = join(dir, 'report.json');
    writeFileSync(json, reportJson(run, 0, gate(run), { json }));
    return JSON.stringify({
      schema_version: 'registry.v0.1',
      run_id: run.runId,
      started_at: run.startedAt,
      artifact_name: run.artifacts[0]?.name,
      artifact_version: run.runId,
      artifact_path: run.artifacts[0]?.path,
      matrix_path: '',
      summary_status: gate(run).status,
      json_report_path: json,
    });
  });
  writeFileSync(join(workdir, 'registry', 'runs.jsonl'), `${lines.join('\n')}\n`);
}
