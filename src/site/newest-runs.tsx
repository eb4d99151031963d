import { oneLine } from '../report/escape.ts';
import { ResultLink, runPath, timeText, When } from './elements.tsx';
import type { Site, SiteRun } from './site.ts';
import { stateOf } from './state.ts';
import { runHeadline, statusWord } from './verdict.ts';

const MAX_RUNS = 10;
/** Failing cells of one run that are named. */
const MAX_CELLS = 6;

const MARKS = { pass: 'p', fail: 'f', error: 'e' } as const;

interface Props {
  readonly site: Site;
  readonly up: string;
}

/** Which object fails on which kernel, as links: what a maintainer looks for first. */
function Failing({ site, up, run }: Props & { run: SiteRun }) {
  const failing = run.cells.filter((cell) => stateOf(cell).mark === 'f');
  if (failing.length === 0) return null;
  const names = new Map(site.kernels.map(({ id, name }) => [id, name]));
  const rest = failing.length - MAX_CELLS;
  return (
    <p class="who">
      {failing.slice(0, MAX_CELLS).map((cell) => (
        <>
          <ResultLink cell={cell} up={up} text={`${cell.object} on ${names.get(cell.kernel) ?? cell.kernel}`} />{' '}
        </>
      ))}
      {rest > 0 && `and ${rest} more`}
    </p>
  );
}

function CompareForm({ site, up }: Props) {
  const choices = (chosen: number) =>
    site.runs.map(({ slug, document }, index) => (
      <option value={slug} selected={index === chosen}>
        {oneLine(`${timeText(document.startedAt)} ${document.name}`, 80)}
      </option>
    ));
  return (
    <form method="get" action={`${up}compare`}>
      <label>
        Compare <select name="base">{choices(1)}</select>
      </label>{' '}
      <label>
        with <select name="head">{choices(0)}</select>
      </label>{' '}
      <button type="submit">Compare</button>
    </form>
  );
}

/** The newest runs with what fails in them, and a form that compares two. */
export function NewestRuns({ site, up }: Props) {
  if (site.runs.length === 0) return <p>There are none yet.</p>;
  return (
    <>
      <ul class="runs">
        {site.runs.slice(0, MAX_RUNS).map((run) => {
          const { status, text } = runHeadline(run);
          return (
            <li>
              <span class={`chip ${MARKS[status]}`}>{statusWord(status)}</span>{' '}
              <a href={`${up}${runPath(site.label, run)}.html`}>
                <When time={run.document.startedAt} />
              </a>{' '}
              {oneLine(run.document.name, 80)}: {text}
              <Failing site={site} up={up} run={run} />
            </li>
          );
        })}
      </ul>
      <p>
        <a href={`${up}index.html`}>All results</a>
      </p>
      {site.runs.length > 1 && <CompareForm site={site} up={up} />}
    </>
  );
}
