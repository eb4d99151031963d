import type { RunEvent } from '../model/events.ts';
import { codeCell, md } from '../report/escape.ts';
import { type CellEnd, cellEnd } from '../report/progress.ts';

/** What is known of a run while it goes on. */
export interface Partial {
  readonly cells: number;
  readonly done: readonly { readonly artifact: string; readonly kernel: string; readonly end: CellEnd }[];
  readonly accel: string;
}

interface Names {
  readonly artifacts: readonly string[];
  readonly targets: readonly string[];
}

/** Listens to a run, so that something can be reported when it is cut short. */
export function partialRun(): { readonly onEvent: (event: RunEvent) => void; readonly now: () => Partial } {
  let names: Names = { artifacts: [], targets: [] };
  let cells = 0;
  let accel = '';
  const done: Partial['done'][number][] = [];
  return {
    onEvent(event) {
      if (event.type === 'run-start') {
        names = event;
        cells = event.cells;
      }
      if (event.type === 'accel') accel = event.accel;
      if (event.type !== 'cell-end') return;
      done.push({
        artifact: names.artifacts[event.artifact] ?? '',
        kernel: names.targets[event.target] ?? '',
        end: cellEnd(event),
      });
    },
    now: () => ({ cells, done: [...done], accel }),
  };
}

const WORDS: Readonly<Record<CellEnd, string>> = {
  pass: '✅ loads',
  fixups: '🔧 loads with automatic fixups',
  unloaded: '⚪ no program loaded',
  loaded: '🔵 loads, nothing attached',
  partly: '🟡 loads, attached in part',
  fail: '❌ fails',
  expected: '🔶 fails as declared',
  skipped: '⏭️ skipped',
  inferred: '〰️ inferred',
  infra_error: '⚠️ inconclusive',
};

/** Rows beyond this are counted only. */
const MAX_ROWS = 500;

/** The summary of a run that was cancelled, marked as such. */
export function partialSummary({ cells, done }: Partial): string {
  const failed = done.filter(({ end }) => end === 'fail').length;
  const rows = done
    .slice(0, MAX_ROWS)
    .map(({ artifact, kernel, end }) => `| ${codeCell(artifact)} | ${codeCell(kernel)} | ${md(WORDS[end])} |`);
  return [
    `## ⏹️ bpfcompat: cancelled after ${done.length} of ${cells} checks`,
    '',
    `**This summary is partial.** The run was cancelled before it ended; ${failed === 0 ? 'nothing had failed' : `${failed} had failed`} until then.`,
    '',
    ...(rows.length === 0 ? [] : ['| object | kernel | result |', '| --- | --- | --- |', ...rows, '']),
    ...(done.length > MAX_ROWS ? [`and ${done.length - MAX_ROWS} more`, ''] : []),
  ].join('\n');
}
