import { BASE_ARGS } from '../qemu/argv.ts';
import { validatorPort } from '../qemu/devices.ts';
import { cpuModel, MACHINES, machineType } from '../qemu/machines.ts';
import { controlChannel, incoming, type RamUse, ramFile } from '../snapshot/devices.ts';
import { ignitionArgs } from './ignition.ts';

/** A virtual PC that boots from its disk. */
export interface DiskMachine {
  readonly accel: 'kvm' | 'tcg';
  readonly memoryMb: number;
  readonly cpus: number;
  readonly format: 'qcow2' | 'raw';
  /** What Ignition reads in a system that has it; absent: it has none. */
  readonly ignition?: string | undefined;
}

/** Paths as QEMU sees them. */
export interface DiskPaths {
  readonly base: string;
  /** No one reads it again once the system is up: of a saved one it has no bytes, but its size. */
  readonly seed: string | { readonly bytes: number };
  /** Takes what the guest writes. */
  readonly overlay: string;
  /** What the saved guest had written; absent where none was saved. */
  readonly saved?: string | undefined;
  /** Packages of a kernel that the system is to install; absent: none. */
  readonly packages?: string | undefined;
  /** The guest's memory as a file; absent: none is needed. */
  readonly ram?: { readonly path: string; readonly use: RamUse } | undefined;
}

/** Of the systems that this lane boots. */
const ARCH = 'x86_64';

const PORT_FD = 3;
const CONTROL_FD = 4;

/** The format of every layer is given: QEMU probes none, and believes no name in a header. */
function layer(node: string, format: string, path: string, more: readonly string[]): string[] {
  const file = `driver=file,node-name=${node}-file,filename=${path},${more.includes('read-only=on') ? 'read-only=on' : 'cache.no-flush=on'}`;
  return ['-blockdev', file, '-blockdev', [`driver=${format},node-name=${node},file=${node}-file`, ...more].join(',')];
}

function seedLayer(seed: DiskPaths['seed']): string[] {
  if (typeof seed === 'string') return layer('seed', 'raw', seed, ['read-only=on']);
  return ['-blockdev', `driver=null-co,node-name=seed,size=${seed.bytes},read-zeroes=on,read-only=on`];
}

/**
 * An emulated system has many time limits of its own, for a machine that is never slow: its clock follows what it has done
 * (8 ns an instruction, about what a core of ours emulates), so that a busy host does not make its services fail. Where
 * it has nothing to do, time passes as everywhere.
 */
const OWN_CLOCK = ['-icount', 'shift=3,sleep=on'];

/**
 * The arguments of QEMU. The network card leads nowhere (`restrict=on`): systems that wait for an address at boot get
 * one, and reach nothing, the host included. What cannot be read is an error for the guest; where nothing can be written, for
 * want of room on this machine, the guest stops, so that none of its tests fails for that.
 */
export function diskArgv(machine: DiskMachine, paths: DiskPaths): string[] {
  const { ram, saved, packages } = paths;
  const restored = saved !== undefined && ram !== undefined;
  return [
    ...BASE_ARGS,
    ...['-machine', machineType(ARCH, machine.accel), '-cpu', cpuModel(ARCH, machine.accel)],
    ...['-smp', String(machine.cpus), '-m', String(machine.memoryMb)],
    ...(machine.accel === 'tcg' ? OWN_CLOCK : []),
    ...MACHINES[ARCH].console.args,
    ...validatorPort('virtio-serial', PORT_FD).args,
    ...(machine.ignition === undefined ? [] : ignitionArgs(machine.ignition)),
    ...layer('base', machine.format, paths.base, ['read-only=on']),
    ...(saved === undefined ? [] : layer('saved', 'qcow2', saved, ['backing=base', 'read-only=on'])),
    ...layer('root', 'qcow2', paths.overlay, [`backing=${saved === undefined ? 'base' : 'saved'}`, 'discard=unmap']),
    ...['-device', 'virtio-blk-pci,drive=root,bootindex=0,rerror=report,werror=stop'],
    ...seedLayer(paths.seed),
    ...['-device', 'virtio-blk-pci,drive=seed'],
    ...(packages === undefined ? [] : layer('packages', 'raw', packages, ['read-only=on'])),
    ...(packages === undefined ? [] : ['-device', 'virtio-blk-pci,drive=packages']),
    ...['-netdev', 'user,id=net,restrict=on,ipv6=off', '-device', 'virtio-net-pci,netdev=net,romfile='],
    ...(ram === undefined ? [] : ramFile(ram.path, machine.memoryMb, ram.use).args),
    ...(ram === undefined ? [] : controlChannel(CONTROL_FD).args),
    ...(restored ? incoming.args : []),
  ];
}
