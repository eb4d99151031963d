import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { HostError, throwIfCancelled, UsageError } from '../../model/errors.ts';
import type { Arch } from '../../model/kernel.ts';
import { sanitizeText } from '../../model/sanitize.ts';
import { BASE_ARGS } from './argv.ts';
import type { Qemu } from './find-qemu.ts';
import { KVM_DEVICE, kvmSandboxes, sandboxForKvm } from './kvm-access.ts';
import { kvmErrorLine } from './kvm-errors.ts';
import { cpuModel, machineType } from './machines.ts';
import { PROBE_GUESTS } from './probe-guest.ts';
import { type Sandbox, sandboxForFiles, wrap, wrappedFile } from './sandbox.ts';
import { toolEnv } from './tool-env.ts';

/** How guests are run, and a sentence for the report that says why. */
export interface Accel {
  readonly accel: 'kvm' | 'tcg';
  readonly reason: string;
}

/** A working KVM needs 0.1 s. */
const PROBE_TIMEOUT_MS = 3000;
/** Raised when what was written before means something else. */
const CACHE_FORMAT = 'v2';
/** A probe without a result may have met a busy moment: it counts for a while, and not until the next reboot. */
const SILENCE_COUNTS_MS = 10 * 60_000;

export interface AccelOptions {
  /** Of the guests. */
  readonly arch: Arch;
  readonly qemu: Qemu;
  readonly sandbox: Sandbox;
  /** The result of a probe boot is kept here until the host boots again or QEMU changes. */
  readonly cacheDir: string;
  readonly signal: AbortSignal;
}

/** The decision, and the sandbox in which it can be carried out. */
export interface ChosenAccel {
  readonly accel: Accel;
  readonly sandbox: Sandbox;
}

/**
 * Decides between KVM and TCG: `BPFCOMPAT_ACCEL` (`kvm`, `tcg`, `auto`), else KVM when a guest really ran under it.
 * A device that exists, opens and creates a VM proves nothing: nested set-ups have been seen to hang every guest.
 * Who sets KVM gets it or an error: emulation would work too, and is not what was set.
 * @throws UsageError `bad_accel`, HostError `kvm_unusable`, CancelledError.
 */
export async function chooseAccel(host: Host, options: AccelOptions): Promise<ChosenAccel> {
  const requested = host.env['BPFCOMPAT_ACCEL'] || 'auto';
  if (requested === 'tcg') {
    const accel: Accel = { accel: 'tcg', reason: 'BPFCOMPAT_ACCEL=tcg selects software emulation' };
    return { accel, sandbox: options.sandbox };
  }
  if (requested !== 'auto' && requested !== 'kvm') {
    throw new UsageError('bad_accel', `BPFCOMPAT_ACCEL=${requested}: set it to auto, kvm or tcg`);
  }
  const chosen = await availableAccel(host, options, requested === 'kvm');
  if (requested === 'kvm' && chosen.accel.accel !== 'kvm') {
    const advice = 'set BPFCOMPAT_ACCEL=auto to run without it where it does not work';
    throw new HostError('kvm_unusable', `KVM is required and does not work here: ${chosen.accel.reason}; ${advice}`);
  }
  return chosen;
}

/** @param sure an earlier result that KVM does not work is not enough */
async function availableAccel(host: Host, options: AccelOptions, sure: boolean): Promise<ChosenAccel> {
  const { arch, sandbox, signal } = options;
  const tcg = (reason: string): ChosenAccel => ({ accel: { accel: 'tcg', reason }, sandbox });
  if (host.arch !== arch) return tcg(`KVM cannot run ${arch} guests on ${host.arch}`);
  if ((await host.files.stat(KVM_DEVICE)) === undefined) return tcg(`there is no ${KVM_DEVICE} on this machine`);
  const failed = sure ? undefined : await knownFailure(host, options);
  if (failed !== undefined) return { accel: failed, sandbox };
  const kvmSandbox = await sandboxForKvm(host, sandbox, signal);
  if (kvmSandbox === undefined) {
    return tcg(`${KVM_DEVICE} may not be opened by this user (join the group kvm to use it)`);
  }
  const accel = await probedAccel(host, { ...options, sandbox: kvmSandbox }, sure);
  return { accel, sandbox: accel.accel === 'kvm' ? kvmSandbox : sandbox };
}

/** What the result of a probe holds for: until the host boots again, QEMU changes or runs in other layers. */
async function keyOf(host: Host, { qemu, sandbox }: AccelOptions): Promise<string> {
  const bootId = (await host.files.read('/proc/sys/kernel/random/boot_id', 4096)).toString().trim();
  return [CACHE_FORMAT, bootId, qemu.command, qemu.build, sandbox.layers.join('+')].join(' ');
}

function fileIn(cacheDir: string): string {
  return join(cacheDir, 'accel.json');
}

/** An earlier probe that failed in one of the sandboxes that may be the one for KVM: then there is no need to look which. */
async function knownFailure(host: Host, options: AccelOptions): Promise<Accel | undefined> {
  for (const sandbox of kvmSandboxes(options.sandbox)) {
    const known = await readKnown(host, fileIn(options.cacheDir), await keyOf(host, { ...options, sandbox }));
    if (known?.accel === 'tcg') return known;
  }
  return undefined;
}

async function probedAccel(host: Host, options: AccelOptions, sure: boolean): Promise<Accel> {
  const key = await keyOf(host, options);
  const file = fileIn(options.cacheDir);
  const known = await readKnown(host, file, key);
  if (known !== undefined && !(sure && known.accel === 'tcg')) return known;
  const failure = await probeKvm(host, options);
  throwIfCancelled(options.signal);
  const found: Accel =
    failure === undefined
      ? { accel: 'kvm', reason: 'a probe guest ran under KVM' }
      : { accel: 'tcg', reason: `${KVM_DEVICE} opens, but a probe guest failed under KVM: ${failure.words}` };
  const until = failure?.silent ? { until: host.now().getTime() + SILENCE_COUNTS_MS } : {};
  try {
    await host.files.makeDir(options.cacheDir);
    await host.files.writeAtomic(file, `${JSON.stringify({ key, ...found, ...until })}\n`);
  } catch {
    // A cache that may only be read serves as well: then every process probes again.
  }
  return found;
}

/** What an earlier process found out under the same conditions; anything odd counts as not known. */
async function readKnown(host: Host, file: string, key: string): Promise<Accel | undefined> {
  try {
    const value: unknown = JSON.parse((await host.files.read(file, 64 * 1024)).toString());
    if (typeof value !== 'object' || value === null) return undefined;
    const { key: foundKey, accel, reason, until } = value as Record<string, unknown>;
    if (foundKey !== key || typeof reason !== 'string') return undefined;
    if (until !== undefined && !isAhead(until, host.now().getTime())) return undefined;
    return accel === 'kvm' || accel === 'tcg' ? { accel, reason } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether `until` is ahead, and no further than it could have been written. */
function isAhead(until: unknown, now: number): boolean {
  return typeof until === 'number' && until > now && until <= now + SILENCE_COUNTS_MS;
}

interface ProbeFailure {
  readonly words: string;
  /** There was no output at all. */
  readonly silent: boolean;
}

/** Boots the probe guest under KVM; why that failed, or undefined when it worked. */
async function probeKvm(host: Host, options: AccelOptions): Promise<ProbeFailure | undefined> {
  await using dir = await host.files.tempDir('bpfcompat-accel-');
  const guest = join(dir.path, 'probe.bin');
  const probe = PROBE_GUESTS[options.arch];
  await host.files.writeAtomic(guest, probe.image);
  const argv = [
    ...BASE_ARGS,
    ...['-machine', machineType(options.arch, 'kvm'), '-cpu', cpuModel(options.arch, 'kvm'), '-m', '64'],
    ...probe.args,
    ...['-kernel', wrappedFile(0)],
  ];
  const sandbox = await sandboxForFiles(host, options.sandbox, { read: [guest] }, options.signal);
  const { command, args } = wrap(sandbox, options.qemu.command, argv, { files: [guest] });
  const kvmGaveUp = new AbortController();
  const result = await host.run(command, args, {
    env: toolEnv(host),
    cwd: '/',
    signal: AbortSignal.any([options.signal, kvmGaveUp.signal]),
    timeoutMs: PROBE_TIMEOUT_MS,
    maxOutput: 64 * 1024,
    onLine: (fd, line) => {
      if (fd === 2 && kvmErrorLine(line) !== undefined) kvmGaveUp.abort();
    },
  });
  if (probe.passed(result.exitCode, result.stdout.toString())) return undefined;
  const stderr = sanitizeText(result.stderr.toString()).trim();
  const line = kvmErrorLine(stderr);
  if (line !== undefined) return { words: line.slice(0, 200), silent: false };
  if (result.timedOut) return { words: `no output within ${PROBE_TIMEOUT_MS / 1000} s`, silent: true };
  const words = stderr.split('\n')[0] || `QEMU ended with ${result.exitCode ?? result.signal}`;
  return { words: words.slice(0, 200), silent: false };
}
