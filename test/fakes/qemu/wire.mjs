// The guest's end of the wire protocol for programs that play QEMU: descriptor 3 is the port, stdout the console.
import { createHash, createHmac } from 'node:crypto';
import { Socket } from 'node:net';

export const port = new Socket({ fd: 3, readable: true, writable: true });
port.on('error', () => process.exit(0));
port.on('close', () => process.exit(0));

let seq = 0;

export function frame(type, payload, overrides = {}) {
  const body = Buffer.from(payload);
  const out = Buffer.alloc(16 + body.length);
  out.write('BPFC', 0, 'latin1');
  out.writeUInt8(2, 4);
  out.writeUInt8(type, 5);
  out.writeUInt16LE(0, 6);
  out.writeUInt32LE(overrides.seq ?? seq++, 8);
  out.writeUInt32LE(overrides.length ?? body.length, 12);
  body.copy(out, 16);
  return out;
}

export function hello(release = '6.1.0-test') {
  port.write(
    frame(
      1,
      JSON.stringify({
        protocol: 2,
        validator: { version: 'fake', libbpf: 'fake' },
        kernel: { release, version: '#1 SMP', machine: 'x86_64' },
        btf: { vmlinux: true, size: 1 },
        facts: {},
        problems: [],
        ready_us: 1,
      }),
    ),
  );
}

let seal;

function sealed() {
  const digest = seal.digest();
  seal = undefined;
  return frame(7, digest);
}

/** A frame of a response: it is under the seal. */
function answer(type, payload) {
  const bytes = frame(type, payload);
  seal?.update(bytes);
  return bytes;
}

export const document = (value) => answer(5, JSON.stringify(value));

export function stage(value) {
  return answer(4, JSON.stringify(value));
}

/** Calls `take` with the fields of the request once it and its blobs have arrived. */
export function onRequest(take) {
  let held = Buffer.alloc(0);
  let request;
  let blobs = [];
  port.on('data', (chunk) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 16 && held.length >= 16 + held.readUInt32LE(12)) {
      const length = held.readUInt32LE(12);
      const [type, payload] = [held.readUInt8(5), held.subarray(16, 16 + length)];
      held = held.subarray(16 + length);
      if (type === 2) request = { text: payload.toString(), fields: parse(payload.toString()) };
      else blobs.push(payload);
      // The key of the seal comes last.
      const wanted = request?.fields.functional_plan_size === '0' ? 2 : 3;
      if (request === undefined || blobs.length < wanted) continue;
      const sha256 = createHash('sha256').update(blobs[0]).digest('hex');
      seal = createHmac('sha256', blobs.at(-1));
      take({ ...request, sha256, plan: wanted === 3 ? blobs[1].toString() : undefined });
      [request, blobs] = [undefined, []];
    }
  });
}

function parse(text) {
  return Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

export const begin = (request) => ({
  stage: 'begin',
  nonce: request.fields.nonce,
  artifact_sha256: request.sha256,
});

export const open = {
  stage: 'open',
  status: 'pass',
  errno: 0,
  error: '',
  log: '',
  elapsed_us: 1,
  artifact_has_btf: true,
  artifact_has_btf_ext: true,
  core_relocations: 0,
  license: 'GPL',
  programs: [],
  maps: [],
};

export const load = (status) => ({
  stage: 'load',
  status,
  errno: status === 'pass' ? 0 : -22,
  error: '',
  log: '',
  elapsed_us: 1,
});

export const step = (phase, subject) => ({ stage: 'step', phase, subject });

export const exit = (kind = 'exited') => ({ stage: 'exit', kind, code: 0, signal: 0, elapsed_us: 1 });

/** With the seal of the response after an exit. */
export function say(...stages) {
  const sent = stages.flatMap((value) => (value.stage === 'exit' ? [stage(value), sealed()] : [stage(value)]));
  port.write(Buffer.concat(sent));
}
