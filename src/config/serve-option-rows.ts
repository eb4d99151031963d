import type { OptionRow } from './option-row.ts';

/** Flags of `serve`. */
export const SERVE_OPTIONS = [
  {
    name: 'addr',
    type: 'text',
    default: '127.0.0.1:8080',
    placeholder: 'HOST:PORT',
    description: 'address to listen on; port 0 takes a free one',
    commands: ['serve'],
  },
  {
    name: 'matrix',
    type: 'text',
    default: 'quick',
    placeholder: 'FILE|NAME',
    description: 'kernels of a request that names none: a matrix file, or the name of a built-in one',
    commands: ['serve'],
  },
  {
    name: 'public-demo',
    type: 'boolean',
    default: '',
    description: 'serve the public: anonymous checks with low limits on stored kernels only; needs KVM',
    commands: ['serve'],
  },
  {
    name: 'tls-cert',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'certificate in PEM, for https',
    commands: ['serve'],
  },
  {
    name: 'tls-key',
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'its private key in PEM',
    commands: ['serve'],
  },
  {
    name: 'behind-proxy',
    type: 'boolean',
    default: '',
    description: 'a proxy in front of the server handles TLS: allow listening on a non-loopback address without it',
    commands: ['serve'],
  },
  {
    name: 'host-name',
    type: 'repeated',
    default: '',
    placeholder: 'NAME',
    description: 'name that clients call the server by, as in their Host header; repeatable',
    commands: ['serve'],
  },
  {
    name: 'rate-limit',
    type: 'integer',
    default: '600',
    placeholder: 'N',
    description: 'requests a minute for one client address; 0: no limit. Clients on this machine have none',
    commands: ['serve'],
    min: 0,
    max: 1_000_000,
  },
  {
    name: 'allow-internal-fetch',
    type: 'boolean',
    default: '',
    description:
      'keys for tokens may also be fetched from internal hosts and without TLS, where the environment allows it as well',
    commands: ['serve'],
  },
] as const satisfies readonly OptionRow[];
