import { oneLine } from '../report/escape.ts';
import { FailureSections } from './causes.tsx';
import { Facts, kernelPath, ListTable, objectPath, ResultCell, Section, When } from './elements.tsx';
import { htmlPage, type PageAssets } from './shell.tsx';
import type { Site, SiteKernel } from './site.ts';
import { stateOf, titleOf } from './state.ts';
import { headlineOf, statusWord } from './verdict.ts';

/** What one kernel supports: the newest result of each object on it. */
export function kernelPage(site: Site, kernel: SiteKernel, assets: PageAssets): string {
  const rows = site.objects.flatMap((object) => {
    const cell = object.latest.get(kernel.id);
    return cell ? [{ object, cell }] : [];
  });
  const cells = rows.map(({ cell }) => cell);
  const { status, text } = headlineOf(cells);
  const up = '../';
  const newest = [...cells].sort((a, b) => site.runs.indexOf(a.run) - site.runs.indexOf(b.run))[0];
  const pack = newest?.target.kernel_package;
  return htmlPage({
    assets,
    up,
    title: `${kernel.name}: ${text}`,
    crumbs: [{ text: kernel.name, href: kernelPath(kernel) }],
    downloads: [['JSON', `kernels/${kernel.slug}.json`]],
    children: (
      <>
        <h1 class={`verdict v-${status}`}>
          <span>{statusWord(status)}</span> {kernel.name}: {text}
        </h1>
        <Facts
          rows={[
            ['profile', kernel.id],
            ['release', newest?.target.host?.kernel ?? ''],
            ['architecture', kernel.arch],
            ['package', pack ? `${pack.name} ${pack.version}` : ''],
          ]}
        />
        <FailureSections site={site} up={up} cells={cells} />
        <Section title="Objects">
          <ListTable label="Objects" heads={['Object', 'Result', 'Why', 'Tested']}>
            {rows.map(({ object, cell }) => (
              <tr>
                <th scope="row">
                  <a href={up + objectPath(object)}>{oneLine(object.name, 100)}</a>
                </th>
                <ResultCell cell={cell} up={up} />
                <td>{oneLine(titleOf(cell, stateOf(cell)) ?? '', 300)}</td>
                <td>
                  <When time={cell.run.document.startedAt} />
                </td>
              </tr>
            ))}
          </ListTable>
        </Section>
      </>
    ),
  });
}
