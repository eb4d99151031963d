import { oneLine } from '../report/escape.ts';
import { kernelPath, objectPath, ResultCell, Scroll } from './elements.tsx';
import type { SiteCell, SiteKernel } from './site.ts';
import { legendOf, stateOf } from './state.ts';

interface GridRow {
  readonly name: string;
  /** Of the object's page; empty for none. */
  readonly slug: string;
  readonly optional: boolean;
  /** Why it has no cells; empty where it has. */
  readonly error: string;
  readonly cell: (kernel: SiteKernel) => SiteCell | undefined;
  /** Whether a cell is of another run than the newest of this object. */
  readonly older: (cell: SiteCell) => boolean;
}

export interface GridProps {
  readonly caption: string;
  readonly kernels: readonly SiteKernel[];
  readonly rows: readonly GridRow[];
  readonly up: string;
}

/** A row that a reader who looks for trouble wants to see. */
function isBad(cells: readonly (SiteCell | undefined)[], error: string): boolean {
  return (
    error !== '' ||
    cells.some((cell) => cell !== undefined && !['pass', 'skipped', 'inferred'].includes(cell.target.status))
  );
}

function ArchRow({ kernels }: { kernels: readonly SiteKernel[] }) {
  const archs = [...new Set(kernels.map(({ arch }) => arch))];
  if (archs.length < 2) return null;
  return (
    <tr>
      <td />
      {archs.map((arch) => (
        <th scope="colgroup" colSpan={kernels.filter((kernel) => kernel.arch === arch).length}>
          {arch || 'unknown'}
        </th>
      ))}
    </tr>
  );
}

/** Objects by kernels. Each result is a link to its page; a table with several rows can be narrowed. */
export function Grid({ caption, kernels, rows, up }: GridProps) {
  if (rows.length === 0 || kernels.length === 0) return null;
  const table = rows.map((row) => ({ ...row, cells: kernels.map(row.cell) }));
  const states = table.flatMap(({ cells }) => cells.map(stateOf));
  const older = table.some((row) => row.cells.some((cell) => cell && row.older(cell)));
  return (
    <>
      {rows.length > 1 && (
        <p class="tools">
          <label>
            <input type="checkbox" class="bad-only" /> only rows with a failure or an inconclusive result
          </label>
          <label class="needs-script" hidden>
            Filter <input type="search" class="filter" />
          </label>
        </p>
      )}
      <Scroll label={caption}>
        <table class="grid">
          <caption>{caption}</caption>
          <thead>
            <ArchRow kernels={kernels} />
            <tr>
              <th scope="col">Object</th>
              {kernels.map((kernel) => (
                <th scope="col">
                  <a href={up + kernelPath(kernel)} title={kernel.name}>
                    {kernel.distro === '' ? '' : <small>{kernel.distro}</small>} {kernel.family}
                  </a>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.map(({ name, slug, optional, error, cells, older: isOlder }) => (
              <tr class={isBad(cells, error) ? 'bad' : 'good'}>
                <th scope="row">
                  {slug === '' ? oneLine(name, 60) : <a href={up + objectPath({ slug })}>{oneLine(name, 60)}</a>}
                  {optional && <small> optional</small>}
                </th>
                {error === '' ? (
                  cells.map((cell) => <ResultCell cell={cell} up={up} older={cell !== undefined && isOlder(cell)} />)
                ) : (
                  <td class="e" colSpan={kernels.length}>
                    could not start: {oneLine(error, 300)}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <ul class="legend">
        {legendOf(states).map(({ mark, word, words }) => (
          <li>
            <span class={`chip ${mark}`}>{word}</span> {words}
          </li>
        ))}
        {older && (
          <li>
            <span class="chip o">word</span> from an older run of the object
          </li>
        )}
      </ul>
    </>
  );
}
