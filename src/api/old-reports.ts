import { withoutOldReports } from '../run/old-reports.ts';
import { type Environment, environmentOf } from './services.ts';

/**
 * Does work that may fail before it knows where its reports go. When it does, older reports of ours at `paths` that it
 * has not replaced are moved aside, so that no one reads them as this run's.
 * @param paths absolute, as somebody named them
 * @param reads what is read too, absolute: stays
 */
export function withoutOldReportsAt<T>(
  paths: readonly string[],
  reads: readonly string[],
  environment: Environment,
  work: () => Promise<T>,
): Promise<T> {
  const { host } = environmentOf(environment);
  return withoutOldReports(
    host,
    paths.map((path) => ({ path })),
    reads,
    work,
  );
}
