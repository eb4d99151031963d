import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import rehypeRaw from 'rehype-raw';
import rehypeSanitize from 'rehype-sanitize';
import rehypeStringify from 'rehype-stringify';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';

/** A node of a rendered page. */
export interface PageNode {
  readonly type: string;
  readonly tagName?: string;
  readonly value?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly children?: readonly PageNode[];
}

function processor() {
  return unified().use(remarkParse).use(remarkGfm).use(remarkRehype, { allowDangerousHtml: true }).use(rehypeRaw);
}

/** Markdown as a tree of HTML, before any sanitiser has seen it: what is harmless here is harmless everywhere. */
export function rawTree(markdown: string): PageNode {
  const own = processor();
  return own.runSync(own.parse(markdown)) as PageNode;
}

/** The same behind GitHub's sanitiser. */
export function cleanTree(markdown: string): PageNode {
  const own = processor().use(rehypeSanitize);
  return own.runSync(own.parse(markdown)) as PageNode;
}

/** Markdown as GitHub shows it on the summary page of a job: GFM, raw HTML, its sanitiser. The body only. */
function githubHtml(markdown: string): string {
  return String(processor().use(rehypeSanitize).use(rehypeStringify).processSync(markdown));
}

/** The same as a page with GitHub's style sheet, as wide as the summary page of a job. */
export function githubPage(markdown: string): string {
  const css = createRequire(import.meta.url).resolve('github-markdown-css/github-markdown-light.css');
  const own = 'body { margin: 0 auto; padding: 24px; width: 940px; background: #fff; }';
  const head = `<!doctype html><meta charset="utf-8"><style>${readFileSync(css, 'utf8')}${own}</style>`;
  // What a reader would have to scroll for is noted where a test finds it.
  const measure = `for (const one of document.querySelectorAll('table, pre')) {
    one.dataset.width = one.scrollWidth; one.dataset.room = one.parentElement.clientWidth; }`;
  return `${head}<article class="markdown-body">${githubHtml(markdown)}</article><script>${measure}</script>`;
}

/** All elements below a node, in order. */
export function elements(node: PageNode): PageNode[] {
  const inner = (node.children ?? []).flatMap(elements);
  return node.type === 'element' ? [node, ...inner] : inner;
}

/** Text below a node; that of code is left out where `prose` is requested. */
export function textOf(node: PageNode, prose = false): string {
  if (node.type === 'text') return node.value ?? '';
  if (prose && node.tagName === 'code') return ' ';
  return (node.children ?? []).map((child) => textOf(child, prose)).join('');
}
