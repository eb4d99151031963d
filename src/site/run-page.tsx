import { oneLine } from '../report/escape.ts';
import { durationText } from '../report/summary/heading.ts';
import { FailureSections, WarningSection } from './causes.tsx';
import { diffPath } from './diff-page.tsx';
import { Facts, objectPath, runPath, Section, When } from './elements.tsx';
import { Grid } from './grid.tsx';
import { htmlPage, type PageAssets } from './shell.tsx';
import { previousRun, type Site, type SiteRun } from './site.ts';
import { runHeadline, sizeText, statusWord } from './verdict.ts';

const MAX_NOTES = 40;

function Notes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <ul>
      {notes.slice(0, MAX_NOTES).map((note) => (
        <li>{oneLine(note, 1000)}</li>
      ))}
      {notes.length > MAX_NOTES && <li>{notes.length - MAX_NOTES} more stand in the report.</li>}
    </ul>
  );
}

function Objects({ site, run, up }: { site: Site; run: SiteRun; up: string }) {
  return (
    <ul>
      {run.document.cases.map(({ name, report, support }, index) => {
        const file = run.caseSlugs[index] ?? '';
        const object = site.objects.find((one) => one.name === name);
        const digest = report?.artifact.sha256 ?? '';
        return (
          <li>
            {object ? <a href={up + objectPath(object)}>{oneLine(name, 100)}</a> : oneLine(name, 100)}
            {support !== '' && `: ${oneLine(support, 400)}`}
            {digest !== '' && (
              <>
                {' '}
                <code title="SHA-256 of the object">{oneLine(digest, 12)}</code>
              </>
            )}
            {file !== '' && (
              <>
                {' '}
                <a href={`${up}runs/${site.label}/${file}.json`}>JSON</a>
              </>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** One run: its verdict, what fails and why, and all of its results. */
export function runPage(site: Site, run: SiteRun, assets: PageAssets): string {
  const { document, cells } = run;
  const { status, text } = runHeadline(run);
  const up = '../../';
  const before = previousRun(site, run);
  const path = runPath(site.label, run);
  const reports = document.cases.flatMap(({ report }) => report ?? []);
  const flags = [...new Set(reports.map(({ run: own }) => own.flags.join(' ')))];
  const notes = [...new Set(document.cases.flatMap(({ reasons }) => reasons))];
  const kernels = site.kernels.filter(({ id }) => cells.some(({ kernel }) => kernel === id));
  const rowCells = new Map(cells.map((cell) => [JSON.stringify([cell.object, cell.kernel]), cell]));
  return htmlPage({
    assets,
    up,
    title: `${text}: ${document.name}`,
    crumbs: [{ text: `run ${run.slug}`, href: `${path}.html` }],
    downloads: [
      ['JSON', `${path}.json`],
      ['Markdown', `${path}.md`],
      ...(site.served ? [['Evidence', `${path}.tar.gz`] as const] : []),
    ],
    children: (
      <>
        <h1 class={`verdict v-${status}`}>
          <span>{statusWord(status)}</span> {text}
        </h1>
        <p class="meta">
          {oneLine(document.name, 100)}: {sizeText(cells)}, <When time={document.startedAt} />
          {document.durationMs > 0 && `, ${durationText(document.durationMs)}`}
          {before && (
            <>
              {', '}
              <a href={up + diffPath(before, run)}>what changed since the run before</a>
            </>
          )}
        </p>
        <p class="needs-server" hidden>
          <button type="button" class="copy" data-copy={`${up}${path}.md`}>
            Copy as Markdown
          </button>{' '}
          <span class="copied" role="status" />
        </p>
        <FailureSections site={site} up={up} cells={cells} />
        <Section title="Objects and kernels">
          <Grid
            caption="Results of this run"
            kernels={kernels}
            up={up}
            rows={document.cases.map(({ name, required, error }) => ({
              name,
              slug: site.objects.find((object) => object.name === name)?.slug ?? '',
              optional: !required,
              error,
              cell: ({ id }) => rowCells.get(JSON.stringify([name, id])),
              older: () => false,
            }))}
          />
        </Section>
        <WarningSection site={site} up={up} cells={cells} />
        <Section title="Objects">
          <Objects site={site} run={run} up={up} />
        </Section>
        <Section title="The run">
          <Facts
            rows={[
              ['run id', run.id],
              ['matrix', reports[0]?.matrix?.name ?? ''],
              ['flags', flags.length === 1 ? (flags[0] ?? '') : ''],
              ['fails on', reports[0]?.gate?.fail_on ?? ''],
              ['not run', document.notRun.join(', ')],
            ]}
          />
          <Notes notes={notes} />
        </Section>
      </>
    ),
  });
}
