// What both proofs of the runtime track share: a place for evidence, keys that never get there, runs of the real program,
// and one line for each case.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** A key pair. The private half lies in a file that only the owner reads, and is noted so that it can be looked for. */
export function makeKey(dir, name, secrets) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
  const file = join(dir, `${name}.pem`);
  writeFileSync(file, pem, { mode: 0o600 });
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  secrets.push(pem.split('\n')[1]);
  const raw = spki.subarray(-32).toString('base64');
  return {
    file,
    keyId: sha256(spki),
    spki: spki.toString('base64'),
    raw,
    sign: (bytes) => sign(null, bytes, privateKey),
  };
}

/** Text of a trust file. @param signers id to key, @param roles role to ids, @param more further blocks of YAML */
export function trustText(signers, roles, more = '') {
  const keys = Object.entries(signers).map(
    ([id, { keyId, spki }]) => `  - {id: ${id}, key: {keyId: ${keyId}, spki: "${spki}"}}`,
  );
  const lists = Object.entries(roles).map(([role, ids]) => `${role}: [${ids.join(', ')}]`);
  return `version: 1\nsigners:\n${keys.join('\n')}\nroles: {${lists.join(', ')}}\n${more}`;
}

/** The program as the user has it, in a directory, with only the environment that is given. */
export function runProgram(argv, cwd, env = {}, input = '') {
  const program = resolve(process.env.BPFCOMPAT ?? 'bin/bpfcompat');
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BPFCOMPAT_')));
  const { status, stdout, stderr } = spawnSync(program, argv, {
    cwd,
    env: { ...own, ...env },
    encoding: 'utf8',
    input,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, stdout, stderr, json: () => JSON.parse(stdout) };
}

function toolVersions() {
  const line = (command, ...args) => {
    try {
      return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0];
    } catch {
      return 'not there';
    }
  };
  const program = resolve(process.env.BPFCOMPAT ?? 'bin/bpfcompat');
  return {
    bpfcompat: line(program, 'version'),
    bundle_sha256: existsSync('build/cli.mjs') ? sha256(readFileSync('build/cli.mjs')) : 'not there',
    node: process.version,
    qemu: line('qemu-system-x86_64', '--version'),
    kernel: line('uname', '-srm'),
  };
}

function filesBelow(dir) {
  return readdirSync(dir, { recursive: true })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile());
}

/**
 * One run of a proof. `check` is a case: it throws what is wrong, and may return a detail for its line.
 * @param name of the proof, @param folder that its evidence goes below
 */
export function startProof(name, folder) {
  const dir = join(folder, new Date().toISOString().replace(/[-:]|\.\d+/g, ''));
  mkdirSync(dir, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), `${name}-`));
  const secrets = [];
  const rows = [];
  const transcript = [];
  const keep = (file, as = basename(file)) => {
    const path = join(dir, as);
    mkdirSync(join(path, '..'), { recursive: true });
    copyFileSync(file, path);
  };
  return {
    dir,
    scratch,
    secrets,
    keep,
    write(as, text) {
      const path = join(dir, as);
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, text);
    },
    run(argv, cwd, env, input) {
      const result = runProgram(argv, cwd, { XDG_STATE_HOME: scratch, ...env }, input);
      transcript.push(`$ bpfcompat ${argv.join(' ')}\n${result.stderr}exit code ${result.status}\n`);
      return result;
    },
    async check(title, work) {
      const started = performance.now();
      const row = { case: title, ok: true, detail: '' };
      try {
        row.detail = (await work()) ?? '';
      } catch (error) {
        row.ok = false;
        row.detail = error.message;
      }
      row.ms = Math.round(performance.now() - started);
      rows.push(row);
      console.log(`${row.ok ? 'ok  ' : 'FAIL'} ${title}${row.detail === '' ? '' : `: ${row.detail}`}`);
    },
    finish(facts) {
      this.write('transcript.txt', transcript.join('\n').replaceAll(scratch, '<scratch>'));
      const leaks = filesBelow(dir).filter((path) => {
        const text = readFileSync(path, 'latin1');
        return /PRIVATE KEY/.test(text) || secrets.some((secret) => text.includes(secret));
      });
      const title = 'no private key is in the evidence';
      rows.push({ case: title, ok: leaks.length === 0, detail: leaks.join(', '), ms: 0 });
      console.log(`${leaks.length === 0 ? 'ok  ' : 'FAIL'} ${title}`);
      const failed = rows.filter(({ ok }) => !ok).length;
      const files = Object.fromEntries(
        filesBelow(dir).map((path) => [path.slice(dir.length + 1), sha256(readFileSync(path))]),
      );
      const summary = {
        schema_version: `${name.replaceAll('-', '_')}.v0.1`,
        notice: 'experimental: a decision and proof flow, not a loader for production',
        finished_at: new Date().toISOString(),
        ...facts,
        tools: toolVersions(),
        cases: rows,
        passed: rows.length - failed,
        failed,
        files,
      };
      this.write('summary.json', `${JSON.stringify(summary, null, 2)}\n`);
      rmSync(scratch, { recursive: true });
      console.log(`${rows.length - failed} of ${rows.length} cases as expected; evidence in ${dir}`);
      return failed === 0 ? 0 : 1;
    },
  };
}

/** @throws Error with what was seen where two values differ */
export function same(what, seen, requested) {
  const [a, b] = [JSON.stringify(seen), JSON.stringify(requested)];
  if (a !== b) throw new Error(`${what}: ${a}, expected ${b}`);
}
