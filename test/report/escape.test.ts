import { describe, expect, test } from 'vitest';
import { sanitizeText } from '../../src/model/sanitize.ts';
import { clip, code, codeCell, fence, md, oneLine, printedJson, terminal } from '../../src/report/escape.ts';
import { html } from '../../src/report/html.ts';
import { HOSTILE } from '../fixtures/hostile.ts';
import { elements, rawTree } from '../tools/github-page.ts';

describe.each(HOSTILE.map((text) => [JSON.stringify(text), text] as const))('%s', (_name, text) => {
  test('is clean', () => {
    expect(sanitizeText(text)).not.toMatch(
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/,
    );
  });

  test('is one harmless line on a terminal', () => {
    const line = terminal(text);
    expect(line).not.toMatch(/\n|^::|##\[/);
  });

  test('is plain text in Markdown', () => {
    const escaped = md(text);
    expect(escaped).not.toMatch(/\n|<|>|(?<!\\)[`|*[\]]|:\/\/|www\.|@[a-z]|(?<!&)#\d/i);
    expect(escaped).not.toMatch(/^[-+#=]|^\d+[.)](?:\s|$)/);
  });

  test('is one run of text where Markdown is rendered', () => {
    const page = elements(rawTree(`a ${md(text)}`));
    expect(page.map(({ tagName }) => tagName)).toEqual(['p']);
  });

  test('gives no commands where a fence is printed in a workflow', () => {
    expect(fence('a\n ::error::x\n##[error]y :: z')).toBe('```text\na\n : :error::x\n## [error]y : : z\n```');
  });

  test('gives no commands in code and in JSON that is printed', () => {
    expect(code('##[error]x')).toBe('`## [error]x`');
    expect(html('##[error]x')).not.toContain('##[');
    const text = printedJson({ name: '##[error]x' });
    expect(text).not.toContain('##[');
    expect(JSON.parse(text)).toEqual({ name: '##[error]x' });
  });

  test('cannot leave a code span or a fence', () => {
    for (const span of [code(text), codeCell(text)]) {
      const ticks = /^`*/.exec(span)?.[0] ?? '';
      expect(span.endsWith(ticks)).toBe(true);
      expect(span.slice(ticks.length, span.length - ticks.length)).not.toContain(ticks === '' ? '\n' : ticks);
    }
    expect(codeCell(text)).not.toMatch(/(?<!\\)\|/);
    const block = fence(text).split('\n');
    const bar = (block[0] ?? '').replace('text', '');
    expect(block.filter((line) => line.startsWith(bar))).toHaveLength(2);
  });
});

test('names stay readable', () => {
  expect(md('prog_array perf_event bpf_loop a-b.c (x)')).toBe('prog_array perf_event bpf_loop a-b.c (x)');
  expect(md('_edge_')).toBe('\\_edge\\_');
  expect(md('__proto__ bpf_program__set')).toBe('\\_\\_proto\\_\\_ bpf_program__set');
});

test('long text is cut with a mark, and never in the middle of a character', () => {
  expect(clip('abcdef', 4)).toBe('abc…');
  expect(oneLine('a\u{1f600}b', 3)).toBe('a\ufffd…');
  expect(fence('x'.repeat(20), 5)).toContain('[... 15 characters left out ...]');
});
