import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ValidateOptions, type ValidateResult, validate } from '../../../src/index.ts';
import { KERNELS } from './places.ts';
import { type Report, readReport } from './report.ts';

export interface Checked extends ValidateResult {
  /** The written report of each object, by file name. */
  readonly reports: ReadonlyMap<string, Report>;
}

/** Tests objects through the library, on all four kernels unless said otherwise, and reads the reports back. */
export async function check(
  scratch: string,
  artifacts: readonly string[],
  options: Omit<ValidateOptions, 'artifacts' | 'manifest'> & { readonly manifest?: string } = {},
): Promise<Checked> {
  const dir = mkdtempSync(join(scratch, 'run-'));
  const { manifest, ...rest } = options;
  if (manifest !== undefined) writeFileSync(join(dir, 'manifest.yaml'), manifest);
  const result = await validate({
    kernels: KERNELS,
    cwd: dir,
    out: 'report.json',
    markdown: 'report.md',
    ...rest,
    artifacts,
    ...(manifest === undefined ? {} : { manifest: 'manifest.yaml' }),
  });
  const reports = new Map(
    result.report.artifacts.map(({ basename }, index) => {
      const file = result.paths.artifacts[index]?.json ?? '';
      return [basename, readReport(file)];
    }),
  );
  return { ...result, reports };
}

/** The report of one object. */
export function reportOf({ reports }: Checked, file: string): Report {
  const report = reports.get(file.split('/').at(-1) ?? '');
  if (report === undefined) throw new Error(`there is no report of ${file}`);
  return report;
}
