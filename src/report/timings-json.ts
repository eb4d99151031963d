import type { TargetView } from './view.ts';

/** How long each part of a cell took; undefined for one that was not run. */
export function timingsJson({ result }: TargetView) {
  return (
    result && {
      prepare_ms: Math.round(result.timings.prepareMs),
      boot_ms: Math.round(result.timings.bootMs),
      ask_ms: Math.round(result.timings.runMs),
      total_ms: Math.round(result.timings.totalMs),
    }
  );
}
