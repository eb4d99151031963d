// make runtime-delivery-proof: from two tested builds of an object through a registry to a load that an operator approved,
// which happens inside a VM. This machine loads nothing. Ends with 1 when one case is other than expected.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { makeKey, same, sha256, startProof, trustText } from './proof-lab.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const env = process.env;
const folder = env.BPFCOMPAT_RUNTIME_DELIVERY_EVIDENCE_DIR ?? 'evidence/runtime-delivery';
const proof = startProof('runtime-delivery-proof', folder);
const name = env.BPFCOMPAT_PROOF_ARTIFACT_NAME ?? 'aegis-bpf';
const kernel = env.BPFCOMPAT_PROOF_KERNEL ?? 'debian-12-6.1';
const OBJECTS = {
  ringbuf: resolve('examples/ringbuf-modern/ringbuf_modern.bpf.o'),
  perfbuf: resolve('examples/perfbuf-fallback/perfbuf_fallback.bpf.o'),
};
const at = (...parts) => join(proof.scratch, ...parts);
for (const dir of ['keys', 'producer', 'consumer', 'guest', 'registry']) mkdirSync(at(dir));
const keys = Object.fromEntries(['ci', 'ops'].map((one) => [one, makeKey(at('keys'), one, proof.secrets)]));
const trust = trustText(keys, { evidence: ['ci'], approver: ['ops'] }, 'require: {variants: [ringbuf, perfbuf]}\n');
for (const dir of ['producer', 'consumer', 'guest']) writeFileSync(at(dir, 'trust.yaml'), trust);
proof.write('trust.yaml', trust);
const children = [];
const facts = {
  artifact_name: name,
  kernel,
  loaded: 'in a guest alone, by the real validator; nothing on this machine',
};

function ok(what, result) {
  if (result.status !== 0)
    throw new Error(`${what}: exit code ${result.status}: ${result.stderr.trim().split('\n').at(-1)}`);
  return result;
}

// --- registry ----------------------------------------------------------------------------------------------------------

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

async function startRegistry() {
  const host = `127.0.0.1:${await freePort()}`;
  const config = `version: 0.1\nlog: {level: error}\nstorage:\n  filesystem: {rootdirectory: ${at('registry')}}\nhttp: {addr: "${host}"}\n`;
  writeFileSync(at('registry.yml'), config);
  const child = spawn('docker-registry', ['serve', at('registry.yml')], { stdio: 'ignore' });
  child.on('error', () => {});
  children.push(child);
  for (let attempt = 0; attempt < 200; attempt++) {
    if ((await fetch(`http://${host}/v2/`).catch(() => undefined))?.ok) return host;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('docker-registry does not respond; install it (apt-get install docker-registry)');
}

const ACCEPT = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json';

/** Bundles that refer to an image, read by other code than ours: plain requests and the fallback tag. */
async function bundlesOf(host, manifest) {
  const get = async (path) => {
    const outcome = await fetch(`http://${host}/v2/acme/conn/${path}`, { headers: { accept: ACCEPT } });
    if (!outcome.ok) throw new Error(`${path}: status ${outcome.status}`);
    return Buffer.from(await outcome.arrayBuffer());
  };
  const { manifests } = JSON.parse(await get(`manifests/${manifest.replace(':', '-')}`));
  const layers = await Promise.all(
    manifests.map(async ({ digest }) => JSON.parse(await get(`manifests/${digest}`)).layers[0]),
  );
  return Promise.all(layers.map(({ digest }) => get(`blobs/${digest}`)));
}

// --- guests ------------------------------------------------------------------------------------------------------------

const PREPARE = `set -e
mkdir -p /lib64 /lib/x86_64-linux-gnu /etc /bpfcompat/out
cp /bpfcompat/lib/ld-linux-x86-64.so.2 /lib64/
cp /bpfcompat/lib/* /lib/x86_64-linux-gnu/
gunzip -c /bpfcompat/node.gz >/bin/node && rm /bpfcompat/node.gz
cp /bpfcompat/flock /bin/flock && chmod 755 /bin/node /bin/flock
echo 6d1f0c2b7e9a4d53a8b1c0ffee15600d >/etc/machine-id
cd /bpfcompat
set +e
run() { out=$1; shift; node build/cli.mjs "$@" >out/$out.json 2>out/$out.err; echo $? >out/$out.exit; }
`;
const SUM = `const { readdirSync, readFileSync } = require('node:fs');
const all = Object.fromEntries(readdirSync('out').map((file) => [file, readFileSync('out/' + file, 'utf8')]));
process.stdout.write('RESULT ' + require('node:zlib').gzipSync(JSON.stringify(all), { level: 9 }).toString('base64') + '\\n');
`;

/** What every guest gets: Node.js with its libraries, the program as it was built, the validator. */
function stage() {
  for (const one of ['build/cli', 'build/cli.mjs', 'build/agent.mjs', 'build/validator/x86_64/bpfcompat-validator'])
    cpSync(one, at('guest', one), { recursive: true });
  const libraries = execFileSync('ldd', [process.execPath], { encoding: 'utf8' }).match(/\/[^ ]+/g) ?? [];
  for (const path of libraries) cpSync(path, at('guest/lib', path.split('/').at(-1)), { dereference: true });
  cpSync(execFileSync('sh', ['-c', 'command -v flock'], { encoding: 'utf8' }).trim(), at('guest/flock'), {
    dereference: true,
  });
  writeFileSync(at('guest/node.gz'), gzipSync(readFileSync(process.execPath), { level: 1 }));
  writeFileSync(at('guest/sum.cjs'), SUM);
}

/** Runs steps in a new guest. @returns what each printed, how it ended, and the kernel that it was on */
function inGuest(title, steps, files) {
  const script = `${PREPARE}${steps}\nnode sum.cjs\n`;
  writeFileSync(at('guest', 'go.sh'), script);
  const assets = ['build', 'lib', 'node.gz', 'flock', 'sum.cjs', 'go.sh', 'trust.yaml', ...files];
  writeFileSync(at('guest', 'manifest.yaml'), `assets: [${assets.map((one) => `"${one}:${one}"`).join(', ')}]\n`);
  proof.write(`guest/${title}.sh`, script);
  const args = ['--cmd', 'sh /bpfcompat/go.sh', '--manifest', 'manifest.yaml', '--kernels', kernel, '--timeout', '8m'];
  ok(title, proof.run(['test-command', ...args, '--out', 'report.json'], at('guest')));
  const report = JSON.parse(readFileSync(at('guest/report.json'), 'utf8'));
  const [target] = report.targets;
  const { stdout_tail: said } = target.functional.tests[0];
  const packed = /^RESULT (\S+)$/m.exec(said)?.[1];
  if (packed === undefined) throw new Error(`${title}: the guest printed no result: ${said.slice(-300)}`);
  const out = JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString());
  proof.write(`guest/${title}.json`, `${JSON.stringify(out, null, 2)}\n`);
  facts.accel = target.guest.accel;
  facts.guest_kernel = target.kernel_identity.release;
  return {
    json: (step) => JSON.parse(out[`${step}.json`]),
    exit: (step) => Number(out[`${step}.exit`]),
    words: (step) => out[`${step}.err`],
  };
}

// --- the cases ---------------------------------------------------------------------------------------------------------

const state = {};

await proof.check('both builds are tested on the kernel, and what was seen is signed', () => {
  for (const [variant, object] of Object.entries(OBJECTS)) {
    const report = `${variant}.report.json`;
    ok('test', proof.run(['test', '--artifact', object, '--kernels', kernel, '--out', report], at('producer')));
    proof.keep(at('producer', report), `reports/${variant}.json`);
    const naming = ['--artifact-name', name, '--artifact-version', '1.0.0', '--artifact-variant', variant];
    ok('attest', proof.run(['attest', 'create', '--report', report, '--key', keys.ci.file, ...naming], at('producer')));
  }
});

await proof.check('both builds and their evidence are pushed', async () => {
  state.registry = await startRegistry();
  state.images = {};
  for (const [variant, object] of Object.entries(OBJECTS)) {
    const image = `${state.registry}/acme/conn:1.0.0-${variant}`;
    const pushed = ok(
      'push',
      proof.run(['runtime', 'push', '--artifact', object, '--image', image], at('producer')),
    ).json();
    same('bundles', pushed.bundles.length, 1);
    state.images[variant] = `oci://${state.registry}/acme/conn@${pushed.manifest}`;
    const dir = at('guest/evidence');
    mkdirSync(dir, { recursive: true });
    for (const bytes of await bundlesOf(state.registry, pushed.manifest)) {
      writeFileSync(join(dir, `${sha256(bytes)}.json`), bytes);
      proof.write(`bundles/${sha256(bytes)}.json`, bytes);
    }
  }
  mkdirSync(at('guest/objects'));
  for (const [variant, object] of Object.entries(OBJECTS)) cpSync(object, at('guest/objects', `${variant}.bpf.o`));
  return Object.values(state.images)
    .map((one) => one.slice(-12))
    .join(', ');
});

const SELECTING = `--artifact-name ${name} --trust trust.yaml --evidence evidence --source objects`;

await proof.check('an agent in a guest probes its host and plans', () => {
  stage();
  const guest = inGuest('plan', `run probe runtime probe\nrun plan agent plan ${SELECTING} --agent-id edge-1`, [
    'evidence',
    'objects',
  ]);
  same('exit codes', [guest.exit('probe'), guest.exit('plan')], [0, 0]);
  state.probe = guest.json('probe');
  state.plan = guest.json('plan');
  const { selected_artifact: artifact, load_approved: approved } = state.plan.decision;
  same('selected', [artifact.variant, artifact.match_tier, approved], ['ringbuf', 'exact', false]);
  writeFileSync(at('consumer/host.json'), JSON.stringify(state.probe));
  proof.write('probe.json', `${JSON.stringify(state.probe, null, 2)}\n`);
  return `${artifact.variant}, ${state.plan.decision.decision_id.slice(0, 16)}, ${facts.guest_kernel} (${facts.accel})`;
});

const images = () => Object.values(state.images);
const pulling = () => images().flatMap((one) => ['--evidence', one, '--source', one]);
const fetchArgs = () => [
  'runtime',
  'fetch',
  '--artifact-name',
  name,
  '--trust',
  'trust.yaml',
  '--host',
  'host.json',
  ...pulling(),
];

await proof.check('other bytes in the registry are not fetched', () => {
  const blobs = execFileSync('find', [at('registry'), '-path', '*/blobs/sha256/*', '-name', 'data'], {
    encoding: 'utf8',
  });
  const kept = blobs
    .trim()
    .split('\n')
    .map((path) => [path, readFileSync(path)]);
  for (const [path, bytes] of kept)
    if (bytes[0] === 0x1f) writeFileSync(path, Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1) ^ 1])]));
  const fetched = proof.run(fetchArgs(), at('consumer'));
  for (const [path, bytes] of kept) writeFileSync(path, bytes);
  same('exit code', fetched.status, 1);
  if (!/is not the layer that the image names/.test(fetched.stderr)) throw new Error(fetched.stderr.trim());
});

await proof.check('the same decision is made outside of the guest, from the registry alone', () => {
  const { fetch, selection } = ok(
    'fetch',
    proof.run([...fetchArgs(), '--policy-require-summary-pass', '--policy-max-required-failed', '0'], at('consumer')),
  ).json();
  same('decision', selection.decision_id, state.plan.decision.decision_id);
  same('digest', sha256(readFileSync(fetch.output_path)), sha256(readFileSync(OBJECTS.ringbuf)));
  return fetch.actual_sha256.slice(0, 12);
});

await proof.check('another host gets nothing', () => {
  const { identity } = state.probe;
  const args = [
    'runtime',
    'select',
    '--artifact-name',
    name,
    '--trust',
    'trust.yaml',
    ...images().flatMap((one) => ['--evidence', one]),
  ];
  const here = proof.run(args, at('consumer'));
  same(
    'exit code on this machine',
    here.status,
    identity.build_id === here.json().host_probe.identity.build_id ? 0 : 3,
  );
});

await proof.check('an operator approves, elsewhere', () => {
  const approve = (out, decision, expires) => {
    writeFileSync(at('producer/plan.json'), JSON.stringify({ decision }));
    const args = ['--decision', 'plan.json', '--key', keys.ops.file, '--expires', expires, '--out', at('guest', out)];
    ok('approve', proof.run(['agent', 'approve', ...args], at('producer')));
    proof.keep(at('guest', out), `approvals/${out}`);
  };
  const { decision } = state.plan;
  approve('approval.json', decision, '1h');
  approve('expired.json', decision, '1s');
  approve('other.json', { ...decision, kernel_build_id: 'ab'.repeat(20) }, '1h');
  writeFileSync(
    at('guest/policy.yaml'),
    `schema_version: agent_load_policy.v0.1\nrules: [{name: edge, action: allow, agents: ["edge-*"], artifacts: [${name}], require_verified_history: true}]\n`,
  );
  proof.keep(at('guest/policy.yaml'));
});

const APPLY = `agent apply ${SELECTING} --agent-id edge-1 --approve-load`;
const STEPS = `run nopolicy ${APPLY} --approve approval.json
mkdir -p .bpfcompat && touch .bpfcompat/kill-switch
run killed ${APPLY} --load-policy policy.yaml --approve approval.json
rm .bpfcompat/kill-switch
run other ${APPLY} --load-policy policy.yaml --approve other.json
run expired ${APPLY} --load-policy policy.yaml --approve expired.json
run good ${APPLY} --load-policy policy.yaml --approve approval.json
run reused ${APPLY} --load-policy policy.yaml --approve approval.json
run execute runtime execute ${SELECTING}
run ledger agent ledger --limit 0`;
let applied;

await proof.check('the approved load, inside a guest', () => {
  const files = ['evidence', 'objects', 'approval.json', 'expired.json', 'other.json', 'policy.yaml'];
  applied = inGuest('apply', STEPS, files);
  const { execution, approval, decision } = applied.json('good');
  same('exit code', applied.exit('good'), 0);
  same('decision', decision.decision_id, state.plan.decision.decision_id);
  same('load', [execution.status, execution.validator.load_status, approval.approver], ['pass', 'pass', 'ops']);
  same('digest', execution.artifact_sha256, sha256(readFileSync(OBJECTS.ringbuf)));
  return `${execution.validator.attach_passed} of ${execution.validator.attach_attempted} attached, then let go`;
});

for (const [step, code] of [
  ['nopolicy', 'policy_missing'],
  ['killed', 'kill_switch'],
  ['other', 'approval_mismatch'],
  ['expired', 'approval_expired'],
  ['reused', 'approval_used'],
])
  await proof.check(`denied: ${code}`, () => {
    const { error, execution } = applied.json(step);
    same('answer', [applied.exit(step), error.code, execution ?? null], [1, code, null]);
  });

await proof.check('denied: execute without the flag', () => {
  same('exit code', applied.exit('execute'), 1);
  if (!/allow-host-load/.test(applied.words('execute'))) throw new Error(applied.words('execute'));
});

await proof.check('the ledger has one load, and every denial', () => {
  const { chain, records } = applied.json('ledger');
  const count = (status) => records.filter((row) => row.status === status).length;
  same('ledger', [chain, count('pass'), count('used'), count('denied')], ['ok', 1, 1, 5]);
});

for (const child of children) child.kill('SIGKILL');
process.exitCode = proof.finish(facts);
