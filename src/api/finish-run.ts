import { gate } from '../gate/gate.ts';
import { partVerdict } from '../gate/whole.ts';
import type { RunReport, Verdict } from '../model/report.ts';
import type { Shard } from '../model/shard.ts';
import { type CheckDocument, isCollection } from '../report/document.ts';
import { documentJson, documentMarkdown } from '../report/document-files.ts';
import { runDocument } from '../report/finished-document.ts';
import type { ReportPaths } from '../run/write-reports.ts';
import type { CompletedCheck } from './check.ts';
import { type Conclusion, type EndedRun, type FinishContext, finish, type WrittenRun } from './finish.ts';
import { shardPart } from './shard-part.ts';

/** A finished run and its documents. */
export interface FinishedRun {
  /** What every report is made of. */
  readonly document: CheckDocument;
  readonly report: RunReport;
  readonly verdict: Verdict;
  readonly paths: ReportPaths;
}

/** What one run says as a whole. About several objects it has documents of its own, about one the reports of that object. */
export function runConclusion([one]: readonly WrittenRun[]): Conclusion<FinishedRun> {
  if (one === undefined) throw new Error('a run that nothing ends has a report');
  const { run, verdict, paths } = one;
  const document = runDocument(run, verdict, paths.artifacts);
  return {
    document,
    documents: isCollection(document)
      ? [
          { path: paths.json, text: () => documentJson(document) },
          { path: paths.markdown, text: () => documentMarkdown(document) },
        ]
      : [],
    verdict: () => [`the run itself ended with ${verdict.status}`, ...verdict.reasons.slice(0, 1)].join(': '),
    result: { document, report: run, verdict, paths },
  };
}

/** The one run of a `test`, as it ended on this machine. */
export interface FinishTestRequest extends FinishContext {
  readonly completed: CompletedCheck;
  readonly shard: Shard | undefined;
}

/**
 * Ends a `test`. A part of a run hands over what `merge` needs: the verdict and the history come once, when all parts are
 * together.
 */
export async function finishTest({
  completed: { plan, runs },
  shard,
  ...context
}: FinishTestRequest): Promise<FinishedRun> {
  const [one] = runs;
  if (one === undefined) throw new Error('a run that nothing ends has a report');
  const { whole, report } = one;
  if (shard === undefined || plan === undefined) return finish(context, [endedRun(one, report)], runConclusion);
  const part = { ...report, part: shardPart(shard, plan, whole.startedAt, [one]) };
  const ended = endedRun(one, part, (verdict) => partVerdict(verdict, shard, whole.results.length));
  return finish({ ...context, history: false }, [ended], runConclusion);
}

/** A run with what its gate says. @param finalVerdict has the last word about that */
export function endedRun(
  { gate: options, reportTargets, manifest }: Pick<EndedRun, 'gate' | 'reportTargets' | 'manifest'>,
  run: RunReport,
  finalVerdict: (verdict: Verdict) => Verdict = (verdict) => verdict,
): EndedRun {
  return { run, verdict: finalVerdict(gate(run, options)), gate: options, reportTargets, manifest };
}
