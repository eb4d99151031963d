import { describe, expect, test } from 'vitest';
import { classifyCrash, stoppedEarly } from '../../src/classify/crash.ts';
import { evidence, exit, open, step } from '../fixtures/evidence.ts';

const panic =
  '[   12.1] BUG: kernel NULL pointer dereference\n[   12.2] Kernel panic - not syncing: Fatal exception\n---[ end ]---';

test('a panic is an infra error that names the last step and the last words', () => {
  const crash = {
    infraCause: 'guest_crash',
    message: 'the guest died',
    stages: [open(), step('load', 'on_exec')],
    consoleTail: panic,
  } as const;
  expect(classifyCrash(crash)).toEqual({
    status: 'infra_error',
    cause: 'guest_crash',
    message: 'the guest died; Kernel panic - not syncing: Fatal exception; last step: load on_exec',
  });
});

test('a guest that never spoke', () => {
  const crash = { infraCause: 'boot_timeout', message: 'no hello after 60 s', stages: [], consoleTail: '' } as const;
  expect(classifyCrash(crash)).toEqual({
    status: 'infra_error',
    cause: 'boot_timeout',
    message: 'no hello after 60 s; raise --timeout if it may need longer',
  });
});

test('the same words are not said twice', () => {
  const message = 'the guest panicked: Kernel panic - not syncing: Fatal exception';
  const crash = { infraCause: 'guest_crash', message, stages: [], consoleTail: panic } as const;
  expect(classifyCrash(crash)).toMatchObject({ message });
});

test('who killed the validator while programs were attached is not known', () => {
  const killed = (phase: string) =>
    stoppedEarly(evidence([step(phase, 'p'), exit({ kind: 'signaled', code: 0, signal: 9 })]));
  expect(killed('attach')).toMatchObject({
    message: expect.stringMatching(/may have sent the signal \(bpf_send_signal\)/),
  });
  expect(killed('load')).toMatchObject({
    message: expect.stringMatching(/most likely out of memory; last step: load/),
  });
});

describe('a signal that a program does not send to itself', () => {
  const ended = (phase: string, signal: number, senders: readonly string[] = []) =>
    stoppedEarly(evidence([step(phase, 'p'), exit({ kind: 'signaled', code: 0, signal })]), new Set(senders));

  test.each([1, 2, 10, 13, 14, 15])('%d ends nothing but this observation', (signal) => {
    for (const phase of ['load', 'attach', 'functional']) {
      expect(ended(phase, signal)).toMatchObject({ status: 'infra_error', cause: 'guest_crash' });
    }
  });

  test.each([4, 5, 6, 7, 8, 11, 31])(
    '%d is a fault of the validator, unless a program that sends signals is live',
    (signal) => {
      expect(ended('attach', signal)).toBeUndefined();
      expect(ended('load', signal, ['p'])).toBeUndefined();
      expect(ended('attach', signal, ['on_exec'])).toMatchObject({
        status: 'infra_error',
        message: expect.stringContaining('may have sent the signal: on_exec can (bpf_send_signal)'),
      });
    },
  );

  test('a command is not blamed for what a program can do', () => {
    expect(ended('functional', 15)).toMatchObject({ message: expect.stringContaining('must not end every process') });
    expect(ended('functional', 15, ['a', 'b'])).toMatchObject({ message: expect.stringContaining('a, b can') });
  });

  test('a process that was stopped runs out of time', () => {
    const stopped = evidence([step('attach', 'p'), exit({ kind: 'timeout', code: 0, signal: 0 })]);
    expect(stoppedEarly(stopped, new Set(['p']))).toMatchObject({
      cause: 'timeout',
      message: expect.stringContaining('p can (bpf_send_signal)'),
    });
  });
});
