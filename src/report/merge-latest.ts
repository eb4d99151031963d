import type { RunReport } from '../model/report.ts';

/**
 * What is known after a further run of some of the objects: results of objects that ran again replace their older ones,
 * new objects come last. Both runs have the same kernels.
 */
export function mergeLatest(
  before: RunReport | undefined,
  now: RunReport,
): { readonly report: RunReport; readonly replacedDirs: readonly string[] } {
  if (before === undefined) return { report: now, replacedDirs: [] };
  const paths = [...new Set([...before.artifacts, ...now.artifacts].map(({ path }) => path))];
  const artifacts = paths.map((path) => {
    const isPath = (artifact: { readonly path: string }): boolean => artifact.path === path;
    const run = now.artifacts.some(isPath) ? now : before;
    const index = run.artifacts.findIndex(isPath);
    return { run, index };
  });
  const results = artifacts.flatMap(({ run, index }, artifact) =>
    run.results
      .filter(({ cell }) => cell.artifact === index)
      .map((result) => ({ ...result, cell: { ...result.cell, artifact } })),
  );
  const kept = new Set(results.map(({ dir }) => dir));
  const stillUsed = before.results.some(({ dir }) => dir !== undefined && kept.has(dir));
  return {
    report: {
      ...now,
      artifacts: artifacts.map(({ run, index }) => run.artifacts[index]).filter((artifact) => artifact !== undefined),
      results,
    },
    replacedDirs: stillUsed || before.runDir === now.runDir ? [] : [before.runDir],
  };
}
