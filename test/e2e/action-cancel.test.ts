import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ON_THIS_MACHINE } from '../action/support/kernels.ts';
import { annotationsOf, type Job, makeJob, nodeVersions, processesOf, runAction } from '../action/support/runner.ts';
import { example, ROOT } from './support/places.ts';

const KERNEL = 'debian-12-6.1';

/** An object that never ends to load, beside one that passes. */
function endlessJob(): Job {
  const job = makeJob();
  copyFileSync(join(ROOT, 'test/fixtures/bpf/endless.bpf.o'), join(job.workspace, 'b.bpf.o'));
  copyFileSync(example('simple-pass'), join(job.workspace, 'a.bpf.o'));
  return job;
}

const INPUTS = { artifact: '*.bpf.o', kernels: KERNEL, cache: 'false', timeout: '100s' };

describe.each(nodeVersions())('$name', ({ node }) => {
  test('cancel: no guest is left, the summary says that it is partial, within five seconds', async () => {
    const job = endlessJob();
    const { main, post } = await runAction({
      job,
      node,
      env: ON_THIS_MACHINE,
      inputs: INPUTS,
      cancelAt: /a: pass/,
    });
    expect(main.exitCode, main.log).toBe(1);
    expect(main.cancelMs).toBeGreaterThan(0);
    expect(main.cancelMs).toBeLessThan(5000);
    expect(processesOf(job)).toEqual([]);
    expect(main.outputs).toMatchObject({ result: 'cancelled', 'exit-code': '1' });
    expect(main.summary).toMatch(/^## ⏹️ bpfcompat: cancelled after 1 of 2 checks/);
    expect(main.summary).toContain('partial');
    expect((await post()).exitCode).toBe(0);
  });

  test('a signal in the first moment: outputs and a summary all the same', async () => {
    const job = endlessJob();
    const { main } = await runAction({ job, node, env: ON_THIS_MACHINE, inputs: INPUTS, cancelAt: /^bpfcompat / });
    expect(main.exitCode, main.log).toBe(1);
    expect(main.outputs).toMatchObject({ result: 'cancelled' });
    expect(main.summary).toMatch(/^## ⏹️ bpfcompat: cancelled/);
    expect(processesOf(job)).toEqual([]);
  });

  test('main is killed: post ends the guests, removes the files and does not run main again', async () => {
    const job = endlessJob();
    const { main, post } = await runAction({
      job,
      node,
      env: ON_THIS_MACHINE,
      inputs: INPUTS,
      killAt: /testing \(booted/,
    });
    expect(main.exitCode).toBeNull();
    // What a later step reads of a step that was killed.
    expect(main.outputs).toMatchObject({ result: 'error', 'exit-code': '1' });
    const end = await post();
    expect(end.exitCode, end.log).toBe(0);
    expect(end.log).not.toContain('testing (booted');
    expect(processesOf(job)).toEqual([]);
    expect(readdirSync(job.temp).filter((name) => name.startsWith('bpfcompat-'))).toEqual([]);
  });

  test('nothing that a guest prints, or that a file is called, is a command to the runner', async () => {
    const job = makeJob();
    const name = '##[error]x::error::y.bpf.o';
    copyFileSync(example('simple-pass'), join(job.workspace, name));
    const lines = [
      '::error::from the guest',
      '  ::warning::from the guest',
      'x ##[error]from the guest',
      '::add-mask::a',
    ];
    const words = lines.map((line) => `echo '${line}'; echo '${line}' >&2`).join('; ');
    writeFileSync(
      join(job.workspace, 'manifest.yaml'),
      [
        'functional_tests:',
        '  - name: "::error::test"',
        `    command: ${JSON.stringify(`${words}; printf '\\r::error::from the guest\\n'; exit 3`)}`,
        '    required: true',
        '',
      ].join('\n'),
    );
    const { main } = await runAction({
      job,
      node,
      env: ON_THIS_MACHINE,
      // A line of a list that begins with # is rejected as a comment.
      inputs: { artifact: `./${name}`, manifest: 'manifest.yaml', kernels: KERNEL, cache: 'false' },
    });
    // It was printed, and went through all of our hands.
    expect(readFileSync(main.outputs['report-json'] ?? '', 'utf8')).toContain('from the guest');
    const foreign = main.commands.filter(
      ({ name: command }) => !['group', 'endgroup', 'debug', 'error'].includes(command),
    );
    expect(foreign).toEqual([]);
    const errors = main.commands.filter(({ name: command }) => command === 'error');
    expect(errors.filter(({ properties }) => !properties['title'])).toEqual([]);
    expect(annotationsOf(main, 'error').filter((text) => text.startsWith('from the guest'))).toEqual([]);
  });
});
