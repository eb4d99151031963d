import type { Expected } from '../model/gate.ts';
import type { RunReport } from '../model/report.ts';

/** A run, and what became of the failures that are declared for its cells. */
export interface Latest {
  readonly report: RunReport;
  readonly expected: readonly Expected[];
}

/**
 * What is known after a further run of some of the objects: results of objects that ran again replace their older ones,
 * new objects come last. Both runs have the same kernels.
 */
export function mergeLatest(
  earlier: Latest | undefined,
  latest: Latest,
): Latest & { readonly replacedDirs: readonly string[] } {
  if (earlier === undefined) return { ...latest, replacedDirs: [] };
  const [before, now] = [earlier.report, latest.report];
  // A program that was built again may have other objects.
  const opened = new Set(now.artifacts.flatMap(({ source }) => source?.place ?? []));
  const others = before.artifacts.filter(({ source }) => source === undefined || !opened.has(source.place));
  const paths = [...new Set([...others, ...now.artifacts].map(({ path }) => path))];
  const artifacts = paths.map((path) => {
    const isPath = (artifact: { readonly path: string }): boolean => artifact.path === path;
    const { report: run, expected } = now.artifacts.some(isPath) ? latest : earlier;
    const index = run.artifacts.findIndex(isPath);
    return { run, index, expected: expected.filter((one) => one.artifact === index) };
  });
  const results = artifacts.flatMap(({ run, index }, artifact) =>
    run.results
      .filter(({ cell }) => cell.artifact === index)
      .map((result) => ({ ...result, cell: { ...result.cell, artifact } })),
  );
  const expected = artifacts.flatMap(({ expected: own }, artifact) => own.map((one) => ({ ...one, artifact })));
  const kept = new Set(results.map(({ dir }) => dir));
  const stillUsed = before.results.some(({ dir }) => dir !== undefined && kept.has(dir));
  return {
    report: {
      ...now,
      artifacts: artifacts.map(({ run, index }) => run.artifacts[index]).filter((artifact) => artifact !== undefined),
      results,
    },
    expected,
    replacedDirs: stillUsed || before.runDir === now.runDir ? [] : [before.runDir],
  };
}
