import { oneLine } from '../report/escape.ts';
import { htmlPage, type PageAssets } from './shell.tsx';
import { TokenForm } from './start-page.tsx';

/** A page that shows nothing to a reader without a credential; the script puts the real one in its place. */
export function lockedPage(assets: PageAssets, up: string): string {
  return htmlPage({
    ...{ assets, up, title: 'bpfcompat: an API key is needed', crumbs: [], downloads: [] },
    children: (
      <div class="locked">
        <h1>An API key is needed</h1>
        <TokenForm why="Results are shown to callers with an API key." />
        <p class="said" role="status" />
      </div>
    ),
  });
}

/** What went wrong, in words. @param back where the reader comes from, as a link */
export function messagePage(
  assets: PageAssets,
  up: string,
  {
    title,
    text,
    back,
    backText = 'Check an object',
  }: { readonly title: string; readonly text: string; readonly back: string; readonly backText?: string },
): string {
  return htmlPage({
    ...{ assets, up, title, crumbs: [], downloads: [] },
    children: (
      <>
        <h1>{title}</h1>
        <p>{oneLine(text, 2000)}</p>
        <p>
          <a href={back}>{backText}</a>
        </p>
      </>
    ),
  });
}
