import type { Comparison, ProfileDiff } from '../model/comparison.ts';
import { byImportance, detailTexts, grownRows, isNews, newsText, sideText } from '../report/compare-words.ts';
import { oneLine } from '../report/escape.ts';
import { diffOf, type ObjectDiff } from './diff.ts';
import { cellPath, ListTable, runPath, Section, When } from './elements.tsx';
import { htmlPage, type PageAssets } from './shell.tsx';
import type { Site, SiteRun } from './site.ts';

/** Path of the page without a run of more than two: both are named. */
export function diffPath(base: Pick<SiteRun, 'slug'>, head: Pick<SiteRun, 'slug'>): string {
  return `diffs/${base.slug}..${head.slug}.html`;
}

const MARKS = { new: 'f', known: 't', fixed: 'p' } as const;
const WORDS = { new: 'new failure', known: 'known failure', fixed: 'fixed' } as const;

interface RowProps {
  readonly name: string;
  readonly diff: ProfileDiff;
  readonly base: SiteRun;
  readonly head: SiteRun;
  readonly up: string;
}

function Side({
  run,
  name,
  diff,
  side,
  up,
}: Omit<RowProps, 'base' | 'head'> & { run: SiteRun; side: 'base' | 'head' }) {
  const cell = run.cells.find(({ object, kernel }) => object === name && kernel === diff.profile);
  const text = sideText(diff[side]) || 'not tested';
  return <td>{cell ? <a href={up + cellPath(cell)}>{text}</a> : text}</td>;
}

function Row({ name, diff, base, head, up }: RowProps) {
  const { failure, profile, required, change } = diff;
  return (
    <tr>
      <th scope="row">
        {oneLine(profile, 100)}
        {!required && <small> optional</small>}
      </th>
      <td class={failure === undefined ? '' : MARKS[failure]}>
        {failure === undefined ? change.replace('_', ' ') : WORDS[failure]}
      </td>
      <Side run={base} side="base" name={name} diff={diff} up={up} />
      <Side run={head} side="head" name={name} diff={diff} up={up} />
      <td>
        {detailTexts(diff).map((text) => (
          <p>{oneLine(text, 600)}</p>
        ))}
      </td>
    </tr>
  );
}

function Grown({ comparison }: { comparison: Comparison }) {
  const rows = grownRows(comparison.profiles);
  if (rows.length === 0) return null;
  return (
    <ul>
      {rows.slice(0, 20).map(([kernel = '', program = '', before = '', now = '', growth = '']) => (
        <li>
          {oneLine(program, 100)} on {oneLine(kernel, 100)}: {before} to {now} instructions ({growth})
        </li>
      ))}
      {rows.length > 20 && <li>{rows.length - 20} more stand in the JSON.</li>}
    </ul>
  );
}

function ObjectBlock({ one, ...where }: { one: ObjectDiff } & Omit<RowProps, 'diff' | 'name'>) {
  const { name, change, comparison } = one;
  if (!comparison) {
    const why = { added: 'new in this run', removed: 'not in this run any more', compared: 'its report is gone' };
    return (
      <Section title={oneLine(name, 100)}>
        <p>{why[change]}</p>
      </Section>
    );
  }
  const news = byImportance(comparison).filter(isNews);
  return (
    <Section title={`${oneLine(name, 100)}: ${newsText(comparison.summary)}`}>
      {news.length > 0 && (
        <ListTable label={oneLine(name, 100)} heads={['Kernel', 'Change', 'Before', 'Now', 'Causes']}>
          {news.map((diff) => (
            <Row {...where} name={name} diff={diff} />
          ))}
        </ListTable>
      )}
      <Grown comparison={comparison} />
    </Section>
  );
}

/** Whether a reader has to look at an object. */
function isQuiet({ change, comparison }: ObjectDiff): boolean {
  return change === 'compared' && comparison !== undefined && !comparison.profiles.some(isNews);
}

/** What is different in `head` against `base`. */
export function diffPage(site: Site, base: SiteRun, head: SiteRun, assets: PageAssets): string {
  const up = '../';
  const all = diffOf(base, head);
  const quiet = all.filter(isQuiet);
  const news = all.reduce((sum, { comparison }) => sum + (comparison?.summary.newFailures ?? 0), 0);
  const fixed = all.reduce((sum, { comparison }) => sum + (comparison?.summary.fixed ?? 0), 0);
  const text = `${news} new failure${news === 1 ? '' : 's'}, ${fixed} fixed`;
  const path = diffPath(base, head);
  return htmlPage({
    assets,
    up,
    title: `${text}: ${base.slug} to ${head.slug}`,
    crumbs: [{ text: 'changes', href: path }],
    downloads: [['JSON', path.replace(/\.html$/, '.json')]],
    children: (
      <>
        <h1 class={`verdict ${news > 0 ? 'v-fail' : 'v-pass'}`}>
          <span>{news > 0 ? 'NEW FAILURES' : 'NO NEW FAILURES'}</span> {text}
        </h1>
        <p class="meta">
          from the run of{' '}
          <a href={`${up}${runPath(site.label, base)}.html`}>
            <When time={base.document.startedAt} />
          </a>{' '}
          to that of{' '}
          <a href={`${up}${runPath(site.label, head)}.html`}>
            <When time={head.document.startedAt} />
          </a>
        </p>
        {all
          .filter((one) => !isQuiet(one))
          .map((one) => (
            <ObjectBlock one={one} base={base} head={head} up={up} />
          ))}
        {quiet.length > 0 && (
          <Section title="Without a difference">
            <p>{quiet.map(({ name }) => oneLine(name, 100)).join(', ')}</p>
          </Section>
        )}
      </>
    ),
  });
}
