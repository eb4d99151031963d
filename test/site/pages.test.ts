import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { publicReport } from '../../src/report/public-report.ts';
import { siteFiles } from '../../src/site/pages.ts';
import { siteOf } from '../../src/site/site.ts';
import { distinctSlugs, slugOf } from '../../src/site/slug.ts';
import { hostileDocuments, PLACE, placedRun, suiteOf } from '../fixtures/documents.ts';
import { HOSTILE } from '../fixtures/hostile.ts';
import { hostileRun, mixedRun, quickRun } from '../fixtures/scenes.ts';
import { at, reportInput, runInput, suiteInput, wideInput, withoutReports } from './site-runs.ts';

const web = join(import.meta.dirname, '..', '..', 'web');
const TEXTS = { css: readFileSync(join(web, 'page.css'), 'utf8'), script: readFileSync(join(web, 'page.js'), 'utf8') };

type Inputs = Parameters<typeof siteOf>[0];

function filesOf(inputs: Inputs, label = 'latest'): Map<string, string> {
  return new Map([...siteFiles(siteOf(inputs, label), TEXTS)].map(([path, text]) => [path, text()]));
}

function pageOf(files: Map<string, string>, pattern: RegExp): string {
  const [path] = [...files.keys()].filter((name) => pattern.test(name));
  return files.get(path ?? '') ?? '';
}

/** A run in which the older kernels fail at first, and one of them later. */
function twoRuns(): Inputs {
  const first = at(placedRun(PLACE), 1);
  const [head, ...rest] = first.results;
  const later = { ...first, results: [...(head ? [head] : []), ...rest.map((one) => passing(one))] };
  return [reportInput(first), reportInput(at(later, 2))];
}

function passing<T extends { readonly outcome: unknown }>(one: T): T {
  return { ...one, outcome: { status: 'pass', findings: [] } };
}

const MIXED = (): Inputs => [
  runInput(at(quickRun(), 3)),
  reportInput(at(mixedRun(), 4)),
  suiteInput(suiteOf()),
  ...twoRuns(),
];

describe('a site', () => {
  const files = filesOf(MIXED());

  test('has what the first page promises: pages, JSON beside each, badges', () => {
    for (const name of ['index.html', 'index.json', 'index.md', 'latest.txt']) expect(files.has(name)).toBe(true);
    const pages = [...files.keys()].filter((path) => path.endsWith('.html'));
    expect(pages.length).toBeGreaterThan(20);
    for (const page of pages) expect([page, files.has(page.replace(/html$/, 'json'))]).toEqual([page, true]);
    expect([...files.keys()].filter((path) => /^runs\/latest\/.*\.md$/.test(path))).toHaveLength(5);
    for (const [path, text] of files) if (path.endsWith('.json')) expect(() => JSON.parse(text), path).not.toThrow();
  });

  test('an object whose newest case could not start is no pass for what is older', () => {
    const suite = suiteOf();
    const [good, , , , gone] = suite.cases;
    if (!good || !gone) throw new TypeError('no such cases');
    const first = suiteInput({ ...suite, status: 'pass', exitCode: 0, notRun: [], cases: [good] });
    const lost = (required: boolean) =>
      suiteInput({ ...suite, startedAt: '2026-01-03T00:00:00Z', cases: [{ ...gone, name: 'good', required }] });
    const index = (inputs: Inputs) => JSON.parse(filesOf(inputs).get('index.json') ?? '');
    expect(index([first])).toMatchObject({ status: 'pass' });
    expect(index([first, lost(false)])).toMatchObject({ status: 'pass' });
    expect(index([first, lost(true)])).toMatchObject({ status: 'error', text: '1 case could not start' });
    const files = filesOf([first, lost(true)]);
    expect(files.get('objects/good.html')).toContain('INCONCLUSIVE');
    expect(files.get('index.md')).toContain('**INCONCLUSIVE**: 1 case could not start');
    expect(files.get('objects/good.svg')).not.toBe(filesOf([first]).get('objects/good.svg'));
  });

  test('has no link that leads nowhere, and none that leaves it', () => {
    for (const [path, text] of files) {
      if (!path.endsWith('.html')) continue;
      for (const [, href = ''] of text.matchAll(/(?:href|src)="([^"]*)"/g)) {
        if (href.startsWith('#')) continue;
        const to = posix.join(posix.dirname(path), href);
        expect([path, href, files.has(to)]).toEqual([path, href, true]);
      }
    }
  });

  test('the same reports in any order give the same bytes', () => {
    expect(filesOf([...MIXED()].reverse())).toEqual(files);
  });

  test('no page has a script or a style of its own', () => {
    for (const [path, text] of files) {
      if (!path.endsWith('.html')) continue;
      expect(text).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:/i);
      expect(text.match(/<script/g)).toHaveLength(1);
      expect(text).toContain('Content-Security-Policy');
    }
  });

  test('files that are shared are called by what is in them', () => {
    const other = [...siteFiles(siteOf(MIXED(), 'latest'), { ...TEXTS, css: 'a{}' }).keys()];
    expect(other.filter((path) => path.startsWith('assets/'))).not.toEqual(
      [...files.keys()].filter((path) => path.startsWith('assets/')),
    );
  });
});

describe('what a maintainer looks for', () => {
  test('the verdict and the failing kernel stand before the table', () => {
    const page = filesOf([reportInput(at(placedRun(PLACE, 2), 1))]).get('index.html') ?? '';
    expect(page).toContain('INCOMPATIBLE');
    const before = page.slice(0, page.indexOf('<table'));
    expect(before).toContain('What fails');
    expect(before).toContain('Debian 11 (5.10)');
    expect(before).toContain('bpf/conn.bpf.c:53');
  });

  test('a failure that blocks nothing under fail_on: never is one all the same', () => {
    const files = filesOf([reportInput(at(placedRun(PLACE, 2), 1), 0, { failOn: 'never' })]);
    expect(JSON.parse(files.get('index.json') ?? '')).toMatchObject({ status: 'fail' });
    expect(files.get('index.md')).toContain('**INCOMPATIBLE**');
  });

  test('a declared failure stays one where the reports of the cases are gone', () => {
    const run = quickRun();
    const failing = run.results.filter(({ outcome }) => outcome.status === 'fail');
    const expectations = failing.flatMap(({ outcome, cell }) =>
      (outcome.status === 'fail' ? outcome.findings : []).map(({ code }) => ({
        ...{ profiles: [run.targets[cell.target]?.profile.id ?? ''], kernels: undefined },
        ...{ code, reason: 'known', origin: 'm.yaml:1:1' },
      })),
    );
    const whole = runInput(at(run, 1), { expectations });
    for (const input of [whole, withoutReports(whole)]) {
      expect(JSON.parse(filesOf([input]).get('index.json') ?? '')).toMatchObject({ status: 'pass' });
    }
  });

  test('the newest run counts, whatever the files are called', () => {
    const index = JSON.parse(filesOf(twoRuns()).get('index.json') ?? '');
    const [object] = index.objects;
    expect(object.results.map(({ status }: { status: string }) => status)).toEqual(['fail', 'pass', 'pass']);
    expect(index.runs.map(({ started_at: time }: { started_at: string }) => time)).toEqual([
      '2026-03-01T10:02:00Z',
      '2026-03-01T10:01:00Z',
    ]);
  });

  test('a kernel that only an older run has keeps its result, and it is marked', () => {
    const older = at(placedRun(PLACE, 3), 1);
    const newer = at(placedRun(PLACE, 2), 2);
    const page = filesOf([reportInput(older), reportInput(newer)]).get('index.html') ?? '';
    expect(page).toContain('from an older run; ');
    expect(page).toContain('from an older run of the object');
  });

  test('two runs are held against each other', () => {
    const files = filesOf(twoRuns());
    const page = pageOf(files, /^diffs\/.*html$/);
    expect(page).toContain('0 new failures, 2 fixed');
    expect(page).toContain('>fixed<');
    const diff = JSON.parse(pageOf(files, /^diffs\/.*json$/));
    expect(diff.summary.fixed_failures).toBe(2);
  });

  test('the page of a cell says what happened, how to repeat it and how it was before', () => {
    const files = filesOf(twoRuns());
    const index = JSON.parse(files.get('index.json') ?? '');
    const page = files.get(index.objects[0].results[0].page) ?? '';
    for (const title of ['Findings', 'In other runs', 'Environment', 'Reproduce']) expect(page).toContain(title);
    expect(page).toContain('value->count++;');
    expect(page).toContain('bpfcompat test --artifact');
    expect(page.match(/aria-current/g)).toHaveLength(1);
    // Of the other kernels, and not of this one.
    expect(page).toContain('On other kernels: passes on');
  });

  test('what gave no result is not a failure', () => {
    const page = filesOf([reportInput(at(mixedRun(), 1))]).get('index.html') ?? '';
    expect(page).toContain('Inconclusive');
    expect(page).toMatch(/<td class="e">/);
  });

  test('a suite with a case that could not start shows it, and what is optional', () => {
    const page = pageOf(filesOf([suiteInput(suiteOf())]), /^runs\/latest\/[^-]*-.*\.html$/);
    expect(page).toContain('could not start: suite.yaml:9:3');
    expect(page).toContain('optional');
    expect(page).toContain('later');
  });

  test('the badge of an object', () => {
    const svg = pageOf(filesOf([reportInput(at(placedRun(PLACE, 3), 1))]), /svg$/);
    expect(svg).toContain('compat: 0/3 kernels');
    expect(svg).toContain('#c9252d');
  });
});

/** A path of the machine in a text; the sources of an object are named as its debug information names them. */
function directoryIn(text: string): string | undefined {
  return text.replace(/\S+\.bpf\.c\b/g, '').match(/\/(?:src|work|home|run|tmp)\/[\w./-]+|qemu-system[^"]*-m /)?.[0];
}

describe('what is published', () => {
  test('no directory of the machine that ran it', () => {
    for (const [path, text] of filesOf(MIXED())) {
      expect([path, directoryIn(text)]).toEqual([path, undefined]);
    }
  });

  test('nor where an object was taken out, nor the directory of its BTF', () => {
    const path = '/home/me/secret/6.1.btf';
    const run = at(quickRun(), 1);
    const own = {
      ...run,
      artifacts: run.artifacts.slice(0, 1),
      results: run.results.filter(({ cell }) => cell.artifact === 0),
    };
    const source = { place: '/home/me/secret/agent', digest: 'sha256:0', inside: '[x]' };
    const artifacts = own.artifacts.map((one) => ({ ...one, path: `${source.place}[x]`, source }));
    const btf = { path, sha256: '00', sizeBytes: 1, used: false, reason: 'kernel_has_btf' } as const;
    const files = filesOf([reportInput({ ...own, artifacts, results: own.results.map((one) => ({ ...one, btf })) })]);
    const report = pageOf(files, /^runs\/.*\.json$/);
    expect(JSON.parse(report).artifact).toMatchObject({ path: 'agent[x]', source: 'agent' });
    expect(report).toContain('btf: supplied by you and not used: 6.1.btf (sha256');
    for (const [name, text] of files) expect([name, text.includes('secret')]).toEqual([name, false]);
  });

  test('sentences of a large report are gone through once', () => {
    const targets = Array.from({ length: 12_000 }, (_, index) => ({
      serial_log: `/work/runs/${index}/serial.log`,
      vm_run_dir: `/work/runs/${index}`,
      notes: [`see /work/runs/${index}/serial.log; /proc/config.gz is not a file of ours`],
    }));
    const before = process.cpuUsage();
    const reported = publicReport({ targets }) as { targets: { notes: string[] }[] };
    expect(reported.targets[7]).toEqual({ notes: ['see serial.log; /proc/config.gz is not a file of ours'] });
    // Seconds of the processor: minutes where each sentence was held against each path.
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5);
  });

  test('no run takes the file of another one or of its case, whatever it is called', () => {
    const called = (runId: string, minute: number) => ({ ...at(quickRun(), minute), runId });
    const first = called('a', 9);
    const [name = ''] = [...filesOf([runInput(first)]).keys()].filter((path) => /^runs\/.*--.*json$/.test(path));
    expect(name).not.toBe('');
    const other = called(name.replace(/^runs\/latest\/|\.json$/g, ''), 2);
    for (const more of [other, called('a..b', 3), called('b..a', 4)].map((run) => reportInput(run))) {
      const before = filesOf([runInput(first)]);
      const after = filesOf([runInput(first), more]);
      const own = [...before.keys()].filter((path) => /^(?:runs|cells)\/.*\.json$/.test(path));
      expect(own.map((path) => after.get(path) === before.get(path))).toEqual(own.map(() => true));
    }
    expect(slugOf('a..b')).toMatch(/^a\.b-[0-9a-f]{8}$/);
    expect(distinctSlugs(['a-', 'A-'])).toEqual(['a-', expect.stringMatching(/^A-[0-9a-f]{8}$/)]);
  });

  test('a collection names the reports beside it', () => {
    const files = filesOf([runInput(at(quickRun(), 1))]);
    const [path = ''] = [...files.keys()].filter((name) => /^runs\/.*\.json$/.test(name) && !name.includes('--'));
    const { cases } = JSON.parse(files.get(path) ?? '');
    expect(cases).toHaveLength(3);
    for (const { report_json_path: file } of cases) expect(files.has(`runs/latest/${file}`)).toBe(true);
  });

  test('the version is part of the paths', () => {
    const files = filesOf(twoRuns(), 'v1.2');
    expect(files.get('latest.txt')).toBe('v1.2\n');
    expect([...files.keys()].some((path) => path.startsWith('runs/v1.2/'))).toBe(true);
  });
});

describe.each(HOSTILE.map((text) => [text]))('%j as every name', (text) => {
  const run = hostileRun(text);
  const documents = hostileDocuments(text);
  const input = (index: number): Inputs[number] => ({
    document: documents[index] as (typeof documents)[number],
    value: { targets: [] },
    caseValues: [],
  });
  const files = filesOf([reportInput(run), input(0), input(1)]);

  test('stays text on every page, and no path leaves the site', () => {
    for (const [path, page] of files) {
      expect(path).toMatch(/^[A-Za-z0-9._/-]+$/);
      expect(path.split('/').some((part) => part.startsWith('.') || part === '')).toBe(false);
      if (!path.endsWith('.html') && !path.endsWith('.svg')) continue;
      expect(page).not.toMatch(/<img|<script>/);
      expect(page).not.toMatch(
        /[\u0000-\u0008\u000b-\u001f\u007f\u200b-\u200f\u202a-\u202e\ufeff]|[\ud800-\udfff](?![\udc00-\udfff])/,
      );
      if (path.endsWith('.html')) expect(page.match(/<script/g)).toHaveLength(1);
    }
  });
});

test('names that differ in case or only in strange characters stay apart', () => {
  const run = placedRun(PLACE, 1);
  const named = (name: string, minute: number) => {
    const [first] = run.artifacts;
    return reportInput(
      at({ ...run, artifacts: first ? [{ ...first, basename: name, path: `/x/${name}` }] : [] }, minute),
    );
  };
  const names = ['a.bpf.o', 'A.bpf.o', 'a b.o', 'a/b.o', '../../etc', '.hidden', ''];
  const files = filesOf(names.map((name, index) => named(name, index)));
  const pages = [...files.keys()].filter((path) => /^objects\/.*html$/.test(path));
  expect(new Set(pages.map((path) => path.toLowerCase())).size).toBe(names.length);
});

test('200 objects on 60 kernels: one page in a moment, under a megabyte', () => {
  const files = siteFiles(siteOf([wideInput(200, 60)], 'latest'), TEXTS);
  const before = process.cpuUsage();
  const page = files.get('index.html')?.() ?? '';
  const { user } = process.cpuUsage(before);
  expect(page.match(/<td class="\w"><a/g)?.length).toBe(200 * 60);
  expect(Buffer.byteLength(page)).toBeLessThan(1_000_000);
  // Seconds of the processor: 0.4 to 0.6 where seven other programs run beside it.
  expect(user / 1e6).toBeLessThan(2);
  expect(TEXTS.script.length).toBeLessThan(15_000);
});

test('30 objects on 20 kernels: the page of the run in 100 ms', () => {
  const files = siteFiles(siteOf([wideInput(30, 20)], 'latest'), TEXTS);
  const path = [...files.keys()].find((name) => /^runs\/latest\/[^/]+\.html$/.test(name)) ?? '';
  const times = Array.from({ length: 9 }, () => {
    const before = process.cpuUsage();
    expect(
      files
        .get(path)?.()
        .match(/<td class="\w"><a/g)?.length,
    ).toBe(30 * 20);
    return process.cpuUsage(before).user / 1000;
  });
  // Of the processor; the first ones compile the code.
  expect(times.sort((a, b) => a - b)[4]).toBeLessThan(100);
});
