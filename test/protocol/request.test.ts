import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FunctionalTest } from '../../src/model/cell.ts';
import { UsageError } from '../../src/model/errors.ts';
import { createDecoder } from '../../src/protocol/frames.ts';
import { encodeRequest, type ValidationRequest } from '../../src/protocol/request.ts';

const NONCE = '0123456789abcdef'.repeat(2);
const IDENTITY = { nonce: NONCE, entropy: 'ab'.repeat(64), sealKey: '5e'.repeat(32), realtimeMs: 1_790_000_000_123.4 };

const request: ValidationRequest = {
  artifact: Buffer.from('object'),
  artifactName: 'conn.bpf.o',
  attachMode: 'best-effort',
  probeFeatures: true,
  functionalTests: [],
  requiredPrograms: ['a', 'b'],
  tuning: ['set_map_max_entries=events=cpus'],
  workTimeoutMs: 1500.4,
};

const test: FunctionalTest = {
  name: 'execve',
  command: ' /bin/true && echo ok ',
  required: true,
  timeoutSeconds: 5,
  expectExitCode: 0,
  expectStdoutContains: 'ok',
  expectStderrContains: '',
};

function sent(requests: ValidationRequest): string[] {
  const { chunks } = encodeRequest(requests, IDENTITY, 0);
  const { frames, violation } = createDecoder('host-to-guest').push(Buffer.concat(chunks));
  expect(violation).toBeUndefined();
  return frames.map((frame) => frame.payload.toString());
}

const EXPECTING: FunctionalTest = {
  ...test,
  name: 'counts',
  command: '',
  expect: {
    maps: [
      { map: '.bss', key: 0, value: '0102', min: undefined, grows: true, minEntries: undefined },
      { map: 'hits', key: undefined, value: undefined, min: 3, grows: false, minEntries: 2 },
    ],
    variables: [{ variable: 'stats.hits[2]', value: 7, min: undefined, grows: true }],
    events: [
      { source: 'map', map: 'ring', min: 2, contains: undefined },
      { source: 'trace_pipe', min: 1, contains: 'seen it' },
    ],
    run: [{ program: 'pass_all', dataIn: '00ff', ctxIn: '', repeat: 3, retval: -1, dataOut: '' }],
  },
};

describe('expectations without a shell', () => {
  it('stand in the plan, in the order of the responses', () => {
    expect(sent({ ...request, functionalTests: [EXPECTING] })[2]).toBe(
      [
        'functional_plan.v0.1',
        'BEGIN',
        'name=counts',
        'required=true',
        'timeout_seconds=5',
        'expect_exit_code=0',
        'expect_stdout_contains=ok',
        'expect_stderr_contains=',
        'expect_map=map=.bss key=0 value=x0102 grows=true',
        'expect_map=map=hits min=3 min_entries=2',
        'expect_variable=name=stats.hits[2] value=7 grows=true',
        'expect_event=map=ring min=2',
        'expect_event=trace_pipe min=1 contains=x7365656e206974',
        'expect_run=program=pass_all data_in=x00ff repeat=3 retval=4294967295 data_out=x',
        'END',
        '',
      ].join('\n'),
    );
  });
});

describe('request', () => {
  it('is the text of docs/guest-protocol.md, followed by the artifact and the key of the seal', () => {
    const [text, artifact, key, ...more] = sent(request);
    expect(text).toBe(`request.v1
nonce=${NONCE}
artifact_name=conn.bpf.o
artifact_sha256=${createHash('sha256').update('object').digest('hex')}
artifact_size=6
functional_plan_size=0
attach_mode=best-effort
probe_features=true
work_timeout_ms=1500
realtime_ms=1790000000123
entropy=${'ab'.repeat(64)}
required_program=a
required_program=b
set_map_max_entries=events=cpus
`);
    expect(artifact).toBe('object');
    expect(key).toBe('^'.repeat(32));
    expect(text).not.toContain('5e5e');
    expect(more).toEqual([]);
  });

  it('carries the functional plan as a second blob', () => {
    const [text, , plan] = sent({ ...request, functionalTests: [test] });
    expect(plan).toBe(`functional_plan.v0.1
BEGIN
name=execve
required=true
timeout_seconds=5
expect_exit_code=0
expect_stdout_contains=ok
expect_stderr_contains=
command=/bin/true && echo ok
END
`);
    expect(text).toContain(`functional_plan_size=${Buffer.byteLength(plan!)}\n`);
  });

  it('goes on counting frames', () => {
    const first = encodeRequest(request, IDENTITY, 0);
    const second = encodeRequest(request, IDENTITY, first.nextSeq);
    const { frames } = createDecoder('host-to-guest').push(Buffer.concat([...first.chunks, ...second.chunks]));
    expect(frames.map((frame) => frame.seq)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('keeps any file name on its line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (artifactName) => {
        const lines = sent({ ...request, artifactName })[0]!.split('\n');
        expect(lines).toHaveLength(15);
        expect(lines[2]).toMatch(/^artifact_name=[^\u0000-\u001f]+$/u);
        expect(Buffer.byteLength(lines[2]!)).toBeLessThanOrEqual(255 + 'artifact_name='.length);
      }),
    );
  });

  it.each<[string, Partial<ValidationRequest>]>([
    ['a required program with a line feed', { requiredPrograms: ['a\nnonce=0'] }],
    ['tuning with a line feed', { tuning: ['set_prog_type=a=xdp\nnonce=0'] }],
    ['tuning nobody knows', { tuning: ['nonce=0'] }],
    ['a test with a line feed', { functionalTests: [{ ...test, command: 'a\nEND' }] }],
  ])('rejects %s', (_, part) => {
    expect(() => encodeRequest({ ...request, ...part }, IDENTITY, 0)).toThrow(UsageError);
  });

  it('rejects an artifact the protocol cannot carry', () => {
    const artifact = new Uint8Array(64 * 1024 * 1024 + 1);
    expect(() => encodeRequest({ ...request, artifact }, IDENTITY, 0)).toThrow(/conn\.bpf\.o: 67108865 bytes/);
  });
});
