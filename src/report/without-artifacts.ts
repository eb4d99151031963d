import type { Latest } from './merge-latest.ts';

/** What is known without the results of these objects, and of those in these files (paths). */
export function withoutArtifacts(latest: Latest, gone: readonly string[]): Latest {
  const { report, expected } = latest;
  const kept = report.artifacts.flatMap(({ path, source }, index) =>
    gone.includes(source?.place ?? path) ? [] : [index],
  );
  if (kept.length === report.artifacts.length) return latest;
  return {
    report: {
      ...report,
      artifacts: report.artifacts.filter((_, index) => kept.includes(index)),
      results: report.results
        .filter(({ cell }) => kept.includes(cell.artifact))
        .map((result) => ({ ...result, cell: { ...result.cell, artifact: kept.indexOf(result.cell.artifact) } })),
    },
    expected: expected
      .filter(({ artifact }) => kept.includes(artifact))
      .map((one) => ({ ...one, artifact: kept.indexOf(one.artifact) })),
  };
}
