import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Stage } from '../../src/model/evidence.ts';
import { createDecoder } from '../../src/protocol/frames.ts';
import { newSession, receive, requested, type SessionEvent } from '../../src/protocol/session.ts';

/** What real guests said (test/fixtures/protocol/README.md); the C tests read the same files. */
const NONCE = '0123456789abcdef'.repeat(2);
/** README.md of the recordings says why it is this one. */
const SEAL_KEY = '42'.repeat(32);
const RECORDED = [
  { name: 'passing', sha256: 'e2770a20570b2a0b00047a87d5472387fa18837c2836ad82346b41f21ef182bb', last: 'exited' },
  { name: 'failing', sha256: '9a4a77fe88e8d012fc0b013aa08afb5675076dcf37a61066045f35fd56f222f2', last: 'exited' },
  { name: 'refused-map', sha256: '82dd4494e03791ee34977baf52488c77ed41a48c77ab95d7934bc841f96c57e8', last: 'exited' },
  { name: 'timeout', sha256: '5ab45f458047f5237cfceb68c8356c43b480f21fbca9a65bd0401ec482e733c4', last: 'timeout' },
  { name: 'explained', sha256: '82036e07d01eabd09ee59de75bf00665025d1bd96aff13cc3e13ee9b39952c75', last: 'exited' },
  {
    name: 'command',
    sha256: '2958d416d08aa5a472d7b509036cb7eafd542add84527e66a145ea64cb4cdc75',
    last: 'exited',
    command: true,
  },
];

function replay(name: string, artifactSha256: string, command = false): SessionEvent[] {
  const bytes = readFileSync(new URL(`../fixtures/protocol/${name}.bin`, import.meta.url));
  const { frames, violation } = createDecoder('guest-to-host').push(bytes);
  expect(violation).toBeUndefined();
  const events: SessionEvent[] = [];
  let session = newSession;
  for (const frame of frames) {
    const [next, event] = receive(session, frame);
    events.push(event);
    session =
      event.type === 'hello' ? requested(next, { nonce: NONCE, artifactSha256, sealKey: SEAL_KEY, command }) : next;
  }
  return events;
}

function stagesIn(events: readonly SessionEvent[]): Stage[] {
  return events.flatMap((event) => (event.type === 'stage' ? [event.stage] : []));
}

describe('recorded guests', () => {
  it.each(RECORDED)('$name is a legal session from hello to bye', ({ name, sha256, last, command }) => {
    const events = replay(name, sha256, command);
    expect(events.filter((event) => event.type === 'violation')).toEqual([]);
    expect(events[0]?.type).toBe('hello');
    expect(events.at(-2)?.type).toBe('answered');
    expect(events.at(-1)?.type).toBe('bye');
    expect(stagesIn(events).at(-1)).toMatchObject({ stage: 'exit', kind: last });
  });

  it('keep what the validator found', () => {
    const passing = stagesIn(replay('passing', RECORDED[0]!.sha256));
    const attached = passing.filter((stage) => stage.stage === 'attach').map((stage) => stage.status);
    expect(attached).toEqual(['pass', 'pass', 'pass']);
    const failing = stagesIn(replay('failing', RECORDED[1]!.sha256));
    expect(failing.find((stage) => stage.stage === 'program' && stage.name === 'bad')).toMatchObject({
      status: 'fail',
      errno: -13,
      alone: true,
      verifier_log_head: expect.stringContaining("invalid mem access 'map_value_or_null'") as string,
    });
    expect(failing.find((stage) => stage.stage === 'program' && stage.name === 'good')).toMatchObject({
      status: 'pass',
    });
    const rejected = stagesIn(replay('refused-map', RECORDED[2]!.sha256));
    expect(rejected.find((stage) => stage.stage === 'map')).toMatchObject({ name: 'unk', status: 'fail', errno: -22 });
  });

  it('keep how a command ended', () => {
    const stages = stagesIn(replay('command', RECORDED[5]!.sha256, true));
    expect(stages.map(({ stage }) => stage)).toEqual(['begin', 'step', 'functional', 'exit']);
    expect(stages[2]).toMatchObject({
      name: 'command',
      status: 'fail',
      exit_code: 3,
      timed_out: false,
      stdout_tail: 'red \ufffd\nobject',
      stdout_bytes: 17,
      stderr_tail: 'libbpf: no\n',
      error: 'exit code 3, expected 0',
    });
  });

  it('keep what explains a failure', () => {
    const stages = stagesIn(replay('explained', RECORDED[4]!.sha256));
    expect(stages.find((stage) => stage.stage === 'program' && stage.name === 'careful')).toMatchObject({
      verified_insns: 18,
      total_states: 1,
      stack_bytes: 12,
    });
    expect(stages.find((stage) => stage.stage === 'program' && stage.name === 'later')).toMatchObject({
      errno: -22,
      probes: [
        { change: 'trivial', errno: -22 },
        { change: 'no_flags', errno: 0 },
      ],
    });
    expect(stages.find((stage) => stage.stage === 'core')).toMatchObject({
      relocations: [
        { kind: 'field_exists', access: 'struct task_struct.no_such_field', present: false },
        { kind: 'byte_off', access: 'struct task_struct.no_such_field', present: false },
        { kind: 'byte_off', access: 'struct task_struct.tgid', insn: 12, present: true },
      ],
    });
    expect(stages.find((stage) => stage.stage === 'externs')).toMatchObject({
      externs: [
        { kind: 'kconfig', weak: false, present: true },
        { kind: 'kconfig', weak: true, present: false },
      ],
    });
    expect(stages.find((stage) => stage.stage === 'symbol')).toMatchObject({
      name: 'vfs_reed',
      kallsyms: [],
      btf: false,
      traceable: false,
      category: null,
      near: ['vfs_read', 'vfs_readv', 'vfs_open'],
    });
  });
});
