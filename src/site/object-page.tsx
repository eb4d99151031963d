import { oneLine } from '../report/escape.ts';
import { plural } from '../report/style.ts';
import { FailureSections, WarningSection } from './causes.tsx';
import { kernelPath, ListTable, objectPath, ResultCell, Section, When } from './elements.tsx';
import { HistoryTable } from './history.tsx';
import { htmlPage, type PageAssets } from './shell.tsx';
import type { Site, SiteKernel, SiteObject } from './site.ts';
import { stateOf, titleOf } from './state.ts';
import { objectHeadline, statusWord } from './verdict.ts';

function Support({ object, kernels, up }: { object: SiteObject; kernels: readonly SiteKernel[]; up: string }) {
  return (
    <ListTable label="Kernels" heads={['Kernel', 'Result', 'Release', 'Why', 'Tested']}>
      {kernels.map((kernel) => {
        const cell = object.latest.get(kernel.id);
        if (!cell) return null;
        return (
          <tr>
            <th scope="row">
              <a href={up + kernelPath(kernel)}>{kernel.name}</a>
            </th>
            <ResultCell cell={cell} up={up} />
            <td>{oneLine(cell.target.host?.kernel ?? '', 80)}</td>
            <td>{oneLine(titleOf(cell, stateOf(cell)) ?? '', 300)}</td>
            <td>
              <When time={cell.run.document.startedAt} />
            </td>
          </tr>
        );
      })}
    </ListTable>
  );
}

/** Support of one object: its newest result on each kernel, and how that was before. */
export function objectPage(site: Site, object: SiteObject, assets: PageAssets): string {
  const cells = [...object.latest.values()];
  const kernels = site.kernels.filter(({ id }) => object.latest.has(id));
  const { status, text } = objectHeadline(site, object);
  const up = '../';
  const support = object.cells[0]?.one.support ?? '';
  return htmlPage({
    assets,
    up,
    title: `${object.name}: ${text}`,
    crumbs: [{ text: object.name, href: objectPath(object) }],
    downloads: [
      ['JSON', `objects/${object.slug}.json`],
      ['Badge', `objects/${object.slug}.svg`],
    ],
    children: (
      <>
        <h1 class={`verdict v-${status}`}>
          <span>{statusWord(status)}</span> {oneLine(object.name, 100)}: {text}
        </h1>
        <p class="meta">
          {support === '' ? '' : `${oneLine(support, 400)}; `}
          {plural(object.runs.length, 'run')}
        </p>
        <FailureSections site={site} up={up} cells={cells} />
        <Section title="Kernels">
          <Support object={object} kernels={kernels} up={up} />
        </Section>
        <WarningSection site={site} up={up} cells={cells} />
        <Section title="History">{HistoryTable({ site, object, kernels, up })}</Section>
      </>
    ),
  });
}
