import type { Channel } from '../../model/kernel.ts';

/** Parts of a machine: what QEMU needs for them and what is in the kernel's command line for them. */
export interface Device {
  readonly args: readonly string[];
  readonly kernelArgs: readonly string[];
}

const PORT_NAME = 'org.bpfcompat.port';

const serialPort = (fd: number): Device => ({
  args: [
    ...['-device', 'virtio-serial-pci,max_ports=2'],
    ...['-chardev', `socket,id=port,fd=${fd}`],
    ...['-device', `virtserialport,chardev=port,name=${PORT_NAME}`],
  ],
  kernelArgs: [],
});

/** A disk whose blocks QEMU reads from us, as a client of the network block device protocol. */
const diskPort = (fd: number): Device => ({
  args: [
    ...['-blockdev', `driver=nbd,node-name=port,server.type=fd,server.str=${fd}`],
    ...['-device', `virtio-blk-pci,drive=port,serial=${PORT_NAME},num-queues=1,discard=off,write-zeroes=off`],
  ],
  // The kernel hands it to PID 1 as a variable.
  kernelArgs: ['bpfcompat_port=disk'],
});

/**
 * The guest protocol's port, connected to descriptor `fd` that QEMU inherits (a socket): no socket file, so there is
 * nothing to clean up, to guess or to race for.
 */
export function validatorPort(channel: Channel, fd: number): Device {
  return channel === 'virtio-blk' ? diskPort(fd) : serialPort(fd);
}
