import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import rehypeRaw from 'rehype-raw';
import rehypeSanitize from 'rehype-sanitize';
import rehypeStringify from 'rehype-stringify';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';

/** Markdown as GitHub shows it on the summary page of a job: GFM, raw HTML, its sanitiser. The body only. */
export function githubHtml(markdown: string): string {
  return String(
    unified()
      .use(remarkParse)
      .use(remarkGfm)
      .use(remarkRehype, { allowDangerousHtml: true })
      .use(rehypeRaw)
      .use(rehypeSanitize)
      .use(rehypeStringify)
      .processSync(markdown),
  );
}

/** The same as a page with GitHub's style sheet, as wide as the summary page of a job. */
export function githubPage(markdown: string): string {
  const css = readFileSync(
    createRequire(import.meta.url).resolve('github-markdown-css/github-markdown-light.css'),
    'utf8',
  );
  const own = 'body { margin: 0 auto; padding: 24px; width: 940px; background: #fff; }';
  return `<!doctype html><meta charset="utf-8"><style>${css}${own}</style><article class="markdown-body">${githubHtml(markdown)}</article>`;
}
