// make runtime-selector-proof: decides over a matrix of cases with the real program and holds each result against what it
// must be. Boots nothing and loads nothing. Ends with 1 when one case is other than expected.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundled } from './bundled.mjs';
import { makeKey, same, sha256, startProof, trustText } from './proof-lab.mjs';
import { fixtureReport, historyLines, KERNELS } from './proof-reports.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const env = process.env;
const proof = startProof(
  'runtime-selector-proof',
  env.BPFCOMPAT_RUNTIME_SELECTOR_EVIDENCE_DIR ?? 'evidence/runtime-selector',
);
const name = env.BPFCOMPAT_PROOF_ARTIFACT_NAME ?? 'aegis-bpf';
const { probeDocument } = await bundled('src/runtime/probe.ts');
const OBJECTS = {
  ringbuf: resolve('examples/ringbuf-modern/ringbuf_modern.bpf.o'),
  perfbuf: resolve('examples/perfbuf-fallback/perfbuf_fallback.bpf.o'),
};
const digestOf = (variant) => sha256(readFileSync(OBJECTS[variant]));
const keys = mkKeys('ci', 'other', 'index', 'chain');
const DAY = 24 * 3_600_000;

function mkKeys(...names) {
  const dir = join(proof.scratch, 'keys');
  mkdirSync(dir);
  return Object.fromEntries(names.map((one) => [one, makeKey(dir, one, proof.secrets)]));
}

/** What a host with this kernel says of itself; the clock stands still. */
function probeOf(kernel, more = {}) {
  const facts = {
    hostname: 'host',
    arch: kernel.arch,
    release: kernel.release,
    version: '',
    osRelease: `ID=${kernel.distro}\nVERSION_ID="${kernel.distro_version}"\n`,
    buildId: kernel.build_id,
    btf: kernel.btf_sha256 ? { sha256: kernel.btf_sha256, bytes: 1 } : undefined,
    configSha256: kernel.config_sha256,
    lockdown: '[none] integrity confidentiality',
    lsm: 'capability,bpf',
    sysctls: { unprivileged_bpf_disabled: '2', bpf_jit_enable: '1', perf_event_paranoid: '3' },
    mounts: 'bpf /sys/fs/bpf bpf rw 0 0\ntracefs /sys/kernel/tracing tracefs rw 0 0',
    livepatches: [],
    pageSize: 4096,
    kprobeEvents: true,
    unreadable: [],
    ...more,
  };
  return probeDocument(facts, new Date(0));
}

let places = 0;
/** A new work directory with a trust file and the probes of hosts. */
function newPlace({ require = '', roles = { evidence: ['ci'] }, more = '' } = {}) {
  const cwd = join(proof.scratch, `place-${++places}`);
  mkdirSync(cwd);
  const block = require === '' ? '' : `require: {${require}}\n`;
  writeFileSync(join(cwd, 'trust.yaml'), trustText({ ci: keys.ci, ix: keys.index }, roles, block + more));
  const at = (file) => join(cwd, file);
  const put = (file, value) => writeFileSync(at(file), typeof value === 'string' ? value : JSON.stringify(value));
  put('old.json', probeOf(KERNELS.old));
  put('new.json', probeOf(KERNELS.new));
  const run = (...argv) => proof.run(argv, cwd);
  return { cwd, at, put, run };
}

/** Signs what a report says. */
function attest({ run, put }, report, { variant, version = '1.0.0', key = keys.ci }) {
  const file = `report-${variant}-${version}.json`;
  if (typeof report !== 'string') put(file, report);
  const args = ['--report', typeof report === 'string' ? report : file, '--artifact-name', name, '--key', key.file];
  const made = run('attest', 'create', ...args, '--artifact-version', version, '--artifact-variant', variant);
  same(`attest create of ${variant}`, made.status, 0);
  return made.json();
}

const reportOf = (variant, targets, more) => fixtureReport(OBJECTS[variant], targets, more);

/** Decides twice; both results must be the same bytes. What it says is kept as evidence. */
function select({ cwd, run, at }, title, host, ...more) {
  const args = [
    'runtime',
    'select',
    '--artifact-name',
    name,
    '--trust',
    'trust.yaml',
    '--host',
    host,
    '--limit',
    '0',
    ...more,
  ];
  const [first, second] = [run(...args), run(...args)];
  if (first.status !== 0 && first.status !== 3) throw new Error(`exit code ${first.status}: ${first.stderr.trim()}`);
  same('two runs', JSON.stringify(second.json().selection), JSON.stringify(first.json().selection));
  const { selection } = first.json();
  proof.write(`decisions/${title}.json`, `${JSON.stringify(selection, null, 2)}\n`);
  proof.keep(at(host), `probes/${title}.json`);
  proof.keep(at('trust.yaml'), `trust/${title}.yaml`);
  const dir = join(cwd, '.bpfcompat/store/bundles');
  for (const file of bundlesIn(dir)) proof.keep(join(dir, file), `bundles/${file}`);
  return { exit: first.status, selection };
}

function bundlesIn(dir) {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

const codesOf = ({ candidates }) => [
  ...new Set(candidates.flatMap((one) => (one.rejections ?? []).map(({ code }) => code))),
];

function isSelected({ exit, selection }, variant) {
  same('exit code', exit, 0);
  same('selected', selection.selected?.artifact_variant, variant);
  return `${variant} selected, ${selection.selected.match_tier}, ${selection.decision_id.slice(0, 16)}`;
}

function isNone({ exit, selection }, ...codes) {
  same('exit code', exit, 3);
  same('selected', selection.selected ?? null, null);
  for (const code of codes)
    if (!codesOf(selection).includes(code)) throw new Error(`no candidate has ${code}: ${codesOf(selection)}`);
  return `none: ${codesOf(selection).join(', ')}`;
}

/** Changes the bundles of a work directory. */
function changeBundles({ cwd }, change) {
  const dir = join(cwd, '.bpfcompat/store/bundles');
  for (const file of readdirSync(dir)) {
    const bundle = JSON.parse(readFileSync(join(dir, file), 'utf8'));
    change(bundle);
    writeFileSync(join(dir, file), JSON.stringify(bundle));
  }
}

function changePayload(bundle, change) {
  const statement = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString());
  change(statement);
  bundle.dsseEnvelope.payload = Buffer.from(JSON.stringify(statement)).toString('base64');
}

const pass = (kernel, more) => ({ kernel, status: 'pass', ...more });
const fail = (kernel) => ({ kernel, status: 'fail' });

/** The reports of two builds: those that are named, else ones that are made up here and say so. */
function twoReports() {
  const given = [env.BPFCOMPAT_PROOF_RINGBUF_REPORT ?? '', env.BPFCOMPAT_PROOF_PERFBUF_REPORT ?? ''];
  if (given.some((one) => one === ''))
    return {
      source: 'fixtures: no kernel was run for them',
      ringbuf: reportOf('ringbuf', [fail(KERNELS.old), pass(KERNELS.new)]),
      perfbuf: reportOf('perfbuf', [pass(KERNELS.old), pass(KERNELS.new)]),
      old: KERNELS.old,
      new: KERNELS.new,
    };
  const [ringbuf, perfbuf] = given.map((path) => JSON.parse(readFileSync(path, 'utf8')));
  const status = (report, id) => report.targets.find(({ profile_id }) => profile_id === id)?.status;
  const known = ringbuf.targets.filter(({ kernel_identity }) => kernel_identity !== undefined);
  const both = (own) => known.find((one) => one.status === own && status(perfbuf, one.profile_id) === 'pass');
  if (!both('fail') || !both('pass'))
    throw new Error('the reports have no kernel that accepts only the perf buffer, or none for both');
  return {
    source: 'reports of kernels',
    ringbuf: resolve(given[0]),
    perfbuf: resolve(given[1]),
    old: both('fail').kernel_identity,
    new: both('pass').kernel_identity,
  };
}

const reports = twoReports();

await proof.check('an old host gets the perf buffer, with the bytes that were tested', () => {
  const place = newPlace();
  place.put('old.json', probeOf(reports.old));
  attest(place, reports.ringbuf, { variant: 'ringbuf', version: 'v1.0.0-ringbuf' });
  attest(place, reports.perfbuf, { variant: 'perfbuf', version: 'v1.0.0-perfbuf' });
  const line = isSelected(select(place, 'old-host', 'old.json'), 'perfbuf');
  const fetched = place.run(
    'runtime',
    'fetch',
    '--artifact-name',
    name,
    '--trust',
    'trust.yaml',
    '--host',
    'old.json',
    '--out-dir',
    'out',
  );
  same('exit code of fetch', fetched.status, 0);
  const { fetch } = fetched.json();
  same('digest', sha256(readFileSync(fetch.output_path)), sha256(readFileSync(OBJECTS.perfbuf)));
  const verified = place.run('attest', 'verify', '.bpfcompat/store/bundles', '--trust', 'trust.yaml');
  same('exit code of verify', verified.status, 0);
  proof.write('verify.txt', verified.stdout.replaceAll(proof.scratch, '<scratch>'));
  return `${line}; ${fetch.actual_sha256.slice(0, 12)} fetched`;
});

/** A place with one build that passed on the new kernel. */
function onePass(options, more) {
  const place = newPlace(options);
  attest(place, reportOf('perfbuf', [pass(KERNELS.new)], more), { variant: 'perfbuf' });
  return place;
}

await proof.check('a new host gets the ring buffer', () => {
  const place = newPlace({ require: 'variants: [ringbuf, perfbuf]' });
  place.put('new.json', probeOf(reports.new));
  attest(place, reports.ringbuf, { variant: 'ringbuf' });
  attest(place, reports.perfbuf, { variant: 'perfbuf' });
  return isSelected(select(place, 'new-host', 'new.json'), 'ringbuf');
});

await proof.check('25 passes elsewhere do not outweigh a failure here', () => {
  const place = newPlace();
  const outside = Array.from({ length: 25 }, (_, at) =>
    pass({
      ...KERNELS.new,
      profile: `elsewhere-${at}`,
      release: `5.${at}.0-1-generic`,
      build_id: sha256(`${at}`).slice(0, 40),
    }),
  );
  attest(place, reportOf('ringbuf', [...outside, fail(KERNELS.old)]), { variant: 'ringbuf' });
  return isNone(select(place, 'failed-here', 'old.json'), 'result_failed', 'kernel_mismatch');
});

await proof.check('stale evidence', () => {
  const place = onePass({ require: 'maxAge: 30d' }, { finished: Date.now() - 40 * DAY });
  return isNone(select(place, 'stale', 'new.json'), 'stale');
});

await proof.check('evidence of another key', () => {
  const place = newPlace();
  attest(place, reportOf('perfbuf', [pass(KERNELS.new)]), { variant: 'perfbuf', key: keys.other });
  isNone(select(place, 'forged', 'new.json'), 'signer_unknown');
  changeBundles(place, (bundle) => {
    bundle.verificationMaterial.publicKey.hint = keys.ci.keyId;
  });
  return isNone(select(place, 'forged-hint', 'new.json'), 'signature_invalid');
});

await proof.check('a changed payload', () => {
  const place = newPlace();
  attest(place, reportOf('perfbuf', [fail(KERNELS.new)]), { variant: 'perfbuf' });
  changeBundles(place, (bundle) =>
    changePayload(bundle, ({ predicate }) => {
      predicate.result = 'PASSED';
    }),
  );
  return isNone(select(place, 'payload', 'new.json'), 'signature_invalid');
});

await proof.check('a swapped subject', () => {
  const place = onePass();
  const other = place.run(
    'attest',
    'verify',
    '.bpfcompat/store/bundles',
    '--trust',
    'trust.yaml',
    '--artifact',
    OBJECTS.ringbuf,
    '--json',
  );
  same('code', [other.status, other.json()[0].code], [1, 'subject_mismatch']);
  writeFileSync(
    place.at(`.bpfcompat/store/blobs/sha256/${sha256(readFileSync(OBJECTS.perfbuf))}`),
    readFileSync(OBJECTS.ringbuf),
  );
  const fetched = place.run(
    'runtime',
    'fetch',
    '--artifact-name',
    name,
    '--trust',
    'trust.yaml',
    '--host',
    'new.json',
    '--out-dir',
    'out',
  );
  same('exit code of fetch', fetched.status, 1);
  same('files fetched', bundlesIn(place.at('out')), []);
  changeBundles(place, (bundle) =>
    changePayload(bundle, ({ subject }) => {
      subject[0].digest.sha256 = sha256(readFileSync(OBJECTS.ringbuf));
    }),
  );
  return isNone(select(place, 'subject', 'new.json'), 'signature_invalid');
});

function writeIndex({ run }, ...more) {
  const made = run(
    'attest',
    'index',
    '--trust',
    'trust.yaml',
    '--key',
    keys.index.file,
    '--out',
    'index.json',
    ...more,
  );
  same('attest index', made.status, 0);
}

const INDEXED = { roles: { evidence: ['ci'], index: ['ix'] } };

await proof.check('withdrawn', () => {
  const place = onePass(INDEXED);
  writeIndex(place);
  isSelected(select(place, 'indexed', 'new.json', '--index', 'index.json'), 'perfbuf');
  writeIndex(place, '--withdraw', `${sha256(readFileSync(OBJECTS.perfbuf))}=leaks memory`);
  proof.keep(place.at('index.json'), 'index/withdrawn.json');
  return isNone(select(place, 'withdrawn', 'new.json', '--index', 'index.json'), 'withdrawn');
});

await proof.check('an older index', () => {
  const place = onePass(INDEXED);
  writeIndex(place);
  const old = readFileSync(place.at('index.json'), 'utf8');
  writeIndex(place);
  isSelected(select(place, 'index-new', 'new.json', '--index', 'index.json'), 'perfbuf');
  place.put('index.json', old);
  return isNone(select(place, 'index-rollback', 'new.json', '--index', 'index.json'), 'index_rollback');
});

await proof.check('a guess only where the trust lists it', () => {
  const kernel = { ...KERNELS.new, release: '6.8.0-47-generic', build_id: 'ab'.repeat(20) };
  const [off, on] = [onePass(), onePass({ require: 'matchTiers: [exact, same, likely]' })];
  for (const place of [off, on]) place.put('guess.json', probeOf(kernel));
  isNone(select(off, 'likely-off', 'guess.json'), 'tier_not_allowed');
  return isSelected(select(on, 'likely-on', 'guess.json'), 'perfbuf');
});

await proof.check('emulated evidence where KVM is required', () =>
  isNone(select(onePass({ require: 'accel: kvm' }), 'accel', 'new.json'), 'policy_accel'),
);

await proof.check('a host without BTF for an object that needs it', () => {
  const place = newPlace();
  attest(place, reportOf('perfbuf', [pass(KERNELS.new, { core: true })]), { variant: 'perfbuf' });
  place.put('bare.json', probeOf({ ...KERNELS.new, btf_sha256: undefined }));
  return isNone(select(place, 'no-btf', 'bare.json'), 'host_no_btf');
});

/** A place with both builds, equal in all but their bytes. */
function twoEqual() {
  const place = newPlace();
  const finished = Date.now() - 60_000;
  for (const variant of ['ringbuf', 'perfbuf'])
    attest(place, reportOf(variant, [pass(KERNELS.new)], { finished }), { variant });
  return place;
}

await proof.check('between equals the smaller digest', () => {
  const smaller = ['ringbuf', 'perfbuf'].sort((a, b) => (digestOf(a) < digestOf(b) ? -1 : 1))[0];
  return isSelected(select(twoEqual(), 'equal', 'new.json'), smaller);
});

await proof.check('a variant that is asked for', () => {
  const place = twoEqual();
  for (const variant of ['ringbuf', 'perfbuf'])
    isSelected(select(place, `variant-${variant}`, 'new.json', '--variant', variant), variant);
  return isNone(select(place, 'variant-none', 'new.json', '--variant', 'other'), 'variant_mismatch');
});

await proof.check('a row of the history only where the trust lists it, and only of a sound chain', () => {
  const legacy = 'legacyHistory: {keyring: keyring.pub, maxAge: 30d}\n';
  const make = (more, change = (text) => text) => {
    const place = newPlace({ require: 'minMode: load_only', more });
    place.put('keyring.pub', `${keys.chain.raw}\n`);
    mkdirSync(place.at('.bpfcompat/registry'), { recursive: true });
    const lines = historyLines({ name, sha256: digestOf('perfbuf'), supported: ['ubuntu-24.04-6.8'] }, keys.chain);
    place.put('.bpfcompat/registry/artifact_versions.jsonl', change(lines));
    return place;
  };
  isNone(select(make(''), 'legacy-without', 'new.json'), 'legacy_not_trusted');
  isNone(select(make(legacy), 'legacy-elsewhere', 'old.json'), 'kernel_mismatch');
  isNone(
    select(
      make(legacy, (text) => text.replace('6.8', '6.9')),
      'legacy-changed',
      'new.json',
    ),
    'legacy_chain_invalid',
  );
  return isSelected(select(make(legacy), 'legacy-with', 'new.json'), 'perfbuf');
});

process.exitCode = proof.finish({
  reports: reports.source,
  artifact_name: name,
  loaded: 'nothing: this proof only decides',
});
