import { oneLine } from '../report/escape.ts';
import { cellPath, ResultCell, runPath, Scroll, When } from './elements.tsx';
import type { Site, SiteCell, SiteKernel, SiteObject, SiteRun } from './site.ts';
import { stateOf } from './state.ts';

/** Runs that a history shows; older ones have their own pages. */
const MAX_RUNS = 30;

/** The same object on the same kernel in the other runs, newest first; nothing where there is no other. */
export function HistoryStrip({ site, cell, up }: { site: Site; cell: SiteCell; up: string }) {
  const object = site.objects.find(({ name }) => name === cell.object);
  const all = object?.cells.filter(({ kernel }) => kernel === cell.kernel) ?? [];
  if (all.length < 2) return null;
  return (
    <ol class="history">
      {all.slice(0, MAX_RUNS).map((one) => {
        const state = stateOf(one);
        const release = one.target.host?.kernel ?? '';
        return (
          <li aria-current={one === cell ? 'true' : undefined}>
            <a class={`chip ${state.mark}`} href={up + cellPath(one)}>
              {state.word}
            </a>{' '}
            <When time={one.run.document.startedAt} /> {oneLine(release, 80)}
          </li>
        );
      })}
      {all.length > MAX_RUNS && <li>{all.length - MAX_RUNS} older runs are not shown.</li>}
    </ol>
  );
}

function headOf(site: Site, run: SiteRun, up: string) {
  const day = run.document.startedAt.slice(0, 10);
  return (
    <th scope="col">
      <a href={`${up}${runPath(site.label, run)}.html`} title={oneLine(run.document.startedAt, 40)}>
        {oneLine(day || run.slug, 12)}
      </a>
    </th>
  );
}

interface TableProps {
  readonly site: Site;
  readonly object: SiteObject;
  readonly kernels: readonly SiteKernel[];
  readonly up: string;
}

/** Kernels by runs of one object: the history of all its cells. */
export function HistoryTable({ site, object, kernels, up }: TableProps) {
  const runs = object.runs.slice(0, MAX_RUNS);
  if (runs.length < 2) return null;
  const cells = new Map(object.cells.map((cell) => [`${cell.run.slug}\0${cell.kernel}`, cell]));
  return (
    <>
      <Scroll label="History">
        <table class="grid">
          <caption>Results by run, newest first</caption>
          <thead>
            <tr>
              <th scope="col">Kernel</th>
              {runs.map((run) => headOf(site, run, up))}
            </tr>
          </thead>
          <tbody>
            {kernels.map((kernel) => (
              <tr>
                <th scope="row">{kernel.name}</th>
                {runs.map((run) => (
                  <ResultCell cell={cells.get(`${run.slug}\0${kernel.id}`)} up={up} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {object.runs.length > MAX_RUNS && <p>{object.runs.length - MAX_RUNS} older runs are not shown.</p>}
    </>
  );
}
