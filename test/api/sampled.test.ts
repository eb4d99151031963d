import { expect, test } from 'vitest';
import { caseSample, sampleOf } from '../../src/api/sample-request.ts';
import { settingNeeds } from '../../src/api/sampled.ts';
import { NO_SETTINGS } from '../../src/config/loader-settings.ts';
import { readManifest } from '../../src/config/manifest.ts';
import { readSuite } from '../../src/config/suite.ts';
import { createHost } from '../../src/host/create-host.ts';

const place = { host: createHost({ env: {} }), cwd: '/' };
const SAMPLE = { artifacts: ['a.bpf.o'], sample: true, acceptInferred: true };
const TEST = 'functional_tests:\n  - {name: t, command: "uname -r"';

function manifest(text: string) {
  return readManifest({ file: 'm.yaml', text });
}

test.each([
  ['functional tests', SAMPLE, `${TEST}}\n`, /^m\.yaml: what functional tests see may differ between kernels/],
  ['a budget', SAMPLE, 'max_insns: 5000\n', /^m\.yaml: what max_insns counts/],
  ['a budget of the caller', { ...SAMPLE, maxInsns: 5000 }, undefined, /^what maxInsns counts .*acceptInferred$/],
  ['modules', SAMPLE, 'modules: {load: [dummy]}\n', /^m\.yaml: what modules\.load finds/],
] as const)('no pass with %s is inferred for a required kernel', async (_, options, text, words) => {
  const resolved = text === undefined ? undefined : manifest(text);
  await expect(sampleOf(place, options, resolved)).rejects.toThrow(words);
  expect(await sampleOf(place, { ...options, acceptInferred: false }, resolved)).toMatchObject({ accepts: false });
});

test.each([
  ['an optional test', `${TEST}, required: false}\n`, {}],
  ['tests that the mode leaves out', `${TEST}}\n`, { mode: 'load_attach' as const }],
])('%s decides nothing', async (_, text, options) => {
  expect(await sampleOf(place, { ...SAMPLE, ...options }, manifest(text))).toMatchObject({ accepts: true });
});

test('settings give kernels more to differ in: places of every kind, types of programs and of inner maps', () => {
  const text = [
    'programs:\n  - {name: p, attach_target: vfs_read}\n',
    'program_types:\n  - {program: q, type: sk_msg}\n',
    'maps:\n  - {name: outer, inner_map: {type: lru_hash, key_size: 4, value_size: 4, max_entries: 1}}\n',
  ].join('');
  const loader = { ...NO_SETTINGS, attachTargets: new Map([['r', 'sched/sched_switch']]) };
  const names = settingNeeds({ loader, manifest: manifest(text) }).map(({ kind, name }) => `${kind} ${name}`);
  expect(names).toEqual([
    'tracepoint sched/sched_switch',
    'function vfs_read',
    'raw_tracepoint vfs_read',
    'function bpf_lsm_vfs_read',
    'function security_vfs_read',
    'function bpf_iter_vfs_read',
    'enumerator BPF_PROG_TYPE_SK_MSG',
    'option CONFIG_NET',
    'option CONFIG_BPF_STREAM_PARSER',
    'type sk_msg_md',
    'enumerator BPF_MAP_TYPE_LRU_HASH',
  ]);
});

/** The only case of a suite. */
function caseOf(keys: string) {
  const text = `name: s\ndefaults: {kernels: [debian-12-6.1]}\ncases:\n  - {name: a, ${keys}}\n`;
  const [source] = readSuite({ file: 's.yaml', text }).cases;
  return source ?? expect.fail('the suite has no case');
}

const OBJECT = 'artifact: a.o';

test.each([
  ['a command', 'command: ./load', undefined, undefined, /what a command finds/],
  ['a budget', OBJECT, 5000, undefined, /^all kernels are tested: what max_insns counts/],
  ['functional tests', OBJECT, undefined, `${TEST}}\n`, /m\.yaml: what functional tests see/],
])('of a case with %s no pass is inferred: all of its kernels are tested', (_, keys, maxInsns, text, words) => {
  const resolved = text === undefined ? undefined : manifest(text);
  const { sample, notes } = caseSample({ facts: undefined, accepts: true }, caseOf(keys), maxInsns, resolved);
  expect(sample).toBeUndefined();
  expect(notes).toEqual([expect.stringMatching(words)]);
});

test('other cases are sampled, and so are all but commands where an inferred pass does not count', () => {
  const one = caseOf(OBJECT);
  const accepts = { facts: '/f', accepts: true };
  expect(caseSample(accepts, one, undefined, undefined)).toEqual({ sample: accepts, notes: [] });
  const counts = { facts: '/f', accepts: false };
  expect(caseSample(counts, one, 5000, manifest(`${TEST}}\n`))).toEqual({ sample: counts, notes: [] });
  expect(caseSample(undefined, one, 5000, undefined)).toEqual({ sample: undefined, notes: [] });
});
