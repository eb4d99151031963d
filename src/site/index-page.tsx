import { FailureSections } from './causes.tsx';
import { ListTable, runPath, Section, When } from './elements.tsx';
import { Grid } from './grid.tsx';
import { htmlPage, type PageAssets } from './shell.tsx';
import type { Site } from './site.ts';
import { latestCells, runHeadline, siteHeadline, sizeText, statusWord } from './verdict.ts';

/** Runs that the first page lists; all have pages. */
const MAX_RUNS = 100;

function RunRows({ site, up }: { site: Site; up: string }) {
  return (
    <ListTable label="Runs" heads={['Run', 'Status', 'Result', 'Size']}>
      {site.runs.slice(0, MAX_RUNS).map((run) => {
        const { status, text } = runHeadline(run);
        return (
          <tr>
            <th scope="row">
              <a href={`${up}${runPath(site.label, run)}.html`}>
                <When time={run.document.startedAt} />
              </a>
            </th>
            <td class={`v-${status}`}>{statusWord(status)}</td>
            <td>{text}</td>
            <td>{sizeText(run.cells)}</td>
          </tr>
        );
      })}
    </ListTable>
  );
}

/** The newest result of every object on every kernel, and all runs. */
export function indexPage(site: Site, assets: PageAssets): string {
  const cells = latestCells(site);
  const { status, text } = siteHeadline(site);
  const up = '';
  return htmlPage({
    assets,
    up,
    title: `bpfcompat: ${text}`,
    crumbs: [],
    downloads: [
      ['JSON', 'index.json'],
      ['Markdown', 'index.md'],
    ],
    children: (
      <>
        <h1 class={`verdict v-${status}`}>
          <span>{statusWord(status)}</span> {text}
        </h1>
        <p class="meta">
          {sizeText(cells)}, newest run <When time={site.runs[0]?.document.startedAt ?? ''} />
        </p>
        <FailureSections site={site} up={up} cells={cells} />
        <Section title="Objects and kernels">
          <Grid
            caption="Newest result of each object on each kernel"
            kernels={site.kernels}
            up={up}
            rows={site.objects.map(({ name, slug, latest, runs }) => ({
              name,
              slug,
              optional: false,
              error: '',
              cell: ({ id }) => latest.get(id),
              older: ({ run }) => run !== runs[0],
            }))}
          />
        </Section>
        <Section title="Runs">
          <RunRows site={site} up={up} />
          {site.runs.length > MAX_RUNS && (
            <p>{site.runs.length - MAX_RUNS} older runs are on the pages of their objects.</p>
          )}
        </Section>
      </>
    ),
  });
}
