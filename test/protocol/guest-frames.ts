import { createHmac } from 'node:crypto';
import { type Frame, type FrameName, frameParts, type OutgoingFrame } from '../../src/protocol/frames.ts';
import type { Expectation } from '../../src/protocol/request.ts';

/** A frame in one piece. */
export function encodeFrame(frame: OutgoingFrame): Buffer {
  return Buffer.concat(frameParts(frame));
}

/** Results of a guest for tests of both decoder and session. */
export const EXPECT: Expectation = {
  nonce: 'ab'.repeat(16),
  artifactSha256: 'c'.repeat(64),
  sealKey: '5e'.repeat(32),
  command: false,
};

export const HELLO = {
  protocol: 2,
  validator: { version: '0', libbpf: '1.7' },
  kernel: { release: '6.1.0-test', version: '#1', machine: 'x86_64' },
  btf: { vmlinux: true, size: 1 },
  facts: {},
  problems: [],
  ready_us: 1,
};

const step = { errno: 0, error: '', log: '', elapsed_us: 1 };

export const BEGIN = { stage: 'begin', nonce: EXPECT.nonce, artifact_sha256: EXPECT.artifactSha256 };
export const OPEN = {
  ...{ stage: 'open', status: 'pass', ...step },
  ...{ artifact_has_btf: true, artifact_has_btf_ext: true, core_relocations: 0, license: 'GPL' },
  ...{ programs: [], maps: [] },
};
export const STEP = { stage: 'step', phase: 'load', subject: 'x' };
export const LOAD = { stage: 'load', status: 'pass', ...step };
export const ATTACH = {
  ...{ stage: 'attach', program: 'p', section: 'xdp', status: 'pass', method: 'auto', target: '', reason: '' },
  ...step,
};
export const PROGRAM = {
  ...{ stage: 'program', name: 'p', section: 'xdp', status: 'pass', reason: '', errno: 0, alone: true, log: '' },
  ...{ verifier_log_head: '', verifier_log_tail: '', verifier_log_bytes: 0, verifier_log_dropped: 0 },
  ...{ verified_insns: 1, xlated_bytes: 1, jited_bytes: 1, elapsed_us: 1 },
};
export const FUNCTIONAL = {
  ...{ stage: 'functional', name: 't', required: true, status: 'pass', command: 'true', timeout_seconds: 1 },
  ...{ expected_exit_code: 0, exit_code: 0, timed_out: false, stdout_tail: '', stderr_tail: '', error: '' },
};
export const EXIT = { stage: 'exit', kind: 'exited', code: 0, signal: 0, elapsed_us: 1 };

export function frameOf(name: FrameName, value: unknown, seq = 0): Frame {
  const payload = name === 'bye' ? Buffer.alloc(0) : Buffer.from(JSON.stringify(value));
  return { name, kind: 0, seq, payload };
}

/** The seal that PID 1 puts under a result. */
export function sealOf(result: readonly Frame[], key = EXPECT.sealKey): Frame {
  const hmac = createHmac('sha256', Buffer.from(key, 'hex'));
  for (const frame of result) hmac.update(encodeFrame(frame));
  return { name: 'seal', kind: 0, seq: 0, payload: hmac.digest() };
}

/** The frames as a guest would send them, numbered from 0. */
export function wireOf(frames: readonly Frame[]): Buffer[] {
  return frames.map((frame, seq) => encodeFrame({ name: frame.name, seq, payload: frame.payload }));
}
