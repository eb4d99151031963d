import type { RunReport, Verdict } from '../model/report.ts';
import { code, md } from './escape.ts';
import { table } from './markdown-table.ts';
import { targetViews } from './view.ts';

/** One artifact of a run with several: its own verdict and where its own report lies. */
export interface CollectionCase {
  /** Index of the artifact in the run. */
  readonly artifact: number;
  readonly verdict: Verdict;
  readonly json: string;
  readonly markdown: string;
}

function requiredCounts(run: RunReport, artifact: number): { passed: number; failed: number } {
  const required = targetViews(run, artifact).filter(({ target }) => target.required);
  const passed = required.filter(({ outcome }) => outcome.status === 'pass').length;
  return { passed, failed: required.length - passed };
}

/**
 * A run with several artifacts as the contract's collection document, `bpfcompat_suite.v0.1` (section 5.2): one case
 * per artifact, each with the path of its own report.
 */
export function collectionJson(run: RunReport, verdict: Verdict, cases: readonly CollectionCase[]): string {
  const document = {
    schema_version: 'bpfcompat_suite.v0.1',
    name: run.matrix.name,
    started_at: run.startedAt,
    finished_at: run.finishedAt,
    duration_ms: Math.round(run.durationMs),
    status: verdict.status,
    exit_code: verdict.exitCode,
    cases: cases.map(({ artifact, verdict: own, json, markdown }) => {
      const subject = run.artifacts[artifact];
      const { passed, failed } = requiredCounts(run, artifact);
      return {
        name: subject?.name,
        artifact: subject?.path,
        matrix: run.matrix.path,
        status: own.status,
        exit_code: own.exitCode,
        run_id: run.runId,
        report_json_path: json,
        report_markdown_path: markdown,
        total_profiles: run.targets.length,
        required_passed: passed,
        required_failed: failed,
        validation_mode: run.validationMode || undefined,
        targets: targetViews(run, artifact).map((view) => ({
          profile_id: view.target.profile.id,
          status: view.outcome.status,
          required: view.target.required,
          classification_code: view.outcome.status === 'fail' ? view.outcome.findings[0]?.rollup : undefined,
        })),
      };
    }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** The same for a person (contract section 5.4, suite Markdown). */
export function collectionMarkdown(run: RunReport, verdict: Verdict, cases: readonly CollectionCase[]): string {
  const names = cases.map(({ artifact }) => run.artifacts[artifact]?.name ?? '');
  const rows = cases.map(({ artifact, verdict: own, json }, index) => {
    const { passed, failed } = requiredCounts(run, artifact);
    return [
      md(names[index] ?? ''),
      md(run.validationMode || 'default'),
      own.status,
      `${passed}/${failed}`,
      '-',
      `${run.targets.length}`,
      code(json),
    ];
  });
  const views = cases.map(({ artifact }) => targetViews(run, artifact));
  const matrix = run.targets.map((target, index) => [
    md(target.profile.id),
    ...views.map((column) => {
      const view = column[index];
      if (!view) return '-';
      const finding = view.outcome.status === 'fail' ? view.outcome.findings[0]?.rollup : undefined;
      return [view.outcome.status, target.required ? '`required`' : '', finding ?? ''].filter(Boolean).join(' ');
    }),
  ]);
  const lines = [
    '# bpfcompat Compatibility Suite',
    '',
    `- Suite: ${md(run.matrix.name)}`,
    `- Status: ${verdict.status}`,
    `- Exit Code: ${verdict.exitCode}`,
    `- Started: ${run.startedAt}`,
    `- Finished: ${run.finishedAt}`,
    '',
    '## Cases',
    '',
    ...table(['Case', 'Mode', 'Status', 'Required pass/fail', 'Behavior', 'Profiles', 'Report'], rows),
    '',
    '## Collection Matrix',
    '',
    ...table(['Profile', ...names.map((name) => md(name))], matrix),
  ];
  return `${lines.join('\n')}\n`;
}
