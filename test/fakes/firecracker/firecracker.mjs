#!/usr/bin/env node
// Stands for Firecracker where there is no KVM: takes the requests of its API as the published description has them, and runs
// the guest in QEMU without KVM. Like Firecracker it boots ELF files alone, gives the guest one serial line on its own standard
// input and output, hears the input only where that is a pipe, and ends when the guest restarts.
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  copyFileSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { createConnection } from 'node:net';
import { faultOf } from './description.mjs';
import { FAULTS } from './faults.mjs';

const VERSION = '1.17.0-standin';
const BAD_ARGUMENTS = 153;

function optionsIn(words) {
  const options = {};
  for (let at = 0; at < words.length; at += 2) {
    const name = words[at];
    if (!['--api-sock', '--id'].includes(name)) {
      process.stderr.write(`Arguments parsing error: Found argument '${name}' which wasn't expected.\n`);
      process.exit(BAD_ARGUMENTS);
    }
    options[name.slice(2)] = words[at + 1];
  }
  return options;
}

if (process.argv[2] === '--version') {
  process.stdout.write(`Firecracker v${VERSION}\n\nSupported snapshot data format versions: v1.0.0\n`);
  process.exit(0);
}
const options = optionsIn(process.argv.slice(2));
if (!/^[A-Za-z0-9-]{1,64}$/.test(options.id ?? 'anonymous-instance')) {
  process.stderr.write('Arguments parsing error: Invalid instance ID.\n');
  process.exit(BAD_ARGUMENTS);
}

const vm = { config: {}, boot: {}, qemu: undefined, log: undefined, memory: undefined };
const fault = FAULTS[process.env.BPFCOMPAT_STANDIN_FAULT ?? readFault()];

/** Tests choose a fault by a file beside the program they name, as the environment of the real one is empty. */
function readFault() {
  try {
    return readFileSync(`${process.argv[1]}.fault`, 'utf8').trim();
  } catch {
    return '';
  }
}

function memoryArgs(file, share) {
  const { mem_size_mib: size } = vm.config;
  return [
    ...['-m', String(size), '-object', `memory-backend-file,id=ram,size=${size}M,mem-path=${file},share=${share}`],
    ...['-machine', 'q35,accel=tcg,memory-backend=ram'],
  ];
}

/** Of 256 bytes at a time: what is not written stays a hole. */
function sparse(file, megabytes) {
  writeFileSync(file, '');
  truncateSync(file, megabytes * 1024 * 1024);
}

function startQemu(memory, share, incoming) {
  const { kernel_image_path: kernel, initrd_path: initrd, boot_args: args = '' } = vm.boot;
  vm.memory = memory;
  const heard = fstatSync(0).isFIFO();
  const qmp = `${options['api-sock']}.qmp`;
  const words = [
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-nic', 'none'],
    ...['-cpu', 'qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+cx16,+lahf-lm,+rdrand', '-smp', String(vm.config.vcpu_count)],
    ...memoryArgs(memory, share),
    ...['-chardev', 'stdio,id=line,signal=off', '-serial', 'chardev:line', '-qmp', `unix:${qmp},server=on,wait=off`],
    ...['-kernel', kernel, ...(initrd === undefined ? [] : ['-initrd', initrd]), '-append', args],
    ...(incoming === undefined ? [] : ['-incoming', 'defer']),
  ];
  vm.qemu = spawn('qemu-system-x86_64', words, { stdio: [heard ? 0 : 'ignore', 1, 2] });
  vm.qemu.once('exit', (code) => process.exit(code === 0 ? 0 : 1));
  return qmp;
}

/** QEMU's control channel, for one command after the other. */
async function control(path) {
  let socket;
  for (let tries = 0; socket === undefined; tries++) {
    socket = await new Promise((resolve, reject) => {
      const made = createConnection(path);
      made.once('connect', () => resolve(made));
      made.once('error', (error) => (tries > 400 ? reject(error) : setTimeout(() => resolve(undefined), 10)));
    });
  }
  let text = '';
  let heard = () => {};
  const messages = [];
  socket.on('data', (chunk) => {
    text += chunk;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      messages.push(JSON.parse(text.slice(0, end)));
      text = text.slice(end + 1);
    }
    heard();
  });
  async function next(matches) {
    for (;;) {
      const at = messages.findIndex(matches);
      if (at >= 0) return messages.splice(at, 1)[0];
      await new Promise((resolve) => {
        heard = resolve;
      });
    }
  }
  await next((message) => message.QMP !== undefined);
  const execute = async (command, args) => {
    socket.write(`${JSON.stringify({ execute: command, arguments: args })}\n`);
    const reply = await next((message) => message.return !== undefined || message.error !== undefined);
    if (reply.error) throw new Error(reply.error.desc);
    return reply.return;
  };
  await execute('qmp_capabilities');
  return execute;
}

async function migrated(execute) {
  for (;;) {
    const { status } = await execute('query-migrate');
    if (status === 'completed') return;
    if (status === 'failed') throw new Error('the migration failed');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const IGNORE_SHARED = { capabilities: [{ capability: 'x-ignore-shared', state: true }] };

async function save({ snapshot_path: state, mem_file_path: memory }) {
  const execute = vm.control;
  await execute('migrate-set-capabilities', IGNORE_SHARED);
  await execute('migrate', { uri: `exec:cat >'${state}'` });
  await migrated(execute);
  copyFileSync(vm.memory, memory);
  // What a snapshot of Firecracker has besides: how the machine was made.
  const { kernel_image_path: kernel, initrd_path: initrd } = vm.boot;
  appendFileSync(
    state,
    `\n${JSON.stringify({ config: vm.config, boot: { ...vm.boot, kernel_image_path: kernel, initrd_path: initrd } })}`,
  );
}

async function load({ snapshot_path: path, mem_backend: backend }) {
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf('\n');
  Object.assign(vm, JSON.parse(bytes.subarray(end + 1).toString()));
  const state = `${options['api-sock']}.state`;
  writeFileSync(state, bytes.subarray(0, end));
  // Firecracker maps the file privately and opens it for reading alone, which QEMU 7.2 does not.
  const memory = `${options['api-sock']}.ram`;
  copyFileSync(backend.backend_path, memory);
  chmodSync(memory, 0o600);
  const qmp = startQemu(memory, 'off', state);
  vm.control = await control(qmp);
  await vm.control('migrate-set-capabilities', IGNORE_SHARED);
  await vm.control('migrate-incoming', { uri: `exec:cat '${state}'` });
  for (let status = ''; !['running', 'paused'].includes(status); ) ({ status } = await vm.control('query-status'));
  await vm.control('cont');
}

function magicOf(path) {
  const head = Buffer.alloc(4);
  const fd = openSync(path, 'r');
  readSync(fd, head);
  closeSync(fd);
  return head.toString('latin1');
}

/** @returns why Firecracker rejects the request; undefined when it was done */
async function perform(method, target, body) {
  switch (`${method} ${target}`) {
    case 'PUT /logger':
      vm.log = openSync(body.log_path, 'a');
      return undefined;
    case 'PUT /machine-config':
      vm.config = body;
      return undefined;
    case 'PUT /boot-source':
      for (const path of [body.kernel_image_path, body.initrd_path])
        if (path !== undefined) closeSync(openSync(path, 'r'));
      vm.boot = body;
      return undefined;
    case 'PUT /drives/rootfs':
      closeSync(openSync(body.path_on_host, 'r'));
      return undefined;
    case 'PUT /actions':
      if (body.action_type !== 'InstanceStart') return undefined;
      if (fault?.start !== undefined) return fault.start();
      if (magicOf(vm.boot.kernel_image_path) !== '\u007fELF')
        return 'Cannot start microvm due to error: Cannot load kernel due to invalid memory configuration or invalid kernel image: Kernel Loader: failed to load ELF kernel image: Invalid Elf magic number';
      sparse(`${options['api-sock']}.ram`, vm.config.mem_size_mib);
      vm.control = await control(startQemu(`${options['api-sock']}.ram`, 'on'));
      return undefined;
    case 'PATCH /vm':
      await vm.control(body.state === 'Paused' ? 'stop' : 'cont');
      return undefined;
    case 'PUT /snapshot/create':
      await save(body);
      return undefined;
    case 'PUT /snapshot/load':
      if (fault?.load !== undefined) return fault.load();
      if (Object.keys(vm.config).length > 0) return 'Load snapshot error: not a fresh microVM';
      await load(body);
      return undefined;
    default:
      return undefined;
  }
}

async function respond(request, response) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const say = (status, body) => {
    if (vm.log !== undefined && status >= 400)
      writeSync(vm.log, `[anonymous-instance:ERROR] ${JSON.stringify(body)}\n`);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };
  const { method, url } = request;
  if (method === 'GET' && url === '/')
    return say(200, {
      app_name: 'Firecracker',
      id: options.id,
      state: vm.qemu ? 'Running' : 'Not started',
      vmm_version: VERSION,
    });
  try {
    const body = JSON.parse(Buffer.concat(parts).toString());
    const words = faultOf(method, url, body, vm.qemu !== undefined) ?? (await perform(method, url, body));
    return words === undefined ? say(204) : say(400, { fault_message: words });
  } catch (error) {
    return say(400, { fault_message: String(error.message) });
  }
}

if (fault?.early !== undefined) fault.early();
process.stdout.write(`2026-01-01T00:00:00.000000000 [${options.id}:main] Running Firecracker v${VERSION}\n`);
createServer((request, response) => void respond(request, response)).listen(options['api-sock']);
