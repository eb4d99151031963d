// Reports and rows of the history for the proofs of the runtime track: made up, with the shape of real ones.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { sha256 } from './proof-lab.mjs';

/** The kernels of two hosts, before and after ring buffers came. */
export const KERNELS = {
  old: {
    profile: 'ubuntu-20.04-5.4',
    arch: 'x86_64',
    release: '5.4.0-216-generic',
    build_id: '20'.repeat(20),
    config_sha256: 'd'.repeat(64),
    distro: 'ubuntu',
    distro_version: '20.04',
  },
  new: {
    profile: 'ubuntu-24.04-6.8',
    arch: 'x86_64',
    release: '6.8.0-45-generic',
    build_id: '24'.repeat(20),
    btf_sha256: 'b'.repeat(64),
    config_sha256: 'c'.repeat(64),
    distro: 'ubuntu',
    distro_version: '24.04',
  },
};

/**
 * A report of one object as `test --out` writes it, with what evidence is made of.
 * @param targets kernel, status, and whether the object was relocated there
 */
export function fixtureReport(path, targets, { finished = Date.now() - 60_000 } = {}) {
  const time = (ms) => new Date(ms).toISOString();
  return {
    schema_version: 'v0.1',
    run: { id: `fixture-${sha256(JSON.stringify(targets)).slice(0, 12)}` },
    artifact: { path, basename: basename(path), sha256: sha256(readFileSync(path)) },
    validator: { sha256: sha256('fixture') },
    targets: targets.map(({ kernel: { profile, ...kernel }, status, core = false }) => ({
      profile_id: profile,
      required: true,
      status,
      validation: {
        load_status: status,
        attach_mode: 'best-effort',
        attach_status: status === 'pass' ? 'pass' : 'skipped',
      },
      classification_code: status === 'pass' ? '' : 'UNSUPPORTED_MAP_TYPE',
      started_at: time(finished - 5000),
      finished_at: time(finished),
      kernel_package: {
        name: 'fixture',
        version: '1',
        archive: 'fixture',
        vmlinuz_sha256: sha256(kernel.release),
        vouched_by: 'nobody',
      },
      kernel_identity: kernel,
      guest: { lane: 'fixture', accel: 'tcg', machine: 'q35', qemu_version: '', sandbox_layers: [] },
      ...(core && { core_relocations: { present: 1, absent: [] } }),
    })),
    summary: { status: targets.every(({ status }) => status === 'pass') ? 'pass' : 'fail' },
  };
}

const encode = (record) => JSON.stringify(record).replace(/[<>&]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`);

/** Rows of the history as an earlier tool writes them, with its own rules for bytes, hash and signature. */
export function historyLines({ name, sha256: digest, supported }, { raw, sign }) {
  const now = new Date(Date.now() - 60_000).toISOString();
  let previous;
  return ['v0.9.0', 'v1.0.0']
    .map((version) => {
      const head = {
        schema_version: 'artifact_history.v0.1',
        run_id: `20260101T000000Z-${version}`,
        run_started_at: now,
        created_at: now,
        artifact_name: name,
        artifact_version: version,
        artifact_variant: 'perfbuf',
        artifact_path: '/gone/perfbuf.bpf.o',
        artifact_sha256: digest,
      };
      const tail = {
        matrix_path: 'matrices/mvp.yaml',
        summary_status: 'pass',
        required_passed: 1,
        required_failed: 0,
        total_profiles: 1,
        supported_profiles: supported,
        json_report_path: '/gone/report.json',
      };
      const link = previous === undefined ? {} : { prev_record_sha256: previous };
      const bytes = Buffer.from(encode({ ...head, ...link, ...tail }));
      const hash = sha256(bytes);
      previous = hash;
      const signed = {
        signature_alg: 'ed25519',
        signature_key_id: sha256(Buffer.from(raw, 'base64')).slice(0, 12),
        signature_public_key: raw,
        signature: sign(bytes).toString('base64'),
      };
      return `${encode({ ...head, record_sha256: hash, ...link, ...signed, ...tail })}\n`;
    })
    .join('');
}
