import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/model/errors.ts';
import type { LoaderCommand } from '../../src/model/loader-command.ts';
import { createDecoder, type Frame } from '../../src/protocol/frames.ts';
import { encodeRequest, type ValidationRequest } from '../../src/protocol/request.ts';
import { newSession, receive, requested, type Session, type SessionEvent } from '../../src/protocol/session.ts';
import { BEGIN, EXIT, EXPECT, FUNCTIONAL, frameOf, HELLO, LOAD, OPEN, STEP } from './guest-frames.ts';

const command: LoaderCommand = {
  command: '"$BPFCOMPAT_BIN" load $BPFCOMPAT_ARTIFACT',
  expectExitCode: 3,
  binPath: '/bpfcompat/my loader',
  timeoutSeconds: 1200.5,
};

const request: ValidationRequest = {
  artifact: new Uint8Array(),
  artifactName: 'a.bpf.o',
  attachMode: 'best-effort',
  probeFeatures: false,
  functionalTests: [{ ...asTest('other'), command: 'true' }],
  requiredPrograms: [],
  tuning: [],
  command,
  workTimeoutMs: 1000,
};

function asTest(name: string): ValidationRequest['functionalTests'][number] {
  return {
    ...{ name, command: '', required: true, timeoutSeconds: 1, expectExitCode: 0 },
    ...{ expectStdoutContains: '', expectStderrContains: '' },
  };
}

function sent(requests: ValidationRequest): Frame[] {
  const wire = encodeRequest(
    requests,
    { nonce: '0'.repeat(32), entropy: '0'.repeat(128), sealKey: '0'.repeat(64), realtimeMs: 0 },
    0,
  );
  const { frames, violation } = createDecoder('host-to-guest').push(Buffer.concat(wire.chunks));
  expect(violation).toBeUndefined();
  expect(wire.expect.command).toBe(requests.command !== undefined);
  expect(wire.nextSeq).toBe(frames.length);
  return [...frames];
}

describe('a request in command mode', () => {
  it('is the plan of one test, and no blob for an object that is not there', () => {
    const [text, plan, ...more] = sent(request);
    expect(text?.payload.toString()).toContain('\nmode=command\nbin=/bpfcompat/my loader\n');
    expect(plan).toMatchObject({ name: 'blob', kind: 2 });
    expect(plan?.payload.toString()).toBe(`functional_plan.v0.1
BEGIN
name=command
required=true
timeout_seconds=1201
expect_exit_code=3
expect_stdout_contains=
expect_stderr_contains=
command="$BPFCOMPAT_BIN" load $BPFCOMPAT_ARTIFACT
END
`);
    expect(more.map(({ kind }) => kind)).toEqual([4]);
  });

  it('sends the object where there is one', () => {
    expect(sent({ ...request, artifact: Buffer.from('o') }).map(({ kind }) => kind)).toEqual([0, 1, 2, 4]);
  });

  it('sends an empty object as before where nothing else is run', () => {
    expect(sent({ ...request, command: undefined }).map(({ kind }) => kind)).toEqual([0, 1, 2, 4]);
  });

  it('takes no path that would add lines', () => {
    expect(() => sent({ ...request, command: { ...command, binPath: '/a\nmore=true' } })).toThrow(UsageError);
  });
});

describe('a response in command mode', () => {
  const RESPONSE = { ...FUNCTIONAL, name: 'command' };

  function talk(values: readonly (object | 'document')[]): SessionEvent {
    const [ready] = receive(newSession, frameOf('hello', HELLO));
    let session: Session = requested(ready, { ...EXPECT, command: true });
    let event: SessionEvent | undefined;
    for (const value of values) {
      const frame = value === 'document' ? frameOf('document', {}) : frameOf('stage', value);
      [session, event] = receive(session, frame);
    }
    return event!;
  }

  it('needs no open and no load', () => {
    expect(talk([BEGIN, STEP, RESPONSE, 'document', EXIT])).toMatchObject({ type: 'stage', stage: { stage: 'exit' } });
  });

  it.each([
    ['an object that was opened', [BEGIN, OPEN], 'open although nothing is loaded'],
    ['a load', [BEGIN, LOAD], 'load although nothing is loaded'],
    ['the response twice', [BEGIN, RESPONSE, RESPONSE], 'functional twice'],
    ['the response before begin', [RESPONSE], 'functional before begin'],
    ['the response after the document', [BEGIN, 'document' as const, RESPONSE], 'functional out of order'],
  ])('rejects %s', (_, values, reason) => {
    expect(talk(values)).toMatchObject({ type: 'violation', reason: expect.stringContaining(reason) });
  });
});
