import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NO_SETTINGS } from '../../src/config/loader-settings.ts';
import { readManifest } from '../../src/config/manifest.ts';
import type { GuestRequest } from '../../src/guests/guest.ts';
import { lanesBy } from '../../src/guests/lanes.ts';
import { createHost } from '../../src/host/create-host.ts';
import type { TempDir } from '../../src/host/host.ts';
import { HostError } from '../../src/model/errors.ts';
import { Stage } from '../../src/model/evidence.ts';
import type { RunReport } from '../../src/model/report.ts';
import { loadAssets, NO_ASSETS } from '../../src/run/assets.ts';
import { gatherPayload } from '../../src/run/gather-payload.ts';
import { payloadIdentity, payloadOf, prepareCommand } from '../../src/run/payload.ts';
import type { RunServices } from '../../src/run/prepare-kernels.ts';
import { readSubjects } from '../../src/run/read-subjects.ts';
import { runCheck } from '../../src/run/run-check.ts';
import { evidence, reported } from '../fixtures/evidence.ts';
import { kernelRecord, target } from '../fixtures/run.ts';
import { fakeGuest, fakeLane, fakeSource } from './fake-lane.ts';

const host = createHost({ env: {} });
let dir: TempDir;
beforeEach(async () => {
  dir = await host.files.tempDir('bpfcompat-command-test-');
});
afterEach(() => dir[Symbol.asyncDispose]());

test('what a manifest says of a load by the validator is named, and is not there for a command', async () => {
  const text =
    'max_insns: 1\nloader: aya\nset_rodata: {x: 1}\nprograms: [{name: p, attach: {required: true}}]\nfunctional_tests: [{name: t, command: "true"}]\n';
  const manifest = readManifest({ file: 'm.yaml', text });
  const flags = { command: '--command', binary: '--command-binary' };
  const needed = { command: 'true', binary: '', expectExitCode: 0 };
  const command = await prepareCommand(host, dir.path, needed, flags);
  const { notes } = await gatherPayload(host, { manifest, mode: undefined, assets: NO_ASSETS, command, dir: dir.path });
  expect(notes).toEqual([
    'functional tests, settings for the load, loaders, max_insns and required attachments of m.yaml have no effect: the command alone decides',
  ]);
});

interface Setting {
  readonly command: string;
  readonly binary?: string;
  readonly artifacts?: readonly string[];
  readonly exitCode?: number;
  readonly timeoutMs?: number;
  readonly ensureShell?: RunServices['ensureShell'];
}

/** Runs a command on one kernel whose guest ends it with `exitCode`; gives the report and what was requested of the guest. */
async function run(setting: Setting): Promise<{ report: RunReport; requests: GuestRequest[] }> {
  const requests: GuestRequest[] = [];
  await writeFile(join(dir.path, 'loader.sh'), '#!/bin/sh\n');
  await writeFile(join(dir.path, 'agent.conf'), 'x\n');
  const origin = { command: '--command', binary: '--command-binary' };
  const expected = { command: setting.command, binary: setting.binary ?? '', expectExitCode: 0 };
  const command = await prepareCommand(host, dir.path, expected, origin);
  const assets = await loadAssets(host, { dir: dir.path, cwd: dir.path }, [
    { path: 'agent.conf', to: 'agent.conf', origin: 'm.yaml:1:1' },
  ]);
  const packed = await gatherPayload(host, { manifest: undefined, mode: undefined, assets, command, dir: dir.path });
  const guest = fakeGuest(async (request) => {
    requests.push(request);
    const stages = [
      {
        stage: 'functional',
        name: 'command',
        required: true,
        status: setting.exitCode ? 'fail' : 'pass',
        command: setting.command,
        timeout_seconds: 10,
        expected_exit_code: 0,
        exit_code: setting.exitCode ?? 0,
        timed_out: false,
        stdout_tail: '',
        stderr_tail: '',
        error: '',
      },
      { stage: 'exit', kind: 'exited', code: setting.exitCode ? 2 : 0, signal: 0, elapsed_us: 1 },
    ];
    return reported(evidence(stages.map((stage) => Stage.parse(stage))));
  });
  const services: RunServices = {
    host,
    readBtf: () => Promise.reject(new Error('no profile here names BTF')),
    ensureShell:
      setting.ensureShell ??
      (async () => ({ kind: 'file', path: '/bin/busybox', executable: true, bytes: Buffer.from('shell') })),
    createLanes: () => lanesBy(() => fakeLane(() => fakeSource(async () => guest))),
    ensureKernel: async ({ id, kernelFamily }) => ({
      files: { record: kernelRecord(id, `${kernelFamily}.0`), vmlinuz: '/nowhere', config: undefined, modules: [] },
      cached: true,
    }),
    validator: { path: '/v', basename: 'v', sha256: '0'.repeat(64), sizeBytes: 1 },
  };
  const planned = {
    name: '',
    subjects: await readSubjects(host, {
      artifacts: (setting.artifacts ?? []).map((path) => ({ path: join(dir.path, path) })),
      command,
      commandName: '',
      tests: [],
      loader: NO_SETTINGS,
    }),
    manifest: undefined,
    matrix: { path: '/m.yaml', name: 'm' },
    targets: [{ ...target('debian-12-6.1'), timeoutMs: setting.timeoutMs ?? 60_000 }],
    validationMode: undefined,
    flags: [],
    ...packed,
    concurrency: 1,
    workdir: join(dir.path, 'work'),
  };
  const events = { signal: new AbortController().signal, onEvent: () => {} };
  const [report] = await runCheck({ runs: [planned], partial: false }, services, events);
  if (report === undefined) throw new Error('no report');
  return { report, requests };
}

describe('a command without an object', () => {
  test('the guest gets the shell, the assets and the program; the verdict is the exit code', async () => {
    const { report, requests } = await run({ command: '$BPFCOMPAT_BIN -x', binary: 'loader.sh' });
    expect(report.results.map(({ outcome }) => outcome.status)).toEqual(['pass']);
    expect(requests).toMatchObject([
      {
        artifact: new Uint8Array(),
        attachMode: 'disabled',
        functionalTests: [],
        command: { command: '$BPFCOMPAT_BIN -x', binPath: '/bpfcompat/bin/loader.sh', expectExitCode: 0 },
        files: [{ path: '/bin/busybox' }, { path: '/bpfcompat/agent.conf' }, { path: '/bpfcompat/bin/loader.sh' }],
      },
    ]);
    expect((await run({ command: 'false', exitCode: 1 })).report.results[0]?.outcome).toMatchObject({
      status: 'fail',
      failedStage: 'command',
    });
  });

  test('the report names the program, and the run directory keeps what was sent', async () => {
    const { report } = await run({ command: ' $BPFCOMPAT_BIN ', binary: './loader.sh' });
    const [artifact] = report.artifacts;
    expect(artifact).toMatchObject({
      path: 'command://loader.sh',
      basename: 'loader.sh',
      name: 'loader.sh',
      sizeBytes: 0,
    });
    expect(report.command).toMatchObject({
      command: '$BPFCOMPAT_BIN',
      // printf '$BPFCOMPAT_BIN\\0expected-exit=0' | sha256sum
      invocationSha256: '3526502513bb35698dd233d39062669fd8bdcd2fa01c378347c9630216474645',
      binary: { basename: 'loader.sh', sizeBytes: 10 },
    });
    expect(report.assets).toMatchObject([{ path: 'agent.conf', sizeBytes: 2 }]);
    expect(await readFile(join(report.runDir, 'input/bin/loader.sh'), 'utf8')).toBe('#!/bin/sh\n');
    expect(await readFile(join(report.runDir, 'input/assets/agent.conf'), 'utf8')).toBe('x\n');
    expect(JSON.parse(await readFile(join(report.runDir, 'input/command.json'), 'utf8'))).toMatchObject({
      text: '$BPFCOMPAT_BIN',
      expected_exit_code: 0,
    });
  });

  test('other exit codes and programs are other invocations, under the name of the first word without a program', async () => {
    const plain = (await run({ command: '/bin/id -u' })).report;
    const other = (await run({ command: '/bin/id -u', binary: 'loader.sh' })).report;
    expect(plain.artifacts[0]?.path).toBe('command://id');
    expect(plain.artifacts[0]?.sha256).not.toBe(other.artifacts[0]?.sha256);
    expect(plain.command?.invocationSha256).toBe(other.command?.invocationSha256);
  });

  test('it has a little less time than the guest', async () => {
    const { requests } = await run({ command: 'id', timeoutMs: 20_000 });
    const [request] = requests;
    const seconds = request?.command?.timeoutSeconds ?? 0;
    expect(seconds).toBeGreaterThanOrEqual(15);
    expect(seconds * 1000).toBeLessThan(request?.workTimeoutMs ?? 0);
  });
});

test('an object is handed over as it is, readable or not', async () => {
  await writeFile(join(dir.path, 'any.o'), '\x7fELF and no more');
  const { report, requests } = await run({ command: 'id', artifacts: ['any.o'] });
  expect(report.artifacts[0]).toMatchObject({ path: join(dir.path, 'any.o'), sizeBytes: 16 });
  expect(Buffer.from(requests[0]?.artifact ?? []).toString()).toBe('\x7fELF and no more');
  expect(report.results[0]?.prediction).toBeUndefined();
});

test('what is not an ELF file is not handed over: a link may lead to any file', async () => {
  await writeFile(join(dir.path, 'any.o'), '{"token": "secret"}');
  const rejected = run({ command: 'cat "$BPFCOMPAT_ARTIFACT"', artifacts: ['any.o'] });
  await expect(rejected).rejects.toThrow(/^artifacts .*any\.o: it is not an ELF object; name the compiled object/);
});

test('no shell to be had: inconclusive on any kernel, with the reason', async () => {
  const ensureShell = async (): Promise<never> => {
    throw new HostError('userland_not_stored', 'the shell is not stored');
  };
  const { report, requests } = await run({ command: 'id', ensureShell });
  expect(requests).toEqual([]);
  expect(report.results[0]?.outcome).toEqual({
    status: 'infra_error',
    cause: 'userland_unavailable',
    message: 'the shell is not stored',
  });
});

test('the same question on another machine, wherever its files lie there', async () => {
  const origin = { command: '--command', binary: '--command-binary' };
  const identityIn = async (name: string, word: string): Promise<unknown> => {
    const place = join(dir.path, name);
    await host.files.makeDir(place);
    await writeFile(join(place, 'loader.sh'), '#!/bin/sh\n');
    await writeFile(join(place, 'agent.conf'), word);
    const expected = { command: 'id', binary: 'loader.sh', expectExitCode: 0 };
    const command = await prepareCommand(host, place, expected, origin);
    const assets = await loadAssets(host, { dir: place, cwd: place }, [
      { path: 'agent.conf', to: 'agent.conf', origin: 'm.yaml:1:1' },
    ]);
    return payloadIdentity(payloadOf(assets, command));
  };
  expect(await identityIn('one', 'same')).toEqual(await identityIn('two', 'same'));
  expect(await identityIn('one', 'same')).not.toEqual(await identityIn('two', 'other'));
});
