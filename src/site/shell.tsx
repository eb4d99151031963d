import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { oneLine } from '../report/escape.ts';

/** Where the pages find what they share; names relative to the root of the site. */
export interface PageAssets {
  readonly css: string;
  readonly script: string;
}

interface Crumb {
  readonly text: string;
  /** Relative to the root of the site. */
  readonly href: string;
}

export interface ShellProps {
  readonly assets: PageAssets;
  /** Way from the page to the root of the site: empty, or `../` as often as the page lies deeper. */
  readonly up: string;
  readonly title: string;
  readonly crumbs: readonly Crumb[];
  /** The same content for programs: [what, path relative to the root]. */
  readonly downloads: readonly (readonly [string, string])[];
  /** Without a script the page is loaded again after some seconds: something is going on. */
  readonly again?: boolean;
  readonly children: ComponentChildren;
}

/** Nothing but our own files; nothing is sent anywhere. A server adds what a meta element cannot say. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'";

function Shell({ assets, up, title, crumbs, downloads, again, children }: ShellProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={PAGE_POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="color-scheme" content="light dark" />
        {again && (
          <noscript>
            <meta http-equiv="refresh" content="3" />
          </noscript>
        )}
        <title>{oneLine(title, 200)}</title>
        <link rel="stylesheet" href={`${up}${assets.css}`} />
        <script src={`${up}${assets.script}`} defer />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <header>
          <nav aria-label="Breadcrumb">
            <ol>
              {[{ text: 'bpfcompat', href: 'index.html' }, ...crumbs].map(({ text, href }) => (
                <li>
                  <a href={`${up}${href}`}>{oneLine(text, 80)}</a>
                </li>
              ))}
            </ol>
          </nav>
        </header>
        <main id="main" tabIndex={-1}>
          {children}
        </main>
        {downloads.length > 0 && (
          <footer>
            {downloads.map(([what, path]) => (
              <a href={`${up}${path}`}>{what}</a>
            ))}
          </footer>
        )}
      </body>
    </html>
  );
}

/** A whole page as text. */
export function htmlPage(props: ShellProps): string {
  return `<!doctype html>\n${renderToString(<Shell {...props} />)}\n`;
}
