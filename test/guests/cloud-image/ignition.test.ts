import { expect, test } from 'vitest';
import { diskArgv } from '../../../src/guests/cloud-image/argv.ts';
import { firstBootOf } from '../../../src/guests/cloud-image/first-boot.ts';
import { ignitionArgs, ignitionConfig } from '../../../src/guests/cloud-image/ignition.ts';

interface Config {
  readonly ignition: { readonly version: string };
  readonly systemd: { readonly units: readonly { name: string; enabled: boolean; contents: string }[] };
}

/** A word of a unit as systemd reads it. */
function readWord(line: string): string {
  return line.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1').replaceAll('$$', '$').replaceAll('%%', '%');
}

test('systems are configured by what their vendor has', () => {
  expect(['debian', 'flatcar', 'fedora-coreos', 'rhcos', 'talos'].map(firstBootOf)).toEqual([
    ...['cloud-init', 'ignition', 'ignition', 'ignition'],
    undefined,
  ]);
});

test('Ignition starts the validator from its disk, and says so when it cannot', () => {
  const { ignition, systemd } = JSON.parse(ignitionConfig()) as Config;
  expect(ignition.version).toBe('3.0.0');
  const [unit] = systemd.units;
  expect(unit).toMatchObject({ name: 'bpfcompat-agent.service', enabled: true });
  const script = readWord(/^ExecStart=\/bin\/sh -c (.*)$/m.exec(unit?.contents ?? '')?.[1] ?? '');
  expect(script).toContain('at=$(mktemp -d); mount -o ro -L cidata "$at"');
  expect(script).toContain('bpfcompat: $*');
  expect(script).toMatch(/exec \/var\/lib\/bpfcompat\/agent-start$/);
});

test('QEMU gets the configuration whole, in one argument for each name', () => {
  const args = ignitionArgs('{"a":1,"b":[2,3]}');
  expect(args).toEqual([
    ...['-fw_cfg', 'name=opt/com.coreos/config,string={"a":1,,"b":[2,,3]}'],
    ...['-fw_cfg', 'name=opt/org.flatcar-linux/config,string={"a":1,,"b":[2,,3]}'],
  ]);
  const machine = { accel: 'tcg', memoryMb: 1024, cpus: 1, format: 'qcow2' } as const;
  const paths = { base: 'base', seed: 'seed', overlay: 'overlay' };
  expect(diskArgv({ ...machine, ignition: '{}' }, paths)).toContain('name=opt/com.coreos/config,string={}');
  expect(diskArgv(machine, paths)).not.toContain('-fw_cfg');
});
