import type { RunReport, Verdict } from '../model/report.ts';
import { terminal } from './escape.ts';
import type { ReportPaths } from './json.ts';
import { inconclusiveReason } from './markdown.ts';
import { statusText } from './status-text.ts';
import { targetViews } from './view.ts';

/**
 * The lines that `test` has always printed about one artifact and that scripts look for. Their
 * names and order never change.
 */
export function stableLines(run: RunReport, artifact: number, verdict: Verdict, paths: ReportPaths): string[] {
  const subject = run.artifacts[artifact];
  if (!subject) throw new RangeError(`the run has no artifact number ${artifact}`);
  const targets = targetViews(run, artifact).map((view) => {
    const why = inconclusiveReason(view);
    const status = statusText(view.outcome.status, view.findings, view.fixups);
    return `  - ${view.target.profile.id}: ${status}${why === '' ? '' : ` (${terminal(why, 1000)})`}`;
  });
  const notes = [...verdict.reasons, ...run.notes].map((note) => `  - ${terminal(note, 1000)}`);
  return [
    `Run ID: ${run.runId}`,
    `Run Dir: ${terminal(run.runDir)}`,
    `Artifact: ${terminal(subject.path)}`,
    `Hash: ${subject.sha256 || 'none, it was not read'}`,
    `Matrix Profiles: ${run.targets.map(({ profile }) => profile.id).join(', ')}`,
    `Status: ${verdict.status}`,
    'Targets:',
    ...targets,
    ...(paths.json === '' ? [] : [`JSON Report: ${terminal(paths.json)}`]),
    ...(paths.markdown ? [`Markdown Report: ${terminal(paths.markdown)}`] : []),
    ...(notes.length === 0 ? [] : ['Notes:', ...notes]),
  ];
}
