import { describe, expect, test } from 'vitest';
import { type KernelBuild, needsBuild, profileWith, withBuildFacts } from '../../src/classify/build-facts.ts';
import { KNOWN_OPTIONS } from '../../src/classify/build-options.ts';
import { makeFinding } from '../../src/classify/make-finding.ts';
import { KERNEL_OPTIONS } from '../../src/classify/tables/kernel-options.ts';
import { words } from '../../src/findings/words.ts';
import type { Outcome } from '../../src/model/cell.ts';
import type { Finding } from '../../src/model/finding.ts';

const CLOUD: KernelBuild = {
  profile: 'debian-13-7.3',
  release: '7.3.4+deb13-cloud-amd64',
  arch: 'x86_64',
  config: 'CONFIG_BPF=y\n# CONFIG_HID is not set\nCONFIG_XDP_SOCKETS=y\n',
};
const load = { confidence: 'medium', phase: 'load' } as const;
const noStruct = makeFinding({
  ...load,
  code: 'STRUCT_OPS_UNSUPPORTED',
  subject: 'hid_bpf_ops',
  args: { struct: 'hid_bpf_ops', reason: 'struct' },
});

function failing(finding: Finding): Outcome {
  return { status: 'fail', failedStage: 'load', findings: [finding] };
}

function reported(finding: Finding, build: Partial<KernelBuild> = {}): Finding {
  const outcome = withBuildFacts(failing(finding), { ...CLOUD, ...build });
  return (outcome.status === 'fail' && outcome.findings[0]) as Finding;
}

describe('what a kernel was built without', () => {
  test('its own configuration says it, and another one has the option', () => {
    const { args, confidence } = reported(noStruct);
    expect(confidence).toBe('high');
    expect(args).toMatchObject({
      reason: 'compiled_out',
      config: 'CONFIG_HID_BPF',
      config_value: 'n',
      config_profile: 'debian-13-7.3-generic',
    });
    const { explanation, remediation } = words(reported(noStruct));
    expect(explanation).toContain('built without CONFIG_HID_BPF; debian-13-7.3-generic has it');
    expect(remediation).toContain('CONFIG_HID_BPF, such as debian-13-7.3-generic');
  });

  test('a kernel that is built with the option lacks something else', () => {
    expect(reported(noStruct, { config: 'CONFIG_HID_BPF=y' })).toEqual(noStruct);
    const guess = makeFinding({
      ...load,
      code: 'ATTACH_TARGET_NOT_FOUND',
      args: { function: 'psi_gone', looked_for: 'function', reason: 'compiled_out', config: 'CONFIG_PSI' },
    });
    const refuted = reported(guess, { config: 'CONFIG_PSI=y' }).args;
    expect(refuted).toEqual({ function: 'psi_gone', looked_for: 'function', reason: 'renamed_or_removed' });
  });

  test('without a configuration a guess stays one, and a profile is named all the same', () => {
    const type = makeFinding({
      ...load,
      code: 'UNSUPPORTED_PROGRAM_TYPE',
      args: { type: 'netfilter', reason: 'compiled_out' },
    });
    const guess = reported(type, { config: undefined, profile: 'local', release: '6.5.0' });
    expect(guess.args).toMatchObject({ config: 'CONFIG_NETFILTER_BPF_LINK', config_profile: 'debian-12-6.12' });
    expect(words(guess).explanation).toContain('most likely built without CONFIG_NETFILTER_BPF_LINK');
    expect(reported(noStruct, { config: undefined })).toEqual(noStruct);
  });

  test('maps and options of an object are looked up as well', () => {
    const map = makeFinding({
      ...load,
      code: 'UNSUPPORTED_MAP_TYPE',
      args: { map: 'sockets', type: 'xskmap', reason: 'compiled_out' },
    });
    expect(reported(map, { config: '' }).args['config']).toBe('CONFIG_XDP_SOCKETS');
    expect(reported(map).args['config']).toBeUndefined();
    const extern = makeFinding({
      ...load,
      code: 'UNRESOLVED_KCONFIG',
      subject: 'CONFIG_HID_BPF',
      args: { symbol: 'CONFIG_HID_BPF', reason: 'not_set' },
    });
    expect(reported(extern).args).toMatchObject({ reason: 'not_set', config_profile: 'debian-13-7.3-generic' });
    expect(words(reported(extern)).explanation).toContain('debian-13-7.3-generic has it');
  });

  test('a configuration is read only where it can say something', () => {
    expect(needsBuild(failing(noStruct))).toBe(true);
    expect(needsBuild(failing({ ...noStruct, args: { ...noStruct.args, reason: 'kernel_too_old' } }))).toBe(false);
    expect(needsBuild({ status: 'pass', findings: [] })).toBe(false);
    expect(needsBuild({ status: 'skipped', reason: 'no lane' })).toBe(false);
  });
});

describe('the table of configurations', () => {
  const near = (option: string, profile: string, release: string): string | undefined =>
    profileWith(option, { profile, release, arch: 'x86_64' });

  test('names the nearest kernel: of the same version, else newer, else older', () => {
    expect(near('CONFIG_HID_BPF', 'debian-13-7.3', '7.3.4')).toBe('debian-13-7.3-generic');
    expect(near('CONFIG_SCHED_CLASS_EXT', 'debian-13-6.12', '6.12.118')).toBe('debian-13-6.16');
    expect(near('CONFIG_HID_BPF', 'later', '9.9.0')).toBe('debian-13-7.3-rt');
    expect(near('CONFIG_BPF_LIRC_MODE2', 'debian-13-7.3', '7.3.4')).toBe('none');
    expect(near('CONFIG_NOTHING_LIKE_IT', 'debian-13-7.3', '7.3.4')).toBeUndefined();
    expect(profileWith('CONFIG_HID_BPF', { ...CLOUD, arch: 'aarch64' })).toBeUndefined();
  });

  test('has a letter for every option that findings name', () => {
    const [, names = '', ...rows] = KERNEL_OPTIONS.split('\n');
    expect(names.split(' ')).toEqual(KNOWN_OPTIONS);
    for (const row of rows.filter((one) => one !== '')) {
      expect(row).toMatch(/^debian-\S+ \d+\.\d+\S+ \S+ [0-9a-f]{16} [ym-]+$/);
      expect(row.split(' ')[4]).toHaveLength(KNOWN_OPTIONS.length);
    }
  });
});
